"""Pull requests: the list, opening one, its conversation, commits, checks and changes."""

from typing import Any

from aiohttp import web

from bot.localhub.git.diff import changed_files
from bot.localhub.git.history import log, merge_base
from bot.localhub.operations.reviews import Verdict
from bot.localhub.pages.annotations import notes_of
from bot.localhub.pages.check_marks import marks_of
from bot.localhub.pages.conversation import opinions_of
from bot.localhub.pages.issues import discussion, listing, words_of
from bot.localhub.pages.page import Page, home_of, path_of
from bot.localhub.refusal import Refused, not_found
from bot.localhub.shapes.pulls import commits, files, mergeable, pull_of
from bot.localhub.state.discussions import Issue
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository

VERDICTS: dict[str, Verdict] = {
    "APPROVE": "APPROVE",
    "REQUEST_CHANGES": "REQUEST_CHANGES",
    "COMMENT": "COMMENT",
}


async def show_list(page: Page) -> web.Response:
    """Open or closed pull requests, newest first."""
    return listing(page, pulls=True)


async def choose_branches(page: Page) -> web.Response:
    """The branches to compare; ``base`` and ``head`` of the address lead on to them."""
    repository = page.repository()
    git = page.hub.git(repository)
    base, head = page.asked("base") or repository.default_branch, page.asked("head")
    if head:
        owner, colon, branch = head.rpartition(":")
        spec = f"{path_of(base)}...{owner}{colon}{path_of(branch)}"
        return page.go(f"{home_of(repository)}/compare/{spec}")
    others = [name for name in git.branches() if name != repository.default_branch]
    return page.render(
        "compare.html",
        repository=repository,
        tab="pulls",
        branches=list(git.branches()),
        others=others,
        from_forks=_from_forks(page, repository),
        base=base,
        head="",
        commits=[],
        files=[],
        title="",
        body="",
        problem="",
        existing=None,
        may_open=False,
    )


async def compare(page: Page) -> web.Response:
    """What one branch adds to another, and the form that makes it a pull request."""
    repository = page.repository()
    base, dots, head = page.part("spec").partition("...")
    if not dots:
        raise not_found()
    return _comparison(page, repository, base, head)


def _comparison(
    page: Page, repository: Repository, base: str, head: str, problem: str = ""
) -> web.Response:
    git = page.hub.git(repository)
    source = _source(page, repository, head)
    branch = head.rpartition(":")[2]
    base_sha, head_sha = git.resolve(base), page.hub.git(source).resolve(branch)
    if base_sha is None or head_sha is None:
        raise not_found()
    fork = merge_base(git, base_sha, head_sha)
    before = git.commit(fork).tree if fork else None
    added = list(log(git, head_sha, without=base_sha))[::-1]
    other = source if source.id != repository.id else None
    existing = page.hub.pull_between(repository, other, branch, base)
    is_branch = page.hub.git(source).branch(branch) is not None
    first, _, rest = (added[0].message if added else "").partition("\n")
    return page.render(
        "compare.html",
        status=422 if problem else 200,
        repository=repository,
        tab="pulls",
        branches=list(git.branches()),
        others=[],
        from_forks=_from_forks(page, repository),
        base=base,
        head=head,
        commits=[(c, marks_of(page.hub, repository, c.sha)) for c in added],
        files=changed_files(git, before, git.commit(head_sha).tree),
        title=page.given("title") or first,
        body=page.given("body") or rest.strip(),
        problem=problem,
        existing=existing,
        may_open=page.may(repository, Role.READ) and is_branch and git.branch(base) is not None,
    )


def _source(page: Page, repository: Repository, head: str) -> Repository:
    """Where ``branch`` or ``owner:branch`` is. Raises Refused 404."""
    owner = head.rpartition(":")[0]
    if owner.lower() in {"", repository.owner.lower()}:
        return repository
    found = page.hub.fork_of(repository, owner)
    if found is None or not page.hub.may_see(page.viewer, found):
        raise not_found()
    return found


def _from_forks(page: Page, repository: Repository) -> list[str]:
    """Branches of the forks that whoever looks may write to, as ``owner:branch``."""
    mine = [
        one
        for one in page.hub.network(repository)
        if one.id != repository.id and page.may(one, Role.WRITE)
    ]
    return [f"{fork.owner}:{name}" for fork in mine for name in page.hub.git(fork).branches()]


async def open_pull(page: Page) -> web.Response:
    """The pull request is open; what GitHub would refuse is said above the form."""
    repository = page.repository()
    base, head = page.given("base"), page.given("head")
    try:
        made = page.hub.create_pull_request(
            page.actor,
            repository,
            title=page.given("title"),
            head=head,
            base=base,
            body=page.given("body"),
        )
    except Refused as refused:
        return _comparison(page, repository, base, head, words_of(refused))
    return page.go(f"{home_of(repository)}/pull/{made.number}")


def _pull(page: Page) -> tuple[Repository, Issue]:
    repository = page.repository()
    return repository, page.hub.pull(repository, page.number())


def _common(page: Page, repository: Repository, issue: Issue, part: str) -> dict[str, Any]:
    pull = pull_of(issue)
    added = commits(page.hub, repository, issue)
    return {
        **discussion(page, repository, issue),
        "tab": "pulls",
        "part": part,
        "pull": pull,
        "commits": [(c, marks_of(page.hub, repository, c.sha)) for c in added],
        "files": files(page.hub, repository, issue),
        "marks": marks_of(page.hub, repository, pull.head_sha),
        "source": page.hub.head_of(repository, pull),
        "may_ask": page.may(repository, Role.WRITE),
        "may_review": _may_review(page, repository, issue),
        "live": f"{home_of(repository)}/live?t=issue:{issue.number}&t=checks:{pull.head_sha}",
    }


def _may_review(page: Page, repository: Repository, issue: Issue) -> bool:
    """People review what others opened, while it is open."""
    mine = page.user is not None and page.user.id == issue.author_id
    return page.may(repository, Role.READ) and issue.state == "open" and not mine


async def show(page: Page) -> web.Response:
    """The conversation with the state of the checks and the merge button."""
    repository, issue = _pull(page)
    is_open = issue.state == "open"
    return page.render(
        "pull.html",
        **_common(page, repository, issue, "conversation"),
        mergeable=is_open and mergeable(page.hub, repository, issue),
        may_merge=page.may(repository, Role.WRITE),
        merged_by=page.person(pull_of(issue).merged_by_id),
        opinions=opinions_of(page, repository, issue),
        obstacle=_obstacle(page, repository, issue) if is_open else "",
    )


def _obstacle(page: Page, repository: Repository, issue: Issue) -> str:
    """What rules still ask for before whoever looks may merge."""
    pull = pull_of(issue)
    ref = f"refs/heads/{pull.base_ref}"
    viewer = page.viewer
    if viewer is None:
        return ""
    try:
        base = page.hub.git(repository).branch(pull.base_ref)
        page.hub.check_rules(viewer, repository, ref, base, pull.head_sha, merging=issue)
    except Refused as refused:
        return refused.message.removeprefix("Repository rule violations found").strip()
    return ""


async def review(page: Page) -> web.Response:
    """The review is given, of the commit that was looked at."""
    repository, issue = _pull(page)
    verdict = VERDICTS.get(page.given("verdict"))
    if verdict is None:
        raise Refused(422, "Approve, request changes, or comment.")
    made = page.hub.review(
        page.actor,
        repository,
        issue.number,
        verdict,
        page.given("body"),
        commit_sha=page.given("seen") or None,
    )
    return page.go(f"{home_of(repository)}/pull/{issue.number}#pullrequestreview-{made.id}")


async def show_commits(page: Page) -> web.Response:
    """The commits that the pull request adds."""
    repository, issue = _pull(page)
    return page.render("pull_commits.html", **_common(page, repository, issue, "commits"))


async def show_checks(page: Page) -> web.Response:
    """The checks of its newest commit."""
    repository, issue = _pull(page)
    return page.render("pull_checks.html", **_common(page, repository, issue, "checks"))


async def show_files(page: Page) -> web.Response:
    """What it changes, file by file."""
    repository, issue = _pull(page)
    return page.render(
        "pull_files.html",
        **_common(page, repository, issue, "files"),
        notes=notes_of(page.hub, repository, pull_of(issue).head_sha),
    )


async def merge(page: Page) -> web.Response:
    """Merged with a merge commit, as long as the head is the one that was looked at."""
    repository, issue = _pull(page)
    page.hub.merge_pull_request(
        page.actor, repository, issue.number, sha=page.given("seen") or None
    )
    return page.go(f"{home_of(repository)}/pull/{issue.number}")
