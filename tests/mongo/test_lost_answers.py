"""The line is cut in the middle of a call: what was asked for happens once, and is told rightly."""

import random
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest

from bot.store.mongo_documents import WRITERS
from bot.store.port import Delivery, Document, StoreUnavailable
from bot.store.store_mongo import MongoStore
from tests.mongo.cutting_proxy import CuttingProxy

Lose: TypeAlias = Callable[..., None]
LARGE = random.Random(7).randbytes(12_000_000)  # two chunks; it cannot be made smaller


def delivery(guid: str = "guid", *, body: bytes = b"{}", outcome: str = "") -> Delivery:
    return Delivery(
        guid=guid, event="issues", body=body, key="acme/shop", received_at_s=1.0, outcome=outcome
    )


@pytest.fixture(params=["answers", "requests"])
def lose(request: pytest.FixtureRequest, proxy: CuttingProxy) -> Lose:
    """Whether MongoDB did it or never heard of it: who asked cannot tell."""
    return proxy.lose_answers if request.param == "answers" else proxy.lose_requests


@pytest.mark.parametrize("times", [1, 2])
async def test_an_insert_is_told_true_to_the_one_that_made_it(
    behind: MongoStore, lose: Lose, times: int
) -> None:
    lose("insert", times=times)

    assert await behind.documents.insert("things", "a", {"size": 1}) is True
    assert await behind.documents.insert("things", "a", {"size": 2}) is False
    assert await behind.documents.get("things", "a") == Document("a", 1, {"size": 1})


async def test_an_insert_that_another_was_faster_at_is_told_false(
    behind: MongoStore, store: MongoStore, proxy: CuttingProxy
) -> None:
    async def another() -> None:
        await store.documents.insert("things", "a", {"size": 1})  # of equal content

    proxy.lose_requests("insert", meanwhile=another)

    assert await behind.documents.insert("things", "a", {"size": 1}) is False


async def test_an_insert_is_told_true_although_another_has_changed_it_since(
    behind: MongoStore, store: MongoStore, proxy: CuttingProxy
) -> None:
    async def another() -> None:
        await store.documents.replace("things", "a", {"size": 2}, version=1)

    proxy.lose_answers("insert", meanwhile=another)

    assert await behind.documents.insert("things", "a", {"size": 1}) is True
    assert await store.documents.get("things", "a") == Document("a", 2, {"size": 2})


@pytest.mark.parametrize("times", [1, 2])
async def test_a_replace_raises_the_version_once(
    behind: MongoStore, lose: Lose, times: int
) -> None:
    await behind.documents.insert("things", "a", {"size": 1})
    lose("update", times=times)

    assert await behind.documents.replace("things", "a", {"size": 2}, version=1) is True
    assert await behind.documents.get("things", "a") == Document("a", 2, {"size": 2})


async def test_a_replace_that_another_was_faster_at_is_told_false(
    behind: MongoStore, store: MongoStore, proxy: CuttingProxy
) -> None:
    await behind.documents.insert("things", "a", {"size": 1})

    async def another() -> None:
        await store.documents.replace("things", "a", {"size": 2}, version=1)  # of equal content

    proxy.lose_requests("update", meanwhile=another)

    assert await behind.documents.replace("things", "a", {"size": 2}, version=1) is False
    assert await behind.documents.get("things", "a") == Document("a", 2, {"size": 2})


async def replaced(store: MongoStore, *, times: int) -> None:
    for version in range(2, 2 + times):
        assert await store.documents.replace("things", "a", {"size": 0}, version=version)


async def test_a_replace_is_told_true_although_others_have_gone_on_since(
    behind: MongoStore, store: MongoStore, proxy: CuttingProxy
) -> None:
    await behind.documents.insert("things", "a", {"size": 1})
    proxy.lose_answers("update", meanwhile=lambda: replaced(store, times=WRITERS - 1))

    assert await behind.documents.replace("things", "a", {"size": 2}, version=1) is True


async def test_what_can_no_longer_be_told_is_not_guessed(
    behind: MongoStore, store: MongoStore, proxy: CuttingProxy
) -> None:
    """Whoever asked comes back later and reads what became of the record."""
    await behind.documents.insert("things", "a", {"size": 1})
    proxy.lose_answers("update", meanwhile=lambda: replaced(store, times=WRITERS))

    with pytest.raises(StoreUnavailable, match="others have written since"):
        await behind.documents.replace("things", "a", {"size": 2}, version=1)


async def test_a_delete_is_told_true_and_deletes_no_later_record(
    behind: MongoStore, lose: Lose
) -> None:
    await behind.documents.insert("things", "a", {})
    lose("delete")

    assert await behind.documents.delete("things", "a", version=1) is True
    assert await behind.documents.get("things", "a") is None
    assert await behind.documents.delete("things", "a", version=1) is False


async def test_a_restored_record_has_its_version(behind: MongoStore, lose: Lose) -> None:
    lose("update")

    await behind.documents.restore("things", Document("a", 7, {"size": 2}))
    assert await behind.documents.get("things", "a") == Document("a", 7, {"size": 2})


@pytest.mark.parametrize("body", [b"{}", LARGE], ids=["small", "in-chunks"])
async def test_a_delivery_is_told_new_to_the_one_that_saved_it(
    behind: MongoStore, lose: Lose, body: bytes
) -> None:
    lose("insert")

    assert await behind.deliveries.add(delivery(body=body)) is True
    assert await behind.deliveries.add(delivery(body=body)) is False
    assert await behind.deliveries.get("guid") == delivery(body=body)


async def test_a_delivery_that_another_saved_meanwhile_is_told_known(
    behind: MongoStore, store: MongoStore, proxy: CuttingProxy
) -> None:
    proxy.lose_requests("insert", meanwhile=lambda: store.deliveries.add(delivery()))

    assert await behind.deliveries.add(delivery()) is False


async def test_a_delivery_ends_and_goes_for_good(behind: MongoStore, lose: Lose) -> None:
    for guid in ("a", "b"):
        await behind.deliveries.add(delivery(guid))
    lose("update", times=2)
    await behind.deliveries.finish_handler("a", "on_request")
    assert await behind.deliveries.finished_handlers("a") == {"on_request"}
    lose("update")
    await behind.deliveries.finish("a", "ok")
    assert await behind.deliveries.get("a") == delivery("a", outcome="ok")

    lose("delete")
    await behind.deliveries.purge(received_before_s=10.0)
    assert [each.guid for each in await behind.deliveries.page()] == ["b"]


READS: dict[str, Callable[[MongoStore], Awaitable[object]]] = {
    "get": lambda store: store.documents.get("things", "a"),
    "find": lambda store: store.documents.find("things", {"size": 1}),
    "delivery": lambda store: store.deliveries.get("guid"),
    "page": lambda store: store.deliveries.page(),
    "unfinished": lambda store: store.deliveries.unfinished(received_before_s=9.0, limit=9),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
async def test_a_read_is_repeated(
    behind: MongoStore, proxy: CuttingProxy, read: Callable[[MongoStore], Awaitable[object]]
) -> None:
    await behind.documents.insert("things", "a", {"size": 1})
    await behind.deliveries.add(delivery())
    expected = await read(behind)
    proxy.lose_answers("find")

    assert await read(behind) == expected


async def test_a_line_that_is_cut_for_good_is_told_and_nothing_is_doubled(
    behind: MongoStore, store: MongoStore, proxy: CuttingProxy
) -> None:
    proxy.lose_answers("insert", times=3)

    with pytest.raises(StoreUnavailable, match="was lost several times"):
        await behind.documents.insert("things", "a", {"size": 1})
    assert await store.documents.find("things", {}) == [Document("a", 1, {"size": 1})]
