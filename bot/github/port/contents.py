"""Git objects by GitHub's API: files, trees, commits, branches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.github.port.names import RepositoryName
from bot.github.port.repositories import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a tree. ``path`` is relative with forward slashes."""

    path: str
    content: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One line of a recursive listing. ``id`` is git's: equal ids, equal content."""

    path: str
    kind: Literal["file", "folder", "link", "submodule"]
    id: str
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Tree:
    """Everything that a commit holds, by path."""

    id: str
    entries: Mapping[str, TreeEntry]

    def below(self, folder: str) -> Mapping[str, TreeEntry]:
        """What lies in the folder, by paths relative to it; folders are left out."""
        prefix = f"{folder}/"
        return {
            path.removeprefix(prefix): entry
            for path, entry in self.entries.items()
            if path.startswith(prefix) and entry.kind != "folder"
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit; ``id`` is all 40 digits, ``committed_at_s`` Unix time in seconds."""

    id: str
    committed_at_s: float


class Contents(Protocol):
    """Git objects by GitHub's API, without git."""

    async def head(self, repository: RepositoryName, branch: str) -> str:
        """The commit id that a branch points to. Raises NotFound."""
        ...

    async def commit_of(self, repository: RepositoryName, ref: str) -> Commit:
        """The commit of ``heads/BRANCH``, ``tags/TAG`` or an id of 7 to 40 digits.

        An id may be of a fork: GitHub keeps their commits together. Raises NotFound.
        """
        ...

    async def branch_holds(self, repository: RepositoryName, branch: str, commit: str) -> bool:
        """Whether the commit lies on that branch. Raises NotFound."""
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
        base_tree: str = "",
    ) -> str:
        """One commit on top of ``parent``; fast-forward only. Raises Stale.

        ``base_tree`` is the id of the parent's tree; known, it saves a request.
        """
        ...

    async def branch_of(
        self,
        repository: RepositoryName,
        branch: str,
        files: Sequence[File],
        *,
        message: str,
    ) -> str:
        """Make a branch that holds ``files`` and no history; returns its commit.

        A branch of that name is replaced. Workflow files are allowed for.
        """
        ...

    async def point_branch(
        self, repository: RepositoryName, branch: str, commit: str, *, move: bool = True
    ) -> None:
        """Make a branch that points to that commit; one of that name is moved there.

        Without ``move``, one of that name stays where it is.

        Raises Rejected where the commit is not there.
        """
        ...

    async def delete_branch(self, repository: RepositoryName, branch: str) -> None:
        """Remove the branch; one that is gone already is fine."""
        ...

    async def merge_base(self, repository: RepositoryName, base: str, head: str) -> str:
        """The commit from which ``head`` began to differ from ``base``. Raises NotFound."""
        ...

    async def tree(self, repository: RepositoryName, ref: str) -> Tree:
        """All paths of a commit or branch. Raises NotFound, and UserError where it is too large."""
        ...

    async def read_file(self, repository: RepositoryName, path: str, *, ref: str) -> bytes:
        """One file's bytes at a commit or branch. Raises NotFound."""
        ...

    async def read_blob(self, repository: RepositoryName, blob: str) -> bytes:
        """The bytes that a listing names by their id. Raises NotFound."""
        ...

    async def read_folder(
        self, repository: RepositoryName, folder: str, *, ref: str, leave: float = 0.0
    ) -> Sequence[File]:
        """Every file below ``folder`` at a commit, paths relative to it.

        Each file not read before costs a request; ``leave`` is the share of the hourly
        limit that must be left afterwards. Raises NotFound, RetryLater where that share
        would not be left, and bot.errors.UserError where the folder holds links or
        submodules or is larger than 2,000 files or 20 MB.
        """
        ...
