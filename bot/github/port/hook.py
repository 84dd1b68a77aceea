"""The App's webhook as GitHub sees it: what was delivered, and asking for it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to deliver a webhook. Those of one event share ``guid``."""

    id: int
    guid: str
    event: str
    action: str  # empty where the event has none
    delivered_at_s: float
    status_code: int  # what we answered; 0 where no answer came
    throttled: bool  # GitHub held it back for a while

    @property
    def is_ok(self) -> bool:
        """Whether we took it."""
        return 200 <= self.status_code < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """A page of them, newest first; ``older`` leads to the next one, empty at the end."""

    found: Sequence[Attempt]
    older: str


class Hook(Protocol):
    """Deliveries of the App's webhook, of the last three days."""

    async def attempts(self, *, cursor: str = "") -> Attempts:
        """The newest, or those where ``older`` of another page leads.

        Raises Rejected or NotFound for a cursor that GitHub does not know any more.
        """
        ...

    async def deliver_again(self, attempt_id: int) -> None:
        """Ask GitHub to deliver what that attempt was of once more, under the same GUID.

        Raises NotFound where GitHub has it no more, and Rejected.
        """
        ...
