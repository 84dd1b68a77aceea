"""The generate run: from valid answers to a finished repository, one ensure step at a time."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cachetools import LRUCache

from bot.audit import AuditLog
from bot.clock import Clock
from bot.deploy_settings import ENVIRONMENTS
from bot.errors import Unavailable, UserError
from bot.github.port import (
    File,
    Forbidden,
    GitHub,
    NameTaken,
    NewRepository,
    NotFound,
    Repository,
    Stale,
    thread_of,
)
from bot.progress import counted
from bot.progress.inert import inert
from bot.projects.made_from_run import project_of, target
from bot.projects.own_files import own_files
from bot.projects.record import ProjectRecords
from bot.projects.request_audit import audit
from bot.runs import Outcome, Run, Step
from bot.store.port import Json

TEAM_PERMISSION = "maintain"  # its people promote and deploy; settings of access stay with admins


class RepositoryNameTaken(UserError):
    """The name belongs to a repository this run did not create."""

    code = "repository-name-taken"

    def __init__(self, full_name: str) -> None:
        super().__init__(
            f"`{full_name}` already exists and was not made by this request.",
            fix="`/undo confirm` ends this request; then edit the issue and choose another name.",
        )


class ChangedByOthers(UserError):
    """Somebody pushed before we did; what they pushed is not overwritten."""

    code = "changed-by-others"

    def __init__(self, full_name: str) -> None:
        super().__init__(
            f"Somebody pushed to `{full_name}` before its content was there.",
            fix="Their commits are not touched. If they may go, an administrator deletes the "
            "repository on GitHub; then `/undo confirm` here, and an edit starts anew.",
        )


class NotPermitted(UserError):
    """GitHub does not let the App do this."""

    code = "not-permitted"

    def __init__(self, error: Forbidden) -> None:
        super().__init__(
            f"GitHub does not permit the App to do this: {inert(str(error))}.",
            fix="The platform team runs `paved-road doctor`, which names what is missing; "
            "then comment `/retry`.",
        )


class RenderTemplate(Protocol):
    """Renders a registered template version with answers. Raises UserError."""

    async def __call__(self, version_id: str, answers: Mapping[str, Json]) -> Sequence[File]:
        """The rendered files, paths relative to the new repository's root."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateServices:
    """What the steps may use. ``rendered`` saves a second render within one process."""

    github: GitHub
    render: RenderTemplate
    projects: ProjectRecords
    audit: AuditLog
    clock: Clock
    rendered: LRUCache[str, Sequence[File]]


def mark(run: Run) -> str:
    """What the repository carries from its first instant on, so that we know it as ours.

    The token was random and saved before the first attempt: nobody can have
    made a repository that carries it.
    """
    return f"{run.intent['issue_url']}?run={run.token}"


def repository_of(run: Run) -> Repository:
    """The repository as it was when the run made it."""
    facts = run.facts
    return Repository(
        id=int(str(facts["repository_id"])),
        name=target(run),
        default_branch=str(facts["default_branch"]),
        visibility=str(run.intent["visibility"]),
        homepage=mark(run),
        html_url=str(facts["html_url"]),
        archived=False,
    )


async def create_repository(run: Run, services: GenerateServices) -> Outcome:
    """Create it, or adopt the one that an earlier attempt of this very run made.

    GitHub's create is itself the test whether the name is free.
    """
    new = NewRepository(
        name=target(run),
        description=str(run.intent["description"]),
        visibility=run.intent["visibility"],  # type: ignore[arg-type]  # checked by the form
        homepage=mark(run),
        properties=_properties(run),
    )
    repositories = services.github.repositories
    try:
        made = await repositories.create(new)
    except NameTaken:
        found = await repositories.find(target(run))
        if found is None or found.homepage != mark(run):
            raise RepositoryNameTaken(str(target(run))) from None
        made = found
    await audit(services.audit, run, "repository.created", repository_id=made.id)
    return Outcome(
        facts={
            "repository_id": str(made.id),
            "default_branch": made.default_branch,
            "html_url": made.html_url,
        },
        note=f"[{made.name}]({made.html_url})",
    )


async def render(run: Run, services: GenerateServices) -> Outcome:
    """Render the template; the files are made again where another process goes on."""
    files = await _files(run, services)
    return Outcome(note=counted(len(files), "file"))


async def push_content(run: Run, services: GenerateServices) -> Outcome:
    """Make the rendered files the first commit of the default branch."""
    files = await _files(run, services)
    try:
        commit = await services.github.contents.first_commit(
            repository_of(run),
            files,
            message=f"Start from template {run.intent['template']} {run.intent['version']}",
            look_first=_attempts(run, "push-content") > 1,
        )
    except Stale:
        raise ChangedByOthers(str(target(run))) from None
    services.rendered.pop(run.id, None)
    return Outcome(facts={"commit": commit}, note=f"`{commit[:7]}`")


async def team_access(run: Run, services: GenerateServices) -> Outcome:
    """Give the owning team its permission."""
    team = str(run.intent["team"])
    try:
        await services.github.repositories.add_team(repository_of(run), team, TEAM_PERMISSION)
    except NotFound:
        raise UserError(
            f"GitHub knows no team `{team}` in this organisation.",
            fix="The platform team corrects `organization.yml` or makes the team; then `/retry`.",
        ) from None
    return Outcome(note=f"`{team}`: {TEAM_PERMISSION}")


async def protect_branch(run: Run, services: GenerateServices) -> Outcome:
    """Changes to the default branch come by pull request from now on."""
    await services.github.repositories.protect_default_branch(
        repository_of(run), required_checks=()
    )
    return Outcome()


async def environments(run: Run, services: GenerateServices) -> Outcome:
    """One environment for each place a project of this kind is deployed to."""
    if not run.intent["deploys"]:
        return Outcome(note="nothing is deployed from here")
    left_out: list[Unavailable] = []
    for environment in ENVIRONMENTS:
        # A workflow that somebody changed on a branch of theirs has no business there. Who may
        # command, and who approves, the bot asks: GitHub's reviewers would hold up each job,
        # the rollback of a bad release too.
        only = repository_of(run).default_branch if environment == "production" else ""
        try:
            await services.github.repositories.ensure_environment(
                repository_of(run), environment, only_branch=only
            )
        except Unavailable as missing:
            left_out.append(missing)
    if left_out:
        raise left_out[0]
    return Outcome(note=", ".join(ENVIRONMENTS))


async def label_repository(run: Run, services: GenerateServices) -> Outcome:
    """Topics for people; custom properties, set at the creation, for reports.

    Topics are public even on private repositories, so they name the template
    and its tags alone.
    """
    topics = ["paved-road", str(run.intent["template"]), *_strings(run.intent["tags"])]
    await services.github.repositories.set_topics(repository_of(run), topics)
    wanted = _properties(run)
    try:
        defined = await services.github.repositories.defined_properties(target(run).owner)
    except Unavailable as missing:
        return Outcome(note=f"topics only: {missing.what}")
    absent = sorted(set(wanted) - defined)
    if absent:
        names = ", ".join(f"`{name}`" for name in absent)
        return Outcome(note=f"the organisation defines no custom property {names}")
    return Outcome()


async def check_run(_run: Run, _services: GenerateServices) -> Outcome:
    """Its place in the list: the reporter shows the record there as soon as there is a commit."""
    return Outcome()


async def register(run: Run, services: GenerateServices) -> Outcome:
    """Record the project."""
    await services.projects.put(project_of(run, now_s=services.clock.now_s()))
    await audit(services.audit, run, "project.registered", project=run.facts["repository_id"])
    return Outcome(facts={"project_id": run.facts["repository_id"]})


async def close_request(run: Run, services: GenerateServices) -> Outcome:
    """Close the issue; its comment holds the links and the next commands."""
    repository, number = thread_of(run.subject)
    await services.github.issues.close(repository, number, reason="completed")
    return Outcome()


Ensure = Callable[[Run, GenerateServices], Awaitable[Outcome]]


def permitted(ensure: Ensure) -> Ensure:
    """The step, telling people of a missing permission instead of breaking at it."""

    async def step(run: Run, services: GenerateServices) -> Outcome:
        try:
            return await ensure(run, services)
        except Forbidden as error:
            raise NotPermitted(error) from None

    return step


GENERATE_STEPS: tuple[Step[GenerateServices], ...] = (
    Step(
        name="create-repository", title="Create the repository", ensure=permitted(create_repository)
    ),
    Step(name="render", title="Render the template", ensure=permitted(render)),
    Step(name="push-content", title="Push the content", ensure=permitted(push_content)),
    Step(name="team-access", title="Give the team access", ensure=permitted(team_access)),
    Step(
        name="protect-branch", title="Protect the default branch", ensure=permitted(protect_branch)
    ),
    Step(name="environments", title="Set up environments", ensure=permitted(environments)),
    Step(
        name="label-repository",
        title="Set properties and topics",
        ensure=permitted(label_repository),
    ),
    Step(
        name="check-run", title="Show a check run on the first commit", ensure=permitted(check_run)
    ),
    Step(name="register", title="Register the project", ensure=permitted(register)),
    Step(name="close-request", title="Close the request", ensure=permitted(close_request)),
)


async def _files(run: Run, services: GenerateServices) -> Sequence[File]:
    known = services.rendered.get(run.id)
    if known is None:
        answers = run.intent["cookiecutter"]
        rendered = await services.render(
            str(run.intent["version_id"]), answers if isinstance(answers, dict) else {}
        )
        known = services.rendered[run.id] = [*rendered, *own_files(run, rendered)]
    return known


def _properties(run: Run) -> dict[str, str]:
    names = ("team", "business_unit", "cost_center", "template")
    return {name: str(run.intent[name]) for name in names}


def _attempts(run: Run, step: str) -> int:
    return next(record.attempts for record in run.steps if record.name == step)


def _strings(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
