"""The time of day, put forward by hand."""

from bot.clock import SystemClock


class LaterClock(SystemClock):
    """The machine's own clock, which a test may put forward."""

    def __init__(self) -> None:
        self._ahead_s = 0.0

    def now_s(self) -> float:
        return super().now_s() + self._ahead_s

    def advance(self, seconds: float) -> None:
        self._ahead_s += seconds
