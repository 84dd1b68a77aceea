"""What is kept of a run: enough to go on after a kill at any instant, and to tell people.

The record alone is rendered into comments and check runs, so a worker that
takes over shows the same run, not a new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import msgspec

from bot.store.port import Json

WAKE_TICK_S = 10.0


class StepState(StrEnum):
    """Where one step stands. DONE and SKIPPED are final until an undo."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class RunState(StrEnum):
    """Where a run stands. RUNNING also covers the wait between two attempts.

    WAITING has asked somebody else and holds nothing up until it is woken.
    """

    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step: times in Unix seconds, 0 where it has not come to that."""

    name: str
    title: str
    state: StepState = StepState.WAITING
    attempts: int = 0
    started_at_s: float = 0.0
    ended_at_s: float = 0.0
    note: str = ""  # a sentence for people, in Markdown we wrote


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Who set this off and by what, for the audit log and the messages."""

    delivery: str
    actor: str
    actor_id: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a run stopped, in words for people."""

    code: str
    problem: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One durable piece of work. Immutable: every change is a new value, then saved."""

    id: str
    kind: str
    subject: str  # what it is about and what orders it: ``owner/catalog#7``
    token: str  # random, known to nobody before the first effect: marks what this run makes
    intent: Mapping[str, Json]
    cause: Cause
    created_at_s: float
    state: RunState = RunState.RUNNING
    steps: tuple[StepRecord, ...] = ()
    facts: Mapping[str, Json] = field(default_factory=dict)
    problem: Problem | None = None
    ended_at_s: float = 0.0
    wake_at_s: float = 0.0  # of a WAITING run: when it is looked at even without an event
    version: int = 0

    @property
    def finished(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.state in (
            RunState.SUCCEEDED,
            RunState.FAILED,
            RunState.CANCELLED,
            RunState.UNDONE,
        )

    @property
    def may_be_retried(self) -> bool:
        """Whether it stopped at a step from which it can go on."""
        return self.state is RunState.FAILED

    @property
    def may_be_undone(self) -> bool:
        """Whether it ended with something that it may have made."""
        return self.state in (RunState.FAILED, RunState.SUCCEEDED)

    def with_facts(self, facts: Mapping[str, Json]) -> "Run":
        """The same run, knowing more."""
        return replace(self, facts={**self.facts, **facts})

    def with_step(self, step: StepRecord) -> "Run":
        """The same run with the step of that name replaced."""
        steps = tuple(step if old.name == step.name else old for old in self.steps)
        return replace(self, steps=steps)


def wake_tick(at_s: float) -> int:
    """The stretch of time by which waiting runs are looked up."""
    return int(at_s // WAKE_TICK_S)


def to_data(run: Run) -> dict[str, Json]:
    """The run as a JSON record; the version lives beside it, not in it."""
    data: dict[str, Json] = msgspec.to_builtins(run)
    del data["version"]
    data["wake_tick"] = wake_tick(run.wake_at_s) if run.state is RunState.WAITING else 0
    return data


def from_data(data: Mapping[str, Json], *, version: int) -> Run:
    """The run that ``to_data`` wrote."""
    return msgspec.convert({**data, "version": version}, Run)
