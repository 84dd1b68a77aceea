"""What the rest of the bot may ask of a queue. Every engine keeps the same promises.

A message is an id that points into the store; the queue carries no payloads.
Messages of one key are handed out in the order they were sent, never two at a
time: while one is claimed, delayed or waiting, the later ones of its key wait.

A message is handed out at least once after it was sent: one that is sent while
the same id is being worked on comes again when that work has ended. An engine
may hand one out twice, so what is worked on looks before it acts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """``id`` is ``delivery:<guid>`` or ``run:<id>``; ``key`` orders (a project, an issue).

    ``token`` says which state of its subject the message is about. Where an engine
    drops what it was sent a short while ago, it drops only what is alike in both.
    """

    id: str
    key: str
    token: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """A message handed to one worker until its visibility ends.

    ``attempt`` is 1 for the first time it is handed out. ``receipt`` belongs to
    this claim alone: a claim that ran out cannot acknowledge its successor's. An
    engine may call it lost as soon as it ran out, before it is another's.
    """

    message: Message
    attempt: int
    receipt: str


@dataclass(frozen=True, slots=True)
class DeadMessage:
    """A message that was given up, with the reason for people."""

    message: Message
    attempts: int
    reason: str
    died_at_s: float


@dataclass(frozen=True, slots=True)
class QueueStats:
    """``depth`` counts what waits or is claimed.

    ``oldest_age_s`` is 0 when it is empty, and None where the engine does not tell.
    """

    depth: int
    oldest_age_s: float | None
    dead: int


class Queue(Protocol):
    """Durable work, claimed with a visibility timeout."""

    async def send(self, messages: Sequence[Message]) -> None:
        """Queue them durably. An id that waits already is not doubled.

        An engine may know what it took in for five minutes only, and by id and token
        alike, waiting or not: the same state is not news so soon. Raises
        QueueUnavailable; then any number of them may have been queued, and of one
        key only the first ones.
        """
        ...

    async def claim(self, *, limit: int, visibility_s: float) -> Sequence[Claim]:
        """Up to ``limit`` messages of different keys, or none; returns at once."""
        ...

    async def wait(self, timeout_s: float) -> None:
        """Return when something may be claimable, at the latest after ``timeout_s``."""
        ...

    async def extend(self, claim: Claim, *, visibility_s: float) -> bool:
        """Keep the claim for longer; False where it has run out and is another's."""
        ...

    async def ack(self, claim: Claim) -> bool:
        """Remove the message for good; False where the claim has run out and is another's."""
        ...

    async def release(self, claim: Claim, *, delay_s: float, reason: str) -> bool:
        """Give it back for another attempt after ``delay_s``; its key waits with it."""
        ...

    async def bury(self, claim: Claim, *, reason: str) -> bool:
        """Move it to the dead letters, where it stays until somebody redrives it."""
        ...

    async def dead(self, *, after: str = "", limit: int = 100) -> Sequence[DeadMessage]:
        """The dead letters in order of id, after that id."""
        ...

    async def redrive(self, message_id: str) -> bool:
        """Queue a dead letter again as a first attempt; False where there is none."""
        ...

    async def stats(self) -> QueueStats:
        """For metrics and readiness."""
        ...

    async def close(self) -> None:
        """Let go of files and connections."""
        ...


class QueueUnavailable(Exception):
    """The engine cannot be reached; whatever was to be sent is found by the sweep later."""
