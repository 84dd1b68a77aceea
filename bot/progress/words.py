"""Small sentences that every view shares: times in words, lists, links."""

from collections.abc import Sequence

EXACT_BELOW_S = 9.95


def duration(seconds: float) -> str:
    """A span of time as people say it; ``seconds`` is not negative."""
    whole = round(seconds)
    if seconds < EXACT_BELOW_S:
        return f"{max(seconds, 0.1):.1f} seconds"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute"), (rest, "second")]
    said = [counted(number, unit) for number, unit in parts if number]
    return " ".join(said[:2])


def counted(number: int, thing: str) -> str:
    """``1 answer``, ``2 answers``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def listed(words: Sequence[str], *, last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def cell(text: str) -> str:
    """Text that stays inside its cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")
