"""The hub as a running server: REST, git, webhooks and pages on one port."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self

from aiohttp import web

from bot.clock import SystemClock
from bot.localhub.actions.runner import Runner
from bot.localhub.api import PREFIX, Api, Recorded, Validator
from bot.localhub.auth import Door
from bot.localhub.core import HubClock
from bot.localhub.faults import Faults
from bot.localhub.git.smart_http import SmartHttp
from bot.localhub.hub import Hub
from bot.localhub.limits import RateLimits
from bot.localhub.pages import routes as page_routes
from bot.localhub.webhooks.deliver import Deliverer

LARGEST_REQUEST_BYTES = 100 * 1024 * 1024  # GitHub's own limit for a blob
LARGEST_HEADER_BYTES = 64 * 1024
SHUTDOWN_WITHIN_S = 2.0


class LocalHub(Hub):
    """A GitHub that listens. Use ``async with LocalHub.start(folder) as hub``."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: HubClock,
        faults: Faults,
        validator: Validator | None = None,
    ) -> None:
        super().__init__(folder, clock=clock)
        self.faults = faults
        self._deliverer = Deliverer(self, faults)
        door = Door(self)
        self._api = Api(self, door, faults, validator=validator)
        self._git = SmartHttp(self, door, faults)

    @classmethod
    @contextlib.asynccontextmanager
    async def start(
        cls,
        folder: Path,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: HubClock | None = None,
        validator: Validator | None = None,
        faults: Faults | None = None,
        runner: Runner | None = None,
    ) -> AsyncIterator[Self]:
        """Run on the folder, which keeps everything for the next start.

        ``port`` 0 takes any free one; ``url`` says which. ``validator`` is asked about
        every REST exchange and what it says is collected in ``problems``. ``runner``
        executes workflow runs; without one they wait for ``conclude_run`` or a person.
        """
        hub = cls(
            folder,
            clock=clock or SystemClock(),
            faults=faults or Faults(),
            validator=validator,
        )
        hub.runner = runner or hub.runner
        try:
            async with hub._listening(host, port):
                yield hub
        finally:
            hub.close()

    @contextlib.asynccontextmanager
    async def _listening(self, host: str, port: int) -> AsyncIterator[None]:
        await self._deliverer.open()
        runner = web.AppRunner(
            self._application(),
            access_log=None,
            shutdown_timeout=SHUTDOWN_WITHIN_S,
            max_line_size=LARGEST_HEADER_BYTES,
            max_field_size=LARGEST_HEADER_BYTES,
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
            bound = runner.addresses[0][1]
            self.url = f"http://{host}:{bound}"
            await self.runner.open(self)
            yield
        finally:
            await self.runner.close()
            await self._deliverer.close()
            self.changes.close()
            await runner.cleanup()

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_REQUEST_BYTES)
        app.router.add_route("*", PREFIX + "{path:(/.*)?}", self._api.handle)
        app.add_routes(self._git.routes())
        app.add_routes(page_routes(self))
        return app

    @property
    def requests(self) -> list[Recorded]:
        """Every REST request since the start; clear it to count anew."""
        return self._api.requests

    @property
    def problems(self) -> list[str]:
        """What the validator had to say."""
        return self._api.problems

    @property
    def limits(self) -> RateLimits:
        """The rate limits, to be changed at any time."""
        return self._api.limits

    async def idle(self) -> None:
        """Return when no workflow is in a runner's hands and no webhook on its way."""
        await self.runner.idle()
        await self._deliverer.idle()
