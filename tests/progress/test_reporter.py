"""A run is shown while it goes, rarely enough for GitHub's pace, and its end always."""

import asyncio
from dataclasses import replace

from bot.github.port import Repository
from bot.progress import ProgressReporter, ShowInThread, Sticky
from bot.runs.record import Cause, Run, RunState
from tests.fake_github import FakeGitHub
from tests.store.memory import MemoryDocuments

RUN = Run(
    id="r1",
    kind="build",
    subject="acme/catalog#7",
    token="t",
    intent={},
    cause=Cause(delivery="d", actor="dana", actor_id=7, url=""),
    created_at_s=0.0,
)


class HeldClock:
    """A clock whose sleeps end when the test says so."""

    def __init__(self) -> None:
        self.asleep = asyncio.Event()
        self.wake = asyncio.Event()

    def now_s(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        self.asleep.set()
        await self.wake.wait()
        self.wake.clear()


def reporter(github: FakeGitHub, clock: HeldClock) -> ProgressReporter:
    def repository(run: Run) -> Repository:
        raise AssertionError("no check run is shown here")

    show = ShowInThread(
        sticky=Sticky(github.bundle(), MemoryDocuments()),
        comment=lambda run: f"now {run.facts.get('at')}",
        check=lambda run: None,
        repository=repository,
    )
    shown = ProgressReporter(clock=clock, interval_s=1.0)
    shown.add("build", show)
    return shown


def at(place: int) -> Run:
    return RUN.with_facts({"at": place})


async def test_the_beginning_is_seen_at_once_and_the_end_always() -> None:
    github, clock = FakeGitHub(), HeldClock()
    shown = reporter(github, clock)
    shown.progress(at(1))
    await clock.asleep.wait()
    assert github.texts("acme/catalog", 7)[0].startswith("now 1\n")
    for place in range(2, 20):
        shown.progress(at(place))
    await shown.settle(replace(at(20), state=RunState.SUCCEEDED))
    assert github.texts("acme/catalog", 7)[0].startswith("now 20\n")
    assert github.calls == ["issues.comment", "issues.edit_comment"]


async def test_after_the_interval_the_newest_state_is_shown() -> None:
    github, clock = FakeGitHub(), HeldClock()
    shown = reporter(github, clock)
    shown.progress(at(1))
    await clock.asleep.wait()
    clock.asleep.clear()
    shown.progress(at(2))
    shown.progress(at(3))
    clock.wake.set()
    await clock.asleep.wait()
    assert github.texts("acme/catalog", 7)[0].startswith("now 3\n")
    await shown.close()


async def test_a_failing_edit_on_the_way_harms_nothing() -> None:
    github, clock = FakeGitHub(), HeldClock()

    def away(call: str) -> None:
        raise ConnectionError

    github.before = away
    shown = reporter(github, clock)
    shown.progress(at(1))
    await clock.asleep.wait()
    github.before = lambda call: None
    await shown.settle(at(2))
    (text,) = github.texts("acme/catalog", 7)
    assert text.startswith("now 2\n")


async def test_before_a_freeze_what_is_due_is_shown_and_nothing_goes_on() -> None:
    """Afterwards the reporter follows runs as before."""
    github, clock = FakeGitHub(), HeldClock()
    shown = reporter(github, clock)
    shown.progress(at(1))
    await clock.asleep.wait()
    shown.progress(at(2))
    before = asyncio.all_tasks()
    await shown.rest()
    assert github.texts("acme/catalog", 7)[0].startswith("now 2\n")
    assert asyncio.all_tasks() < before
    await shown.rest()
    assert github.calls == ["issues.comment", "issues.edit_comment"]
    shown.progress(at(3))
    await shown.rest()
    assert github.texts("acme/catalog", 7)[0].startswith("now 3\n")
