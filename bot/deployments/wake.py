"""Wakes deployments that have news, or have had none for long, where no event did."""

from dataclasses import dataclass

from bot.deployments.services import DEPLOY, DeployServices
from bot.runs import Run, RunState, enqueue


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeDeployments:
    """For the schedule. An event that comes while its run is being worked on wakes nobody:
    the queue holds that run already. What was heard tells it.
    """

    services: DeployServices

    async def once(self) -> int:
        """Queue every deployment that has something to look at; returns how many."""
        woken, after = 0, ""
        while page := await self.services.runs.in_state(RunState.WAITING, after=after):
            for run in page:
                if run.kind == DEPLOY and await self._has_news(run):
                    await enqueue(self.services.queue, run)
                    woken += 1
            after = page[-1].id
        return woken

    async def _has_news(self, run: Run) -> bool:
        if run.wake_at_s <= self.services.clock.now_s():
            return True
        return (await self.services.news.get(run.id)).size != run.facts.get("heard", 0)
