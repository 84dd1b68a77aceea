"""GitHub Actions: asking for a workflow to run, and how it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.github.port.names import RepositoryName


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRun:
    """One run. ``conclusion`` is empty until ``status`` is ``completed``."""

    id: int
    workflow: str  # the path of its file
    event: str
    branch: str
    head_sha: str
    status: str
    conclusion: str
    html_url: str
    title: str = ""  # what ``run-name`` made of its inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job of a run, by the name that people see."""

    id: int
    name: str
    status: str
    conclusion: str
    html_url: str


class Actions(Protocol):
    """Workflows of a repository."""

    async def dispatch(
        self, repository: RepositoryName, workflow: str, *, ref: str, inputs: Mapping[str, str]
    ) -> int | None:
        """Ask for a run of that workflow file at a branch; its id where GitHub tells it.

        Raises NotFound where the default branch has no such workflow, Forbidden and
        Rejected where Actions are off or the inputs are not its own.
        """
        ...

    async def run(self, repository: RepositoryName, run_id: int) -> WorkflowRun:
        """Read it now. Raises NotFound."""
        ...

    async def runs_on(self, repository: RepositoryName, *, branch: str) -> Sequence[WorkflowRun]:
        """Runs at that branch, newest first, at most a hundred."""
        ...

    async def jobs(self, repository: RepositoryName, run_id: int) -> Sequence[Job]:
        """The jobs of its newest attempt."""
        ...
