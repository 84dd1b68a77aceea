"""What a kind of run is made of: an ordered table of ensure steps, and how to undo them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.runs.record import Run
from bot.store.port import Json

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step leaves behind: facts for later steps, a note for people."""

    facts: Mapping[str, Json] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[S]):
    """One *ensure*: it looks before it acts, so repeating it is harmless.

    ``ensure`` may raise UserError (the run fails and says so), Unavailable (the
    step is skipped and says so) or RetryLater (the queue brings the run back).
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
    undo: Callable[[Run, S], Awaitable[str]]  # removes what the run made; tells what it removed
