"""Dead letters of an SQS queue: the store's records count, the dead-letter queue shows them.

SQS keeps no reasons, forgets after two weeks and cannot be asked for one message.
So a record is written first and removed last, and what lies in the dead-letter
queue is put in line with the records whenever somebody looks: a letter of ours
without its record was redriven and goes; what SQS itself gave up gets a record.
"""

import uuid
from collections.abc import Sequence
from contextlib import suppress

import structlog

from bot.clock import Clock
from bot.queue.port import Claim, DeadMessage, Message, QueueUnavailable
from bot.queue.sqs_calls import SqsCalls
from bot.queue.sqs_message import Raw, body_of, entry_of, read_body, read_letter
from bot.store.collections import DEAD_LETTERS
from bot.store.port import Document, Documents, Json

log = structlog.get_logger(__name__)

LOOK_S = 60  # letters are hidden from others while somebody looks through them
LOOKS = 50  # calls that one look through the queue makes, of up to ten letters each
_AT_ONCE = 10


class SqsDeadLetters:
    """Dead letters by message id; the newest death of a message counts."""

    def __init__(self, calls: SqsCalls, documents: Documents, *, clock: Clock) -> None:
        self._calls = calls
        self._documents = documents
        self._clock = clock

    async def write(self, claim: Claim, *, reason: str) -> Document:
        """Record it and put a letter into the dead-letter queue; returns the record.

        A letter that cannot be sent is missed by nobody but the alarms of AWS.
        """
        record = await self._record(claim.message, attempts=claim.attempt, reason=reason)
        await self._post(record)
        return record

    async def forget(self, record: Document) -> None:
        """The message is alive: its record goes, unless it died again since."""
        await self._documents.delete(DEAD_LETTERS.name, record.id, version=record.version)

    async def page(self, *, after: str, limit: int) -> Sequence[DeadMessage]:
        """The dead letters in order of id, after that id."""
        records = await self._documents.find(DEAD_LETTERS.name, {}, after=after, limit=limit)
        return [_dead_of(record) for record in records]

    async def count(self) -> int:
        """How many there are, of which SQS may know some that nobody has looked at yet."""
        recorded = await self._documents.count(DEAD_LETTERS.name, {})
        try:
            return max(recorded, await self._calls.count(dead=True))
        except QueueUnavailable as error:
            log.warning("dead-letter queue cannot be asked", reason=str(error))
            return recorded

    async def redrive(self, message_id: str) -> bool:
        """Send it to the main queue anew; False where there is no such dead letter."""
        record = await self._documents.get(DEAD_LETTERS.name, message_id)
        if record is None:
            await self.take_in()
            record = await self._documents.get(DEAD_LETTERS.name, message_id)
        if record is None:
            return False
        again = entry_of(_dead_of(record).message, deduplication=_letter_of(record))
        refused = await self._calls.send([again])
        if refused:
            raise QueueUnavailable(
                f"SQS did not take the message ({refused[0].code}); redrive it once more."
            )
        await self.forget(record)
        await self.take_in()
        return True

    async def take_in(self) -> None:
        """Put the dead-letter queue and the records in line, as far as one look goes.

        Raises QueueUnavailable where the main queue cannot be asked either.
        """
        kept: list[str] = []
        if not (await self._calls.place()).dead_arn:
            return
        try:
            await self._look_through(kept)
        except QueueUnavailable as error:
            log.warning("dead-letter queue cannot be asked", reason=str(error))
        with suppress(QueueUnavailable):  # they show up again after LOOK_S
            for receipt in kept:
                await self._calls.keep(receipt, visibility_s=0, dead=True)

    async def _look_through(self, kept: list[str]) -> None:
        for _ in range(LOOKS):
            found = await self._calls.receive(visibility_s=LOOK_S, most=_AT_ONCE, dead=True)
            if not found:
                return
            gone = [raw["ReceiptHandle"] for raw in found if not await self._stays(raw)]
            kept += [raw["ReceiptHandle"] for raw in found if raw["ReceiptHandle"] not in gone]
            if gone:
                await self._calls.delete(gone, dead=True)

    async def _stays(self, raw: Raw) -> bool:
        """Whether it is the letter of a record; what SQS gave up becomes a letter of ours."""
        message = read_body(raw.get("Body", ""))
        if message is None:
            log.error("dropped a dead letter nobody here wrote", message_id=raw.get("MessageId"))
            return False
        letter = read_letter(raw["Body"])
        if letter:
            record = await self._documents.get(DEAD_LETTERS.name, message.id)
            return record is not None and _letter_of(record) == letter
        attempts = (await self._calls.place()).most_attempts
        reason = f"Its worker died every time; SQS gave it up after {attempts} attempts."
        record = await self._record(
            message, attempts=attempts, reason=reason, letter=raw["MessageId"]
        )
        return not await self._post(record)

    async def _record(
        self, message: Message, *, attempts: int, reason: str, letter: str = ""
    ) -> Document:
        """The record as it is when this returns; an older death of the message is replaced."""
        data: dict[str, Json] = {
            "key": message.key,
            "token": message.token,
            "attempts": attempts,
            "reason": reason,
            "died_at_s": self._clock.now_s(),
            "letter": letter or uuid.uuid4().hex,
        }
        while not await self._documents.insert(DEAD_LETTERS.name, message.id, data):
            known = await self._documents.get(DEAD_LETTERS.name, message.id)
            if known is None:
                continue
            if await self._documents.replace(
                DEAD_LETTERS.name, message.id, data, version=known.version
            ):
                return Document(message.id, known.version + 1, data)
        return Document(message.id, 1, data)

    async def _post(self, record: Document) -> bool:
        """Put the record's letter into the dead-letter queue, in a group of its own."""
        letter = _letter_of(record)
        entry = entry_of(_dead_of(record).message, deduplication=letter) | {
            "MessageBody": body_of(_dead_of(record).message, letter=letter),
            "MessageGroupId": letter,
        }
        try:
            if not (await self._calls.place()).dead_arn:
                return False
            refused = await self._calls.send([entry], dead=True)
        except QueueUnavailable as error:
            log.warning("dead letter is in the store alone", message=record.id, reason=str(error))
            return False
        return not refused


def _letter_of(record: Document) -> str:
    return str(record.data["letter"])


def _dead_of(record: Document) -> DeadMessage:
    data = record.data
    return DeadMessage(
        Message(record.id, str(data["key"]), str(data.get("token", ""))),
        attempts=int(str(data["attempts"])),
        reason=str(data["reason"]),
        died_at_s=float(str(data["died_at_s"])),
    )
