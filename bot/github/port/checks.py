"""Check runs of this App: what people see at a commit, and the buttons there."""

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from bot.github.port.names import RepositoryName
from bot.github.port.repositories import Repository

# Where a check run lies: a repository that is being set up, by its one token, or any other
# by its name, under a token that can do nothing else.
Place: TypeAlias = Repository | RepositoryName


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A remark at lines of a file, which GitHub shows in the changes of a pull request.

    ``path`` is relative to the repository's root; lines and ``column`` count from 1, and
    column 0 says that there is none.
    """

    path: str
    line: int
    column: int = 0
    level: Literal["notice", "warning", "failure"]
    title: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAction:
    """A button; its press comes back as ``check_run.requested_action``.

    At most 20, 40 and 20 characters (GitHub REST docs, "Create a check run").
    """

    label: str
    description: str
    identifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRun:
    """The outside of a check run: at most 65,535 characters in summary and text each.

    Annotations are sent in batches of 50 and can only be added, so one check run
    gets them once, in this order; at most three actions.
    """

    name: str
    head_sha: str
    status: Literal["queued", "in_progress", "completed"]
    conclusion: Literal["", "success", "failure", "neutral", "cancelled", "action_required"] = ""
    title: str
    summary: str
    text: str = ""
    details_url: str = ""
    external_id: str = ""
    annotations: tuple[Annotation, ...] = ()
    actions: tuple[CheckAction, ...] = ()


class Checks(Protocol):
    """Check runs of this App."""

    async def create(self, repository: Place, check: CheckRun) -> int:
        """Create it and return its id."""
        ...

    async def update(self, repository: Place, check_id: int, check: CheckRun) -> None:
        """Replace its state and output; annotations that are there already stay as they are."""
        ...

    async def find(self, repository: Place, *, head_sha: str, external_id: str) -> int | None:
        """The id of our check run with that external id on the commit, or None."""
        ...
