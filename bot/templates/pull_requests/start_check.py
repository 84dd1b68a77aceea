"""From an event to a saved, queued check: one a head, one more for each wish to have it anew."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.github.port import RepositoryName
from bot.queue.port import Queue
from bot.runs import Cause, Engine, Run, RunRecords, enqueue, run_id
from bot.store.port import Json
from bot.templates.pull_requests.records import Checks
from bot.templates.pull_requests.services import CHECK


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCheck:
    """Makes check runs."""

    runs: RunRecords
    checks: Checks
    engine: Engine
    queue: Queue
    clock: Clock
    catalog: RepositoryName

    async def of_pull_request(
        self, number: int, *, head: str, base_branch: str, cause: Cause, anew: str = ""
    ) -> Run:
        """The check of this head. ``anew`` (a delivery's id) makes it another one."""
        intent: dict[str, Json] = {"pull": number, "head": head, "actor": cause.actor}
        subject = f"{self.catalog}#{number}"
        return await self._start(subject, f"{subject}:{head}:{base_branch}:{anew}", intent, cause)

    async def of_content(
        self, trees: Mapping[str, str], *, head: str, first: bool, cause: Cause
    ) -> Run:
        """The check of what the default branch holds beside any pull request's check.

        ``trees`` has the git ids of the templates' folders at ``head``. ``first`` is the
        first reading of a catalog. The same content has one check, whatever the commit.
        """
        intent: dict[str, Json] = {
            "pull": 0,
            "head": head,
            "trees": dict(trees),
            "first": first,
            "actor": cause.actor,
        }
        content = ",".join(f"{name}@{tree}" for name, tree in sorted(trees.items()))
        return await self._start(
            f"{self.catalog}@{head}", f"{self.catalog}:{content}", intent, cause
        )

    async def again(self, run: Run, *, cause: Cause, anew: str, changed: Mapping[str, Json]) -> Run:
        """The same check once more, with these differences in what is asked for."""
        intent = {**run.intent, **changed}
        return await self._start(run.subject, f"{run.subject}:{run.id}:{anew}", intent, cause)

    async def enqueue(self, run: Run) -> None:
        """Queue the run; it looks again, wherever it stands."""
        await enqueue(self.queue, run)

    async def _start(self, subject: str, key: str, intent: Mapping[str, Json], cause: Cause) -> Run:
        run = Run(
            id=run_id(CHECK, key.lower()),
            kind=CHECK,
            subject=subject,
            token="",  # nothing of GitHub's is marked by it
            intent=intent,
            cause=cause,
            created_at_s=self.clock.now_s(),
            steps=self.engine.planned_steps(CHECK),
        )
        if not await self.runs.add(run):
            known = await self.runs.get(run.id)
            run = known or run
        await self.checks.begun(run)
        await self.enqueue(run)
        return run
