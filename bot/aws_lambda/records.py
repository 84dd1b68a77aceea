"""The records of an SQS event as claims, and the answer that names the failed ones.

Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS" (the event) and
"Handling errors for an SQS event source in Lambda" (the answer; for a FIFO queue
nothing of a group is worked on after its first failure).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.queue.port import Claim
from bot.queue.sqs_message import claim_of


class OtherEvent(Exception):
    """The event is of a shape that this function is not invoked with."""


@dataclass(frozen=True, slots=True)
class Record:
    """One message handed to this invocation; no claim where the bot did not write it."""

    id: str
    group: str
    claim: Claim | None


def read_records(event: Mapping[str, Any]) -> Sequence[Record]:
    """The records in order. Raises OtherEvent."""
    records = event.get("Records")
    if not isinstance(records, list):
        raise OtherEvent("The event holds neither records of SQS nor scheduled jobs.")
    return [_read(record) for record in records]


def by_group(records: Iterable[Record]) -> Sequence[Sequence[Record]]:
    """The records of each group, in order."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[record.group].append(record)
    return list(groups.values())


def failures(records: Iterable[Record]) -> dict[str, Any]:
    """The answer: these come again, all others are deleted by Lambda."""
    return {"batchItemFailures": [{"itemIdentifier": record.id} for record in records]}


def _read(record: Any) -> Record:
    try:
        attributes = record["attributes"]
        raw = {
            "Body": record["body"],
            "Attributes": attributes,
            "ReceiptHandle": record["receiptHandle"],
        }
        claim = claim_of(raw)
        if record["eventSource"] != "aws:sqs":
            raise OtherEvent("A record of the event does not come from SQS.")
        return Record(record["messageId"], attributes.get("MessageGroupId", ""), claim)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise OtherEvent("A record of the event is not shaped as SQS shapes it.") from None
