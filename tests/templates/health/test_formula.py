"""The health is a number that evidence alone decides, and that nobody can swing by shouting."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.templates.health.evidence import Evidence, EvidenceRecords, Source
from bot.templates.health.formula import YOUNGEST, Health, health_of
from tests.store.memory import MemoryDocuments


def evidence(
    source: Source, number: int, *, good: bool, whose: int = -1, part: str = "", at_s: float = 0.0
) -> Evidence:
    """Thing ``number`` of a source: of the person or project of that number, unless told."""
    return Evidence(
        version="greeter@1.0.0+0",
        source=source,
        about=f"{number}{part}",
        whose=str(number if whose < 0 else whose),
        good=good,
        made_at_s=float(number),
        at_s=at_s,
    )


def many(source: Source, good: int, bad: int) -> list[Evidence]:
    return [evidence(source, n, good=n < good) for n in range(good + bad)]


def everything(good: int, bad: int) -> list[Evidence]:
    """So much of every source; there is one content whose commands ran."""
    return [
        each
        for source in Source
        for each in (
            many(source, min(good, 1), min(bad, 1))
            if source is Source.VERIFY
            else many(source, good, bad)
        )
    ]


def score(found: Sequence[Evidence], reporters: int = 0) -> int:
    """The number; there is evidence."""
    value = health_of(found, reporters=reporters).score
    assert value is not None
    return value


@st.composite
def observations(draw: st.DrawFn) -> Evidence:
    """Anything that can be observed of a version; numbers are few, so that things meet."""
    source = draw(st.sampled_from(Source))
    number = draw(st.integers(0, 3) | st.integers(0, 30))
    part = draw(st.sampled_from(["", ":a", ":b"])) if source is Source.FIRST_BUILD else ""
    whose = number % 4 if source is Source.GENERATION else -1
    return evidence(
        source,
        0 if source is Source.VERIFY else number,
        good=draw(st.booleans()),
        whose=whose,
        part=part,
        at_s=float(draw(st.integers(0, 5))),
    )


# Long ones, too: there, one observation takes the place of another.
histories = st.lists(observations(), max_size=9) | st.lists(
    observations(), min_size=25, max_size=60
)


def new(history: Sequence[Evidence], source: Source, *, good: bool, made_at: int) -> Evidence:
    """Something that was not observed before."""
    made = evidence(source, made_at, good=good, part=" new", at_s=9.0)
    if source is Source.VERIFY:  # there is one content, and its commands ran once more
        return replace(made, about="0", whose="0")
    return replace(made, whose=f"{made_at} new")


def test_without_evidence_nothing_is_known() -> None:
    """Neither good nor bad; reports alone make no number, but they are counted."""
    assert health_of([], reporters=0) == Health(score=None)
    assert health_of([], reporters=3) == Health(score=None, reporters=3)


@pytest.mark.parametrize(
    ("found", "reporters", "expected"),
    [
        pytest.param(many(Source.VERIFY, 1, 0), 0, 89, id="a-new-version"),
        pytest.param(many(Source.VERIFY, 0, 1), 0, 45, id="its-own-commands-fail"),
        pytest.param(many(Source.GENERATION, 0, 1), 0, 67, id="one-failure-does-not-condemn"),
        pytest.param(many(Source.DEPLOYMENT, 19, 1), 0, 92, id="one-of-twenty"),
        pytest.param(
            [
                *many(Source.VERIFY, 1, 0),
                *many(Source.GENERATION, 2, 0),
                *many(Source.FIRST_BUILD, 0, 2),
            ],
            0,
            53,
            id="no-project-builds",
        ),
        pytest.param(everything(99, 0), 0, 100, id="flawless"),
        pytest.param(everything(0, 99), 0, 4, id="hopeless"),
        pytest.param(many(Source.VERIFY, 1, 0), 1, 85, id="a-person-reports"),
        pytest.param(many(Source.VERIFY, 1, 0), 100, 69, id="everybody-reports"),
        pytest.param(everything(0, 99), 9, 0, id="never-below-0"),
    ],
)
def test_numbers(found: list[Evidence], reporters: int, expected: int) -> None:
    assert score(found, reporters) == expected


def test_reports_alone_make_no_flawless_version_unhealthy() -> None:
    """However many shout."""
    assert score(everything(30, 0), 1_000) == 80


def test_a_hundred_failures_of_one_person_are_one() -> None:
    """Whoever asks again and again with the answers that break it."""
    projects = many(Source.GENERATION, 10, 0)
    once = [evidence(Source.GENERATION, 50, good=False, whose=7)]
    often = [evidence(Source.GENERATION, 50 + n, good=False, whose=7) for n in range(100)]
    assert score([*projects, *often]) == score([*projects, *once])


def test_every_project_that_one_person_gets_is_a_success() -> None:
    found = [evidence(Source.GENERATION, n, good=True, whose=7) for n in range(10)]
    (tally,) = health_of(found, reporters=0).tallies
    assert (tally.good, tally.bad) == (10, 0)


def test_a_project_is_heard_once_however_many_workflows_it_has() -> None:
    """One that failed makes its first build a failed one."""
    parts = [
        evidence(Source.FIRST_BUILD, 1, good=part != ":release", whose=1, part=part)
        for part in (":ci", ":release", ":docs")
    ]
    (tally,) = health_of(parts, reporters=0).tallies
    assert (tally.good, tally.bad) == (0, 1)


def test_a_template_that_rots_shows_it_soon() -> None:
    """Years of good builds do not outweigh that none of the newest projects builds."""
    rotten = [evidence(Source.FIRST_BUILD, n, good=n < 500) for n in range(500 + YOUNGEST)]
    assert score(rotten) == 5


def test_what_costs_most_is_named() -> None:
    found = [*many(Source.VERIFY, 1, 0), *many(Source.FIRST_BUILD, 1, 2)]
    assert health_of(found, reporters=0).costliest is Source.FIRST_BUILD
    assert health_of(found, reporters=0).tallies[1].costs == 38
    assert health_of(many(Source.VERIFY, 1, 0), reporters=1).costliest is None


def told_anyhow(history: list[Evidence]) -> st.SearchStrategy[tuple[list[Evidence], ...]]:
    """What happened, and one way in which it may be told: half of it twice, in any order."""
    return st.tuples(st.just(history), st.permutations([*history, *history[::2]]))


@given(histories.flatmap(told_anyhow))
def test_neither_order_nor_repetition_changes_the_number(
    both: tuple[list[Evidence], list[Evidence]],
) -> None:
    history, told = both
    assert health_of(told, reporters=1) == health_of(history, reporters=1)


@given(histories.flatmap(told_anyhow))
async def test_the_records_give_the_same_number_in_whatever_order_events_came(
    both: tuple[list[Evidence], list[Evidence]],
) -> None:
    history, told = both
    records = EvidenceRecords(MemoryDocuments())
    for each in told:
        await records.note(each)
    kept = await records.of_version("greeter@1.0.0+0")
    assert health_of(kept, reporters=0) == health_of(history, reporters=0)


@given(histories, st.integers(0, 20))
def test_it_is_a_number_from_0_to_100(history: list[Evidence], reporters: int) -> None:
    health = health_of(history, reporters=reporters)
    assert (health.score is None) == (not history)
    assert health.score is None or 0 <= health.score <= 100
    assert all(each.costs >= 0 for each in health.tallies)


@given(histories.filter(bool), st.sampled_from(Source), st.integers(0, 31))
def test_one_more_success_never_lowers_it(
    history: list[Evidence], source: Source, made_at: int
) -> None:
    more = new(history, source, good=True, made_at=made_at)
    assert score([*history, more]) >= score(history)


@given(histories.filter(bool), st.sampled_from(Source), st.integers(0, 31))
def test_one_more_failure_never_raises_it(
    history: list[Evidence], source: Source, made_at: int
) -> None:
    more = new(history, source, good=False, made_at=made_at)
    assert score([*history, more]) <= score(history)


@given(histories.filter(bool), st.integers(0, 9))
def test_one_more_report_never_raises_it(history: list[Evidence], reporters: int) -> None:
    assert score(history, reporters + 1) <= score(history, reporters)


@given(histories.filter(bool), observations())
def test_a_later_success_of_the_same_thing_never_lowers_it(
    history: list[Evidence], again: Evidence
) -> None:
    """A re-run that passes, a deployment that succeeds after one that failed."""
    if again.source is Source.FIRST_BUILD:  # the first build is the first
        return
    good = replace(again, good=True, at_s=9.0)
    bad = replace(again, good=False, at_s=9.0)
    assert score([*history, good]) >= score([*history, bad])
