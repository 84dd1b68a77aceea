"""A copy holds everything, goes on after it was broken off, and harms nobody's records."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest

from bot.store.copy import Copied, StoresDiffer, copy_store
from bot.store.port import Delivery, Document, Json, Store, StoreUnavailable
from tests.contract.adapters import THINGS, open_store
from tests.contract.conftest import Place, store_place

__all__ = ["store_place"]

THINGS_COUNT, DELIVERIES_COUNT = 450, 30


@pytest.fixture
async def source(tmp_path: Path) -> AsyncIterator[Store]:
    """A file with more than a page of everything, and all that JSON allows."""
    store = open_store("sqlite", str(tmp_path / "source.db"))
    chance = random.Random(11)
    for number in range(THINGS_COUNT):
        data: dict[str, Json] = {
            "size": number,
            "color": chance.choice(["red", "blå", "\ud800"]),
            "odd.$": [None],
        }
        await store.documents.insert("things", f"thing-{chance.random()}", data)
    (first, *_) = await store.documents.find("things", {})
    await store.documents.replace("things", first.id, {"size": 2**70}, version=1)
    for number in range(DELIVERIES_COUNT):
        outcome = chance.choice(["", "ok", "dead"])
        body = bytes(26_214_400) if number == 7 else chance.randbytes(300)
        await store.deliveries.add(replace(delivery(f"guid-{number}"), body=body, outcome=outcome))
        await store.deliveries.finish_handler(f"guid-{number}", f"on_{number % 3}")
    yield store
    await store.close()


@pytest.fixture
async def target(store_place: Place) -> AsyncIterator[Store]:
    store = open_store(store_place.adapter, store_place.name)
    yield store
    await store.close()


def delivery(guid: str) -> Delivery:
    return Delivery(guid=guid, event="issues", body=b"{}", key="acme/shop", received_at_s=1.5)


async def copied(source: Store, target: Store) -> dict[str, tuple[int, int]]:
    """How many records of each kind there are, and how many were written."""
    told: list[Copied] = []
    result = await copy_store(source, target, [THINGS], tell=told.append)
    assert told == list(result)
    return {each.name: (each.count, each.written) for each in result}


async def test_everything_arrives_and_a_second_copy_writes_nothing(
    source: Store, target: Store
) -> None:
    assert await copied(source, target) == {
        "deliveries": (DELIVERIES_COUNT, DELIVERIES_COUNT),
        "things": (THINGS_COUNT, THINGS_COUNT),
    }
    assert await copied(source, target) == {
        "deliveries": (DELIVERIES_COUNT, 0),
        "things": (THINGS_COUNT, 0),
    }
    assert await target.deliveries.get("guid-7") == await source.deliveries.get("guid-7")
    assert await target.deliveries.finished_handlers("guid-4") == {"on_1"}
    for where in ({}, {"color": "blå"}):
        here = await source.documents.find("things", where, limit=THINGS_COUNT)
        assert await target.documents.find("things", where, limit=THINGS_COUNT) == here != []


async def test_a_copy_that_was_broken_off_goes_on(source: Store, tmp_path: Path) -> None:
    """Again and again, each time a little further; nothing is written twice."""
    place = str(tmp_path / "target.db")
    everything = THINGS_COUNT + DELIVERIES_COUNT
    for written in (0, 17, 31, 300):
        target = open_store("sqlite", place)
        with pytest.raises(StoreUnavailable):
            await copied(source, breaks_off(target, after=written))
        await target.close()
        everything -= written

    target = open_store("sqlite", place)
    done = await copied(source, breaks_off(target, after=everything))

    assert done["things"][0] == THINGS_COUNT
    await target.close()


async def test_what_reads_otherwise_is_written_anew(source: Store, target: Store) -> None:
    await copied(source, target)
    some = (await source.documents.find("things", {}))[::9]
    for each in some:
        await target.documents.restore("things", Document(each.id, 9, {"size": -1}))
    await source.deliveries.finish("guid-3", "ignored")

    assert await copied(source, target) == {
        "deliveries": (DELIVERIES_COUNT, 1),
        "things": (THINGS_COUNT, len(some)),
    }


@pytest.mark.parametrize("id_", ["a-first", "thing-0.5", "z-last"])
async def test_a_record_of_somebody_else_ends_the_copy(
    source: Store, target: Store, id_: str
) -> None:
    await target.documents.insert("things", id_, {"size": 1})

    with pytest.raises(StoresDiffer, match=id_):
        await copied(source, target)

    kept = await target.documents.get("things", id_)
    assert kept == Document(id_, 1, {"size": 1})


async def test_a_source_that_changes_meanwhile_is_told(source: Store, target: Store) -> None:
    """What is verified is read again, so a late writer is not missed."""

    async def write_too(number: int) -> None:
        await source.documents.insert("things", f"a-late-{number}", {"size": number})

    with pytest.raises(StoresDiffer, match="stop every bot"):
        await copied(source, watched(target, write_too))


class Watched:
    """Half of a store; before each record that a copy writes, ``before`` is awaited."""

    def __init__(self, half: Any, before: Callable[[], Awaitable[None]]) -> None:
        self._half, self._before = half, before

    def __getattr__(self, name: str) -> Any:
        return getattr(self._half, name)

    async def restore(self, *record: Any) -> None:
        await self._before()
        await self._half.restore(*record)


@dataclass
class WatchedStore:
    """A store to copy to."""

    deliveries: Any
    documents: Any


def watched(store: Store, before: Callable[[int], Awaitable[None]]) -> Store:
    """The store; ``before`` is told how many records were written until then."""
    written = count()

    async def each() -> None:
        await before(next(written))

    return cast(
        Store, WatchedStore(Watched(store.deliveries, each), Watched(store.documents, each))
    )


def breaks_off(store: Store, *, after: int) -> Store:
    """The store, away after so many records."""

    async def fail(number: int) -> None:
        if number >= after:
            raise StoreUnavailable("gone")

    return watched(store, fail)
