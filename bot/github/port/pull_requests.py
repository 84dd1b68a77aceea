"""Pull requests and what people say of them in reviews."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.github.port.names import RepositoryName


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request, read fresh from the API.

    ``head_repository`` is ``owner/name`` of where the head lives: another name than its own
    for a fork, empty where the fork was deleted.
    """

    number: int
    title: str
    author_id: int
    author: str
    head_sha: str
    head_repository: str
    base_sha: str
    base_branch: str
    state: Literal["open", "closed"]
    merged: bool
    html_url: str
    updated_at: str = ""  # ISO 8601, as GitHub writes it


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One person's verdict. ``commit`` is the head that they saw, empty where it is gone."""

    author_id: int
    author: str
    state: Literal["approved", "changes_requested", "commented", "dismissed", "pending"]
    commit: str


class PullRequests(Protocol):
    """Pull requests of a repository."""

    async def get(self, repository: RepositoryName, number: int) -> PullRequest:
        """Read it now. Raises NotFound."""
        ...

    async def open(self, repository: RepositoryName) -> Sequence[PullRequest]:
        """Every open one, newest first."""
        ...

    async def open_of(self, repository: RepositoryName, branch: str) -> PullRequest | None:
        """The open pull request from that branch of the repository itself, or None."""
        ...

    async def newest_of(self, repository: RepositoryName, branch: str) -> PullRequest | None:
        """The newest pull request from that branch, open, closed or merged, or None."""
        ...

    async def create(
        self, repository: RepositoryName, *, head: str, base: str, title: str, body: str
    ) -> PullRequest:
        """Open one from branch ``head`` to branch ``base``; of two, the first is returned.

        Raises Rejected where the branches hold the same.
        """
        ...

    async def edit(self, repository: RepositoryName, number: int, *, title: str, body: str) -> None:
        """Replace its title and text."""
        ...

    async def reviews(self, repository: RepositoryName, number: int) -> Sequence[Review]:
        """Its reviews, oldest first."""
        ...

    async def of_commit(self, repository: RepositoryName, commit: str) -> Sequence[int]:
        """Numbers of the pull requests that brought this commit."""
        ...
