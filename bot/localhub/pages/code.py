"""A repository's code: folders, files, commits and branches."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from aiohttp import web

from bot.localhub.git.diff import changed_files
from bot.localhub.git.history import log
from bot.localhub.git.objects import CommitInfo, Entry, GitRepository
from bot.localhub.pages.check_marks import marks_of
from bot.localhub.pages.forks import apart, may_fork
from bot.localhub.pages.page import HEADERS, Page, home_of, path_of
from bot.localhub.refusal import not_found
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository

COMMITS_ON_A_PAGE = 30
LARGEST_SHOWN_BYTES = 512 * 1024
READMES = ("readme.md", "readme", "readme.txt")
PICTURES = {
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A place in the code: a ref as the address names it, its commit, and a path in it."""

    repository: Repository
    git: GitRepository
    ref: str
    commit: CommitInfo
    entry: Entry

    @property
    def path(self) -> str:
        """The path without slashes at its ends; empty for the root."""
        return self.entry.path

    @property
    def is_branch(self) -> bool:
        """Whether the ref can be committed to."""
        return self.git.branch(self.ref) is not None

    def at(self, view: str, path: str | None = None) -> str:
        """The address of ``tree``, ``blob``, ``raw``, ``edit``, … at a path (None: this one)."""
        where = self.path if path is None else path
        parts = [self.repository.full_name, view, self.ref, *([where] if where else [])]
        return "/" + path_of(*parts)

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """The folders on the way here, each with its address."""
        parts = self.path.split("/") if self.path else []
        return [
            (part, self.at("tree", "/".join(parts[: depth + 1])))
            for depth, part in enumerate(parts)
        ]


def locate(page: Page, repository: Repository, rest: str) -> Located:
    """The place that ``REF/PATH`` names; refs may hold slashes. Raises Refused 404."""
    git = page.hub.git(repository)
    parts = rest.strip("/").split("/")
    for length in range(1, len(parts) + 1):
        ref = "/".join(parts[:length])
        sha = git.resolve(ref)
        if sha is None:
            continue
        commit = git.commit(sha)
        entry = git.find(commit.tree, "/".join(parts[length:]))
        if entry is not None:
            return Located(repository=repository, git=git, ref=ref, commit=commit, entry=entry)
    raise not_found()


async def show_repository(page: Page) -> web.Response:
    """The root folder of the default branch, or how to begin in an empty repository."""
    repository = page.repository()
    if page.hub.git(repository).branch(repository.default_branch) is None:
        return page.render("empty.html", repository=repository, tab="code", live=_live(repository))
    return _folder(page, locate(page, repository, repository.default_branch), front=True)


async def show_folder(page: Page) -> web.Response:
    """A folder at any ref; a file's address is led to the file."""
    place = locate(page, page.repository(), page.part("rest"))
    if place.entry.type != "tree":
        return page.go(place.at("blob"))
    return _folder(page, place, front=False)


def _live(repository: Repository) -> str:
    return f"{home_of(repository)}/live?t=repo"


def _folder(page: Page, place: Located, *, front: bool) -> web.Response:
    entries = sorted(place.git.entries(place.entry.sha), key=lambda e: (e.type != "tree", e.path))
    return page.render(
        "folder.html",
        repository=place.repository,
        tab="code",
        place=place,
        entries=entries,
        front=front,
        readme=_readme(page, place, entries),
        marks=marks_of(page.hub, place.repository, place.commit.sha),
        branches=list(place.git.branches()),
        commits=_count(place),
        teams=page.hub.teams_of(place.repository),
        apart=apart(page, place.repository, place.ref) if place.is_branch else None,
        can_fork=may_fork(page, place.repository),
        live=f"{_live(place.repository)}&t=checks:{place.commit.sha}",
    )


def _count(place: Located) -> int:
    return sum(1 for _ in log(place.git, place.commit.sha))


def _readme(page: Page, place: Located, entries: Sequence[Entry]) -> tuple[str, str] | None:
    """Name and HTML of the folder's README."""
    named = {entry.path.lower(): entry for entry in entries if entry.type == "blob"}
    found = next((named[name] for name in READMES if name in named), None)
    if found is None or place.git.size_bytes(found.sha) > LARGEST_SHOWN_BYTES:
        return None
    text = place.git.blob(found.sha).decode(errors="replace")
    return found.path, _file_markdown(page, place, text, folder=place.path)


def _file_markdown(page: Page, place: Located, text: str, *, folder: str) -> str:
    inside = folder + "/" if folder else ""
    return page.markdown(
        text,
        place.repository,
        files=place.at("blob", inside) if inside else place.at("blob", "") + "/",
        raw=place.at("raw", inside) if inside else place.at("raw", "") + "/",
        conversation=False,
    )


async def show_file(page: Page) -> web.Response:
    """A file with numbered lines; Markdown rendered unless its source is asked for."""
    place = locate(page, page.repository(), page.part("rest"))
    if place.entry.type == "tree":
        return page.go(place.at("tree"))
    if place.entry.type != "blob":
        raise not_found()
    size_bytes = place.git.size_bytes(place.entry.sha)
    content = place.git.blob(place.entry.sha) if size_bytes <= LARGEST_SHOWN_BYTES else b"\0"
    text = None if b"\0" in content else content.decode(errors="replace")
    path = PurePosixPath(place.path)
    is_markdown = text is not None and path.suffix.lower() in {".md", ".markdown"}
    folder = "" if str(path.parent) == "." else str(path.parent)
    rendered = is_markdown and not page.asked("plain")
    return page.render(
        "file.html",
        repository=place.repository,
        tab="code",
        place=place,
        size_bytes=size_bytes,
        lines=None if text is None else text.splitlines(),
        is_markdown=is_markdown,
        html=_file_markdown(page, place, text or "", folder=folder) if rendered else None,
        picture=path.suffix.lower() in PICTURES,
        executable=place.entry.mode == "100755",
        can_fork=may_fork(page, place.repository),
    )


async def show_raw(page: Page) -> web.Response:
    """A file's bytes, in a type that no browser runs as a page of this site."""
    place = locate(page, page.repository(), page.part("rest"))
    if place.entry.type != "blob":
        raise not_found()
    content = place.git.blob(place.entry.sha)
    suffix = PurePosixPath(place.path).suffix.lower()
    binary = "application/octet-stream" if b"\0" in content else "text/plain; charset=utf-8"
    alone = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return web.Response(
        body=content,
        headers={
            **HEADERS,
            "Content-Type": PICTURES.get(suffix, binary),
            "Content-Security-Policy": alone,
        },
    )


async def show_commits(page: Page) -> web.Response:
    """Commits of a ref, newest first, each with the state of its checks."""
    repository = page.repository()
    place = locate(page, repository, page.part("rest"))
    start = page.start()
    history = log(place.git, place.commit.sha, path=place.path or None)
    found = list(islice(history, start, start + COMMITS_ON_A_PAGE + 1))
    shown = found[:COMMITS_ON_A_PAGE]
    return page.render(
        "commits.html",
        repository=repository,
        tab="code",
        place=place,
        commits=[(c, marks_of(page.hub, repository, c.sha)) for c in shown],
        earlier=start + COMMITS_ON_A_PAGE if len(found) > len(shown) else None,
        can_fork=False,
        live=_live(repository),
    )


async def show_commit(page: Page) -> web.Response:
    """One commit: what it says, how its checks stand, and what it changed."""
    repository = page.repository()
    git = page.hub.git(repository)
    sha = git.resolve(page.part("sha"))
    if sha is None:
        raise not_found()
    commit = git.commit(sha)
    before = git.commit(commit.parents[0]).tree if commit.parents else None
    return page.render(
        "commit.html",
        repository=repository,
        tab="code",
        commit=commit,
        author=author_of(page, commit),
        files=changed_files(git, before, commit.tree),
        marks=marks_of(page.hub, repository, sha),
        may_ask=page.may(repository, Role.WRITE),
        live=f"{home_of(repository)}/live?t=checks:{sha}",
    )


def author_of(page: Page, commit: CommitInfo) -> str:
    """The login of a commit's author where the address is one of ours, else the name."""
    number, plus, _ = commit.author.email.partition("+")
    user = page.hub.world.users.get(int(number)) if plus and number.isdigit() else None
    return user.login if user else commit.author.name


async def show_branches(page: Page) -> web.Response:
    """Every branch with its newest commit."""
    repository = page.repository()
    git = page.hub.git(repository)
    branches = [
        (name, git.commit(sha), marks_of(page.hub, repository, sha))
        for name, sha in git.branches().items()
    ]
    branches.sort(key=lambda b: (b[0] != repository.default_branch, -b[1].committer.at_s))
    protected = {n for n, *_ in branches if page.hub.is_protected(repository, n)}
    return page.render(
        "branches.html",
        repository=repository,
        tab="code",
        branches=branches,
        protected=protected,
        live=_live(repository),
    )
