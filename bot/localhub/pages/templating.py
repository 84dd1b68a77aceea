"""Fills the HTML templates beside this file; everything is escaped unless it is Markup."""

import re
import time
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.localhub.pages.annotations import NO_NOTES
from bot.localhub.pages.diff_lines import diff_lines

FOLDER = Path(__file__).parent
_CODE = re.compile(r"`([^`]+)`")
_STEPS = (
    (60, "second", 1),
    (3600, "minute", 60),
    (86_400, "hour", 3600),
    (2_592_000, "day", 86_400),
)


@lru_cache(maxsize=1)
def templates() -> Environment:
    """All templates, compiled once."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "duration": duration,
        "first_line": first_line,
        "moment": moment,
        "size": size,
        "with_code": with_code,
    }
    environment.globals |= {"plural": plural, "diff_lines": diff_lines, "no_notes": NO_NOTES}
    return environment


def ago(then_s: float, *, now_s: float) -> str:
    """How long ago, in words of time; a date beyond a month."""
    passed_s = max(0, int(now_s - then_s))
    if passed_s < 10:
        return "just now"
    for below_s, word, unit_s in _STEPS:
        if passed_s < below_s:
            return f"{plural(passed_s // unit_s, word)} ago"
    return "on " + time.strftime("%d %B %Y", time.gmtime(then_s)).lstrip("0")


def duration(took_s: float) -> str:
    """How long something took: ``1s`` at least, then ``2m 5s``, ``1h 3m``."""
    whole_s = max(1, round(took_s))
    if whole_s < 60:
        return f"{whole_s}s"
    minutes, seconds = divmod(whole_s, 60)
    if minutes < 60:
        return f"{minutes}m {seconds}s"
    return f"{minutes // 60}h {minutes % 60}m"


def moment(then_s: float, now_s: float) -> Markup:
    """A ``<time>`` that reads as words and holds the exact time."""
    exact = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(then_s))
    shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(then_s))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        exact, shown, ago(then_s, now_s=now_s)
    )


def with_code(title: str) -> Markup:
    """A title as GitHub shows it: what stands in backticks is code, the rest is only text."""
    parts = _CODE.split(title)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


def size(size_bytes: int) -> str:
    """A file's size for people."""
    if size_bytes < 1024:
        return plural(size_bytes, "byte")
    if size_bytes < 1024 * 1024:
        return f"{size_bytes / 1024:.1f} KB"
    return f"{size_bytes / 1024 / 1024:.1f} MB"


def plural(count: int, word: str) -> str:
    """``1 file``, ``2 files``, ``3 deliveries``."""
    if count == 1:
        return f"1 {word}"
    many = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
    return f"{count:,} {many}"


def first_line(text: str) -> str:
    """What a list shows of a commit message."""
    return text.split("\n", 1)[0]
