"""Pieces of work at once, of which none goes on when another fails."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

One = TypeVar("One")
Other = TypeVar("Other")


async def all_of(works: Iterable[Coroutine[Any, Any, One]]) -> list[One]:
    """All results in order; raises the first error as it is, when the rest has ended too."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]


async def side_by_side(
    one: Coroutine[Any, Any, One], other: Coroutine[Any, Any, Other]
) -> tuple[One, Other]:
    """Both results, of two kinds; raises like ``all_of``."""
    found: list[Any] = await all_of([one, other])
    first: One = found[0]
    second: Other = found[1]
    return first, second
