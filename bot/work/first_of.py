"""Waiting for whichever comes first."""

import asyncio
from collections.abc import Coroutine, Set
from contextlib import suppress
from typing import Any


async def first_of(
    *coroutines: Coroutine[Any, Any, object], beside: Set[asyncio.Task[Any]] = frozenset()
) -> None:
    """Return when one of them ends, or a task beside them; the others are cancelled."""
    waits = {asyncio.ensure_future(each) for each in coroutines}
    try:
        await asyncio.wait(waits | beside, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    for wait in waits:
        with suppress(asyncio.CancelledError):
            await wait
