"""What answers while the App is not registered yet: alive, not ready, and how to go on."""

from collections.abc import Iterable

from aiohttp import web

from bot.setup.pages import security_headers, setup_page


def waiting_app(missing: Iterable[str]) -> web.Application:
    """``missing`` names the variables that are not set or not usable."""
    page = setup_page(sorted(missing))

    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html", headers=security_headers())

    async def not_ready(_request: web.Request) -> web.Response:
        return web.json_response({"status": "not set up", "message": "See /setup."}, status=503)

    app = web.Application()
    app.add_routes(
        [
            web.get("/healthz", alive),
            web.get("/setup", show),
            web.route("*", "/{path:.*}", not_ready),
        ]
    )
    return app
