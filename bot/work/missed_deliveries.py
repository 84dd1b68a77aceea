"""What is kept of deliveries that never succeeded, and how far GitHub's list was read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from bot.github.port import Attempt
from bot.store.collections import READ_BACK, REDELIVERIES
from bot.store.keep import put
from bot.store.port import Documents, Json

HOW_FAR = "deliveries"


class Standing(StrEnum):
    """Whether it is asked for again, or was told as lost."""

    WANTED = "wanted"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A delivery by its GUID; ``attempt`` is by which GitHub is asked for it."""

    guid: str
    attempt: int
    event: str
    action: str
    failed_at_s: float
    standing: Standing = Standing.WANTED
    asked: int = 0
    next_at_s: float = 0.0
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HowFar:
    """Everything that was delivered up to ``through_s`` was looked at.

    A reading that is too long for one turn began at ``began_s`` and goes on at ``cursor``.
    """

    through_s: float = 0.0
    began_s: float = 0.0
    cursor: str = ""


class MissedDeliveries:
    """Both on the ``Documents`` port. Of several instances, one changes a record."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def all(self) -> dict[str, Missed]:
        """Everything that is kept, by GUID."""
        found: dict[str, Missed] = {}
        after = ""
        while page := await self._documents.find(REDELIVERIES.name, {}, after=after):
            found |= {each.id: _missed(each.id, each.data, each.version) for each in page}
            after = page[-1].id
        return found

    async def note(self, attempt: Attempt, *, not_before_s: float) -> Missed | None:
        """Keep a delivery that failed; None where another instance did."""
        missed = Missed(
            guid=attempt.guid,
            attempt=attempt.id,
            event=attempt.event,
            action=attempt.action,
            failed_at_s=attempt.delivered_at_s,
            next_at_s=not_before_s,
        )
        if not await self._documents.insert(REDELIVERIES.name, attempt.guid, _data(missed)):
            return None
        return replace(missed, version=1)

    async def save(self, missed: Missed) -> Missed | None:
        """Save it as it now is; None where another instance changed it first."""
        saved = await self._documents.replace(
            REDELIVERIES.name, missed.guid, _data(missed), version=missed.version
        )
        return replace(missed, version=missed.version + 1) if saved else None

    async def settle(self, missed: Missed) -> bool:
        """Nothing more is to do about it; False where another instance changed it first."""
        return await self._documents.delete(REDELIVERIES.name, missed.guid, version=missed.version)

    async def how_far(self) -> HowFar:
        """How far the list was read."""
        known = await self._documents.get(READ_BACK.name, HOW_FAR)
        return msgspec.convert(known.data, HowFar) if known else HowFar()

    async def read_so_far(self, how_far: HowFar) -> None:
        """The list was read so far. Another instance's word is as good: less is read again."""
        await put(self._documents, READ_BACK.name, HOW_FAR, msgspec.to_builtins(how_far))


def _missed(guid: str, data: Mapping[str, Json], version: int) -> Missed:
    return msgspec.convert({**data, "guid": guid, "version": version}, Missed)


def _data(missed: Missed) -> dict[str, Json]:
    data: dict[str, Json] = msgspec.to_builtins(missed)
    del data["guid"], data["version"]
    return data
