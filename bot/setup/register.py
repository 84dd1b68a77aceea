"""``paved-road setup``: the pages of setting up, served until the App's credentials are kept."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from aiohttp import web

from bot.clock import Clock, SystemClock
from bot.errors import PortTaken, UserError
from bot.setup.credentials import Credentials, CredentialStore
from bot.setup.plan import Plan, SetupFailed
from bot.setup.setup_pages import COOKIE, Reply, SetupPages, Visit, new_key

PATIENCE_S = 3_600.0  # GitHub keeps its code for that long
LOOPBACK = ("127.0.0.1", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where the pages are listened for.

    ``public`` says that the plan's own address leads there; otherwise they are for a
    browser on this machine, and ``patience_s`` ends the waiting.
    """

    host: str = LOOPBACK[0]
    port: int = LOOPBACK[1]
    public: bool = False
    patience_s: float = PATIENCE_S


async def run_setup(
    plan: Plan,
    store: CredentialStore,
    *,
    open_browser: Callable[[str], object],
    served: Served | None = None,
    failed: Callable[[UserError], None] = lambda _problem: None,
    clock: Clock | None = None,
) -> Credentials:
    """The App is registered and the store holds its credentials.

    ``open_browser`` is given the address where it begins, ``failed`` each problem on the
    way, after which the person may try again. Raises AlreadySetUp, SetupFailed and
    PortTaken.
    """
    served = served or Served()
    await store.refuse_if_set()
    outcome: asyncio.Future[Credentials] = asyncio.get_running_loop().create_future()
    async with AsyncExitStack() as stack:
        site = _Site(served)
        plan = await site.open(plan)
        stack.push_async_callback(site.close)
        pages = SetupPages(
            plan,
            store,
            key=new_key(),
            clock=clock or SystemClock(),
            registered=outcome.set_result,
            failed=failed,
        )
        site.show(pages)
        open_browser(pages.address)
        try:
            return await asyncio.wait_for(outcome, None if served.public else served.patience_s)
        except TimeoutError:
            raise SetupFailed(
                "Nobody came back from GitHub within the hour.",
                fix="Run `paved-road setup` again.",
            ) from None


def setup_routes(pages: SetupPages) -> list[web.RouteDef]:
    """The two pages as aiohttp serves them; the application may hold others beside them."""

    async def first(request: web.Request) -> web.Response:
        return _response(await pages.first(_visit(request)))

    async def back(request: web.Request) -> web.Response:
        return _response(await pages.back_from_github(_visit(request)))

    return [web.get("/setup", first), web.get("/setup/registered", back)]


def _visit(request: web.Request) -> Visit:
    return Visit(query=dict(request.query), cookie=request.cookies.get(COOKIE, ""))


def _response(reply: Reply) -> web.Response:
    return web.Response(body=reply.page.encode(), status=reply.status, headers=reply.headers)


class _Site:
    """A server that has its address before it has its pages."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._runner: web.AppRunner | None = None
        self._handlers: dict[str, web.RouteDef] = {}
        self._own = ""  # the one address of a server for this machine

    async def open(self, plan: Plan) -> Plan:
        """Listen; returns the plan with the address at which the pages are. Raises PortTaken."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)  # a log of requests would hold the key
        await self._runner.setup()
        host, port = self._served.host, self._served.port
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise PortTaken(
                f"{host}:{port} cannot be listened on ({error.strerror}). Choose another one "
                "with --listen."
            ) from None
        if self._served.public:
            return plan
        self._own = f"http://{host}:{self._runner.addresses[0][1]}"
        return replace(plan, pages_url=self._own)

    def show(self, pages: SetupPages) -> None:
        """Answer with these pages from now on."""
        self._handlers = {route.path: route for route in setup_routes(pages)}

    async def close(self) -> None:
        """Answer what is under way and close."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        """A page of setting up, or what a bot that is not set up yet says elsewhere."""
        if self._own and request.host != urlsplit(self._own).netloc:
            raise web.HTTPMisdirectedRequest(text="wrong host")  # a foreign name that leads here
        route = self._handlers.get(request.path)
        if route is not None and request.method in ("GET", "HEAD"):
            return await route.handler(request)
        if request.path == "/":
            raise web.HTTPFound("setup")
        if request.path == "/healthz":
            return web.json_response({"status": "ok"})
        if request.path in ("/webhook", "/readyz"):
            told = {"status": "not set up", "message": "Nothing is taken in before /setup is done."}
            return web.json_response(told, status=503)
        return web.json_response({"status": "refused"}, status=404)
