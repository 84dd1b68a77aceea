"""The months by which deployments are found, so that no question reads all there ever were.

A deployment belongs to the month (UTC) in which it was commanded; that never changes.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Final

BY_MONTH: Final = ("project", "team", "template")  # what a month's deployments are found by


def month_of(at_s: float) -> str:
    """The month of a Unix time, as ISO 8601 writes it: ``2026-11``."""
    return dt.datetime.fromtimestamp(at_s, tz=dt.UTC).strftime("%Y-%m")


def month_fields(*, created_at_s: float, project: str, team: str, template: str) -> dict[str, str]:
    """What a record holds beside its own fields, to be found by month."""
    month = month_of(created_at_s)
    values = zip(BY_MONTH, (project, team, template), strict=True)
    return {"month": month} | {f"{by}_month": month_key(value, month) for by, value in values}


def month_key(value: str, month: str) -> str:
    """The value of ``project_month`` and its like; a month is seven characters, so none clash."""
    return f"{month} {value}"


def months_back(now_s: float) -> Iterator[str]:
    """This month, the one before, and so on without end."""
    first = dt.datetime.fromtimestamp(now_s, tz=dt.UTC).date().replace(day=1)
    while True:
        yield first.strftime("%Y-%m")
        first = (first - dt.timedelta(days=1)).replace(day=1)


def months_since(since_s: float, *, now_s: float) -> Iterator[str]:
    """The months of that span, newest first; this month at the least."""
    last = month_of(min(since_s, now_s))
    for month in months_back(now_s):
        yield month
        if month == last:
            return
