"""What every store promises: once, durable, in order, and never lost by a race."""

import asyncio
import random
from dataclasses import replace

import pytest

from bot.store.port import Delivery, DeliveryRef, Document, Documents, Json, Store
from tests.contract.conftest import Place
from tests.contract.processes import RACES, kill_after_lines, run_all

GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"


def delivery(guid: str = GUID, *, body: bytes = b"{}", at_s: float = 1.0) -> Delivery:
    return Delivery(guid=guid, event="issues", body=body, key="acme/shop", received_at_s=at_s)


async def test_a_delivery_is_saved_once_and_read_back_as_it_came(store: Store) -> None:
    sent = delivery(body='{"title": "Grüße, 世界 🎉"}'.encode())

    assert await store.deliveries.add(sent) is True
    assert await store.deliveries.add(delivery(body=b'{"other": 1}')) is False
    assert await store.deliveries.get(GUID) == sent


async def test_how_a_delivery_ended_is_read_with_it(store: Store) -> None:
    """Some end as they come: what nobody works on waits for nobody."""
    await store.deliveries.add(delivery("works"))
    await store.deliveries.add(replace(delivery("noise"), outcome="ignored"))
    left = await store.deliveries.unfinished(received_before_s=9, limit=9)
    await store.deliveries.finish("works", "dead")

    assert [each.guid for each in left] == ["works"]
    ended = [await store.deliveries.get(guid) for guid in ("works", "noise")]
    assert [each.outcome for each in ended if each] == ["dead", "ignored"]


async def test_an_unknown_delivery_is_none(store: Store) -> None:
    assert await store.deliveries.get(GUID) is None
    assert await store.deliveries.finished_handlers(GUID) == frozenset()


async def test_of_many_at_once_exactly_one_saves_a_delivery(store: Store) -> None:
    saved = await asyncio.gather(*(store.deliveries.add(delivery()) for _ in range(50)))

    assert sum(saved) == 1


@pytest.mark.parametrize("size_bytes", [0, 1, 26_214_400])
async def test_bodies_of_any_size_come_back_whole(store: Store, size_bytes: int) -> None:
    """GitHub sends at most 25 MB; random bytes cannot be made smaller."""
    body = random.Random(7).randbytes(size_bytes)

    assert await store.deliveries.add(delivery(body=body))
    kept = await store.deliveries.get(GUID)

    assert kept is not None
    assert kept.body == body


async def test_a_finished_handler_is_remembered_once(store: Store) -> None:
    await store.deliveries.add(delivery())
    for handler in ("on_request", "on_comment", "on_request"):
        await store.deliveries.finish_handler(GUID, handler)

    assert await store.deliveries.finished_handlers(GUID) == {"on_request", "on_comment"}


async def test_the_sweep_finds_what_was_never_finished_oldest_first(store: Store) -> None:
    for guid, at_s in (("b", 20.0), ("c", 30.0), ("a", 10.0), ("d", 5.0)):
        await store.deliveries.add(delivery(guid, at_s=at_s))
    await store.deliveries.finish("d", "ok")

    found = await store.deliveries.unfinished(received_before_s=30.0, limit=10)
    assert list(found) == [DeliveryRef("a", "acme/shop"), DeliveryRef("b", "acme/shop")]
    first = await store.deliveries.unfinished(received_before_s=99.0, limit=1)
    assert list(first) == [DeliveryRef("a", "acme/shop")]


async def test_purging_deletes_the_finished_and_old_alone(store: Store) -> None:
    for guid, at_s in (("old", 1.0), ("old-unfinished", 1.0), ("young", 50.0)):
        await store.deliveries.add(delivery(guid, at_s=at_s))
    for guid in ("old", "young"):
        await store.deliveries.finish_handler(guid, "on_request")
        await store.deliveries.finish(guid, "ok")

    assert await store.deliveries.purge(received_before_s=10.0) == 1
    assert await store.deliveries.purge(received_before_s=10.0) == 0
    assert await store.deliveries.get("old") is None
    assert await store.deliveries.finished_handlers("old") == frozenset()
    assert await store.deliveries.get("old-unfinished") is not None
    assert await store.deliveries.finished_handlers("young") == {"on_request"}


async def test_a_purged_delivery_may_come_again(store: Store) -> None:
    await store.deliveries.add(delivery())
    await store.deliveries.finish(GUID, "ok")
    await store.deliveries.purge(received_before_s=10.0)

    assert await store.deliveries.add(delivery(body=b"[2]")) is True


async def test_more_than_one_batch_is_purged(store: Store) -> None:
    guids = [f"g{number}" for number in range(1_201)]
    await asyncio.gather(*(store.deliveries.add(delivery(guid)) for guid in guids))
    await asyncio.gather(*(store.deliveries.finish(guid, "ok") for guid in guids))

    assert await store.deliveries.purge(received_before_s=10.0) == 1_201


async def test_pages_hold_every_delivery_once_in_order_of_guid(store: Store) -> None:
    guids = ["B", "a", "b", "c", "d"]
    for guid in reversed(guids):
        await store.deliveries.add(delivery(guid, body=guid.encode()))
    await store.deliveries.finish("b", "ok")
    await store.deliveries.finish("d", "dead")

    first = await store.deliveries.page(limit=3)
    second = await store.deliveries.page(after="b", limit=3)

    assert [each.guid for each in [*first, *second]] == guids
    assert [each.body for each in [*first, *second]] == [guid.encode() for guid in guids]
    assert [each.outcome for each in [*first, *second]] == ["", "", "ok", "", "dead"]
    assert await store.deliveries.page(after="d") == []


async def test_a_page_of_large_bodies_ends_early(store: Store) -> None:
    """Two of GitHub's largest deliveries fill a page: a copy needs no more memory."""
    for guid in ("a", "b", "c"):
        await store.deliveries.add(delivery(guid, body=bytes(26_214_400)))

    assert [each.guid for each in await store.deliveries.page()] == ["a", "b"]
    assert [each.guid for each in await store.deliveries.page(after="b")] == ["c"]


async def test_a_restored_delivery_is_whole_however_often_it_is_restored(store: Store) -> None:
    sent = delivery(body=b"[1]")
    await store.deliveries.restore(sent, ["on_request"])
    assert [each.guid for each in await swept(store)] == [GUID]

    ended = replace(sent, outcome="ok")
    for _ in range(2):
        await store.deliveries.restore(ended, {"on_request", "on_comment"})

    assert await store.deliveries.get(GUID) == ended
    assert await store.deliveries.finished_handlers(GUID) == {"on_request", "on_comment"}
    assert await swept(store) == []
    assert await store.deliveries.add(sent) is False
    assert await store.deliveries.purge(received_before_s=10.0) == 1


async def swept(store: Store) -> list[DeliveryRef]:
    return list(await store.deliveries.unfinished(received_before_s=99.0, limit=10))


async def test_a_record_is_inserted_once(documents: Documents) -> None:
    assert await documents.insert("things", "a", {"color": "red"}) is True
    assert await documents.insert("things", "a", {"color": "blue"}) is False
    assert await documents.get("things", "a") == Document("a", 1, {"color": "red"})


async def test_json_of_every_kind_comes_back_equal(documents: Documents) -> None:
    data: dict[str, Json] = {
        "none": None,
        "true": True,
        "int": 2**53,
        "more than 64 bits": -(10**30),
        "float": 0.1,
        "no fraction": 1.0,
        "large": 1e300,
        "text": "Grüße 世界 🎉 \u202e '\"\\ \n \0",
        "half a pair": "\ud83c",
        "list": [1, [2, {"deep": []}], ""],
        "a.b $c": {"": {}},
        "$set": {"$where": "1", "__proto__": []},
        "color": "\udf89",  # also where it is looked up by
        "size": 10**40,
    }
    await documents.insert("things", "a", data)

    found = await documents.get("things", "a")

    assert found is not None
    assert found.data == data
    assert isinstance(found.data["no fraction"], float)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
async def test_a_number_that_json_cannot_spell_is_refused(
    documents: Documents, value: float
) -> None:
    await documents.insert("things", "a", {"size": 1})

    with pytest.raises(ValueError, match="JSON"):
        await documents.insert("things", "b", {"size": value})
    with pytest.raises(ValueError, match="JSON"):
        await documents.replace("things", "a", {"deep": [value]}, version=1)
    assert await documents.find("things", {}) == [Document("a", 1, {"size": 1})]


@pytest.mark.parametrize("id_", ["é", "名前/店#7", "🎉", "it's; --", "A", "a" * 500, "a.b:c$"])
async def test_ids_are_any_text_and_tell_case_apart(documents: Documents, id_: str) -> None:
    await documents.insert("things", id_, {"color": "red"})

    assert await documents.get("things", id_) == Document(id_, 1, {"color": "red"})
    assert await documents.get("things", id_ + "x") is None
    assert await documents.get("things", "a") is None


async def test_a_replace_needs_the_version_that_was_read(documents: Documents) -> None:
    await documents.insert("things", "a", {"size": 1})

    assert await documents.replace("things", "a", {"size": 2}, version=1) is True
    assert await documents.replace("things", "a", {"size": 3}, version=1) is False
    assert await documents.replace("things", "other", {}, version=1) is False
    assert await documents.get("things", "a") == Document("a", 2, {"size": 2})


async def test_of_many_replaces_at_once_one_wins(documents: Documents) -> None:
    await documents.insert("things", "a", {"size": 0})

    won = await asyncio.gather(
        *(documents.replace("things", "a", {"size": size}, version=1) for size in range(20))
    )

    found = await documents.get("things", "a")
    assert sum(won) == 1
    assert found == Document("a", 2, {"size": won.index(True)})


async def test_a_delete_needs_the_version_too(documents: Documents) -> None:
    await documents.insert("things", "a", {})

    assert await documents.delete("things", "a", version=2) is False
    assert await documents.delete("things", "a", version=1) is True
    assert await documents.get("things", "a") is None
    assert await documents.delete("things", "a", version=1) is False
    assert await documents.insert("things", "a", {}) is True


async def test_a_restored_record_has_its_own_version_whatever_was_there(
    documents: Documents,
) -> None:
    await documents.insert("things", "a", {"color": "red"})
    for _ in range(2):
        await documents.restore("things", Document("a", 7, {"color": "blue"}))
        await documents.restore("things", Document("b", 3, {"color": "blue"}))

    assert await documents.find("things", {"color": "red"}) == []
    assert await documents.find("things", {"color": "blue"}) == [
        Document("a", 7, {"color": "blue"}),
        Document("b", 3, {"color": "blue"}),
    ]
    assert await documents.replace("things", "a", {}, version=7) is True


async def test_a_changed_copy_changes_nothing_kept(documents: Documents) -> None:
    numbers: list[int] = [1]
    await documents.insert("things", "a", {"list": numbers})
    numbers.append(2)
    first = await documents.get("things", "a")
    assert first is not None
    assert isinstance(first.data["list"], list)
    first.data["list"].append(3)

    assert await documents.get("things", "a") == Document("a", 1, {"list": [1]})


async def test_look_ups_tell_values_and_their_types_apart(documents: Documents) -> None:
    await documents.insert("things", "text", {"color": "1"})
    await documents.insert("things", "number", {"color": 1})
    await documents.insert("things", "none", {"color": None})
    await documents.insert("things", "absent", {})
    await documents.insert("things", "sold", {"sold": True, "size": 3})
    await documents.insert("things", "unsold", {"sold": False, "size": 3})

    async def ids(**where: str | int | bool) -> list[str]:
        return [found.id for found in await documents.find("things", where)]

    assert await ids(color="1") == ["text"]
    assert await ids(color=1) == ["number"]
    assert await ids(sold=True) == ["sold"]
    assert await ids(sold=1) == ["sold"]  # to Python and to SQLite they are one
    assert await ids(sold="true") == []
    assert await ids(color=True) == ["number"]
    assert await ids(sold=False, size=3) == ["unsold"]
    assert await ids(sold=False, size=4) == []
    assert await documents.count("things", {"size": 3}) == 2
    assert await documents.count("things", {}) == 6


async def test_a_look_up_follows_every_replace(documents: Documents) -> None:
    await documents.insert("things", "a", {"color": "red"})
    await documents.replace("things", "a", {"color": "blue"}, version=1)

    assert await documents.find("things", {"color": "red"}) == []
    assert await documents.find("things", {"color": "blue"}) == [
        Document("a", 2, {"color": "blue"})
    ]


async def test_pages_cover_everything_once_in_either_direction(documents: Documents) -> None:
    ids = sorted(["ä", "Z", "a", "b", "🎉", "1", "10", "2", "é"])
    for id_ in ids:
        await documents.insert("things", id_, {"color": "red"})
    await documents.insert("things", "c", {"color": "blue"})

    async def pages(descending: bool) -> list[str]:
        seen: list[str] = []
        while page := await documents.find(
            "things",
            {"color": "red"},
            after=seen[-1] if seen else "",
            limit=4,
            descending=descending,
        ):
            assert len(page) <= 4
            seen += [found.id for found in page]
        return seen

    assert await pages(descending=False) == ids
    assert await pages(descending=True) == ids[::-1]


async def test_a_field_without_an_index_is_refused(documents: Documents) -> None:
    with pytest.raises(ValueError, match="weight"):
        await documents.find("things", {"weight": 1})
    with pytest.raises(ValueError, match="weight"):
        await documents.count("things", {"weight": 1})


async def test_a_working_store_passes_its_check_and_closes_twice(store: Store) -> None:
    await store.check()
    await store.close()
    await store.close()


async def test_four_processes_lose_no_change_and_save_nothing_twice(
    store: Store, store_place: Place
) -> None:
    """Each adds the same deliveries and counts one record up, all at the same time."""
    await store.documents.insert("things", "counter", {"size": 0})

    outputs = await run_all("count_and_add", store_place.adapter, store_place.name, times=4)

    counter = await store.documents.get("things", "counter")
    assert counter is not None
    assert counter.data == {"size": 4 * 50}
    assert sorted(line for output in outputs for line in output) == sorted(
        f"guid-{number}" for number in range(50)
    )


async def test_of_four_processes_each_wish_is_granted_to_one(
    store: Store, store_place: Place
) -> None:
    """Inserts of one id, deletes of one version, one record restored and one changed by all."""
    await store.deliveries.add(delivery("guid"))
    for number in range(RACES):
        await store.documents.insert("things", f"old-{number}", {})

    outputs = await run_all("race", store_place.adapter, store_place.name, times=4)

    assert sorted(line for output in outputs for line in output) == sorted(
        f"{what} {number}" for what in ("inserted", "deleted") for number in range(RACES)
    )
    for number in range(RACES):
        assert await store.documents.get("things", f"same-{number}") == Document(
            f"same-{number}", 3, {"size": number}
        )
    everything = await store.documents.get("things", "all")
    assert everything is not None
    names = everything.data["names"]
    assert isinstance(names, list)
    assert len(set(names)) == len(names) == 4 * RACES
    assert everything.version == 4 * RACES
    assert await store.deliveries.finished_handlers("guid") == set(names)


async def test_what_was_acknowledged_survives_a_kill(store: Store, store_place: Place) -> None:
    """A process is killed in the middle of its writes; every one it was told of is there."""
    acknowledged = await kill_after_lines(
        "add_for_ever", store_place.adapter, store_place.name, lines=200
    )

    assert len(acknowledged) >= 200
    for guid in acknowledged:
        kept = await store.deliveries.get(guid)
        assert kept is not None
        assert kept.body == guid.encode() * 100
    assert await store.deliveries.add(delivery()) is True
