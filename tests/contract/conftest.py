"""What the contract suites run on: every adapter, at a fresh place."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.clock import Clock, ManualClock
from bot.queue.port import Queue
from bot.store.port import Documents, Store
from tests.contract.adapters import (
    QUEUES,
    STORES,
    THINGS,
    forget_store_place,
    fresh_store_place,
    open_queue,
    open_store,
)
from tests.queue.sqs import ClockOfBoth, SqsServer
from tests.store.memory import MemoryDocuments


@dataclass(frozen=True)
class Place:
    """An adapter and where it keeps its data."""

    adapter: str
    name: str


@pytest.fixture(params=STORES)
def store_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(request.param, fresh_store_place(request.param, tmp_path))


@pytest.fixture(params=QUEUES)
def queue_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqs":
        server: SqsServer = request.getfixturevalue("sqs")
        return Place("sqs", server.queue())
    return Place(request.param, str(tmp_path / "queue.db"))


@pytest.fixture
async def store(store_place: Place) -> AsyncIterator[Store]:
    store = open_store(store_place.adapter, store_place.name)
    yield store
    await store.close()
    await forget_store_place(store_place.adapter, store_place.name)


@pytest.fixture(params=[*STORES, "memory"])
async def documents(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Documents]:
    """Also the fake that other tests use: it may not flatter."""
    if request.param == "memory":
        yield MemoryDocuments(collections=[THINGS])
    else:
        place = fresh_store_place(request.param, tmp_path)
        store = open_store(request.param, place)
        yield store.documents
        await store.close()
        await forget_store_place(request.param, place)


@pytest.fixture
def clock(queue_place: Place, request: pytest.FixtureRequest) -> ManualClock:
    """What the queue goes by; it stands still until the test moves it."""
    if queue_place.adapter == "sqs":
        return ClockOfBoth(request.getfixturevalue("sqs"))
    return ManualClock()


@pytest.fixture
def a_minute_later(queue_place: Place, request: pytest.FixtureRequest) -> Callable[[], Clock]:
    """Moves what the queue of every process goes by; the clock of a process begun then."""

    def pass_it() -> Clock:
        if queue_place.adapter == "sqs":
            request.getfixturevalue("sqs").tell("61")
        return ManualClock(time.time() + 61)

    return pass_it


@pytest.fixture
async def queue(queue_place: Place, clock: ManualClock) -> AsyncIterator[Queue]:
    queue = open_queue(queue_place.adapter, queue_place.name, clock)
    yield queue
    await queue.close()
