"""From a stored delivery to its handlers: in order, each once, none blocking the next."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from bot.errors import RetryLater, UserError
from bot.queue.port import QueueUnavailable
from bot.store.port import Deliveries, Delivery, StoreUnavailable
from bot.work.events import Event, read_event

log = structlog.get_logger(__name__)


def _always(_event: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: this kind of event goes to this handler, known by its name.

    ``when`` leaves out what is none of its business: a delivery with a single handler
    costs two writes less.
    """

    event: type[Any]
    name: str
    handle: Callable[[Any], Awaitable[None]]
    when: Callable[[Any], bool] = _always

    def takes(self, event: Event | None) -> bool:
        """Whether the handler is given the event."""
        return isinstance(event, self.event) and self.when(event)


class Outcomes(Protocol):
    """Counts what became of deliveries."""

    def delivery(self, event: str, outcome: str) -> None:
        """One delivery had this outcome."""
        ...


class HandlersFailed(Exception):
    """Some handlers broke; the delivery comes back for those alone."""


class Dispatcher:
    """Runs the handlers of a delivery that have not finished it yet."""

    def __init__(self, table: Sequence[Row], deliveries: Deliveries, outcomes: Outcomes) -> None:
        names = [row.name for row in table]
        if len(set(names)) != len(names):
            raise ValueError("two rows of the event table share a name")
        self._table = table
        self._deliveries = deliveries
        self._outcomes = outcomes

    async def dispatch(self, delivery: Delivery) -> None:
        """Handle the delivery to its end.

        Raises MalformedDelivery; RetryLater or HandlersFailed when handlers are left over;
        StoreUnavailable or QueueUnavailable at once, whichever handler met it.
        """
        event = read_event(delivery.event, delivery.guid, delivery.body)
        rows = [row for row in self._table if row.takes(event)]
        if event is None or not rows:
            await self._finish(delivery, "ignored")
            return
        await self._handle(delivery, event, rows)
        await self._finish(delivery, "ok")

    async def _handle(self, delivery: Delivery, event: Event, rows: Sequence[Row]) -> None:
        finished = await self._deliveries.finished_handlers(delivery.guid)
        late: RetryLater | None = None
        broken: list[str] = []
        for row in rows:
            if row.name in finished:
                continue
            try:
                await row.handle(event)
            except RetryLater as later:
                late = later
                continue
            except (StoreUnavailable, QueueUnavailable):  # no handler's fault, and none can work
                raise
            except UserError as error:  # a handler that knows its person has told them itself
                log.info("handler refused", handler=row.name, code=error.code, guid=delivery.guid)
            except Exception:
                log.exception("handler broke", handler=row.name, guid=delivery.guid)
                broken.append(row.name)
                continue
            if len(rows) > 1:  # with one handler, the delivery's own end says it all
                await self._deliveries.finish_handler(delivery.guid, row.name)
        if late is not None:
            raise late
        if broken:
            raise HandlersFailed(", ".join(broken))

    async def _finish(self, delivery: Delivery, outcome: str) -> None:
        await self._deliveries.finish(delivery.guid, outcome)
        self._outcomes.delivery(delivery.event, outcome)
