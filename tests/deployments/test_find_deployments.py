"""Deployments are found by month: what is asked for is there, and no more is read."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deployments import By, Deployment, DeploymentRecords, DeploymentState, FindDeployments
from bot.deployments.find_deployments import MONTHS_LOOKED_BACK, PAGE
from bot.deployments.months import month_of, months_since
from bot.store.collections import DEPLOYMENTS
from tests.deployments.metrics.records import DAY_S, START_S, deployment
from tests.store.memory import MemoryDocuments

MONTH_H = 31 * 24
NOW_S = START_S + DAY_S  # early in a month


class CountingDocuments(MemoryDocuments):
    """Counts what ``find`` hands out."""

    def __init__(self) -> None:
        super().__init__()
        self.handed_out = 0
        self.asked = 0

    async def find(self, *args, **kwargs):  # type: ignore[no-untyped-def]  # the port's own
        found = await super().find(*args, **kwargs)
        self.handed_out += len(found)
        self.asked += 1
        return found


async def stored(line: Sequence[Deployment]) -> tuple[CountingDocuments, FindDeployments]:
    documents = CountingDocuments()
    records = DeploymentRecords(documents)
    for each in line:
        await records.put(each)
    return documents, FindDeployments(documents)


def ids(found: Sequence[Deployment]) -> list[str]:
    return [each.id for each in found]


async def test_a_record_is_read_as_it_was_written() -> None:
    """What it is found by does not change what it says."""
    documents = MemoryDocuments()
    records = DeploymentRecords(documents)
    made = deployment("a", at_h=0)
    await records.put(made)
    await records.put(made)
    assert await records.get("a") == made
    stored = await documents.get(DEPLOYMENTS.name, "a")
    assert stored is not None
    assert stored.version == 1


async def test_what_was_commanded_since_then_is_found_oldest_first() -> None:
    line = [
        deployment("new", at_h=20),
        deployment("edge", at_h=-24),
        deployment("old", at_h=-24.001),
        deployment("others", at_h=1, project="200", team="search", template="spark"),
    ]
    _, find = await stored(line)
    since_s = NOW_S - 2 * DAY_S
    for by, of in ((By.PROJECT, "100"), (By.TEAM, "payments"), (By.TEMPLATE, "greeter")):
        found = await find.since(since_s, now_s=NOW_S, by=by, of=of)
        assert ids(found) == ["edge", "new"]
    assert ids(await find.since(since_s, now_s=NOW_S)) == ["edge", "others", "new"]
    assert not await find.since(since_s, now_s=NOW_S, by=By.TEAM, of="nobody")


async def test_the_newest_are_found_however_long_nothing_happened() -> None:
    line = [deployment(str(n), at_h=-n * MONTH_H) for n in range(0, 2 * MONTHS_LOOKED_BACK, 4)]
    _, find = await stored(line)
    newest = await find.newest("100", count=2, now_s=NOW_S)
    assert ids(newest) == ["0", "4"]
    newest = await find.newest("100", count=9, now_s=NOW_S)
    assert ids(newest) == ["0", "4", "8"]  # and no further than a year


async def test_a_long_history_is_not_read() -> None:
    line = [deployment(str(n), at_h=-n * 24) for n in range(800)]
    documents, find = await stored(line)
    documents.handed_out = documents.asked = 0
    await find.since(NOW_S - 90 * DAY_S, now_s=NOW_S, by=By.TEAM, of="payments")
    assert documents.handed_out <= 90 + 31
    assert documents.asked <= 2 * 5
    documents.handed_out = documents.asked = 0
    await find.newest("100", count=5, now_s=NOW_S)
    assert documents.handed_out <= 5 + 31


async def test_more_than_a_page_of_one_month_is_found() -> None:
    line = [deployment(str(n), at_h=n / 100) for n in range(PAGE + 1)]
    _, find = await stored(line)
    assert len(await find.since(START_S, now_s=NOW_S)) == PAGE + 1


async def test_what_has_not_ended_is_found() -> None:
    line = [deployment(state.value, state, at_h=-5 * MONTH_H) for state in DeploymentState]
    _, find = await stored(line)
    assert set(ids(await find.open())) == {"running", "waits-for-approval"}


@given(st.floats(0, 4e9), st.floats(0, 4e9))
def test_every_moment_of_a_span_lies_in_its_months(one: float, other: float) -> None:
    since_s, now_s = sorted((one, other))
    months = list(months_since(since_s, now_s=now_s))
    assert len(set(months)) == len(months)
    for at_s in (since_s, (since_s + now_s) / 2, now_s):
        assert month_of(at_s) in months


@pytest.mark.parametrize("ahead_s", [1.0, 400 * DAY_S])
def test_a_span_that_begins_later_than_now_is_this_month(ahead_s: float) -> None:
    assert list(months_since(NOW_S + ahead_s, now_s=NOW_S)) == [month_of(NOW_S)]
