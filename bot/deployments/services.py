"""What deployments are made with, and what a run of theirs says of itself."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from bot.audit import AuditCause, AuditLog
from bot.clock import Clock
from bot.deployments.environments import Environments
from bot.deployments.news import NewsRecords
from bot.deployments.record import Action, Deployment, DeploymentRecords
from bot.deployments.verdict import Via
from bot.github.port import GitHub, RepositoryName
from bot.organization import DeploymentApproval, Organization
from bot.projects import Project, ProjectRecords
from bot.queue.port import Queue
from bot.runs import Engine, Run, RunRecords
from bot.store.port import Json

DEPLOY = "deploy"
DEPLOY_WORKFLOW, PLAN_WORKFLOW = "deploy.yml", "plan.yml"
WORKFLOWS = ".github/workflows/"

# Takes note of how a deployment of that project ended: well or not, when, and where to look.
Observe = Callable[[Project, bool, float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployServices:
    """What the steps and the commands may use."""

    github: GitHub
    organization: Callable[[], Awaitable[Organization]]
    projects: ProjectRecords
    records: DeploymentRecords
    environments: Environments
    news: NewsRecords
    runs: RunRecords
    engine: Engine
    queue: Queue
    audit: AuditLog
    clock: Clock
    observe: Observe


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a run of this kind was asked to do; the rest is in its ``Deployment``."""

    full_name: str
    project: str
    environment: str
    action: Action
    commit: str
    via: Via
    default_branch: str
    approvals: tuple[DeploymentApproval, ...] = ()
    origin: str = ""  # the deployment whose failure started this rollback by itself

    @property
    def repository(self) -> RepositoryName:
        """Where it happens."""
        return RepositoryName.of(self.full_name)

    @property
    def payload_action(self) -> str:
        """What whoever deploys is told: a promotion is a deployment to them."""
        return Action.ROLLBACK.value if self.action is Action.ROLLBACK else Action.DEPLOY.value


def intent_of(run: Run) -> Intent:
    """The intent as it was saved."""
    return msgspec.convert(run.intent, Intent)


def intent_data(intent: Intent) -> dict[str, Json]:
    """The intent as it is saved."""
    data: dict[str, Json] = msgspec.to_builtins(intent)
    return data


async def audit(
    services: DeployServices, deployment: Deployment, action: str, *, delivery: str, by_id: int
) -> None:
    """The audit log has it once, under the request that the project came of."""
    project = await services.projects.get(deployment.project)
    await services.audit.append(
        key=f"{deployment.id}:{action}",
        action=action,
        subject=project.request if project else deployment.full_name,
        actor=deployment.by,
        actor_id=by_id,
        cause=AuditCause(delivery=delivery, url=deployment.cause_url),
        details={
            "environment": deployment.environment,
            "commit": deployment.commit,
            "action": deployment.action.value,
            "state": deployment.state.value,
            "run": deployment.id,
        },
    )
