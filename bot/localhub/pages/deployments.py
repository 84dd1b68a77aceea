"""Where what runs: environments, and the deployments to them with their statuses."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.localhub.pages.check_marks import on_the_web
from bot.localhub.pages.page import Page, home_of
from bot.localhub.refusal import not_found
from bot.localhub.state.checks import Deployment, DeploymentStatus
from bot.localhub.state.people import User
from bot.localhub.state.repositories import Repository

DEPLOYMENTS_ON_A_PAGE = 30
_MARKS = {
    "success": "success",
    "failure": "failure",
    "error": "failure",
    "in_progress": "running",
    "inactive": "quiet",
}
_WORDS = {"success": "Active", "": "Waiting", "in_progress": "In progress"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """One status. Addresses are empty unless they lead to the web."""

    status: DeploymentStatus
    mark: str
    words: str
    by: User
    log_address: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRow:
    """A deployment with its statuses, newest first."""

    deployment: Deployment
    mark: str
    words: str
    by: User
    address: str  # where it answers
    payload: Sequence[tuple[str, object]]
    statuses: Sequence[StatusRow]

    @property
    def is_active(self) -> bool:
        """Whether it is what the environment runs, as far as statuses tell."""
        return self.mark == "success"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentRow:
    """An environment, with the newest deployment that is active there and the newest of all."""

    name: str
    active: DeploymentRow | None
    newest: DeploymentRow | None


async def show(page: Page) -> web.Response:
    """The deployments, newest first, of one environment if one is asked for."""
    repository = page.repository()
    chosen = page.part("rest").strip("/")
    rows = [_row(page, one) for one in page.hub.world.deployments.of(repository.id)[::-1]]
    environments = _environments(page, repository, rows)
    if chosen and chosen.lower() not in {one.name.lower() for one in environments}:
        raise not_found()
    shown = [row for row in rows if chosen.lower() in {"", row.deployment.environment.lower()}]
    start = page.start()
    after = start + DEPLOYMENTS_ON_A_PAGE
    return page.render(
        "deployments.html",
        repository=repository,
        tab="deployments",
        chosen=chosen,
        environments=environments,
        rows=shown[start:after],
        total=len(shown),
        earlier=after if len(shown) > after else None,
        live="" if start else f"{home_of(repository)}/live?t=repo",
    )


def _environments(
    page: Page, repository: Repository, rows: Sequence[DeploymentRow]
) -> list[EnvironmentRow]:
    """Those that are set up, then those that only deployments name."""
    names = {one.name.lower(): one.name for one in page.hub.world.environments.of(repository.id)}
    for row in reversed(rows):
        names.setdefault(row.deployment.environment.lower(), row.deployment.environment)
    made = []
    for key, name in names.items():
        here = [row for row in rows if row.deployment.environment.lower() == key]
        active = next((row for row in here if row.is_active), None)
        newest = here[0] if here else None
        made.append(EnvironmentRow(name=name, active=active, newest=newest))
    return made


def _row(page: Page, found: Deployment) -> DeploymentRow:
    statuses = [_status(page, one) for one in page.hub.world.deployment_statuses.of(found.id)]
    statuses.reverse()
    payload = found.payload if isinstance(found.payload, dict) else {}
    return DeploymentRow(
        deployment=found,
        mark=statuses[0].mark if statuses else "waiting",
        words=statuses[0].words if statuses else _WORDS[""],
        by=page.person(found.creator_id),
        address=next((one.address for one in statuses if one.address), ""),
        payload=list(payload.items()),
        statuses=statuses,
    )


def _status(page: Page, found: DeploymentStatus) -> StatusRow:
    return StatusRow(
        status=found,
        mark=_MARKS.get(found.state, "waiting"),
        words=_WORDS.get(found.state, found.state.capitalize()),
        by=page.person(found.creator_id),
        log_address=on_the_web(found.log_url),
        address=on_the_web(found.environment_url),
    )
