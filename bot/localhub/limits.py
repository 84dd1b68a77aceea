"""Rate limits, as GitHub counts them.

Source: GitHub docs, "Rate limits for the REST API": a primary limit an hour for each
installation or user, and a secondary one for requests that create content.
"""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from bot.localhub.refusal import Refused

HOUR_S = 3600
MINUTE_S = 60


@dataclass(slots=True)
class Window:
    """One hour of one caller."""

    limit: int
    reset_at_s: float
    used: int = 0

    @property
    def remaining(self) -> int:
        """Requests left, never below 0."""
        return max(0, self.limit - self.used)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every answer."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Used": str(min(self.used, self.limit)),
            "X-RateLimit-Reset": str(int(self.reset_at_s)),
            "X-RateLimit-Resource": "core",
        }


@dataclass(slots=True)
class RateLimits:
    """Counts requests by caller. Change the numbers at any time.

    ``content_per_minute`` None switches the secondary limit off.
    """

    per_hour: int = 5000
    anonymous_per_hour: int = 60
    content_per_minute: int | None = None
    _windows: dict[str, Window] = field(default_factory=dict)
    _created: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def window(self, caller: str, now_s: float) -> Window:
        """The caller's hour, begun anew when the last one is over."""
        found = self._windows.get(caller)
        if found is None or now_s >= found.reset_at_s:
            limit = self.anonymous_per_hour if caller == "anonymous" else self.per_hour
            found = self._windows[caller] = Window(limit, now_s + HOUR_S)
        elif caller != "anonymous":
            found.limit = self.per_hour
        return found

    def take(self, caller: str, now_s: float) -> Window:
        """Count one request. Raises Refused 403 when the hour's are used up."""
        window = self.window(caller, now_s)
        if window.used >= window.limit:
            raise Refused(403, f"API rate limit exceeded for {caller}.")
        window.used += 1
        return window

    def take_content(self, caller: str, now_s: float) -> None:
        """Count one creation of content. Raises Refused 403 with retry-after."""
        if self.content_per_minute is None:
            return
        recent = self._created[caller]
        while recent and recent[0] <= now_s - MINUTE_S:
            recent.popleft()
        if len(recent) >= self.content_per_minute:
            wait_s = max(1, int(recent[0] + MINUTE_S - now_s))
            raise Refused(
                403,
                "You have exceeded a secondary rate limit. Please wait a few minutes before "
                "you try again.",
                headers={"Retry-After": str(wait_s)},
            )
        recent.append(now_s)
