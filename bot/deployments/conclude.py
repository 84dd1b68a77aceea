"""A deployment has ended: everything that has to know of it knows it, once.

Repeating any of it is harmless, so a kill in the middle costs nothing.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

from bot.deployments.history import to_roll_back_to
from bot.deployments.record import Action, Deployment, DeploymentState
from bot.deployments.services import DeployServices, audit, intent_of
from bot.deployments.start_deployment import Wanted, start_deployment
from bot.deployments.verdict import Via
from bot.github.port import Commit, GitHubError
from bot.projects import Project
from bot.runs import Run, RunState, run_id
from bot.store.port import Json

_SAYS = {
    DeploymentState.SUCCEEDED: True,
    DeploymentState.FAILED: False,
    DeploymentState.ROLLED_BACK: False,
}


async def conclude(run: Run, ended: Deployment, services: DeployServices) -> None:
    """Record the deployment as it ended, and let go of the environment or roll it back."""
    before = await services.records.get(ended.id)
    await services.records.put(ended)
    if before is None or not before.state.is_final:  # a repetition counts no second time
        services.count_ended(ended)
    await _note_in_project(ended, services)
    await audit(
        services,
        ended,
        "deployment.ended",
        delivery=run.cause.delivery,
        by_id=run.cause.actor_id,
    )
    intent = intent_of(run)
    if intent.origin and ended.state is DeploymentState.SUCCEEDED:
        await services.records.update(intent.origin, state=DeploymentState.ROLLED_BACK)
    if not await _roll_back(run, ended, services):
        await services.environments.free(ended.project, ended.environment, run=run.id)


def rollback_id(deployment: str) -> str:
    """The id that the rollback has which a failure of this deployment starts by itself."""
    return run_id("deploy", _rollback_key(deployment))


def state_of(run: Run, deployment: Deployment) -> DeploymentState:
    """Where it stands, also where its run came to no verdict.

    Before anybody was asked to deploy, nothing was deployed; after that, nobody knows.
    """
    if deployment.state.is_final or not run.finished:
        return deployment.state
    if run.state is RunState.CANCELLED:
        return DeploymentState.CANCELLED
    return DeploymentState.UNKNOWN if "started_at_s" in run.facts else DeploymentState.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRunEnded:
    """The engine's word that a run has ended, by whatever way."""

    services: DeployServices

    async def __call__(self, run: Run) -> None:
        """Conclude what no verdict has concluded; tell GitHub that nobody will deploy it."""
        services = self.services
        deployment = await services.records.get(run.id)
        if deployment is None or deployment.state.is_final:
            return
        ended = replace(
            deployment, state=state_of(run, deployment), ended_at_s=services.clock.now_s()
        )
        if ended.github_id and ended.state is not DeploymentState.UNKNOWN:
            with suppress(GitHubError):  # a courtesy to whoever waits for it
                await services.github.deployments.add_status(
                    intent_of(run).repository,
                    ended.github_id,
                    state="error",
                    description="Not started: see the comment in the issue.",
                )
        await conclude(run, ended, services)


async def _note_in_project(ended: Deployment, services: DeployServices) -> None:
    last: dict[str, Json] = {
        "environment": ended.environment,
        "commit": ended.commit,
        "state": ended.state.value,
        "at_s": ended.ended_at_s,
        "by": ended.by,
        "run": ended.id,
        "url": ended.url,
    }
    good = ended.state is DeploymentState.SUCCEEDED

    def told(project: Project) -> Project:
        image = ended.image if good and ended.image else project.image
        return replace(
            project,
            last_deployment=last,
            image=image,
            updated_at_s=max(ended.ended_at_s, project.updated_at_s),
        )

    await services.projects.change(ended.project, told)
    project = await services.projects.get(ended.project)
    if project is not None and ended.state in _SAYS:
        await services.observe(project, _SAYS[ended.state], ended.ended_at_s)


async def _roll_back(run: Run, ended: Deployment, services: DeployServices) -> bool:
    """Start the rollback of a failure that nobody else rolls back; whether there is one."""
    intent = intent_of(run)
    by_itself = intent.via is Via.DEPLOYMENT and ended.action is not Action.ROLLBACK
    if not by_itself or ended.state is not DeploymentState.FAILED or not ended.github_id:
        return False
    target = to_roll_back_to(
        await services.records.of_environment(ended.project, ended.environment)
    )
    project = await services.projects.get(ended.project)
    if target is None or project is None or target.commit == ended.commit:
        return False
    await start_deployment(
        Wanted(
            key=_rollback_key(ended.id),
            project=project,
            environment=ended.environment,
            action=Action.ROLLBACK,
            commit=Commit(id=target.commit, committed_at_s=target.committed_at_s),
            ref=target.ref,
            via=intent.via,
            default_branch=intent.default_branch,
            subject=run.subject,
            cause=run.cause,
            origin=ended.id,
        ),
        services,
    )
    return True


def _rollback_key(deployment: str) -> str:
    return f"rollback-of:{deployment}"
