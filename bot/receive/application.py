"""Puts the pages together: ``app.py`` gives the parts, this knows the paths."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from bot.clock import Clock
from bot.queue.port import Queue
from bot.receive.body import Bodies, BodyLimits
from bot.receive.head import Head
from bot.receive.metrics import Metrics
from bot.receive.metrics_page import AtScrape, MetricsPage
from bot.receive.outbox import OUTBOX, Outbox
from bot.receive.probes import Check, Ready, healthz
from bot.receive.signature import Signature
from bot.receive.webhook import Webhook, answer
from bot.store.port import Store

LINGER_S = 2.0
GRACE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """What the web side is made of.

    ``served`` holds logins of organisations in lower case; ``is_needed`` tells what
    somebody works on from what is kept only; ``checks`` are named
    and join those of store and queue on ``/readyz``; ``at_scrape`` bring figures
    of ``/metrics`` up to date; ``routes`` are further pages, such as ``/setup``.
    """

    secret: str = field(repr=False)
    served: frozenset[str]
    store: Store
    queue: Queue
    key_of: Callable[[Head], str]
    is_needed: Callable[[Head], bool]
    clock: Clock
    metrics: Metrics
    checks: Mapping[str, Check] = field(default_factory=dict)
    at_scrape: Sequence[AtScrape] = ()
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
        is_needed=parts.is_needed,
        deliveries=parts.store.deliveries,
        outbox=outbox,
        clock=parts.clock,
        counts=parts.metrics,
    )
    checks = {"store": parts.store.check, "queue": parts.queue.stats, **parts.checks}
    app = web.Application()
    app[OUTBOX] = outbox
    app.cleanup_ctx.append(outbox.life)
    app.add_routes(
        [
            web.post("/webhook", webhook.receive),
            web.route("*", "/webhook", _wrong_method),
            web.get("/healthz", healthz),
            web.get("/readyz", Ready(checks).page),
            web.get("/metrics", MetricsPage(parts.metrics, parts.queue, parts.at_scrape).page),
            *parts.routes,
            web.route("*", "/{path:.*}", _nothing_here),
        ]
    )
    return app


def web_runner(app: web.Application) -> web.AppRunner:
    """What serves the application, for the composition root to put on a socket.

    No access log: metrics count, and a line a delivery costs as much as taking
    it in. Bodies are never decompressed. Whoever was refused in the middle of a
    body has ``LINGER_S`` to notice; answers under way at the end have ``GRACE_S``.
    """
    return web.AppRunner(
        app,
        access_log=None,
        auto_decompress=False,
        lingering_time=LINGER_S,
        shutdown_timeout=GRACE_S,
    )


async def _wrong_method(_request: web.Request) -> web.Response:
    response = answer(405, "refused", "Webhooks are sent with POST.")
    response.headers["Allow"] = "POST"
    return response


async def _nothing_here(_request: web.Request) -> web.Response:
    return answer(404, "refused", "There is nothing here.")
