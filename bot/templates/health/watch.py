"""Which versions have to be looked at, and what was decided about them: survives every kill.

Whoever keeps evidence marks the version afterwards; a scheduled job claims what is marked,
so that one process at a time decides about a version, and clears the mark only if nothing
came meanwhile.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from bot.store.collections import HEALTH
from bot.store.keep import change
from bot.store.port import Document, Documents, Json

HOLD_S = 600.0  # whoever looks and dies lets go of the version after this
BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A version under watch: ``look`` says that something came since it was looked at last.

    ``troubled``: something bad was observed of it once. ``unhealthy``: its owners are told,
    or about to be. ``withdrawn``: it was taken back for its health, to the end. ``asked``
    grows with every mark.
    """

    version: str
    look: bool = False
    troubled: bool = False
    asked: int = 0
    unhealthy: bool = False
    withdrawn: bool = False
    held_until_s: float = 0.0


class Watch:
    """The marks on the ``Documents`` port."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def mark(self, version: str) -> None:
        """The version is looked at soon."""
        await self._change(version, _marked)

    async def bad_news(self, version: str) -> None:
        """Something bad was observed: the version is looked at soon."""
        await self._change(version, lambda known: replace(_marked(known), troubled=True))

    async def good_news(self, version: str) -> None:
        """Something good was observed: of use only where something was bad.

        Most versions never had any trouble; for their every project, this writes nothing.
        """
        await self._change(version, lambda known: _marked(known) if known.troubled else known)

    async def to_look_at(self) -> Sequence[str]:
        """Marked versions, in order of id."""
        found = await self._documents.find(HEALTH.name, {"look": True}, limit=BATCH)
        return [each.id for each in found]

    async def unhealthy(self) -> Sequence[str]:
        """Versions whose owners are told."""
        found = await self._documents.find(HEALTH.name, {"unhealthy": True}, limit=BATCH)
        return [each.id for each in found]

    async def claim(self, version: str, *, now_s: float) -> Watched | None:
        """The version is this caller's for a while; None where somebody else holds it."""
        found = await self._documents.get(HEALTH.name, version)
        if found is None or _watched(found).held_until_s > now_s:
            return None
        claimed = replace(_watched(found), held_until_s=now_s + HOLD_S)
        is_ours = await self._documents.replace(
            HEALTH.name, version, _data(claimed), version=found.version
        )
        return claimed if is_ours else None

    async def decided(self, claimed: Watched, *, unhealthy: bool, withdrawn: bool) -> None:
        """Keep what was decided before it is acted upon; a later claim finds it."""
        await self._change(
            claimed.version,
            lambda known: replace(known, unhealthy=unhealthy, withdrawn=withdrawn),
        )

    async def done(self, claimed: Watched) -> None:
        """Let go of it; its mark is cleared unless it was marked once more meanwhile."""
        await self._change(
            claimed.version,
            lambda known: replace(known, held_until_s=0.0, look=known.asked != claimed.asked),
        )

    async def let_go(self, claimed: Watched) -> None:
        """Nothing could be done about it now; its mark stays."""
        await self._change(claimed.version, lambda known: replace(known, held_until_s=0.0))

    async def _change(self, version: str, to: Callable[[Watched], Watched]) -> None:
        def decide(known: Mapping[str, Json] | None) -> Mapping[str, Json] | None:
            watched = msgspec.convert(known, Watched) if known else Watched(version=version)
            changed = to(watched)
            return None if changed == watched else _data(changed)

        await change(self._documents, HEALTH.name, version, decide)


def _marked(watched: Watched) -> Watched:
    return replace(watched, look=True, asked=watched.asked + 1)


def _watched(document: Document) -> Watched:
    return msgspec.convert(document.data, Watched)


def _data(watched: Watched) -> Mapping[str, Json]:
    data: Mapping[str, Json] = msgspec.to_builtins(watched)
    return data
