"""From a command to a saved, queued deployment: one an environment at a time."""

import secrets
from dataclasses import dataclass

from bot.deployments.record import Action, Deployment, DeploymentState
from bot.deployments.rules import require_free
from bot.deployments.services import DEPLOY, DeployServices, Intent, audit, intent_data
from bot.deployments.verdict import Via
from bot.errors import RetryLater
from bot.github.port import Commit
from bot.organization import DeploymentApproval
from bot.projects import Project
from bot.runs import Cause, Run, enqueue, run_id

BEING_SAVED_S = 60.0  # between taking an environment and saving the run that did


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A deployment that every rule allows. ``key`` names the wish: twice the same is once."""

    key: str
    project: Project
    environment: str
    action: Action
    commit: Commit
    ref: str
    via: Via
    default_branch: str
    subject: str  # the thread that it was commanded in
    cause: Cause
    approvals: tuple[DeploymentApproval, ...] = ()
    origin: str = ""
    instead_of_waiting: bool = False  # takes the place of one that waits for approval


async def start_deployment(wanted: Wanted, services: DeployServices) -> Run:
    """Save it and queue it. Raises Refused where another is under way."""
    id_ = run_id(DEPLOY, wanted.key.lower())
    known = await services.runs.get(id_)
    if known is not None:
        await enqueue(services.queue, known)
        return known
    await _take(id_, wanted, services)
    deployment, run = _deployment(id_, wanted, services), _run(id_, wanted, services)
    await services.records.put(deployment)
    await audit(
        services,
        deployment,
        "deployment.commanded",
        delivery=wanted.cause.delivery,
        by_id=wanted.cause.actor_id,
    )
    await services.runs.add(run)  # last: what has no run is done again
    await enqueue(services.queue, run)
    return run


async def _take(id_: str, wanted: Wanted, services: DeployServices) -> None:
    """The environment is this run's; one whose run has ended, or never began, is free."""
    now_s, project, name = services.clock.now_s(), wanted.project.id, wanted.environment
    instead_of = wanted.origin
    while True:
        holder = await services.environments.take(
            project, name, run=id_, now_s=now_s, instead_of=instead_of
        )
        if holder == id_:
            return
        run, deployment = await services.runs.get(holder), await services.records.get(holder)
        if run is None or deployment is None:
            taken_at_s = (await services.environments.get(project, name)).taken_at_s
            if now_s - taken_at_s < BEING_SAVED_S:
                raise RetryLater(f"{holder} is being saved.", wait_s=1.0)
        elif not run.finished:
            waits = deployment.state is DeploymentState.WAITS_FOR_APPROVAL
            if not (waits and wanted.instead_of_waiting):
                require_free(name, deployment, ours=id_)
            await enqueue(services.queue, run)  # it finds that its place is taken
        instead_of = holder


def _deployment(id_: str, wanted: Wanted, services: DeployServices) -> Deployment:
    project, waits = wanted.project, bool(wanted.approvals)
    return Deployment(
        id=id_,
        project=project.id,
        full_name=project.full_name,
        team=project.team,
        template=project.template,
        template_version_id=project.template_version_id,
        environment=wanted.environment,
        action=wanted.action,
        commit=wanted.commit.id,
        ref=wanted.ref,
        committed_at_s=wanted.commit.committed_at_s,
        by=wanted.cause.actor,
        by_id=wanted.cause.actor_id,
        cause_url=wanted.cause.url,
        state=DeploymentState.WAITS_FOR_APPROVAL if waits else DeploymentState.RUNNING,
        created_at_s=services.clock.now_s(),
    )


def _run(id_: str, wanted: Wanted, services: DeployServices) -> Run:
    intent = Intent(
        full_name=wanted.subject.rpartition("#")[0],
        project=wanted.project.id,
        environment=wanted.environment,
        action=wanted.action,
        commit=wanted.commit.id,
        via=wanted.via,
        default_branch=wanted.default_branch,
        approvals=wanted.approvals,
        origin=wanted.origin,
    )
    return Run(
        id=id_,
        kind=DEPLOY,
        subject=wanted.subject,
        token=secrets.token_hex(16),
        intent=intent_data(intent),
        cause=wanted.cause,
        created_at_s=services.clock.now_s(),
        steps=services.engine.planned_steps(DEPLOY),
    )
