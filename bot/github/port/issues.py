"""Issues, labels, comments and reactions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.github.port.names import RepositoryName


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
    author_is_person: bool = True
    created_at: str = ""  # ISO 8601, as GitHub writes it
    updated_at: str = ""  # ISO 8601; comments and labels count as updates, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment; ``by_us`` is true only for comments of this very App."""

    id: int
    body: str
    html_url: str
    by_us: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenComment:
    """A comment as somebody wrote it, with who and where."""

    id: int
    number: int  # of the issue or pull request
    body: str
    author_id: int
    author: str
    author_is_person: bool
    created_at: str
    updated_at: str
    html_url: str

    @property
    def is_edited(self) -> bool:
        """Whether it reads as its author wrote it first cannot be told."""
        return self.updated_at != self.created_at


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

    async def open_since(
        self, repository: RepositoryName, *, updated_since: str
    ) -> Sequence[Issue]:
        """Open issues (no pull requests) that were updated then or later, oldest first.

        An empty ``updated_since`` means all.
        """
        ...

    async def comments_since(
        self, repository: RepositoryName, *, updated_since: str
    ) -> Sequence[WrittenComment]:
        """Comments of every thread that were written or edited then or later, oldest first."""
        ...

    async def edit(self, repository: RepositoryName, number: int, *, title: str, body: str) -> None:
        """Replace an issue's title and text."""
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

    async def reactions(self, repository: RepositoryName, comment_id: int) -> Mapping[str, int]:
        """How many people reacted to a comment, by GitHub's names (``+1``, ``-1``, …).

        Raises NotFound.
        """
        ...

    async def react(self, repository: RepositoryName, comment_id: int, content: str) -> None:
        """React to a comment; doing so twice leaves one reaction."""
        ...
