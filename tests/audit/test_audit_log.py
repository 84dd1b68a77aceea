"""The audit log: every action once, in one chain that shows any meddling."""

import asyncio
import copy
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audit import AuditCause, AuditEntry, AuditLog
from bot.audit.entry import canonical, id_of
from bot.clock import ManualClock
from bot.store.collections import AUDIT
from bot.store.port import Json
from tests.store.memory import MemoryDocuments

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


class Interleaving(MemoryDocuments):
    """Lets the other writers go first at every insert, so that races show."""

    async def insert(self, collection: str, id: str, data: Mapping[str, Json]) -> bool:  # noqa: A002 - the port's name
        await asyncio.sleep(0)
        return await super().insert(collection, id, data)


async def append(log: AuditLog, number: int, **details: Json) -> AuditEntry:
    return await log.append(
        key=f"run-{number}:repository.created",
        action="repository.created",
        subject="Acme/Catalog#7",
        actor="mona",
        actor_id=1,
        cause=AuditCause(delivery="guid", url="https://example.test/acme/catalog/issues/7"),
        details=details,
    )


async def log_with(entries: int) -> tuple[AuditLog, MemoryDocuments]:
    documents = MemoryDocuments()
    log = AuditLog(documents, clock=ManualClock())
    for number in range(entries):
        await append(log, number)
    return log, documents


async def test_an_entry_says_who_did_what_when_and_why() -> None:
    """An auditor reads the actor, the action, the subject, the time and the comment."""
    log, _ = await log_with(0)

    await append(log, 1, repository_id=42)

    [entry] = await log.for_subject("acme/catalog#7")
    assert (entry.actor, entry.actor_id, entry.action) == ("mona", 1, "repository.created")
    assert entry.at_s == ManualClock().now_s()
    assert entry.details == {"repository_id": 42}
    assert entry.cause.url.endswith("/issues/7")


async def test_the_same_action_told_twice_is_one_entry() -> None:
    """A step that was killed after its entry was written repeats and adds nothing."""
    log, documents = await log_with(3)

    again = await append(AuditLog(documents, clock=ManualClock(9e9)), 1)

    assert again.sequence == 2
    assert (await log.verify()).count == 3


async def test_an_empty_log_holds() -> None:
    """A fresh installation verifies without a complaint."""
    log, _ = await log_with(0)

    verdict = await log.verify()

    assert verdict.ok
    assert verdict.count == 0


async def test_the_newest_entries_of_a_subject_come_first() -> None:
    """`/audit` shows what happened last at its top, however the name is spelled."""
    log, _ = await log_with(5)

    found = await log.for_subject("ACME/catalog#7", limit=2)

    assert [entry.sequence for entry in found] == [5, 4]
    assert await log.for_subject("acme/catalog#8") == []


async def test_many_processes_write_one_unbroken_chain() -> None:
    """Four workers append at once, some of them the same action: nothing lost, nothing doubled."""
    documents = Interleaving()
    logs = [AuditLog(documents, clock=ManualClock()) for _ in range(4)]

    await asyncio.gather(*(append(log, number) for number in range(25) for log in logs))

    verdict = await logs[0].verify()
    assert verdict.ok
    assert verdict.count == 25
    entries = await logs[0].for_subject("acme/catalog#7", limit=100)
    assert len({entry.key for entry in entries}) == 25


async def test_a_log_longer_than_a_page_is_read_to_its_end() -> None:
    """Meddling in a late entry of a long log is found."""
    log, documents = await log_with(1_001)
    assert (await log.verify()).count == 1_001

    await changed(1_001, lambda data: data.update(actor="somebody-else"))(documents)

    verdict = await log.verify()
    assert (verdict.ok, verdict.count, verdict.broken) == (False, 1_000, "000000001001")


Meddle: TypeAlias = Callable[[MemoryDocuments], Awaitable[None]]


def changed(sequence: int, change: Callable[[dict[str, Any]], object]) -> Meddle:
    """Somebody with access to the store changes an entry."""

    async def meddle(documents: MemoryDocuments) -> None:
        record = await documents.get(AUDIT.name, id_of(sequence))
        assert record is not None
        data = copy.deepcopy(dict(record.data))
        change(data)
        await documents.replace(AUDIT.name, record.id, data, version=record.version)

    return meddle


def removed(sequence: int) -> Meddle:
    """Somebody with access to the store deletes an entry."""

    async def meddle(documents: MemoryDocuments) -> None:
        assert await documents.delete(AUDIT.name, id_of(sequence), version=1)

    return meddle


def forge(data: dict[str, Any]) -> None:
    """Change an entry and give it the hash that fits the change."""
    data["actor"] = "somebody-else"
    data["hash"] = msgspec.convert(data, AuditEntry).expected_hash()


def renumber(data: dict[str, Any]) -> None:
    """Make an entry claim another place, with the hash that fits."""
    data["sequence"] = 1
    data["hash"] = msgspec.convert(data, AuditEntry).expected_hash()


@pytest.mark.parametrize(
    ("meddle", "broken", "problem"),
    [
        pytest.param(
            changed(2, lambda data: data.update(actor="eve")),
            "000000000002",
            "entry 2 was changed",
            id="an actor changed",
        ),
        pytest.param(
            changed(2, lambda data: data["details"].update(more=1)),
            "000000000002",
            "entry 2 was changed",
            id="a detail added",
        ),
        pytest.param(
            changed(2, lambda data: data.update(extra="x")),
            "000000000002",
            "entry 2 was changed",
            id="a field added",
        ),
        pytest.param(
            changed(2, renumber),
            "000000000002",
            "entry 2 was changed",
            id="moved to another place",
        ),
        pytest.param(
            changed(2, forge),
            "000000000003",
            "entry 3 does not follow the entry before it",
            id="changed with a fitting hash",
        ),
        pytest.param(
            removed(2), "000000000003", "entry 2 is missing", id="removed from the middle"
        ),
        pytest.param(removed(1), "000000000002", "entry 1 is missing", id="removed from the start"),
        pytest.param(
            changed(2, lambda data: data.pop("action")),
            "000000000002",
            "entry 2 cannot be read",
            id="a field removed",
        ),
    ],
)
async def test_meddling_is_found_at_the_first_entry_that_does_not_hold(
    meddle: Meddle, broken: str, problem: str
) -> None:
    """`paved-road audit verify` names the entry and says what is wrong with it."""
    log, documents = await log_with(4)

    await meddle(documents)

    verdict = await log.verify()
    assert not verdict.ok
    assert (verdict.broken, verdict.problem) == (broken, problem)


async def test_a_log_that_was_cut_shows_by_its_head() -> None:
    """Somebody who kept the head of yesterday sees that the newest entry is gone."""
    log, documents = await log_with(3)
    head = (await log.verify()).head

    await removed(3)(documents)

    cut = await log.verify()
    assert cut.ok
    assert cut.head != head


@given(JSON_VALUES)
def test_canonical_json_is_one_spelling_of_one_value(value: Any) -> None:
    """The order in which a store returns keys does not change a hash."""
    assert json.loads(canonical(value)) == value
    shuffled = json.loads(json.dumps(value), object_pairs_hook=lambda pairs: dict(pairs[::-1]))
    assert canonical(shuffled) == canonical(value)


@given(st.dictionaries(st.text(max_size=8), JSON_VALUES, max_size=4))
def test_an_entry_outlives_the_store(details: dict[str, Any]) -> None:
    """Any details come back from JSON with the hash they were sealed with."""

    async def there_and_back() -> bool:
        log = AuditLog(MemoryDocuments(), clock=ManualClock(1_700_000_000.123456))
        await append(log, 1, **{f"d{name}": value for name, value in details.items()})
        return (await log.verify()).ok

    assert asyncio.run(there_and_back())


async def test_details_that_json_cannot_spell_are_refused() -> None:
    """A number that is none would make a hash nobody can check."""
    log, _ = await log_with(0)

    with pytest.raises(ValueError, match="JSON"):
        await append(log, 1, share=float("nan"))
