"""What acknowledgements are compared with: aiohttp and gidgethub, nothing kept.

The shape that their manuals show, without a client session: check and parse,
dispatch to a handler that does nothing, answer.
"""

import asyncio
import os
import sys

import uvloop
from aiohttp import web
from gidgethub.routing import Router
from gidgethub.sansio import Event

SECRET = os.environ["WEBHOOK_SECRET"]
ROUTER = Router()


@ROUTER.register("issues", action="opened")
async def opened(_event: Event) -> None: ...


async def webhook(request: web.Request) -> web.Response:
    event = Event.from_http(request.headers, await request.read(), secret=SECRET)
    await ROUTER.dispatch(event)
    return web.Response(status=202)


async def serve() -> None:
    app = web.Application(client_max_size=26 * 1024 * 1024)
    app.router.add_post("/webhook", webhook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    factory = uvloop.new_event_loop if "--uvloop" in sys.argv else None
    with asyncio.Runner(loop_factory=factory) as runner_:
        runner_.run(serve())
