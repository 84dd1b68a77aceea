"""Shows a deployment where it was commanded: one edited comment, and a check run a stage."""

from dataclasses import dataclass

from bot.deployments.conclude import rollback_id, state_of
from bot.deployments.record import Deployment
from bot.deployments.services import DeployServices, intent_of
from bot.github.port import thread_of
from bot.progress import Sticky
from bot.progress.deployment_view import Shown, deployment_comment, stage_checks
from bot.runs import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDeployment:
    """The reporter's ``Show``. A rollback that started by itself is told where its cause is."""

    services: DeployServices
    sticky: Sticky

    async def __call__(self, run: Run) -> None:
        """The check runs, then the comment; a check run that fails keeps nobody from it."""
        deployment = await self.services.records.get(run.id)
        if deployment is None:
            return
        shown = await self._shown(run, deployment)
        repository, _ = thread_of(run.subject)
        try:
            for check in stage_checks(shown):
                await self.sticky.check(repository, check)
        finally:
            await self._comment(await self._told_in(shown))

    async def _shown(self, run: Run, deployment: Deployment) -> Shown:
        policy = (await self.services.organization()).policies.deployments
        ladder, name = policy.environments, deployment.environment
        then = ladder[ladder.index(name) + 1 :] if name in ladder else ()
        return Shown(
            deployment=deployment,
            state=state_of(run, deployment),
            run=run,
            then=then[0] if then else "",
            approvals=intent_of(run).approvals,
            rollback=await self.services.records.get(rollback_id(deployment.id)),
        )

    async def _told_in(self, shown: Shown) -> Shown:
        """The deployment in whose comment this one is told: mostly its own."""
        origin = intent_of(shown.run).origin
        if not origin:
            return shown
        run, deployment = (
            await self.services.runs.get(origin),
            await self.services.records.get(origin),
        )
        return await self._shown(run, deployment) if run and deployment else shown

    async def _comment(self, shown: Shown) -> None:
        repository, number = thread_of(shown.run.subject)
        await self.sticky.comment(
            repository,
            number,
            about=f"deployment-{shown.run.id}",
            body=deployment_comment(shown),
        )
