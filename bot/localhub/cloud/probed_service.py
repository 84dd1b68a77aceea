"""What is probed where no containers run: well, unless somebody says otherwise."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class ProbedService:
    """Every path of it answers 200 while ``is_well`` says so, and 503 otherwise."""

    is_well: Callable[[], bool] = lambda: True
    url: str = ""
    probes: list[str] = field(default_factory=list)  # of each, the header that leads to a canary
    on_probe: Callable[[], None] = lambda: None

    async def answer(self, request: web.Request) -> web.Response:
        """As a service's health endpoint does."""
        self.probes.append(request.headers.get("x-paved-road-canary", ""))
        self.on_probe()
        return web.Response(status=200 if self.is_well() else 503)


@asynccontextmanager
async def probed_service(service: ProbedService) -> AsyncIterator[ProbedService]:
    """It answers on a port of its own until the block ends."""
    application = web.Application()
    application.router.add_get("/{path:.*}", service.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        service.url = f"http://127.0.0.1:{runner.addresses[0][1]}/health/ready"
        yield service
    finally:
        await runner.cleanup()
