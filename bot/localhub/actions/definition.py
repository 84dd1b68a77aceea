"""A workflow file as it was read: frozen values, and a sentence for what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input of ``workflow_dispatch``.

    ``kind`` is string, boolean, choice, number or environment.
    """

    name: str
    description: str = ""
    kind: str = "string"
    required: bool = False
    default: str | None = None
    options: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """When an event starts the workflow; None for a filter that is not given."""

    types: Sequence[str] | None = None
    branches: Sequence[str] | None = None
    branches_ignore: Sequence[str] | None = None
    tags: Sequence[str] | None = None
    tags_ignore: Sequence[str] | None = None
    paths: Sequence[str] | None = None
    paths_ignore: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrency:
    """One run of a ``group`` at a time; a newer one ends the running one, or waits for it."""

    group: str
    cancel_in_progress: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """One job of the file. ``matrix`` has what each of its runs differs in, as far as known."""

    key: str
    name: str
    needs: Sequence[str] = ()
    condition: str = ""
    labels: Sequence[str] = ()
    matrix: Sequence[Mapping[str, object]] = ()
    environment: str = ""
    uses: str = ""  # the reusable workflow that it calls
    named_steps: Sequence[str] = ()  # ids, or places from 0, of steps that have a name
    permissions: Mapping[str, str] | None = None

    @property
    def runs_after_failure(self) -> bool:
        """Whether its condition lets it run although what it needs has failed."""
        return any(word in self.condition for word in ("always()", "failure()", "cancelled()"))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowFile:
    """A workflow file. ``problem`` is empty for one that GitHub would run."""

    path: str
    name: str
    run_name: str = ""
    triggers: Mapping[str, Trigger] = field(default_factory=dict)
    inputs: Sequence[Input] = ()
    jobs: Sequence[JobPlan] = ()
    concurrency: Concurrency | None = None  # of whole runs; that of single jobs is not read
    permissions: Mapping[str, str] | None = None
    problem: str = ""

    @property
    def file_name(self) -> str:
        """``ci.yml``."""
        return self.path.rpartition("/")[2]

    def job(self, key: str) -> JobPlan | None:
        """The job of that key, or None."""
        return next((one for one in self.jobs if one.key == key), None)
