"""What a kind of run is made of: an ordered table of ensure steps, and how to undo them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.runs.record import Run
from bot.store.port import Json

S = TypeVar("S")


class Waits(Exception):
    """The step has asked somebody else for something and goes on when it is there.

    The run is put aside: it blocks nobody, an event that concerns it queues it
    again, and where that event is late or lost it is looked at after ``wait_s``.
    ``facts`` are what the step has to find again when it goes on.
    """

    def __init__(
        self, reason: str, *, wait_s: float, facts: Mapping[str, Json] | None = None
    ) -> None:
        super().__init__(reason)
        self.reason, self.wait_s, self.facts = reason, wait_s, dict(facts or {})


class Cancelled(Exception):
    """The run is of no use any more, for instance because a newer one took its place."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step leaves behind: facts for later steps, a note for people."""

    facts: Mapping[str, Json] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[S]):
    """One *ensure*: it looks before it acts, so repeating it is harmless.

    ``ensure`` may raise UserError (the run fails and says so), Unavailable (the
    step is skipped and says so), RetryLater (the queue brings the run back), Waits
    (an event or the time brings it back) or Cancelled (it ends here).
    """

    name: str
    title: str
    ensure: Callable[[Run, S], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunKind(Generic[S]):
    """A table row of the engine."""

    name: str
    title: str
    steps: tuple[Step[S], ...]
    # Removes what the run made and tells what that was; None where nothing is made that stays.
    undo: Callable[[Run, S], Awaitable[str]] | None = None
