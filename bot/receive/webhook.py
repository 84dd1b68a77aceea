"""``POST /webhook``: prove, read the head, keep, queue, answer. Nothing here knows what for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from urllib.parse import unquote_to_bytes

import structlog
from aiohttp import web

from bot.clock import Clock
from bot.queue.port import Message
from bot.receive.body import Bodies
from bot.receive.head import Head, read_head
from bot.receive.outbox import Outbox
from bot.receive.refusal import Refusal, malformed, unavailable
from bot.receive.signature import Signature
from bot.store.port import Deliveries, Delivery, StoreUnavailable

log = structlog.get_logger(__name__)

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)  # projects_v2_item has a digit
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


class _Envelope(NamedTuple):
    guid: str
    event: str
    is_form: bool


class Received(Protocol):
    """Counts what became of requests."""

    def received(self, event: str, outcome: str) -> None:
        """One request had this outcome; ``event`` is empty until a signature vouches for it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Takes deliveries in. A delivery is answered with 202 only once it is on disk."""

    signature: Signature
    bodies: Bodies
    served: frozenset[str]  # logins of organisations in lower case
    key_of: Callable[[Head], str]
    is_needed: Callable[[Head], bool]  # what is not is kept, and nobody works on it
    deliveries: Deliveries
    outbox: Outbox
    clock: Clock
    counts: Received

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one delivery; every refusal says what was wrong and repeats nothing."""
        try:
            return await self._take(request)
        except Refusal as refusal:
            self.counts.received("", refusal.outcome)
            log.info("delivery refused", outcome=refusal.outcome, reason=refusal.sentence)
            return answer(refusal.status, refusal.outcome, refusal.sentence)

    async def _take(self, request: web.Request) -> web.Response:
        claimed = self.signature.claimed(request.headers)
        envelope = _envelope(request)
        raw = await self.bodies.read(request)
        try:
            self.signature.check(raw, claimed)
            return await self._keep(envelope, raw)
        finally:
            self.bodies.done_with(raw)

    async def _keep(self, envelope: _Envelope, raw: bytes) -> web.Response:
        guid, event, is_form = envelope
        body = _payload_of_form(raw) if is_form else raw
        head = read_head(event, body)
        if event != "ping" and not self._serves(head):
            return self._not_served(guid, head)
        delivery = Delivery(
            guid=guid,
            event=event,
            body=body,
            key=self.key_of(head),
            received_at_s=self.clock.now_s(),
            outcome="" if self.is_needed(head) else "ignored",
        )
        try:
            is_new = await self.deliveries.add(delivery)
        except StoreUnavailable as error:
            log.warning("delivery not saved", guid=guid, reason=str(error))
            raise unavailable("The delivery could not be saved; send it again.") from error
        return self._accepted(delivery) if is_new else self._duplicate(delivery)

    def _serves(self, head: Head) -> bool:
        return bool(head.organization) and head.organization in self.served

    def _accepted(self, delivery: Delivery) -> web.Response:
        if not delivery.outcome:
            self.outbox.put(Message(f"delivery:{delivery.guid}", delivery.key))
        self.counts.received(delivery.event, delivery.outcome or "accepted")
        return answer(202, "accepted")

    def _duplicate(self, delivery: Delivery) -> web.Response:
        self.counts.received(delivery.event, "duplicate")
        return answer(200, "duplicate", "This delivery was accepted before.")

    def _not_served(self, guid: str, head: Head) -> web.Response:
        self.counts.received(head.event, "not_served")
        log.info("delivery of no served organisation", guid=guid, of=head.event)
        return answer(200, "dropped", "This delivery belongs to no organisation served here.")


def answer(status: int, word: str, sentence: str = "") -> web.Response:
    """A small JSON answer; both texts are ours and need no escaping."""
    more = f', "message": "{sentence}"' if sentence else ""
    return web.Response(
        status=status, body=f'{{"status": "{word}"{more}}}'.encode(), content_type=_JSON
    )


def _envelope(request: web.Request) -> _Envelope:
    """What the headers say. Raises Refusal for headers that GitHub never sends.

    A body in a content coding is refused unread: unpacking comes before the
    signature could be checked.
    """
    headers = request.headers
    if "Content-Encoding" in headers:
        raise malformed("A Content-Encoding is not accepted.")
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in (_JSON, _FORM):
        raise malformed(f"The Content-Type is neither {_JSON} nor {_FORM}.")
    guids = headers.getall("X-GitHub-Delivery", [])
    if len(guids) != 1 or not _GUID.fullmatch(guids[0]):
        raise malformed("Exactly one X-GitHub-Delivery header with a GUID is needed.")
    events = headers.getall("X-GitHub-Event", [])
    if len(events) != 1 or not _EVENT.fullmatch(events[0]):
        raise malformed("Exactly one X-GitHub-Event header with an event's name is needed.")
    return _Envelope(guids[0].lower(), events[0], kind == _FORM)


def _payload_of_form(raw: bytes) -> bytes:
    values = [part[8:] for part in raw.split(b"&") if part.startswith(b"payload=")]
    if len(values) != 1:
        raise malformed("The form does not hold exactly one payload field.")
    return unquote_to_bytes(values[0].replace(b"+", b" "))
