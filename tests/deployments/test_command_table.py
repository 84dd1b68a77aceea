"""Every command of a project × every role × every state of the environment.

What each cell says is written down here; the rows come from the table of commands.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import pytest

from bot.audit import AuditLog
from bot.clock import ManualClock
from bot.commands import COMMANDS, OnComment, Place, Standing, TakenComments
from bot.deployments import Action, Deployment, DeploymentRecords, DeploymentState
from bot.deployments.approvals import ApproveCommand
from bot.deployments.commands import DeploymentCommands
from bot.deployments.environments import Environments, Lock
from bot.deployments.locks import LockCommands
from bot.deployments.news import NewsRecords
from bot.deployments.services import DeployServices
from bot.deployments.start_deployment import Wanted, start_deployment
from bot.deployments.steps import DEPLOY_KIND
from bot.deployments.verdict import Via
from bot.github.port import Commit, RepositoryName, Role
from bot.organization import DeploymentApproval, Organization, parse_organization
from bot.progress import Sticky
from bot.projects import Project, ProjectRecords, ProjectState
from bot.projects.record import Author, Tags
from bot.queue.port import Message
from bot.runs import Cause, Engine, Run, RunRecords
from bot.work.events import CommentMade, Person
from tests.fake_github import FakeGitHub
from tests.store.memory import MemoryDocuments

KIT = RepositoryName("acme", "money-kit")
ORGANIZATION = parse_organization("""\
organization: acme
platform_team: platform
business_units: [{name: Payments, cost_centers: [CC-100]}]
teams:
  - {slug: payments, business_unit: Payments, cost_centers: [CC-100]}
  - {slug: platform, business_unit: Payments, cost_centers: [CC-100]}
""")
ME, OTHER = Person(id=7, login="dana", is_person=True), Person(id=9, login="tom", is_person=True)

# A command line → the least role, and what it comes to in each state for those who have it.
#   begins: a deployment begins.    says: an answer, nothing begins.    The rest are refusals.
STATES = ("free", "locked-by-me", "locked-by-another", "deploying", "waits", "ladder-not-met")
W, M, R = Role.WRITE, Role.MAINTAIN, Role.READ
TABLE: dict[str, tuple[Role, Sequence[str]]] = {
    "/help": (R, ["says"] * 6),
    "/status": (R, ["says"] * 6),
    "/audit": (R, ["says"] * 6),
    "/report broken": (R, ["says"] * 6),
    "/deploy": (W, ["choices"] * 6),
    "/deploy staging": (W, ["begins", "begins", "locked", "busy", "busy", "begins"]),
    "/deploy production": (M, ["begins", "begins", "locked", "busy", "busy", "ladder"]),
    "/deploy prod": (W, ["no-environment"] * 6),
    "/plan": (W, ["choices"] * 6),
    "/plan staging": (W, ["planned"] * 6),
    "/promote": (M, ["begins", "begins", "locked", "busy", "busy", "nothing"]),
    "/rollback": (W, ["choices"] * 6),
    "/rollback staging": (W, ["begins", "begins", "locked", "busy", "begins", "nothing-before"]),
    "/rollback production": (M, ["begins", "begins", "locked", "busy", "begins", "begins"]),
    "/lock": (W, ["choices"] * 6),
    "/lock staging a load test": (W, ["locks", "locks", "locked", "locks", "locks", "locks"]),
    "/unlock": (W, ["choices"] * 6),
    "/unlock staging": (
        W,
        ["not-locked", "unlocks", "unlocks-if-maintain", "not-locked", "not-locked", "not-locked"],
    ),
    "/approve": (
        R,
        ["not-waiting", "not-waiting", "not-waiting", "not-waiting", "approves", "not-waiting"],
    ),
}
WORDS = {
    "choices": ("needs an environment", " staging"),
    "locked": ("is locked by `tom` for", "`/unlock"),
    "busy": ("already: https://", "Comment the command again"),
    "ladder": ("has not been deployed to `staging` with success", "/deploy staging"),
    "no-environment": ("There is no environment `prod`", "`/deploy production`"),
    "nothing": ("nothing to promote", "/deploy dev"),
    "nothing-before": ("Nothing is known that ran in `staging`", "/deploy staging"),
    "planned": ("A plan for `staging` is being made", ""),
    "locks": ("`staging` is locked for 3 days: `a load test`", "/unlock staging"),
    "not-locked": ("`staging` is not locked.", ""),
    "unlocks": ("`staging` is unlocked", "had locked it for 1 minute"),
    "needs-maintain": ("needs the role *maintain*", "you have *write*"),
    "not-waiting": ("No deployment waits for approval here.", ""),
    "approves": ("Approved by @dana for `platform`", "It goes on now."),
    "says": ("", ""),
}
ROLES = [role for role in Role if role is not Role.NONE]
CELLS = [
    pytest.param(line, role, state, id=f"{line}-{role.name.lower()}-{state}")
    for line, role, state in product(TABLE, ROLES, STATES)
]


class Shown:
    """Takes what the engine would show; nothing is shown here."""

    def progress(self, run: Run) -> None: ...

    async def settle(self, run: Run) -> None: ...

    def step_done(self, kind: str, step: str, outcome: str, seconds: float) -> None: ...

    def run_done(self, kind: str, outcome: str, seconds: float) -> None: ...


class Sent:
    """The part of a queue that commands use."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def send(self, messages: Sequence[Message]) -> None:
        self.messages += messages


PROJECT = Project(
    id="1",
    name="money-kit",
    full_name=str(KIT),
    description="",
    organization="acme",
    author=Author(id=7, login="dana"),
    tags=Tags(application="", product="", organization="acme", cost_center="CC-100"),
    team="payments",
    business_unit="Payments",
    template="pinger",
    template_version="1.0.0",
    template_commit="",
    template_version_id="pinger@1",
    first_commit="",
    repository_url=f"https://github.test/{KIT}",
    visibility="private",
    cloud_provider="aws",
    image="",
    last_deployment=None,
    state=ProjectState.ACTIVE,
    request="acme/catalog#1",
    created_at_s=0.0,
    updated_at_s=0.0,
)
COMMENT = CommentMade(
    guid="g",
    repository=KIT,
    number=5,
    on_pull_request=False,
    comment_id=70,
    body="",
    sender=ME,
    author=ME,
    url=f"https://github.test/{KIT}/issues/5#c70",
    visibility="private",
)


@dataclass
class Stage:
    github: FakeGitHub
    services: DeployServices
    on_comment: OnComment
    clock: ManualClock
    head: str = ""
    organization: Organization = ORGANIZATION

    async def say(self, line: str, role: Role) -> list[str]:
        self.github.roles[str(KIT), "dana"] = role
        await self.on_comment(replace(COMMENT, body=line))
        return self.github.texts(str(KIT), 5)


def stage() -> Stage:
    github, documents, clock = FakeGitHub(), MemoryDocuments(), ManualClock()
    runs, bundle, shown = RunRecords(documents), github.bundle(), Shown()
    made: list[Stage] = []

    async def organization() -> Organization:
        return made[0].organization

    async def observe(_project: Project, _good: bool, _at_s: float) -> None: ...

    async def figures(_project: Project) -> str:
        return ""

    services = DeployServices(
        github=bundle,
        organization=organization,
        projects=ProjectRecords(documents),
        records=DeploymentRecords(documents),
        environments=Environments(documents),
        news=NewsRecords(documents),
        runs=runs,
        engine=Engine(runs, reporter=shown, durations=shown, clock=clock),
        queue=Sent(),  # type: ignore[arg-type]  # the part of a queue that commands use
        audit=AuditLog(documents, clock=clock),
        clock=clock,
        observe=observe,
        count_ended=lambda _ended: None,
    )
    services.engine.add(DEPLOY_KIND, services)
    commands = DeploymentCommands(services=services, figures=figures)
    locks = LockCommands(services=services)

    async def standing(_comment: CommentMade) -> Standing:
        return Standing(Place.PROJECT, "payments", KIT)

    async def other(_comment: CommentMade, _words: Sequence[str]) -> str:
        return "An answer."

    async def status(_comment: CommentMade, _words: Sequence[str]) -> str:
        return await commands.status(PROJECT)

    on_comment = OnComment(
        threads=standing,
        organization=organization,
        execute={
            "audit": other,
            "report": other,
            "status": status,
            "approve": ApproveCommand(services=services),
            "deploy": commands.deploy,
            "plan": commands.plan,
            "promote": commands.promote,
            "rollback": commands.rollback,
            "lock": locks.lock,
            "unlock": locks.unlock,
        },
        github=bundle,
        sticky=Sticky(bundle, documents),
        taken=TakenComments(documents),
    )
    made.append(Stage(github, services, on_comment, clock))
    return made[0]


async def in_state(state: str) -> Stage:
    """The project after three commits: staging runs the newest, production the one before it."""
    world = stage()
    github, services = world.github, world.services
    github.add_repository(str(KIT))
    commits = [github.put(str(KIT), [], parent=str(n)) for n in range(1, 4)]
    world.head = commits[-1]
    github.teams = {"platform": {"dana"}, "payments": set()}
    await services.projects.put(PROJECT)
    history = [("staging", each) for each in commits] + [("production", each) for each in commits]
    history.pop()
    if state == "ladder-not-met":  # staging has seen the first commit alone, production more
        history = [("staging", commits[0]), ("production", commits[1]), ("production", commits[0])]
    for at, (environment, commit) in enumerate(history):
        await services.records.put(deployed(environment, commit, at=at))
    now_s = world.clock.now_s()
    for environment in ("staging", "production"):
        if state.startswith("locked"):
            who = ME if state == "locked-by-me" else OTHER
            lock = Lock(
                by=who.login, by_id=who.id, reason="test", at_s=now_s - 60, until_s=now_s + 3600
            )
            await services.environments.lock(PROJECT.id, environment, lock)
        if state in ("deploying", "waits"):
            await begin(world, environment, waits=state == "waits")
    return world


def deployed(environment: str, commit: str, *, at: int) -> Deployment:
    return Deployment(
        id=f"{environment}-{at}",
        project="1",
        full_name=str(KIT),
        team="payments",
        template="pinger",
        template_version_id="pinger@1",
        environment=environment,
        action=Action.DEPLOY,
        commit=commit,
        ref="main",
        committed_at_s=1.0,
        by="tom",
        by_id=9,
        cause_url="https://github.test/x",
        state=DeploymentState.SUCCEEDED,
        created_at_s=float(at),
        ended_at_s=float(at) + 0.5,
    )


async def begin(world: Stage, environment: str, *, waits: bool) -> None:
    """Tom's deployment to the environment, commanded in the same thread."""
    rule = DeploymentApproval(environment=environment, by="platform")
    await start_deployment(
        Wanted(
            key=f"tom-{environment}",
            project=PROJECT,
            environment=environment,
            action=Action.DEPLOY,
            commit=Commit(id=world.head, committed_at_s=1.0),
            ref="main",
            via=Via.ACTIONS,
            default_branch="main",
            subject=f"{KIT}#5",
            cause=Cause(
                delivery="d", actor="tom", actor_id=9, url=f"https://github.test/{KIT}/issues/5#c1"
            ),
            approvals=(rule,) if waits else (),
        ),
        world.services,
    )


async def begun(world: Stage) -> int:
    """How many deployments dana's comments have begun."""
    return sum(each.by == "dana" for each in await world.services.records.of_project("1"))


def test_the_table_has_every_command_of_projects() -> None:
    rows = {command.name for command in COMMANDS if Place.PROJECT in command.where}
    assert {line.split()[0][1:] for line in TABLE} >= rows - LATER


LATER = {"settings", "cost", "upgrade", "transfer", "link", "deactivate", "reactivate", "metrics"}


@pytest.mark.parametrize(("line", "role", "state"), CELLS)
async def test_what_a_command_comes_to(line: str, role: Role, state: str) -> None:
    world = await in_state(state)
    least, outcomes = TABLE[line]
    texts = await world.say(line, role)
    if role < least:
        assert f"needs the role *{least.name.lower()}* in this repository" in texts[0]
        assert f"(you have *{role.name.lower()}*)" in texts[0]
        assert await begun(world) == 0
        assert world.github.dispatched == {}
        return
    outcome = outcomes[STATES.index(state)]
    if outcome == "unlocks-if-maintain":
        outcome = "unlocks" if role >= Role.MAINTAIN else "needs-maintain"
    assert await begun(world) == (outcome == "begins")
    if outcome == "begins":
        assert texts == []  # its own comment tells
        return
    (text,) = texts
    for words in WORDS[outcome]:
        assert words in text


@pytest.mark.parametrize(("line", "state"), list(product(TABLE, STATES)))
async def test_whoever_has_no_role_is_told_nothing(line: str, state: str) -> None:
    world = await in_state(state)
    assert await world.say(line, Role.NONE) == []
    assert await begun(world) == 0
    assert world.github.reactions == {}
