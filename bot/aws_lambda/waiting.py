"""What answers while the App is not registered yet: alive, not ready, and how to go on.

With ``SETUP_ORGANIZATION``, ``SETUP_URL`` (the bot's public address) and
``SETUP_KEY`` the App is registered right here, and its credentials go into the
secret. The pages keep nothing in this container, so any of several may answer.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

import structlog
from aiohttp import web

from bot.clock import SystemClock
from bot.errors import UserError
from bot.setup.pages import failed_page, security_headers
from bot.setup.plan import make_plan
from bot.setup.register import setup_routes
from bot.setup.secrets_manager import AwsSecret
from bot.setup.setup_pages import SetupPages

log = structlog.get_logger(__name__)

SHORTEST_KEY = 16  # whoever has it registers the App
_NEEDED = ("APP_SECRET", "SETUP_ORGANIZATION", "SETUP_URL", "SETUP_KEY")


def waiting_app(variables: Mapping[str, str], missing: Collection[str]) -> web.Application:
    """``missing`` names the variables that are not set or not usable."""

    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def not_ready(_request: web.Request) -> web.Response:
        return web.json_response({"status": "not set up", "message": "See /setup."}, status=503)

    app = web.Application()
    app.add_routes(
        [
            web.get("/healthz", alive),
            *_setup(variables, missing),
            web.route("*", "/{path:.*}", not_ready),
        ]
    )
    return app


def _setup(variables: Mapping[str, str], missing: Collection[str]) -> Sequence[web.RouteDef]:
    """The pages that register the App, or the one that says how else."""
    secret, organization, url, key = (variables.get(name, "") for name in _NEEDED)
    if secret and organization and url and len(key) >= SHORTEST_KEY:
        try:
            plan = make_plan(organization, url=url)
            pages = SetupPages(plan, AwsSecret(secret), key=key, clock=SystemClock())
            return setup_routes(pages)
        except UserError as error:
            log.warning("cannot be set up here", reason=error.problem)
    return [web.get("/setup", _explain(missing))]


def _explain(missing: Collection[str]) -> Callable[[web.Request], Awaitable[web.Response]]:
    page = failed_page(
        f"The bot has no App yet. Missing: {', '.join(sorted(missing))}.",
        fix="On your own machine, `paved-road setup ORGANIZATION --url … --secret NAME` registers "
        "the App and puts its credentials into the secret that APP_SECRET names.",
    )

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html", headers=security_headers())

    return show
