"""What was heard of a deployment while it goes: kept apart from its record.

Events write here and the run reads, so neither waits for the other. Doubled, late and
disordered news make no difference: everything is kept under what it is about.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from bot.github.port import DeploymentStatus
from bot.store.collections import DEPLOYMENT_NEWS
from bot.store.keep import change_value
from bot.store.port import Documents


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardRun:
    """A workflow run as it was last heard of; ``status`` ``gone`` says that it was deleted."""

    id: int
    status: str
    conclusion: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenApproval:
    """One ``/approve`` of a member of ``team``."""

    person_id: int
    login: str
    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """``statuses`` by the id of the deployment that they are of, then by their own."""

    statuses: Mapping[str, Mapping[str, DeploymentStatus]] = field(default_factory=dict)
    runs: Mapping[str, HeardRun] = field(default_factory=dict)
    approvals: Mapping[str, GivenApproval] = field(default_factory=dict)
    heard_at_s: float = 0.0

    def of(self, deployment: int) -> Sequence[DeploymentStatus]:
        """The statuses of one deployment of GitHub's, oldest first."""
        return sorted(self.statuses.get(str(deployment), {}).values(), key=lambda each: each.id)


class NewsRecords:
    """News by the id of the run, on the ``Documents`` port."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def get(self, run: str) -> News:
        """Everything heard so far."""
        found = await self._documents.get(DEPLOYMENT_NEWS.name, run)
        return msgspec.convert(found.data, News) if found else News()

    async def status(
        self, run: str, deployment: int, statuses: Sequence[DeploymentStatus], *, now_s: float
    ) -> News:
        """These were said of that deployment; what was known already is no news."""

        def decide(known: News) -> News:
            before = known.statuses.get(str(deployment), {})
            after = {**{str(each.id): each for each in statuses}, **before}  # they never change
            if after == before:
                return known
            return replace(
                known, statuses={**known.statuses, str(deployment): after}, heard_at_s=now_s
            )

        return await self._change(run, decide)

    async def run(self, run: str, heard: HeardRun, *, now_s: float) -> News:
        """The workflow run stands so; one that has completed stays so."""

        def decide(known: News) -> News:
            before = known.runs.get(str(heard.id))
            if before == heard or (before is not None and before.status == "completed"):
                return known
            return replace(known, runs={**known.runs, str(heard.id): heard}, heard_at_s=now_s)

        return await self._change(run, decide)

    async def approval(self, run: str, given: GivenApproval) -> News:
        """That person approves; once, however often they say so."""
        return await self._change(
            run,
            lambda known: replace(
                known, approvals={**known.approvals, str(given.person_id): given}
            ),
        )

    async def _change(self, run: str, decide: Callable[[News], News]) -> News:
        return await change_value(
            self._documents, DEPLOYMENT_NEWS.name, run, decide, default=News()
        )
