"""Forks in the browser: making one, and how far it has gone from where it came."""

from dataclasses import dataclass

from aiohttp import web

from bot.localhub.git.history import log
from bot.localhub.pages.page import Page, home_of, path_of
from bot.localhub.refusal import Refused
from bot.localhub.state.repositories import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A branch of a fork beside the default branch of its parent."""

    parent: Repository
    ahead: int
    behind: int
    compare: str  # where a pull request begins


def may_fork(page: Page, repository: Repository) -> bool:
    """Whether whoever looks may make a fork here."""
    return (
        page.user is not None
        and page.hub.may_fork(repository)
        and not page.hub.git(repository).is_empty
    )


def places_for(page: Page, repository: Repository) -> list[str]:
    """The accounts that have no copy yet: one's own, and one's organisations."""
    user = page.actor.user
    accounts = [user.login, *(one.login for one in page.hub.organizations_of(user))]
    return [
        login
        for login in accounts
        if login.lower() != repository.owner.lower() and page.hub.fork_of(repository, login) is None
    ]


async def show(page: Page) -> web.Response:
    """Where the fork shall be; those that are there already are linked."""
    repository = page.repository()
    _ = page.actor
    if not may_fork(page, repository):
        raise Refused(403, "Forking is switched off in this repository, or there is no commit yet.")
    forks = [one for one in page.hub.network(repository) if one.parent_id == repository.id]
    return page.render(
        "fork.html",
        repository=repository,
        tab="code",
        places=places_for(page, repository),
        forks=[one for one in forks if page.hub.may_see(page.viewer, one)],
    )


async def create(page: Page) -> web.Response:
    """The fork is there."""
    repository = page.repository()
    owner = page.given("owner")
    is_own = owner.lower() in {"", page.actor.user.login.lower()}
    made = page.hub.fork(page.actor, repository, organization=None if is_own else owner)
    return page.go(home_of(made))


def apart(page: Page, fork: Repository, branch: str) -> Apart | None:
    """How the branch of a fork differs from its parent's default branch."""
    parent = page.hub.world.repositories.get(fork.parent_id or 0)
    if parent is None or not page.hub.may_see(page.viewer, parent):
        return None
    git = page.hub.git(fork)
    mine, theirs = git.branch(branch), page.hub.git(parent).branch(parent.default_branch)
    if mine is None or theirs is None:
        return None
    spec = f"{path_of(parent.default_branch)}...{fork.owner}:{path_of(branch)}"
    return Apart(
        parent=parent,
        ahead=sum(1 for _ in log(git, mine, without=theirs)),
        behind=sum(1 for _ in log(git, theirs, without=mine)),
        compare=f"{home_of(parent)}/compare/{spec}",
    )
