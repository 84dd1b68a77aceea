"""What services may ask of GitHub: one small protocol a subject, all values frozen.

Adapters raise: ``NotFound`` and ``Forbidden`` (with the permission GitHub named),
``NameTaken``, ``Stale`` for a lost race on a ref, ``bot.errors.Unavailable`` for
what the plan or a setting does not offer, ``bot.errors.RetryLater`` when retries
are used up, and ``Rejected`` for any other 4xx (our bug, or GitHub's).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, Protocol


class GitHubError(Exception):
    """GitHub answered no. The text never holds a token or a payload.

    ``status`` is the HTTP status (0 where none fits); ``words`` is what GitHub said.
    """

    def __init__(self, text: str = "", *, status: int = 0, words: str = "") -> None:
        super().__init__(text)
        self.status, self.words = status, words


class NotFound(GitHubError):
    """404: it is not there, or this token may not see it."""


class Forbidden(GitHubError):
    """403 that is not a rate limit: a permission is missing; the text names it."""


class NameTaken(GitHubError):
    """A repository of that name exists."""


class Stale(GitHubError):
    """The ref moved since it was read."""


class Rejected(GitHubError):
    """Any other 4xx, with GitHub's message and field errors."""


@dataclass(frozen=True, slots=True)
class RepositoryName:
    """``owner/name``. Adapters answer NotFound for parts no name can have, as ``..`` or ``/``."""

    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"

    @classmethod
    def of(cls, full_name: str) -> "RepositoryName":
        """The name that ``owner/name`` spells; what is read from outside is checked first."""
        owner, _, name = full_name.partition("/")
        return cls(owner, name)


def thread_of(subject: str) -> tuple[RepositoryName, int]:
    """The repository and the issue that ``owner/name#7`` names."""
    repository, _, number = subject.rpartition("#")
    return RepositoryName.of(repository), int(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository as GitHub describes it. ``homepage`` carries the mark of who made it."""

    id: int
    name: RepositoryName
    default_branch: str
    visibility: str
    homepage: str
    html_url: str
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRepository:
    """What to create. ``homepage`` is the mark that tells our repository from another's."""

    name: RepositoryName
    description: str
    visibility: Literal["private", "internal", "public"]
    homepage: str
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a tree. ``path`` is relative with forward slashes."""

    path: str
    content: bytes
    executable: bool = False


class Role(IntEnum):
    """GitHub's roles in order of power; custom roles count as the base they build on, or none."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue or pull request, read fresh from the API."""

    number: int
    title: str
    body: str
    state: Literal["open", "closed"]
    author_id: int
    author: str
    labels: tuple[str, ...]
    html_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment; ``by_us`` is true only for comments of this very App."""

    id: int
    body: str
    html_url: str
    by_us: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRun:
    """The outside of a check run: at most 65,535 characters in summary and text each."""

    name: str
    head_sha: str
    status: Literal["queued", "in_progress", "completed"]
    conclusion: Literal["", "success", "failure", "neutral", "cancelled", "action_required"] = ""
    title: str
    summary: str
    text: str = ""
    details_url: str = ""
    external_id: str = ""


class Repositories(Protocol):
    """Repositories of a served organisation."""

    async def find(self, name: RepositoryName) -> Repository | None:
        """The repository of that very name (not one a rename redirects to), or None."""
        ...

    async def create(self, new: NewRepository) -> Repository:
        """Create it with one first commit, so that git objects can follow. Raises NameTaken.

        Custom properties the organisation does not define are left out.
        """
        ...

    async def defined_properties(self, organization: str) -> frozenset[str]:
        """Names of the organisation's custom properties; raises Unavailable without them."""
        ...

    async def set_topics(self, repository: Repository, topics: Sequence[str]) -> None:
        """Replace the topics with these."""
        ...

    async def add_team(self, repository: Repository, team: str, permission: str) -> None:
        """Give a team (slug) ``pull``, ``triage``, ``push``, ``maintain`` or ``admin``."""
        ...

    async def protect_default_branch(
        self, repository: Repository, *, required_checks: Sequence[str]
    ) -> None:
        """Ensure one ruleset of ours on the default branch. Raises Unavailable."""
        ...

    async def ensure_environment(
        self, repository: Repository, environment: str, *, reviewer_teams: Sequence[str]
    ) -> None:
        """Ensure a deployment environment. Raises Unavailable where reviewers are not offered."""
        ...

    async def delete(self, repository: Repository) -> None:
        """Delete it for good; one that is gone already is fine."""
        ...


class Contents(Protocol):
    """Git objects by GitHub's API, without git."""

    async def head(self, repository: RepositoryName, branch: str) -> str:
        """The commit id that a branch points to. Raises NotFound."""
        ...

    async def has_grown(self, repository: RepositoryName, branch: str) -> bool:
        """Whether the branch holds more than one commit. Raises NotFound."""
        ...

    async def first_commit(
        self,
        repository: Repository,
        files: Sequence[File],
        *,
        message: str,
        look_first: bool = False,
    ) -> str:
        """Make ``files`` the whole content and the only history of the default branch.

        Returns the commit id. Workflow files are allowed for. With ``look_first``
        (a repeat after a lost answer) a head whose tree is that very content is
        returned as it is.
        """
        ...

    async def commit(
        self,
        repository: RepositoryName,
        branch: str,
        files: Sequence[File],
        *,
        deleted: Sequence[str] = (),
        message: str,
        parent: str,
    ) -> str:
        """One commit on top of ``parent``; fast-forward only. Raises Stale."""
        ...

    async def read_file(self, repository: RepositoryName, path: str, *, ref: str) -> bytes:
        """One file's bytes at a commit or branch. Raises NotFound."""
        ...

    async def read_folder(
        self, repository: RepositoryName, folder: str, *, ref: str
    ) -> Sequence[File]:
        """Every file below ``folder`` at a commit, paths relative to it.

        Raises NotFound; raises bot.errors.UserError where it holds links or
        submodules or is larger than 5,000 files or 20 MB.
        """
        ...


class Issues(Protocol):
    """Issues, labels, comments and reactions."""

    async def get(self, repository: RepositoryName, number: int) -> Issue:
        """Read it now. Raises NotFound."""
        ...

    async def create(
        self, repository: RepositoryName, *, title: str, body: str, labels: Sequence[str]
    ) -> Issue:
        """Open an issue; labels that do not exist are created first."""
        ...

    async def find_open(self, repository: RepositoryName, *, label: str) -> Sequence[Issue]:
        """Open issues with that label."""
        ...

    async def close(
        self,
        repository: RepositoryName,
        number: int,
        *,
        reason: Literal["completed", "not_planned"],
    ) -> None:
        """Close it; one that is closed stays so."""
        ...

    async def ensure_label(
        self, repository: RepositoryName, name: str, *, color: str, description: str
    ) -> None:
        """Make the label exist; GitHub drops unknown ones of forms silently."""
        ...

    async def comment(self, repository: RepositoryName, number: int, body: str) -> Comment:
        """Add a comment (at most 65,536 characters)."""
        ...

    async def edit_comment(self, repository: RepositoryName, comment_id: int, body: str) -> None:
        """Replace a comment's text. Raises NotFound where somebody deleted it."""
        ...

    async def find_comment(
        self, repository: RepositoryName, number: int, *, marker: str
    ) -> Comment | None:
        """This App's own first comment that holds ``marker``, or None."""
        ...

    async def react(self, repository: RepositoryName, comment_id: int, content: str) -> None:
        """React to a comment; doing so twice leaves one reaction."""
        ...


class Checks(Protocol):
    """Check runs of this App."""

    async def create(self, repository: Repository, check: CheckRun) -> int:
        """Create it and return its id."""
        ...

    async def update(self, repository: Repository, check_id: int, check: CheckRun) -> None:
        """Replace its state and output."""
        ...

    async def find(self, repository: Repository, *, head_sha: str, external_id: str) -> int | None:
        """The id of our check run with that external id on the commit, or None."""
        ...


class People(Protocol):
    """Who may do what, asked now."""

    async def role(self, repository: RepositoryName, login: str, *, user_id: int) -> Role:
        """The role of that very user (id and login agree); NONE when it cannot be told."""
        ...

    async def is_team_member(self, organization: str, team: str, login: str) -> bool:
        """Active member of the team (slug), directly or by a child team."""
        ...

    async def team_exists(self, organization: str, team: str) -> bool:
        """Whether the organisation has a team with that slug."""
        ...


@dataclass(frozen=True, slots=True)
class GitHub:
    """Every subject at hand, as ``app.py`` wires it for one installation."""

    repositories: Repositories
    contents: Contents
    issues: Issues
    checks: Checks
    people: People
