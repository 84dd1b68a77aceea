"""A check run's page: what it found, its buttons, and running it again."""

from aiohttp import web

from bot.localhub.pages.check_marks import marks_of, state_of, words_of
from bot.localhub.pages.home import local_address
from bot.localhub.pages.page import Page, home_of
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository


async def show(page: Page) -> web.Response:
    """The check run as it stands, kept current."""
    repository = page.repository()
    run = page.hub.check_run(repository, page.number())
    return page.render(
        "run.html",
        repository=repository,
        tab="code",
        run=run,
        app=page.hub.world.apps.get(run.app_id),
        state=state_of(run.status, run.conclusion),
        words=words_of(run.status, run.conclusion),
        summary=page.markdown(run.summary, repository),
        text=page.markdown(run.text, repository),
        marks=marks_of(page.hub, repository, run.head_sha),
        may_ask=page.may(repository, Role.WRITE),
        live=f"{home_of(repository)}/live?t=checks:{run.head_sha}",
    )


async def rerun(page: Page) -> web.Response:
    """The App is asked to run the check again."""
    repository, run_id = page.repository(), page.number()
    page.hub.rerequest_check_run(page.actor, repository, run_id)
    return _back(page, repository, run_id)


async def act(page: Page) -> web.Response:
    """The App hears which of its buttons was pressed."""
    repository, run_id = page.repository(), page.number()
    page.hub.request_action(page.actor, repository, run_id, page.given("identifier"))
    return _back(page, repository, run_id)


def _back(page: Page, repository: Repository, run_id: int) -> web.Response:
    """To the page whose button it was."""
    wanted = page.given("next")
    return page.go(local_address(wanted) if wanted else f"{home_of(repository)}/runs/{run_id}")
