"""Appending to the log from many processes, and checking that nobody has touched it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from bot.audit.entry import START, AuditCause, AuditEntry, from_data, id_of, to_data
from bot.clock import Clock
from bot.store.collections import AUDIT
from bot.store.port import Document, Documents, Json

PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What ``verify`` found: ``problem`` is empty when every entry is as it was written.

    ``count`` entries hold from the first one on; ``head`` is the hash of the
    last of them.
    """

    count: int
    head: str
    problem: str = ""
    broken: str = ""  # id of the first entry that does not hold

    @property
    def ok(self) -> bool:
        """Whether the whole log holds."""
        return not self.problem


class AuditLog:
    """The log on the ``Documents`` port."""

    def __init__(self, documents: Documents, *, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()  # spares this process races against itself
        self._last = AuditEntry(
            sequence=0,
            at_s=0,
            key="",
            actor="",
            actor_id=0,
            action="",
            subject="",
            cause=AuditCause(delivery="", url=""),
            hash=START,
        )

    async def append(
        self,
        *,
        key: str,
        action: str,
        subject: str,
        actor: str,
        actor_id: int,
        cause: AuditCause,
        details: Mapping[str, Json] | None = None,
    ) -> AuditEntry:
        """The action is in the log, durably and once, however often ``key`` is appended.

        Returns its entry: the one made now, or the one of the first time. Safe
        with many processes. Raises ValueError for details JSON cannot spell.
        """
        new = AuditEntry(
            sequence=0,
            at_s=self._clock.now_s(),
            key=key,
            actor=actor,
            actor_id=actor_id,
            action=action,
            subject=subject.lower(),
            cause=cause,
            details=dict(details or {}),
        )
        async with self._one_at_a_time:
            while True:
                # The key is looked for after the end is known: whoever appended it
                # since has taken the next number, and our insert fails.
                known = await self._of_key(key)
                if known is not None:
                    return known
                entry = _after(self._last, new)
                if await self._insert(entry):
                    self._last = entry
                    return entry
                self._last = await self._newest()

    async def for_subject(self, subject: str, *, limit: int = 50) -> Sequence[AuditEntry]:
        """The newest ``limit`` entries about the subject (in any spelling), newest first."""
        found = await self._documents.find(
            AUDIT.name, {"subject": subject.lower()}, limit=limit, descending=True
        )
        return [from_data(each.data) for each in found]

    async def verify(self) -> Verdict:
        """Read the whole log from the first entry and stop at the first that does not hold."""
        count, head = 0, START
        while True:
            page = await self._documents.find(AUDIT.name, {}, after=id_of(count), limit=PAGE)
            for document in page:
                problem = _problem(document, sequence=count + 1, previous=head)
                if problem:
                    return Verdict(count=count, head=head, problem=problem, broken=document.id)
                count, head = count + 1, str(document.data["hash"])
            if len(page) < PAGE:
                return Verdict(count=count, head=head)

    async def _insert(self, entry: AuditEntry) -> bool:
        return await self._documents.insert(AUDIT.name, id_of(entry.sequence), to_data(entry))

    async def _of_key(self, key: str) -> AuditEntry | None:
        found = await self._documents.find(AUDIT.name, {"key": key}, limit=1)
        return from_data(found[0].data) if found else None

    async def _newest(self) -> AuditEntry:
        found = await self._documents.find(AUDIT.name, {}, limit=1, descending=True)
        return from_data(found[0].data) if found else self._last


def _after(last: AuditEntry, new: AuditEntry) -> AuditEntry:
    return replace(new, sequence=last.sequence + 1, previous=last.hash).sealed()


def _problem(document: Document, *, sequence: int, previous: str) -> str:
    """Why the record is not the entry that belongs there, or nothing."""
    if document.id != id_of(sequence):
        return f"entry {sequence} is missing"
    try:
        entry = from_data(document.data)
    except msgspec.ValidationError:
        return f"entry {sequence} cannot be read"
    if to_data(entry) != document.data or entry.sequence != sequence:
        return f"entry {sequence} was changed"
    if entry.previous != previous:
        return f"entry {sequence} does not follow the entry before it"
    if entry.hash != entry.expected_hash():
        return f"entry {sequence} was changed"
    return ""
