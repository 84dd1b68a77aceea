"""What SQS or the way to it refused, in sentences that say what an operator changes."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's name
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

from bot.queue.port import QueueUnavailable

REFUSED = (BotoCoreError, ClientError, ResponseParserError, ValueError)

_RIGHTS = "docs/sqs.md lists the actions that each process needs."
_GONE = frozenset(
    {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "InvalidAddress"}
)
_STALE = frozenset(
    {
        "ReceiptHandleIsInvalid",
        "InvalidParameterValue",  # "The receipt handle has expired", of FIFO queues
        "InvalidParameterValueException",
        "MessageNotInflight",
        "AWS.SimpleQueueService.MessageNotInflight",
    }
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "403"})
_STRANGERS = frozenset(
    {
        "InvalidClientTokenId",
        "InvalidSecurity",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "UnrecognizedClientException",
        "AuthFailure",
        "OptInRequired",
    }
)
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_SLOWER = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "RequestThrottled",
        "TooManyRequestsException",
        "KmsThrottled",
        "OverLimit",
    }
)


def code_of(error: Exception) -> str:
    """AWS's own word for what was wrong; empty where AWS did not answer."""
    if not isinstance(error, ClientError):
        return ""
    return str(error.response.get("Error", {}).get("Code", "")).rpartition("#")[2]


def is_gone(error: Exception) -> bool:
    """Whether there is no such queue."""
    return code_of(error) in _GONE


def is_stale(code: str) -> bool:
    """Whether a claim is refused because it ran out or was ended."""
    return code in _STALE


def unavailable(error: Exception, queue: str) -> QueueUnavailable:
    """The error that the port raises; ``queue`` is the queue's name."""
    return QueueUnavailable(_of_aws(error, queue) or _of_the_way(error, queue))


def not_fifo(queue: str) -> QueueUnavailable:
    """For a queue that keeps no order."""
    return QueueUnavailable(
        f"The SQS queue {queue} is not a FIFO queue, so it keeps no order. "
        "Set QUEUE_URL to one whose name ends in .fifo."
    )


def _of_aws(error: Exception, queue: str) -> str:  # noqa: PLR0911 - a table of sentences
    code = code_of(error)
    if not code:
        return ""
    if code in _GONE:
        return (
            f"There is no SQS queue {queue} in this account and region. "
            "Make it, or mend QUEUE_URL or AWS_REGION."
        )
    if code in _DENIED:
        return f"AWS denies the bot the SQS queue {queue} ({code}). {_RIGHTS}"
    if code in _STRANGERS:
        return (
            f"AWS does not know the credentials that the bot has for the SQS queue {queue} "
            f"({code}). Mend the role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    if code in _EXPIRED:
        return (
            f"The bot's AWS credentials have expired ({code}), so the SQS queue {queue} is closed "
            "to it. Renew them, or let it use a role; look at this machine's clock too."
        )
    if code in _SLOWER:
        return f"SQS asks for fewer calls on the queue {queue} ({code}); the bot tries again later."
    if code.startswith(("KMS", "Kms")):
        return (
            f"The key that encrypts the SQS queue {queue} cannot be used ({code}). "
            "Allow the bot's role kms:GenerateDataKey and kms:Decrypt on it."
        )
    return f"SQS refused a call on the queue {queue} ({code}); the bot tries again later."


def _of_the_way(error: Exception, queue: str) -> str:
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return (
            f"The bot has no AWS credentials for the SQS queue {queue}. Give it a role, or set "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    if isinstance(error, NoRegionError):
        return f"No AWS region is set for the SQS queue {queue}. Set AWS_REGION."
    if isinstance(error, ConnectionError | HTTPClientError):
        return (
            f"SQS cannot be reached for the queue {queue} ({type(error).__name__}). Look at the "
            "network, AWS_REGION, and AWS_ENDPOINT_URL where it is set; the bot tries again."
        )
    return (
        f"What answers for the SQS queue {queue} does not speak as SQS does "
        f"({type(error).__name__}). Look at QUEUE_URL, and at AWS_ENDPOINT_URL where it is set."
    )
