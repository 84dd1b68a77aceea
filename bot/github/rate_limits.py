"""How long to wait after GitHub said "not so fast". Pure: headers in, seconds out."""

from collections.abc import Mapping
from dataclasses import dataclass

LEAST_WAIT_S = 60.0  # where GitHub names no time
LONGEST_WAIT_S = 3600.0  # primary limits start anew each hour


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of the primary limit. ``reset_at_s`` is Unix time in seconds."""

    limit: int
    remaining: int
    reset_at_s: float


def budget(headers: Mapping[str, str]) -> Budget | None:
    """The primary limit's state as an answer's headers (any case) tell it, if they do."""
    try:
        return Budget(
            limit=int(headers["x-ratelimit-limit"]),
            remaining=int(headers["x-ratelimit-remaining"]),
            reset_at_s=float(headers["x-ratelimit-reset"]),
        )
    except (KeyError, ValueError):
        return None


def is_rate_limit(status: int, headers: Mapping[str, str], message: str) -> bool:
    """Whether a refusal means "too fast" rather than "you may not".

    Source: GitHub docs, "Rate limits for the REST API": both limits answer 403
    or 429. A secondary limit may come with no header at all, so its words count.
    """
    if status == 429:
        return True
    if status != 403:
        return False
    words = message.lower()
    return (
        "retry-after" in headers
        or headers.get("x-ratelimit-remaining") == "0"
        or "secondary rate limit" in words
        or "abuse detection" in words
        or "rate limit exceeded" in words
    )


def wait_after_refusal(headers: Mapping[str, str], *, now_s: float, attempt: int) -> float:
    """Seconds to wait before repeating a request that a rate limit refused.

    Args:
        headers: the refusal's headers.
        now_s: Unix time in seconds, from the injected clock.
        attempt: 1 for the first refusal; the fallback of one minute doubles with each.

    Never more than an hour, never negative. A header that is no number counts as absent.

    Source: GitHub docs, "Best practices for using the REST API", "Handle rate limit
    errors appropriately": Retry-After; else the reset time; else at least a minute.
    """
    told_s = _number(headers.get("retry-after"))
    if told_s is not None:
        return _within(told_s)
    reset_at_s = _number(headers.get("x-ratelimit-reset"))
    if headers.get("x-ratelimit-remaining") == "0" and reset_at_s is not None:
        return _within(reset_at_s - now_s + 1)  # the header is cut to whole seconds
    return _within(LEAST_WAIT_S * 2.0 ** min(attempt - 1, 10))


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() else None


def _within(wait_s: float) -> float:
    return min(max(wait_s, 0.0), LONGEST_WAIT_S)
