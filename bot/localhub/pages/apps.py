"""An App's page: what it may do, where it is installed, and every webhook it was sent."""

import json
import zlib

from aiohttp import web

from bot.localhub.pages.page import Page
from bot.localhub.refusal import Refused, not_found
from bot.localhub.state.apps import App, Delivery

PAGE_LENGTH = 50


def _app(page: Page) -> App:
    found = page.hub.world.apps.find(page.part("slug"))
    if found is None:
        raise not_found()
    return found


def _delivery(page: Page, app: App) -> Delivery:
    """One attempt; what it says may be private, so only people who sign in read it."""
    _ = page.actor
    found = page.hub.world.deliveries.get(page.number())
    if found is None or found.app_id != app.id:
        raise not_found()
    return found


async def show(page: Page) -> web.Response:
    """The App with its newest deliveries."""
    app = _app(page)
    _ = page.actor
    deliveries = page.hub.deliveries_of(app)
    start = page.start()
    return page.render(
        "app.html",
        app=app,
        installations=[i for i in page.hub.world.installations if i.app_id == app.id],
        deliveries=deliveries[start : start + PAGE_LENGTH],
        earlier=start + PAGE_LENGTH if len(deliveries) > start + PAGE_LENGTH else None,
        total=len(deliveries),
        failed=sum(not delivery.ok for delivery in deliveries),
        live="" if start else f"/apps/{app.slug}/live",
    )


async def show_delivery(page: Page) -> web.Response:
    """One attempt whole: what was sent and what came back."""
    app = _app(page)
    found = _delivery(page, app)
    payload = json.dumps(json.loads(zlib.decompress(found.payload)), indent=2, ensure_ascii=False)
    return page.render("delivery.html", app=app, delivery=found, payload=payload)


async def redeliver(page: Page) -> web.Response:
    """The same event is sent to the App once more, under its old id."""
    app = _app(page)
    found = _delivery(page, app)
    if not app.webhook_url:
        raise Refused(422, "This App has no webhook address, so nothing can be sent to it.")
    page.hub.redeliver(app, found.id)
    return page.go(f"/apps/{app.slug}")
