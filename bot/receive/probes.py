"""``/healthz`` and ``/readyz``: is the process alive, and can it do its work now."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)

Check: TypeAlias = Callable[[], Awaitable[object]]  # raises when something is wrong

CHECK_LIMIT_S = 2.0


async def healthz(_request: web.Request) -> web.Response:
    """200 for as long as the event loop turns."""
    return web.json_response({"status": "alive"})


@dataclass(frozen=True, slots=True)
class Ready:
    """Runs every check side by side, each within ``limit_s``."""

    checks: Mapping[str, Check]
    limit_s: float = CHECK_LIMIT_S

    async def page(self, _request: web.Request) -> web.Response:
        """200, or 503 with the names of the checks that failed; the reasons go to the log."""
        passed = await asyncio.gather(*map(self._passes, self.checks))
        failing = [name for name, ok in zip(self.checks, passed, strict=True) if not ok]
        if failing:
            return web.json_response({"status": "not ready", "failing": failing}, status=503)
        return web.json_response({"status": "ready"})

    async def _passes(self, name: str) -> bool:
        try:
            async with asyncio.timeout(self.limit_s):
                await self.checks[name]()
        except Exception as error:  # noqa: BLE001 - a check that breaks is a check that fails
            log.warning("not ready", check=name, reason=str(error) or type(error).__name__)
            return False
        return True
