"""What was observed of a template version: one record for each thing that was observed.

Repeating an observation changes nothing. A later one of the same thing takes the place of
the earlier, in whatever order they arrive; so the records, and the health that is made
of them, depend on what happened alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from bot.store.collections import EVIDENCE
from bot.store.keep import change
from bot.store.port import Documents, Json

PAGE = 1_000


class Source(StrEnum):
    """Where evidence comes from."""

    VERIFY = "verify"
    GENERATION = "generation"
    FIRST_BUILD = "first-build"
    DEPLOYMENT = "deployment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One observation.

    ``about`` names the thing observed: a run, a workflow of a project, a project. ``whose``
    it is says whose voice it counts as: a hundred failures of one person or project
    are one. ``made_at_s`` is when that thing was made and never changes; ``at_s`` is when
    it was observed.
    """

    version: str
    source: Source
    about: str
    whose: str
    good: bool
    made_at_s: float
    at_s: float
    url: str = ""

    @property
    def id(self) -> str:
        """The same for every observation of the same thing."""
        return f"{self.version}:{self.source}:{self.about}"


def merged(one: Evidence, other: Evidence) -> Evidence:
    """Which of two observations of the same thing counts.

    Of a project's first build the first one that concluded: what people had to do to
    make it pass later is not the template's doing. Of everything else the last one. Where both
    were made at the same time, the bad one.
    """
    if one.source is Source.FIRST_BUILD:
        return min(one, other, key=lambda each: (each.at_s, each.good, each.url))
    return max(one, other, key=lambda each: (each.at_s, not each.good, each.url))


def distinct(evidence: Iterable[Evidence]) -> Sequence[Evidence]:
    """One observation of each thing."""
    found: dict[str, Evidence] = {}
    for each in evidence:
        known = found.get(each.id)
        found[each.id] = merged(known, each) if known else each
    return list(found.values())


class EvidenceRecords:
    """Evidence on the ``Documents`` port."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def note(self, evidence: Evidence) -> None:
        """Keep it; what is known already, or was overtaken, changes nothing."""

        def decide(known: Mapping[str, Json] | None) -> Mapping[str, Json]:
            kept = merged(msgspec.convert(known, Evidence), evidence) if known else evidence
            data: Mapping[str, Json] = msgspec.to_builtins(kept)
            return data

        await change(self._documents, EVIDENCE.name, evidence.id, decide)

    async def has(self, evidence: Evidence) -> bool:
        """Whether this very observation is kept."""
        known = await self._documents.get(EVIDENCE.name, evidence.id)
        return known is not None and msgspec.convert(known.data, Evidence) == evidence

    async def of_version(self, version: str) -> Sequence[Evidence]:
        """All of a version's."""
        found: list[Evidence] = []
        after = ""
        while page := await self._documents.find(
            EVIDENCE.name, {"version": version}, after=after, limit=PAGE
        ):
            found += [msgspec.convert(each.data, Evidence) for each in page]
            after = page[-1].id
        return found
