"""Copies one store into another, and shows that both hold the same.

Everything is read in order of id, so a copy that was broken off goes on by looking
at what is there already. What the target holds beyond the source is never touched:
it belongs to somebody, and the copy says so and ends.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from bot.store.port import Collection, Delivery, Document, Store

DELIVERIES = "deliveries"
PAGE = 200


class StoresDiffer(Exception):
    """The target holds what the source does not, or reads back otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """One kind of record, the same on both sides. ``sha256`` is over all of them in order of id.

    ``written`` is how many of ``count`` this copy wrote; the others were there.
    """

    name: str
    count: int
    written: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Record:
    """A record by the bytes that stand for all of it, and how it is written elsewhere."""

    id: str
    whole: bytes
    write_to: Callable[[Store], Awaitable[None]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Kind:
    """Records of one kind, read in order of id."""

    name: str
    read: Callable[[Store], AsyncIterator[_Record]]


async def copy_store(
    source: Store,
    target: Store,
    collections: Sequence[Collection],
    *,
    tell: Callable[[Copied], None],
) -> Sequence[Copied]:
    """The target holds every record of the source, verified by reading both again.

    Nobody may write to either meanwhile. ``tell`` hears of each kind when it is
    verified. Raises StoresDiffer and StoreUnavailable; a repeated copy goes on.
    """
    copied: list[Copied] = []
    for kind in _kinds(collections):
        written = await _copy(kind, source, target)
        copied.append(await _verified(kind, source, target, written=written))
        tell(copied[-1])
    return copied


def _kinds(collections: Sequence[Collection]) -> Iterator[_Kind]:
    yield _Kind(DELIVERIES, _deliveries)
    for collection in collections:
        yield _Kind(collection.name, partial(_documents, collection.name))


async def _copy(kind: _Kind, source: Store, target: Store) -> int:
    """Write what is missing or reads otherwise; returns how many that were."""
    written = 0
    there = kind.read(target)
    held = await anext(there, None)
    async for record in kind.read(source):
        if held is not None and held.id < record.id:
            raise _foreign(kind, held)
        if held == record:
            held = await anext(there, None)
            continue
        if held is not None and held.id == record.id:
            held = await anext(there, None)
        await record.write_to(target)
        written += 1
    if held is not None:
        raise _foreign(kind, held)
    return written


async def _verified(kind: _Kind, source: Store, target: Store, *, written: int) -> Copied:
    ours, theirs = await _digest(kind, source), await _digest(kind, target)
    if ours != theirs:
        raise StoresDiffer(
            f"{kind.name} do not agree after the copy ({ours[0]} records there, {theirs[0]} here). "
            "Something wrote meanwhile: stop every bot on both stores and copy again."
        )
    count, sha256 = ours
    return Copied(name=kind.name, count=count, written=written, sha256=sha256)


async def _digest(kind: _Kind, store: Store) -> tuple[int, str]:
    """How many records, and a hash over all of them."""
    count, digest = 0, hashlib.sha256()
    async for record in kind.read(store):
        count += 1
        for part in (record.id.encode("utf-8", "surrogatepass"), record.whole):
            digest.update(len(part).to_bytes(8, "big") + part)
    return count, digest.hexdigest()


def _foreign(kind: _Kind, record: _Record) -> StoresDiffer:
    return StoresDiffer(
        f"The target holds one of {kind.name} that the source does not have ({record.id!r}): "
        "name an empty store, or one that a copy began of this source as it is now."
    )


async def _deliveries(store: Store) -> AsyncIterator[_Record]:
    """With their outcomes and the handlers that have finished them."""
    after = ""
    while page := await store.deliveries.page(after=after, limit=PAGE):
        for delivery in page:
            yield await _delivery(delivery, store)
        after = page[-1].guid


async def _delivery(delivery: Delivery, store: Store) -> _Record:
    handlers = await store.deliveries.finished_handlers(delivery.guid)

    async def write_to(target: Store) -> None:
        await target.deliveries.restore(delivery, handlers)

    return _Record(delivery.guid, _whole_delivery(delivery, handlers), write_to)


async def _documents(collection: str, store: Store) -> AsyncIterator[_Record]:
    """With their versions."""
    after = ""
    while page := await store.documents.find(collection, {}, after=after, limit=PAGE):
        for document in page:
            yield _document(collection, document)
        after = page[-1].id


def _document(collection: str, document: Document) -> _Record:
    async def write_to(target: Store) -> None:
        await target.documents.restore(collection, document)

    return _Record(document.id, _canonical([document.version, document.data]), write_to)


def _whole_delivery(delivery: Delivery, handlers: frozenset[str]) -> bytes:
    head = [
        delivery.event,
        delivery.key,
        delivery.received_at_s,
        delivery.outcome,
        sorted(handlers),
    ]
    return _canonical(head) + hashlib.sha256(delivery.body).digest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
