"""What goes wrong on purpose. Tests and the sandbox change it while the hub runs."""

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal


@dataclass(slots=True, kw_only=True)
class Fault:
    """A rule about REST requests. Without any effect of its own it only counts.

    ``route`` is a route's template, such as ``/repos/{owner}/{repo}/issues``; ``*``
    matches anything. It applies to matching calls number ``first`` (from 1) to
    ``first + times - 1``; ``times`` None means for good.
    """

    method: str = "*"
    route: str = "*"
    first: int = 1
    times: int | None = 1
    status: int | None = None  # answered instead of doing what was asked
    retry_after_s: int | None = None
    message: str = ""
    drop: Literal["before", "after"] | None = None  # cut the connection, the effect done or not
    delay_s: float = 0.0
    until: asyncio.Event | None = None  # keeps the request waiting; delay_s without a clock
    seen: int = 0  # matching calls so far

    def strikes(self, method: str, route: str) -> bool:
        """Count a call and say whether the rule applies to it."""
        if not (fnmatchcase(method, self.method) and self.route in {"*", route}):
            return False
        self.seen += 1
        last = None if self.times is None else self.first + self.times
        return self.seen >= self.first and (last is None or self.seen < last)


@dataclass(slots=True, kw_only=True)
class WebhookFault:
    """A rule about webhooks of one event (``issues``) or event and action.

    ``swap`` delivers it after the one that follows; ``delay_s`` is added to any effect.
    """

    event: str = "*"
    action: str = "*"
    first: int = 1
    times: int | None = 1
    effect: Literal["drop", "double", "swap", "none"] = "none"
    delay_s: float = 0.0
    until: asyncio.Event | None = None
    seen: int = 0

    def strikes(self, event: str, action: str | None) -> bool:
        """Count a webhook and say whether the rule applies to it."""
        if not (fnmatchcase(event, self.event) and fnmatchcase(action or "", self.action)):
            return False
        self.seen += 1
        last = None if self.times is None else self.first + self.times
        return self.seen >= self.first and (last is None or self.seen < last)


@dataclass(slots=True)
class Faults:
    """All rules in force; the first that applies is the one that counts.

    ``down`` answers every request, git included, with 503 and delivers no webhook:
    what happens meanwhile is recorded as a failed delivery, as GitHub does not repeat.
    """

    down: bool = False
    rest: list[Fault] = field(default_factory=list)
    webhooks: list[WebhookFault] = field(default_factory=list)

    def on_rest(self, method: str, route: str) -> Fault | None:
        """The rule for this call, if any."""
        struck = [fault for fault in self.rest if fault.strikes(method, route)]
        return struck[0] if struck else None

    def on_webhook(self, event: str, action: str | None) -> WebhookFault | None:
        """The rule for this webhook, if any."""
        struck = [fault for fault in self.webhooks if fault.strikes(event, action)]
        return struck[0] if struck else None

    def clear(self) -> None:
        """Everything works again."""
        self.down = False
        self.rest.clear()
        self.webhooks.clear()
