"""Puts the pages together and listens. ``app.py`` gives the parts, this knows the paths."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from bot.clock import Clock
from bot.queue.port import Queue
from bot.receive.body import Bodies, BodyLimits
from bot.receive.head import Head
from bot.receive.metrics import Metrics
from bot.receive.metrics_page import MetricsPage
from bot.receive.outbox import Outbox
from bot.receive.probes import Check, Ready, healthz
from bot.receive.signature import Signature
from bot.receive.webhook import Webhook, answer
from bot.store.port import Store

GRACE_S = 10.0  # answers under way at the end are given this long


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """What the web side is made of.

    ``served`` holds logins of organisations in lower case; ``checks`` are named
    and join those of store and queue on ``/readyz``; ``routes`` are further
    pages, such as ``/setup``.
    """

    secret: str = field(repr=False)
    served: frozenset[str]
    store: Store
    queue: Queue
    key_of: Callable[[Head], str]
    clock: Clock
    metrics: Metrics
    checks: Mapping[str, Check] = field(default_factory=dict)
    routes: Sequence[web.AbstractRouteDef] = ()
    limits: BodyLimits = field(default_factory=BodyLimits)


def receive_app(parts: Receiving) -> web.Application:
    """The web application. Raises ValueError for a secret that is blank or too short."""
    outbox = Outbox(parts.queue)
    webhook = Webhook(
        signature=Signature(parts.secret),
        bodies=Bodies(parts.limits),
        served=parts.served,
        key_of=parts.key_of,
        deliveries=parts.store.deliveries,
        outbox=outbox,
        clock=parts.clock,
        counts=parts.metrics,
    )
    checks = {"store": parts.store.check, "queue": parts.queue.stats, **parts.checks}
    app = web.Application()
    app.cleanup_ctx.append(outbox.life)
    app.add_routes(
        [
            web.post("/webhook", webhook),
            web.route("*", "/webhook", _wrong_method),
            web.get("/healthz", healthz),
            web.get("/readyz", Ready(checks)),
            web.get("/metrics", MetricsPage(parts.metrics, parts.queue)),
            *parts.routes,
            web.route("*", "/{path:.*}", _nothing_here),
        ]
    )
    return app


class Listening:
    """A server that answers until it is closed."""

    def __init__(self, runner: web.AppRunner) -> None:
        self._runner = runner

    @property
    def port(self) -> int:
        """The port it listens on, useful where 0 was asked for."""
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Accept nothing more, give what is under way its time, and let go of the port."""
        await self._runner.cleanup()


async def listen(app: web.Application, *, host: str, port: int) -> Listening:
    """Serve ``app``; port 0 takes any free one. Raises OSError where the port is taken.

    No access log: metrics count, and a log line a delivery costs as much as
    taking it in. Bodies are never decompressed.
    """
    runner = web.AppRunner(app, access_log=None, auto_decompress=False, shutdown_timeout=GRACE_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
    except BaseException:
        await runner.cleanup()
        raise
    return Listening(runner)


async def _wrong_method(_request: web.Request) -> web.Response:
    response = answer(405, "refused", "Webhooks are sent with POST.")
    response.headers["Allow"] = "POST"
    return response


async def _nothing_here(_request: web.Request) -> web.Response:
    return answer(404, "refused", "There is nothing here.")
