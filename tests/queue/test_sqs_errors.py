"""Every way in which SQS can be away is a sentence that says what to change."""

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from bot.queue.sqs_errors import unavailable

SECRET_URL = "https://user:pass@proxy.example"


def of_aws(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": SECRET_URL}}, "SendMessage")


@pytest.mark.parametrize(
    ("error", "says", "change"),
    [
        pytest.param(
            of_aws("AWS.SimpleQueueService.NonExistentQueue"),
            "There is no SQS queue work.fifo",
            "QUEUE_URL",
            id="no-queue",
        ),
        pytest.param(of_aws("AccessDenied"), "denies", "docs/sqs.md", id="denied"),
        pytest.param(of_aws("InvalidClientTokenId"), "does not know", "role", id="unknown-key"),
        pytest.param(of_aws("ExpiredToken"), "have expired", "clock", id="expired"),
        pytest.param(of_aws("RequestThrottled"), "fewer calls", "again later", id="throttled"),
        pytest.param(of_aws("KMS.DisabledException"), "key that encrypts", "kms:Decrypt", id="kms"),
        pytest.param(of_aws("InternalError"), "refused a call", "InternalError", id="inside"),
        pytest.param(of_aws("com.amazonaws.sqs#AccessDenied"), "denies", "docs", id="long-name"),
        pytest.param(NoCredentialsError(), "no AWS credentials", "AWS_ACCESS_KEY_ID", id="no-key"),
        pytest.param(NoRegionError(), "No AWS region", "AWS_REGION", id="no-region"),
        pytest.param(
            EndpointConnectionError(endpoint_url=SECRET_URL),
            "cannot be reached",
            "AWS_ENDPOINT_URL",
            id="refused",
        ),
        pytest.param(
            ConnectTimeoutError(endpoint_url=SECRET_URL), "cannot be reached", "network", id="mute"
        ),
        pytest.param(
            ReadTimeoutError(endpoint_url=SECRET_URL), "cannot be reached", "network", id="slow"
        ),
        pytest.param(ResponseParserError(SECRET_URL), "does not speak", "QUEUE_URL", id="not-aws"),
        pytest.param(ValueError(SECRET_URL), "does not speak", "AWS_ENDPOINT_URL", id="no-url"),
    ],
)
def test_an_error_says_what_to_change_and_no_secret(
    error: Exception, says: str, change: str
) -> None:
    told = str(unavailable(error, "work.fifo"))

    assert says in told
    assert change in told
    assert "work.fifo" in told
    assert "pass" not in told
    assert told.endswith((".", "later.", "again."))
