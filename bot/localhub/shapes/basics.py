"""Small pieces that every shape uses."""

import time
from typing import Any

Json = dict[str, Any]


def iso(at_s: float) -> str:
    """Unix seconds as GitHub writes time."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_s))


def iso_or_none(at_s: float | None) -> str | None:
    """The same, where there may be no time."""
    return None if at_s is None else iso(at_s)


def node_id(kind: str, number: int | str) -> str:
    """An opaque global id, as GraphQL uses them."""
    return f"{kind}_kwDO{number}"
