"""Delivers webhooks over HTTP: signed, once, within ten seconds, and recorded.

GitHub does not repeat a failed delivery by itself; whoever wants it again asks for it.
Source: GitHub docs, "Handling failed webhook deliveries".
"""

import asyncio
import hashlib
import hmac
import time
import zlib

import aiohttp

from bot.localhub.core import Outgoing
from bot.localhub.faults import Faults, WebhookFault
from bot.localhub.hub import Hub
from bot.localhub.operations.apps import KEPT_FOR_S
from bot.localhub.state.apps import Delivery

ANSWER_WITHIN_S = 10
KEPT = 5000  # deliveries an App, so that a long sandbox does not fill the memory
MOST_AT_ONCE = 50
LONGEST_ANSWER_BYTES = 64 * 1024


class Deliverer:
    """Sends what the hub hands over, in order of start; answers may overtake each other."""

    def __init__(self, hub: Hub, faults: Faults) -> None:
        self._hub, self._faults = hub, faults
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self._session: aiohttp.ClientSession | None = None
        self._kept_back: list[Outgoing] = []

    async def open(self) -> None:
        """Begin to deliver."""
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S), trust_env=False
        )
        self._hub.send = self.send

    async def close(self) -> None:
        """Stop; what is on its way is given up."""
        self._hub.send = lambda _outgoing: None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def idle(self) -> None:
        """Return when nothing is on its way; a webhook kept back for a swap goes first."""
        while self._tasks or self._kept_back:
            for outgoing in self._take_kept_back():
                self._start(outgoing)
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def send(self, outgoing: Outgoing) -> None:
        """Start the delivery, unless a fault says otherwise. Returns at once."""
        if not outgoing.app.webhook_url:
            return
        fault = self._faults.on_webhook(outgoing.event, outgoing.action)
        effect = fault.effect if fault else "none"
        if effect == "drop":
            return
        if effect == "swap":
            self._kept_back.append(outgoing)
            return
        for _ in range(2 if effect == "double" else 1):
            self._start(outgoing, fault)
        for earlier in self._take_kept_back():
            self._start(earlier)

    def _take_kept_back(self) -> list[Outgoing]:
        taken, self._kept_back = self._kept_back, []
        return taken

    def _start(self, outgoing: Outgoing, fault: WebhookFault | None = None) -> None:
        task = asyncio.create_task(self._deliver(outgoing, fault))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, outgoing: Outgoing, fault: WebhookFault | None) -> None:
        if fault is not None and fault.until is not None:
            await fault.until.wait()
        if fault is not None and fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        async with self._places:
            await self._attempt(outgoing)

    async def _attempt(self, outgoing: Outgoing) -> None:
        app = outgoing.app
        headers = webhook_headers(outgoing)
        record = Delivery(
            id=self._hub.world.next_id(),
            guid=outgoing.guid,
            app_id=app.id,
            installation_id=outgoing.installation.id if outgoing.installation else None,
            repository_id=outgoing.repository_id,
            event=outgoing.event,
            action=outgoing.action,
            url=app.webhook_url,
            delivered_at_s=self._hub.now_s(),
            duration_s=0.0,
            status="",
            status_code=0,
            redelivery=outgoing.redelivery,
            payload=zlib.compress(outgoing.payload, 1),
            request_headers=headers,
        )
        started_s = time.monotonic()
        await self._post(record, outgoing.payload)
        record.duration_s = time.monotonic() - started_s
        self._hub.world.deliveries.put(record)
        self._forget_old(app.id)
        self._hub.changes.publish(f"deliveries:{app.slug}", outgoing.event)

    async def _post(self, record: Delivery, body: bytes) -> None:
        if self._session is None or self._faults.down:
            record.status = "failed to connect to host"
            return
        try:
            async with self._session.post(
                record.url, data=body, headers=record.request_headers, allow_redirects=False
            ) as answer:
                text = await answer.content.read(LONGEST_ANSWER_BYTES)
                record.status_code = answer.status
                record.status = "OK" if answer.ok else f"Invalid HTTP Response: {answer.status}"
                record.response_headers = dict(answer.headers)
                record.response_body = text.decode(errors="replace")
        except TimeoutError:
            record.status = "timed out"
        except (aiohttp.ClientError, OSError):
            record.status = "failed to connect to host"

    def _forget_old(self, app_id: int) -> None:
        deliveries = self._hub.world.deliveries
        oldest = self._hub.now_s() - KEPT_FOR_S
        for old in deliveries.first(app_id, 2):
            if deliveries.count(app_id) > KEPT or old.delivered_at_s < oldest:
                deliveries.drop(old)


def webhook_headers(outgoing: Outgoing) -> dict[str, str]:
    """The headers of a delivery, with both signatures when the App has a secret.

    Source: GitHub docs, "Webhook events and payloads", delivery headers.
    """
    app = outgoing.app
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/1a2b3c4",
        "X-GitHub-Delivery": outgoing.guid,
        "X-GitHub-Event": outgoing.event,
        "X-GitHub-Hook-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
    }
    if app.webhook_secret:
        secret, body = app.webhook_secret.encode(), outgoing.payload
        headers["X-Hub-Signature"] = "sha1=" + hmac.digest(secret, body, hashlib.sha1).hex()
        headers["X-Hub-Signature-256"] = "sha256=" + hmac.digest(secret, body, hashlib.sha256).hex()
    return headers
