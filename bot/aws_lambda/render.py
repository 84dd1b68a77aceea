"""The function ``render``: renders one template for ``work``, and may do nothing else.

Its role has no permission and its environment no value of ours. Namespaces are
not to be had in Lambda, so a render is a plain process with bounds, Jinja's
sandbox is the wall around the template, and hooks are refused. What a template
could find if it broke out: its own answers. Nobody here logs, because the role
may not: what goes wrong is answered, and ``work`` tells it.
"""

import asyncio
import os
from collections.abc import Mapping
from typing import Any

from bot.aws_lambda.closed_memory import close_memory
from bot.aws_lambda.envelope import NoEnvelope, TooLarge, pack, unpack
from bot.rendering import FarEnd, Limits, PlainProcess, RendererUnavailable, Truncated

MOST_BYTES = Limits().in_bytes + 20_000_000  # a template, its list of files and the answers

_KEPT = frozenset({"PATH", "LANG", "TZ", "LD_LIBRARY_PATH", "HOME", "TMPDIR"})


class _Function:
    """What a container keeps from one invocation to the next."""

    def __init__(self) -> None:
        forget_credentials()
        self._loop = asyncio.new_event_loop()
        self._far_end = FarEnd(PlainProcess("templates are rendered in a function of their own"))

    def answer(self, message: bytes) -> bytes:
        return self._loop.run_until_complete(self._far_end.answer(message))


_functions: list[_Function] = []  # the one of this container, from the first invocation on


def handler(event: Any, context: object) -> dict[str, Any]:
    """The answer to ``{"message": packed}``.

    It is ``{"answer": packed}``, or ``{"refused": …}`` with ``malformed``,
    ``too-large`` or ``unavailable`` and, for the last, why.
    """
    del context
    if not _functions:
        _functions.append(_Function())
    try:
        packed = event.get("message") if isinstance(event, Mapping) else None
        return {"answer": pack(_functions[0].answer(unpack(packed, most_bytes=MOST_BYTES)))}
    except (NoEnvelope, Truncated):
        return {"refused": "malformed"}
    except TooLarge:
        return {"refused": "too-large"}
    except RendererUnavailable as error:
        return {"refused": "unavailable", "reason": str(error)[:500]}


def forget_credentials() -> None:
    """Neither this environment nor, as far as the kernel helps, this process shows any."""
    for name in set(os.environ) - _KEPT:
        del os.environ[name]
    close_memory()
