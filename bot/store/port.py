"""What the rest of the bot may ask of a store. Every engine keeps the same promises.

Two ports. ``Deliveries`` is the hot path: raw webhook bodies, written once,
durable before the answer. ``Documents`` holds everything else as small JSON
records with an id, a version for optimistic concurrency, and equality look-ups
on the fields that ``collections.py`` declares.
"""

from collections.abc import Collection as Collected
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

Json: TypeAlias = bool | int | float | str | list[Any] | dict[str, Any] | None
Scalar: TypeAlias = str | int | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook as GitHub sent it; ``body`` is the JSON text, its signature checked."""

    guid: str
    event: str
    body: bytes
    key: str  # what must not be worked on side by side: see work/ordering.py
    received_at_s: float
    # how it ended: ``ok``, ``ignored`` or ``dead``; empty until then, ``redriven`` after a death
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryRef:
    """Enough of a delivery to queue it again."""

    guid: str
    key: str


class Deliveries(Protocol):
    """Webhook deliveries by GUID."""

    async def add(self, delivery: Delivery) -> bool:
        """Save it durably (on disk when this returns) unless its GUID is known.

        True only for the caller that saved it. Raises StoreUnavailable.
        """
        ...

    async def get(self, guid: str) -> Delivery | None:
        """The delivery, or None where it is unknown or was purged."""
        ...

    async def finished_handlers(self, guid: str) -> frozenset[str]:
        """Names of the handlers that have finished this delivery."""
        ...

    async def finish_handler(self, guid: str, handler: str) -> None:
        """Record that one handler is through; repeating it changes nothing."""
        ...

    async def finish(self, guid: str, outcome: str) -> None:
        """Mark the delivery done (``ok``, ``ignored`` or ``dead``), or ``redriven``."""
        ...

    async def unfinished(self, *, received_before_s: float, limit: int) -> Sequence[DeliveryRef]:
        """Deliveries that were saved and never finished, oldest first: the sweep's food."""
        ...

    async def purge(self, *, received_before_s: float) -> int:
        """Delete finished deliveries older than that; returns how many."""
        ...

    async def page(self, *, after: str = "", limit: int = 100) -> Sequence[Delivery]:
        """Deliveries with their outcomes in order of GUID: what a copy reads.

        ``after`` is the last GUID of the page before. A page of large bodies is
        shorter than ``limit``; the one behind the last delivery is empty.
        """
        ...

    async def restore(self, delivery: Delivery, finished_handlers: Collected[str]) -> None:
        """The delivery is kept with that outcome and these handlers finished: what a copy writes.

        Repeating it changes nothing. A body that is kept already stays.
        """
        ...


@dataclass(frozen=True, slots=True)
class Document:
    """One record. ``version`` is 1 after the insert and grows by one with each replace."""

    id: str
    version: int
    data: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Collection:
    """A kind of record and the fields of its data by which it is looked up."""

    name: str
    indexed: tuple[str, ...] = ()


class Documents(Protocol):
    """JSON records by collection and id. Every write is durable when it returns."""

    async def insert(self, collection: str, id: str, data: Mapping[str, Json]) -> bool:  # noqa: A002 - the field's name
        """Save a new record; False, and nothing changed, where the id is taken."""
        ...

    async def get(self, collection: str, id: str) -> Document | None:  # noqa: A002 - the field's name
        """The record, or None."""
        ...

    async def replace(
        self,
        collection: str,
        id: str,  # noqa: A002 - the field's name
        data: Mapping[str, Json],
        *,
        version: int,
    ) -> bool:
        """Replace the record if it still has ``version``; False where another was faster."""
        ...

    async def delete(self, collection: str, id: str, *, version: int) -> bool:  # noqa: A002 - the field's name
        """Delete the record if it still has ``version``."""
        ...

    async def restore(self, collection: str, document: Document) -> None:
        """The record reads so and has that version, whatever was there: what a copy writes."""
        ...

    async def find(
        self,
        collection: str,
        where: Mapping[str, Scalar],
        *,
        after: str = "",
        limit: int = 100,
        descending: bool = False,
    ) -> Sequence[Document]:
        """Records whose indexed fields equal ``where``, in order of id.

        ``after`` is the last id of the page before. Raises ValueError for a
        field that ``collections.py`` does not index.
        """
        ...

    async def count(self, collection: str, where: Mapping[str, Scalar]) -> int:
        """How many records match."""
        ...


class Store(Protocol):
    """Both ports of one engine, and its life."""

    @property
    def deliveries(self) -> Deliveries:
        """The webhook deliveries."""
        ...

    @property
    def documents(self) -> Documents:
        """Everything else."""
        ...

    async def check(self) -> None:
        """Raise StoreUnavailable, with a sentence an operator understands, unless it works."""
        ...

    async def close(self) -> None:
        """Finish what was accepted and let go of files and connections."""
        ...


class StoreUnavailable(Exception):
    """The engine cannot be reached, is full or stayed locked; nothing was half written."""
