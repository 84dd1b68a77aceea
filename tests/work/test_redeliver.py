"""What GitHub could not deliver is asked for again: what is missing, by GUID, once a need."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.errors import RetryLater
from bot.github.port import Attempt
from bot.store.port import Delivery
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore
from bot.work import redeliver
from bot.work.catch_up import CatchUp
from bot.work.missed_deliveries import MissedDeliveries
from bot.work.redeliver import MOST_TIMES, WINDOW_S, Redeliver, again_s
from tests.fake_github import FakeHook
from tests.store.memory import MemoryDocuments

DAY_S = 24 * 3600.0


@dataclass
class Scene:
    """GitHub's list, our webhook that can be down, and the sweep."""

    store: SqliteStore
    documents: MemoryDocuments = field(default_factory=MemoryDocuments)
    clock: ManualClock = field(default_factory=ManualClock)
    hook: FakeHook = field(default_factory=FakeHook)
    counted: Counter[str] = field(default_factory=Counter)
    up: bool = False
    caught_up: int = 0
    answers: dict[str, int] = field(default_factory=dict)  # by GUID, whatever else holds

    def __post_init__(self) -> None:
        self.hook.receive, self.hook.now_s = self._receive, self.clock.now_s()
        self.sweep = self.another()

    def another(self) -> Redeliver:
        """The sweep of one more instance."""
        return Redeliver(
            hook=self.hook,
            deliveries=self.store.deliveries,
            missed=MissedDeliveries(self.documents),
            counts=self,
            catch_up=CatchUp(self._catch_up),
            clock=self.clock,
        )

    def redelivery(self, outcome: str) -> None:
        self.counted[outcome] += 1

    async def _catch_up(self) -> None:
        self.caught_up += 1
        raise RetryLater("The catalog cannot be read.")  # that keeps nobody from anything

    def passes(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.hook.now_s = self.clock.now_s()

    async def stored(self, guid: str) -> bool:
        return await self.store.deliveries.get(guid) is not None

    async def kept(self) -> int:
        return len(await MissedDeliveries(self.documents).all())

    async def _receive(self, attempt: Attempt) -> int:
        if attempt.guid in self.answers:
            return self.answers[attempt.guid]
        if not self.up:
            return 0
        delivery = Delivery(
            guid=attempt.guid,
            event=attempt.event,
            body=b"{}",
            key="k",
            received_at_s=self.clock.now_s(),
        )
        return 202 if await self.store.deliveries.add(delivery) else 200


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = SqliteStore(SqliteFile(tmp_path / "store.db"))
    yield Scene(store)
    await store.close()


async def test_what_failed_is_asked_for_once_and_arrives(scene: Scene) -> None:
    for guid in ("a", "b"):
        await scene.hook.happens(guid)
    scene.up = True
    await scene.hook.happens("c")
    assert await scene.sweep.once() == 2
    assert scene.hook.asked == ["a", "b"]
    assert await scene.stored("a")
    scene.passes(60)
    assert await scene.sweep.once() == 0
    assert scene.counted == {"asked": 2, "arrived": 2}
    assert await scene.kept() == 0


async def test_a_quiet_hour_costs_one_request_a_turn(scene: Scene) -> None:
    """However much there was before: what was read once is not read again."""
    scene.up = True
    for number in range(350):
        await scene.hook.happens(f"guid-{number}")
    scene.passes(180)
    await scene.sweep.once()
    assert scene.hook.calls == 4
    for _ in range(60):
        scene.passes(60)
        await scene.sweep.once()
    assert scene.hook.calls == 4 + 60


async def test_an_attempt_that_is_listed_late_is_seen(scene: Scene) -> None:
    """It was answered after the ones that began after it."""
    scene.up = True
    await scene.hook.happens("slow")
    slow = replace(scene.hook.tried.pop(), guid="never-taken", status_code=0)
    for number in range(2, 5):
        scene.passes(1)
        await scene.hook.happens(f"guid-{number}")
        scene.hook.tried[-1] = replace(scene.hook.tried[-1], id=number)
    await scene.sweep.once()
    scene.hook.tried.insert(0, slow)
    scene.passes(60)
    assert await scene.sweep.once() == 1
    assert scene.hook.asked == ["never-taken"]


async def test_after_a_long_time_down_it_reads_back_to_the_window(scene: Scene) -> None:
    """What is older, GitHub itself has forgotten."""
    scene.up = True
    await scene.hook.happens("before")
    await scene.sweep.once()
    scene.up = False
    await scene.hook.happens("too-old")
    scene.passes(DAY_S)
    for number in range(120):
        await scene.hook.happens(f"guid-{number}")
        scene.passes(1200)
    scene.passes(WINDOW_S - DAY_S - 120 * 1200 + 1)
    scene.up = True
    assert await scene.sweep.once() == 120
    assert not await scene.stored("too-old")
    assert await scene.stored("guid-0")


async def test_a_long_list_is_read_over_several_turns(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn reads only so many pages; nothing is left out between two turns."""
    monkeypatch.setattr(redeliver, "MOST_PAGES", 2)
    scene.hook.page = 10
    for number in range(55):
        await scene.hook.happens(f"guid-{number}")
        scene.passes(60)
    scene.up = True
    for _ in range(5):
        await scene.sweep.once()
        scene.passes(60)
    assert sorted(scene.hook.asked) == sorted(f"guid-{number}" for number in range(55))


async def test_a_cursor_that_github_forgot_begins_anew(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redeliver, "MOST_PAGES", 1)
    scene.hook.page = 2
    for guid in ("a", "b", "c"):
        await scene.hook.happens(guid)
    await scene.sweep.once()
    missed = MissedDeliveries(scene.documents)
    await missed.read_so_far(replace(await missed.how_far(), cursor="forgotten"))
    with pytest.raises(RetryLater):
        await scene.sweep.once()
    scene.up = True
    monkeypatch.undo()
    scene.passes(120)
    await scene.sweep.once()
    assert set(scene.hook.asked) == {"a", "b", "c"}
    assert await scene.stored("a")


async def test_what_we_have_is_not_asked_for(scene: Scene) -> None:
    """Our answer was lost or late: the delivery is in the store all the same."""
    scene.up = True
    await scene.hook.happens("a")
    scene.hook.tried[-1] = replace(scene.hook.tried[-1], status_code=0)
    assert await scene.sweep.once() == 0
    assert (scene.hook.asked, await scene.kept()) == ([], 0)


async def test_an_attempt_that_succeeded_settles_the_others(scene: Scene) -> None:
    """Also in the order in which answers overtake each other, and where it was dropped."""
    await scene.hook.happens("a")
    scene.answers["a"] = 200
    await scene.hook.happens("a")
    assert await scene.sweep.once() == 0
    scene.hook.tried.reverse()
    scene.hook.tried[:] = [replace(each, id=n + 1) for n, each in enumerate(scene.hook.tried)]
    assert await scene.sweep.once() == 0
    assert (scene.hook.asked, await scene.kept()) == ([], 0)


async def test_what_fails_again_and_again_is_asked_for_ever_less_often(scene: Scene) -> None:
    """At most so many times, all within the days that GitHub keeps it; then it is told."""
    scene.answers["poison"] = 500
    await scene.hook.happens("poison")
    times_s: list[float] = []
    began_s = scene.clock.now_s()
    while scene.clock.now_s() < began_s + WINDOW_S - 60:
        if await scene.sweep.once():
            times_s.append(scene.clock.now_s() - began_s)
        scene.passes(60 if scene.clock.now_s() < began_s + 3600 else 3600)
    gaps_s = [after - before for before, after in pairwise(times_s)]
    assert gaps_s == sorted(gaps_s)
    assert gaps_s[:4] == [60, 120, 240, 480]
    assert times_s[-1] > 0.9 * WINDOW_S
    assert len(times_s) == MOST_TIMES
    assert sum(map(again_s, range(1, MOST_TIMES))) < WINDOW_S
    scene.passes(10 * 3600)
    await scene.sweep.once()
    assert scene.counted["asked"] == MOST_TIMES
    assert await scene.kept() == 0


async def test_what_is_too_large_is_told_and_not_asked_for(scene: Scene) -> None:
    """The same bytes would get the same answer; what it was about is read from GitHub."""
    scene.answers["large"] = 413
    await scene.hook.happens("large")
    await scene.hook.happens("grown")
    scene.answers["grown"] = 413
    for _ in range(10):
        await scene.sweep.once()
        scene.passes(60)
    assert scene.hook.asked == ["grown"]
    assert scene.counted == {"too_large": 2, "asked": 1}


async def test_what_github_holds_back_is_waited_for(scene: Scene) -> None:
    await scene.hook.happens("late", throttled=True)
    scene.up = True
    assert await scene.sweep.once() == 0
    scene.passes(600)
    assert await scene.sweep.once() == 1


async def test_what_changes_something_comes_first(scene: Scene) -> None:
    """And of that the oldest; the rest is asked for all the same."""
    await scene.hook.happens("noise", "check_run", "created")
    scene.passes(1)
    await scene.hook.happens("first")
    scene.passes(1)
    await scene.hook.happens("second", "push", "")
    await scene.sweep.once()
    assert scene.hook.asked == ["first", "second", "noise"]
    assert scene.caught_up == 1
    await scene.sweep.once()
    assert scene.caught_up == 1


@pytest.mark.parametrize("call", ["attempts", "deliver_again"])
async def test_github_puts_us_off_in_the_middle(scene: Scene, call: str) -> None:
    """The next turn goes on; nobody is asked for twice, nobody is left out."""
    for number in range(10):
        await scene.hook.happens(f"guid-{number}")
    scene.up, scene.hook.page = True, 3
    scene.hook.before = _at(call, number=3, error=RetryLater("rate limited", wait_s=60))
    with pytest.raises(RetryLater):
        await scene.sweep.once()
    await scene.sweep.once()
    assert sorted(scene.hook.asked) == sorted(f"guid-{number}" for number in range(10))


async def test_killed_between_asking_and_knowing(scene: Scene) -> None:
    """It arrives once; had it not been asked for, it would be after a minute."""
    for guid in ("a", "b"):
        await scene.hook.happens(guid)
    scene.hook.after = _at("deliver_again", number=1, error=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        await scene.sweep.once()
    scene.up = True
    assert await scene.another().once() == 1
    assert scene.hook.asked == ["a", "b"]
    scene.passes(60)
    assert await scene.another().once() == 1
    assert scene.hook.asked == ["a", "b", "a"]
    assert await scene.stored("a")


async def test_killed_before_asking(scene: Scene) -> None:
    await scene.hook.happens("a")
    scene.up = True
    scene.hook.before = _at("deliver_again", number=1, error=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        await scene.sweep.once()
    scene.passes(60)
    assert await scene.another().once() == 1
    assert scene.hook.asked == ["a"]


async def test_two_instances_at_once_ask_for_each_once(scene: Scene) -> None:
    """As after a lease that ran out under its holder."""
    for number in range(40):
        await scene.hook.happens(f"guid-{number}")
    scene.up = True
    asked = await asyncio.gather(*(scene.another().once() for _ in range(3)))
    assert sum(asked) == 40
    assert Counter(scene.hook.asked) == {f"guid-{number}": 1 for number in range(40)}


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_everything_arrives(scene: Scene, seed: int) -> None:
    """Up and down, put off and killed at random; in the end each is here, none asked in vain."""
    chance = random.Random(seed)
    scene.hook.page = 7
    errors = [RetryLater("later"), KeyboardInterrupt(), None, None, None, None, None, None]

    def trouble(_call: str) -> None:
        error = chance.choice(errors)
        if error is not None:
            raise error

    guids = [f"guid-{number}" for number in range(40)]
    for guid in guids:
        scene.up = chance.random() < 0.3
        await scene.hook.happens(guid)
        if chance.random() < 0.3:
            scene.hook.before = scene.hook.after = trouble
            await _whatever(scene)
            scene.passes(chance.choice([1, 60, 3600]))
    scene.up, scene.hook.before, scene.hook.after = True, lambda _call: None, lambda _call: None
    for _ in range(10):
        await scene.another().once()
        scene.passes(6 * 3600)
    assert [guid for guid in guids if not await scene.stored(guid)] == []
    assert await scene.kept() == 0


async def _whatever(scene: Scene) -> None:
    try:
        await scene.another().once()
    except (RetryLater, KeyboardInterrupt):
        return


def _at(call: str, *, number: int, error: BaseException):  # type: ignore[no-untyped-def]  # what FakeHook takes
    seen = 0

    def strike(entered: str) -> None:
        nonlocal seen
        seen += entered == call
        if entered == call and seen == number:
            raise error

    return strike
