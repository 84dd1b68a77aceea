"""A message as SQS carries it: a small JSON body, a group, an id against doubles.

SQS hands out the messages of one group in order and one at a time, and drops what
has a deduplication id that it took in within the last five minutes.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias, TypeGuard

from bot.queue.port import Claim, Message

Raw: TypeAlias = Mapping[str, Any]  # a message as ReceiveMessage answers it

SYSTEM_ATTRIBUTES = ("ApproximateReceiveCount", "MessageGroupId", "SequenceNumber")
LONGEST_FIELD = 1_024  # characters of an id, key or token; ours have about a hundred

# "up to 128 characters, alphanumeric and punctuation" (SendMessage, MessageGroupId)
_GROUP = re.compile(r"""[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}""")


def group_of(key: str) -> str:
    """The group of a key: the key itself, or its hash where SQS would refuse it."""
    return key if _GROUP.fullmatch(key) else f"sha256:{_hash(key)}"


def entry_of(message: Message, *, deduplication: str = "") -> dict[str, str]:
    """What SendMessageBatch takes, but for the entry's id.

    Without ``deduplication`` a message that is alike in id and token counts as the
    same for five minutes.
    """
    return {
        "MessageBody": body_of(message),
        "MessageGroupId": group_of(message.key),
        "MessageDeduplicationId": _hash(deduplication or f"{message.id}\0{message.token}"),
    }


def body_of(message: Message, **more: str) -> str:
    """The JSON text that ``read_body`` reads: ASCII, for SQS refuses some of Unicode."""
    body = {"id": message.id, "key": message.key, "token": message.token} | more
    return json.dumps(body, separators=(",", ":"))


def read_body(text: str) -> Message | None:
    """The message; None where the text is none that the bot wrote."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    id_, key, token = body.get("id"), body.get("key"), body.get("token", "")
    if not (_is_field(id_) and _is_field(key) and (token == "" or _is_field(token))):
        return None
    return Message(id_, key, token)


def read_letter(text: str) -> str:
    """Which of our dead letters the text is; empty for what SQS gave up by itself."""
    letter = json.loads(text).get("letter", "")
    return letter if isinstance(letter, str) else ""


def claim_of(raw: Raw) -> Claim | None:
    """The claim that SQS handed out; None for a message that the bot did not write."""
    message = read_body(raw.get("Body", ""))
    if message is None:
        return None
    attempt = int(raw.get("Attributes", {}).get("ApproximateReceiveCount", 1))
    return Claim(message, attempt, raw["ReceiptHandle"])


def _is_field(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_FIELD


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
