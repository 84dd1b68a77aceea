"""The deploy run: from an allowed command to an outcome that was observed, one ensure a step."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.deployments.conclude import conclude
from bot.deployments.follow import ASK_S, find_run, known_run, look
from bot.deployments.record import Deployment, DeploymentState
from bot.deployments.rules import missing_approvals, require_unlocked
from bot.deployments.services import (
    DEPLOY,
    DEPLOY_WORKFLOW,
    WORKFLOWS,
    DeployServices,
    intent_of,
)
from bot.deployments.verdict import Verdict, Via, Why, image_of, judge, plan_of, stages_of
from bot.errors import UserError
from bot.github.port import Forbidden, NewDeployment, NotFound, Rejected
from bot.progress import counted
from bot.progress.deployment_view import outcome_problem
from bot.progress.inert import inert
from bot.runs import Cancelled, Outcome, Run, RunKind, Step, Waits

APPROVAL_WITHIN_S = 72 * 3600.0
LOOK_FOR_APPROVAL_S = 3600.0
SHOWS_UP_S = 15.0  # until a started workflow run is in GitHub's list


class WorkflowMissing(UserError):
    """The file that deploys is not where it has to be."""

    code = "workflow-missing"

    def __init__(self, file: str) -> None:
        path = f"{WORKFLOWS}{file}"
        super().__init__(
            f"GitHub finds no workflow `{path}` on the default branch, or Actions are off.",
            fix=f'Put `{path}` back under this very name, or say `"via": "deployment"` in '
            "`deploy/settings.json` where another system deploys; then comment the command again.",
        )


class NotStarted(UserError):
    """GitHub refused to make or to start it; nothing was deployed."""

    code = "deployment-not-started"


class NotDeployed(UserError):
    """It ended, and not with the commit in place."""

    code = "not-deployed"


async def approve(run: Run, services: DeployServices) -> Outcome:
    """Wait for the people whom policy names, and for nobody where it names none."""
    intent, deployment = intent_of(run), await _deployment(run, services)
    await _require_place(run, deployment, services)
    if not intent.approvals:
        return Outcome()
    given = (await services.news.get(run.id)).approvals
    missing = missing_approvals(intent.approvals, given, by_id=deployment.by_id)
    now_s = services.clock.now_s()
    if missing:
        if now_s - run.created_at_s >= APPROVAL_WITHIN_S:
            raise Cancelled("Nobody approved it in time.")
        raise Waits("Waits for approval", wait_s=LOOK_FOR_APPROVAL_S)
    environment = await services.environments.get(intent.project, intent.environment)
    require_unlocked(intent.environment, environment.lock, by_id=deployment.by_id, now_s=now_s)
    names = tuple(sorted(each.login for each in given.values()))
    await services.records.update(run.id, state=DeploymentState.RUNNING, approved_by=names)
    return Outcome(note=counted(len(names), "approval"))


async def create(run: Run, services: DeployServices) -> Outcome:
    """Make GitHub's deployment of the pinned commit, or find the one that was made."""
    intent, deployment = intent_of(run), await _deployment(run, services)
    await _require_place(run, deployment, services)
    found = None
    if deployment.github_id or _attempts(run, "create") > 1:
        found = deployment.github_id or await services.github.deployments.find(
            intent.repository, commit=intent.commit, environment=intent.environment, run=run.id
        )
    if found is None:
        found = await _create(run, services)
    await services.records.update(run.id, github_id=found)
    return Outcome()


async def _create(run: Run, services: DeployServices) -> int:
    intent = intent_of(run)
    new = NewDeployment(
        commit=intent.commit,
        environment=intent.environment,
        run=run.id,
        action=intent.payload_action,
        description=f"Commanded in {run.subject.rpartition('/')[2]}",
        production=intent.environment == "production",
    )
    try:
        return await services.github.deployments.create(intent.repository, new)
    except Rejected as error:
        raise NotStarted(
            f"GitHub refused to make the deployment: {inert(str(error))}.",
            fix="Nothing was deployed. Where the commit is gone, name another; then comment the "
            "command again.",
        ) from None


async def start(run: Run, services: DeployServices) -> Outcome:
    """Start the workflow that deploys, once; another system hears of it by itself."""
    now_s = services.clock.now_s()
    if intent_of(run).via is Via.DEPLOYMENT:
        return Outcome(facts={"started_at_s": now_s})
    workflow_run: int | None = None
    if _attempts(run, "start") > 1:
        found = await find_run(run, services)
        workflow_run = found.id if found else None
        if found is None and now_s - _started_at_s(run, "start") < SHOWS_UP_S:
            raise Waits("Looks whether it was started already", wait_s=SHOWS_UP_S)
    if workflow_run is None:
        workflow_run = await _dispatch(run, services)
    return Outcome(facts={"started_at_s": now_s, "workflow_run": workflow_run})


async def _dispatch(run: Run, services: DeployServices) -> int | None:
    intent, deployment = intent_of(run), await _deployment(run, services)
    inputs = {
        "run": run.id,
        "deployment": str(deployment.github_id),
        "environment": intent.environment,
        "commit": intent.commit,
        "action": intent.payload_action,
    }
    try:
        return await services.github.actions.dispatch(
            intent.repository, DEPLOY_WORKFLOW, ref=intent.default_branch, inputs=inputs
        )
    except NotFound:
        raise WorkflowMissing(DEPLOY_WORKFLOW) from None
    except Rejected as error:
        raise NotStarted(
            f"GitHub refused to start `{DEPLOY_WORKFLOW}`: {inert(str(error))}.",
            fix="Nothing was deployed. Enable the workflow, or give it back its trigger and its "
            "inputs as the template has them; then comment the command again.",
        ) from None


async def follow(run: Run, services: DeployServices) -> Outcome:
    """Wait until it is known how it ended. Every event and the time bring the run back."""
    deployment = await _deployment(run, services)
    now_s = services.clock.now_s()
    looked_at_s = float(str(run.facts.get("looked_at_s", run.facts["started_at_s"])))
    ask = now_s - looked_at_s >= ASK_S
    observed = await look(run, deployment, services, ask=ask)
    verdict = judge(observed)
    await _note(run, deployment, services, ended=verdict)
    if verdict is None:
        facts = {"looked_at_s": now_s if ask else looked_at_s}
        raise Waits("Under way", wait_s=ASK_S, facts=facts)
    return Outcome(facts={"verdict": verdict.state.value, "why": verdict.why.value})


async def _note(
    run: Run, deployment: Deployment, services: DeployServices, *, ended: Verdict | None
) -> None:
    """The record shows the stages as they are known."""
    news = await services.news.get(run.id)
    statuses, known = news.of(deployment.github_id), known_run(run, news)
    logs = [each.log_url for each in statuses if each.log_url]
    urls = [each.environment_url for each in statuses if each.environment_url]
    await services.records.update(
        run.id,
        stages=stages_of(statuses, ended=ended.state if ended else None),
        plan=plan_of(statuses) or deployment.plan,
        image=image_of(statuses) or deployment.image,
        url=urls[-1] if urls else deployment.url,
        look_url=(known.url if known else "") or (logs[-1] if logs else "") or deployment.look_url,
    )


async def finish(run: Run, services: DeployServices) -> Outcome:
    """Everything knows the outcome; a run whose commit is not in place ends as failed."""
    deployment = await _deployment(run, services)
    state = DeploymentState(str(run.facts["verdict"]))
    ended_at_s = deployment.ended_at_s or services.clock.now_s()
    if deployment.state is DeploymentState.ROLLED_BACK:
        state = deployment.state  # told by the rollback that an earlier attempt started
    ended = replace(deployment, state=state, ended_at_s=ended_at_s)
    await conclude(run, ended, services)
    if state is not DeploymentState.SUCCEEDED:
        problem, fix = outcome_problem(ended, Why(str(run.facts["why"])))
        raise NotDeployed(problem, fix=fix)
    return Outcome()


Ensure = Callable[[Run, DeployServices], Awaitable[Outcome]]


def permitted(ensure: Ensure) -> Ensure:
    """The step, telling people of a missing permission instead of breaking at it."""

    async def step(run: Run, services: DeployServices) -> Outcome:
        try:
            return await ensure(run, services)
        except Forbidden as error:
            raise NotStarted(
                f"GitHub does not permit the App to do this: {inert(str(error))}.",
                fix="The platform team runs `paved-road doctor`, which names what is missing.",
            ) from None

    return step


DEPLOY_STEPS: tuple[Step[DeployServices], ...] = (
    Step(name="approve", title="Approval", ensure=permitted(approve)),
    Step(name="create", title="Make the deployment", ensure=permitted(create)),
    Step(name="start", title="Start it", ensure=permitted(start)),
    Step(name="follow", title="Follow it", ensure=permitted(follow)),
    Step(name="finish", title="Record the outcome", ensure=permitted(finish)),
)
DEPLOY_KIND: RunKind[DeployServices] = RunKind(name=DEPLOY, title="Deploy", steps=DEPLOY_STEPS)


async def _deployment(run: Run, services: DeployServices) -> Deployment:
    found = await services.records.get(run.id)
    if found is None:
        raise LookupError(f"no deployment {run.id}")
    return found


async def _require_place(run: Run, deployment: Deployment, services: DeployServices) -> None:
    """Raises Cancelled where another command has taken the environment meanwhile."""
    environment = await services.environments.get(deployment.project, deployment.environment)
    if environment.run != run.id:
        raise Cancelled("A later command took its place.")


def _attempts(run: Run, step: str) -> int:
    return next(record.attempts for record in run.steps if record.name == step)


def _started_at_s(run: Run, step: str) -> float:
    return next(record.started_at_s for record in run.steps if record.name == step)
