"""A file changed in the browser: committed to its branch, or to a new one as a pull request.

People without the write role propose: what they write is committed to their own fork.
"""

import re

from aiohttp import web

from bot.localhub.git.objects import GitRepository
from bot.localhub.pages.code import Located, locate
from bot.localhub.pages.forks import may_fork
from bot.localhub.pages.page import Page, home_of, path_of
from bot.localhub.refusal import Refused, not_found
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository

_BRANCH = re.compile(r"[A-Za-z0-9][\w./-]{0,99}")
LARGEST_FILE_CHARACTERS = 1_000_000


def _editable(page: Page) -> Repository:
    """The repository, to be written to or forked. Raises Refused 403."""
    repository = page.repository()
    if proposes(page, repository) and may_fork(page, repository):
        return repository
    page.hub.require(page.actor, repository, Role.WRITE)
    return repository


def proposes(page: Page, repository: Repository) -> bool:
    """Whether whoever edits may only propose."""
    return page.hub.role(page.actor.user, repository) < Role.WRITE


async def show_new(page: Page) -> web.Response:
    """An empty editor; ``path`` of the address suggests a name."""
    repository = _editable(page)
    branch, _, folder = _branch_and_rest(page, repository, page.part("rest"))
    suggested = page.asked("path") or (f"{folder}/" if folder else "")
    return _editor(page, repository, branch=branch, path=suggested, text="", old_path="")


async def show_edit(page: Page) -> web.Response:
    """The editor with a file of a branch."""
    repository = _editable(page)
    place = locate(page, repository, page.part("rest"))
    if not place.is_branch or place.entry.type != "blob":
        raise Refused(422, "Only a text file on a branch can be edited.")
    return _editor(
        page,
        repository,
        branch=place.ref,
        path=place.path,
        text=_text_of(place),
        old_path=place.path,
        seen=place.entry.sha,
    )


def _text_of(place: Located) -> str:
    try:
        return place.git.blob(place.entry.sha).decode()
    except UnicodeDecodeError as binary:
        raise Refused(422, "This file is not text, so it cannot be edited here.") from binary


def _branch_and_rest(
    page: Page, repository: Repository, rest: str
) -> tuple[str, GitRepository, str]:
    """The branch that ``BRANCH/FOLDER`` starts with. An empty repository has its default one."""
    git = page.hub.git(repository)
    parts = rest.strip("/").split("/")
    for length in range(1, len(parts) + 1):
        branch = "/".join(parts[:length])
        if git.branch(branch) or (git.is_empty and branch == repository.default_branch):
            return branch, git, "/".join(parts[length:])
    raise not_found()


def _editor(
    page: Page,
    repository: Repository,
    *,
    branch: str,
    path: str,
    text: str,
    old_path: str,
    seen: str = "",
    problem: str = "",
) -> web.Response:
    git = page.hub.git(repository)
    return page.render(
        "editor.html",
        status=422 if problem else 200,
        repository=repository,
        tab="code",
        branch=branch,
        file_path=path,
        text=text,
        old_path=old_path,
        seen=seen,
        problem=problem,
        empty=git.is_empty,
        proposing=proposes(page, repository),
        suggestion=_free_branch(git, f"{page.actor.user.login}-patch"),
    )


def _free_branch(git: GitRepository, start: str) -> str:
    """A name for a new branch that nobody has taken."""
    taken, number = git.branches(), 1
    while f"{start}-{number}" in taken:
        number += 1
    return f"{start}-{number}"


async def save(page: Page) -> web.Response:
    """The file is committed; the answer leads to it, or to the pull request to be opened."""
    repository = _editable(page)
    branch, git, _ = _branch_and_rest(page, repository, page.part("rest"))
    try:
        return _commit(page, repository, git, branch)
    except Refused as refused:
        return _editor(
            page,
            repository,
            branch=branch,
            path=page.given("path"),
            text=page.given("text"),
            old_path=page.given("old_path"),
            seen=page.given("seen"),
            problem=refused.message,
        )


def _commit(page: Page, repository: Repository, git: GitRepository, branch: str) -> web.Response:
    path, old_path = _checked_path(page.given("path")), page.given("old_path")
    head = git.branch(branch)
    _check_unchanged(page, git, head, path, old_path)
    text = page.given("text").replace("\r\n", "\n")  # a browser's line ends are not the file's
    if len(text) > LARGEST_FILE_CHARACTERS:
        raise Refused(422, "The file is too large for this editor.")
    files: dict[str, bytes | None] = {path: text.encode()}
    if old_path and old_path != path:
        files[old_path] = None
    verb = "Update" if old_path else "Create"
    message = page.given("message").strip() or f"{verb} {path}"
    details = page.given("details").replace("\r\n", "\n").strip()
    if proposes(page, repository):
        return _propose(page, repository, branch, files, f"{message}\n\n{details}".strip())
    target = _target(page, git, branch)
    page.hub.commit_files(
        page.actor,
        repository,
        target,
        files,
        message=f"{message}\n\n{details}".strip(),
        start=head,
    )
    if target != branch:
        return page.go(f"{home_of(repository)}/compare/{path_of(branch)}...{path_of(target)}")
    return page.go(f"{home_of(repository)}/blob/{path_of(target, path)}")


def _propose(
    page: Page,
    repository: Repository,
    branch: str,
    files: dict[str, bytes | None],
    message: str,
) -> web.Response:
    """On a new branch of one's fork, which starts where the branch is; then to be compared."""
    fork = page.hub.fork(page.actor, repository)
    target = _free_branch(page.hub.git(fork), "patch")
    start = page.hub.git(repository).branch(branch)
    page.hub.commit_files(page.actor, fork, target, files, message=message, start=start)
    spec = f"{path_of(branch)}...{fork.owner}:{path_of(target)}"
    return page.go(f"{home_of(repository)}/compare/{spec}")


def _target(page: Page, git: GitRepository, branch: str) -> str:
    if page.given("where") != "new":
        return branch
    name = page.given("new_branch").strip()
    if not _BRANCH.fullmatch(name) or ".." in name or name.endswith(("/", ".lock", ".")):
        raise Refused(422, "This is not a name for a branch: letters, digits, - and / are.")
    if git.branch(name):
        raise Refused(422, f"A branch named {name} exists. Choose another name.")
    return name


def _checked_path(path: str) -> str:
    clean = path.strip().strip("/")
    parts = clean.split("/")
    if not clean or any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts):
        raise Refused(422, "Give the file a name, with folders before it if you like: docs/a.md")
    if any(ord(character) < 32 for character in clean):
        raise Refused(422, "A file's name has no control characters.")
    return clean


def _check_unchanged(
    page: Page, git: GitRepository, head: str | None, path: str, old_path: str
) -> None:
    """Nobody's work is overwritten: not another file, not a newer state of this one."""
    tree = git.commit(head).tree if head else None
    there = git.find(tree, path) if tree else None
    if there is not None and path != old_path:
        raise Refused(422, f"{path} exists already. Choose another name, or edit that file.")
    if old_path and tree:
        now = git.find(tree, old_path)
        if now is None or now.sha != page.given("seen"):
            raise Refused(
                409, "The file was changed while you edited it. Copy your text, reload and merge."
            )
