"""When a workflow run of the catalog ends: a check may wait for it."""

from dataclasses import dataclass

from bot.runs import RunRecords
from bot.templates.catalog_files import VERIFY_WORKFLOW
from bot.templates.pull_requests.start_check import StartCheck
from bot.templates.pull_requests.verify import BRANCH
from bot.work.events import WorkflowRunEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class OnVerifyRun:
    """Wakes the check whose projects were on that branch; it asks GitHub itself how it went."""

    start: StartCheck
    runs: RunRecords

    async def __call__(self, event: WorkflowRunEnded) -> None:
        """Queue the check; a run of any other workflow is none of ours."""
        ours = str(event.repository).lower() == str(self.start.catalog).lower()
        if not ours or event.workflow != VERIFY_WORKFLOW or not event.branch.startswith(BRANCH):
            return
        run = await self.runs.get(await self.start.checks.of(event.branch))
        if run is not None:
            await self.start.enqueue(run)
