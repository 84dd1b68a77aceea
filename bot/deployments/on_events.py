"""When something is told of a deployment under way: keep it, and let its run look."""

import re
from dataclasses import dataclass

from bot.clock import seconds_of
from bot.deployments.news import HeardRun
from bot.deployments.record import Deployment
from bot.deployments.services import DEPLOY_WORKFLOW, WORKFLOWS, DeployServices
from bot.github.port import DeploymentStatus, RepositoryName
from bot.runs import enqueue
from bot.work.events import DeploymentTold, WorkflowRunEnded

RUN = re.compile(r"deploy-[0-9a-f]{16}")


def is_ours(event: DeploymentTold) -> bool:
    """Whether the deployment says that one of our runs made it."""
    return RUN.fullmatch(event.run) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDeploymentStatus:
    """Statuses of deployments that we made; GitHub's own beside them are not followed."""

    services: DeployServices

    async def __call__(self, event: DeploymentTold) -> None:
        """Keep it under the id of GitHub's deployment, which the run compares with its own."""
        if not is_ours(event):
            return
        deployment = await _deployment(event.run, event.repository, self.services)
        if deployment is None:
            return
        status = DeploymentStatus(
            id=event.status_id,
            state=event.state,
            description=event.description,
            environment_url=event.environment_url,
            log_url=event.url,
            told_at_s=seconds_of(event.told_at) or self.services.clock.now_s(),
        )
        await self.services.news.status(
            deployment.id, event.deployment_id, [status], now_s=self.services.clock.now_s()
        )
        await _wake(deployment, self.services)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDeployRun:
    """Ends of the workflow that deploys; its run's name carries the id of ours."""

    services: DeployServices

    async def __call__(self, event: WorkflowRunEnded) -> None:
        """Keep how it ended under its own id, which the run compares with the one it started."""
        found = RUN.search(event.title)
        if event.workflow != WORKFLOWS + DEPLOY_WORKFLOW or found is None:
            return
        deployment = await _deployment(found[0], event.repository, self.services)
        if deployment is None:
            return
        heard = HeardRun(
            id=event.run_id, status="completed", conclusion=event.conclusion, url=event.url
        )
        await self.services.news.run(deployment.id, heard, now_s=self.services.clock.now_s())
        await _wake(deployment, self.services)


async def _deployment(
    run: str, repository: RepositoryName, services: DeployServices
) -> Deployment | None:
    found = await services.records.get(run)
    ours = found is not None and found.full_name.lower() == str(repository).lower()
    return found if ours else None


async def _wake(deployment: Deployment, services: DeployServices) -> None:
    run = await services.runs.get(deployment.id)
    if run is not None and not run.finished:
        await enqueue(services.queue, run)
