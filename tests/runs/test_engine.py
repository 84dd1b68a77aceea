"""Runs end as their steps do, and a kill at any save costs nothing but time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ManualClock
from bot.errors import RetryLater, Unavailable, UserError
from bot.runs import (
    Cancelled,
    Cause,
    Engine,
    Outcome,
    Run,
    RunKind,
    RunRecords,
    RunState,
    Step,
    StepState,
    Waits,
)
from tests.store.memory import MemoryDocuments

CAUSE = Cause(
    delivery="d1", actor="dana", actor_id=7, url="https://github.test/acme/catalog/issues/1"
)


class Killed(BaseException):
    """What a kill -9 looks like from inside: nothing after it runs."""


@dataclass
class World:
    """What the steps act on: like GitHub, it remembers across kills."""

    made: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda name: None
    after: Callable[[str], None] = lambda name: None


@dataclass
class Seen:
    """A reporter and stopwatch that only remember."""

    settled: list[RunState] = field(default_factory=list)
    steps: list[tuple[str, str]] = field(default_factory=list)
    away: bool = False

    def progress(self, run: Run) -> None:
        pass

    async def settle(self, run: Run) -> None:
        if self.away:
            raise RetryLater("GitHub is away.")
        self.settled.append(run.state)

    def step_done(self, kind: str, step: str, outcome: str, seconds: float) -> None:
        self.steps.append((step, outcome))

    def run_done(self, kind: str, outcome: str, seconds: float) -> None:
        pass


def ensure(name: str) -> Callable[[Run, World], Awaitable[Outcome]]:
    async def step(run: Run, world: World) -> Outcome:
        world.before(name)
        if name not in world.made:
            world.made.append(name)
        world.after(name)
        return Outcome(facts={name: "made"}, note=f"{name} is there")

    return step


async def undo(run: Run, world: World) -> str:
    world.before("undo")
    removed = [name for name in world.made if name in run.facts]
    world.made = [name for name in world.made if name not in removed]
    return ", ".join(removed)


KIND: RunKind[World] = RunKind(
    name="build",
    title="Build",
    steps=tuple(Step(name=n, title=n.title(), ensure=ensure(n)) for n in ("one", "two", "three")),
    undo=undo,
)


class Heard:
    """Hears of ended runs."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.before: Callable[[], None] = lambda: None

    async def __call__(self, run: Run) -> None:
        self.before()
        self.runs.append(run)


def engine(
    documents: MemoryDocuments,
    world: World,
    seen: Seen | None = None,
    *,
    heard: Heard | None = None,
) -> Engine:
    seen = seen or Seen()
    made = Engine(RunRecords(documents), reporter=seen, durations=seen, clock=ManualClock())
    made.add(KIND, world, ended=heard)
    return made


async def a_run(documents: MemoryDocuments, world: World) -> Run:
    run = Run(
        id="build-1",
        kind="build",
        subject="acme/catalog#1",
        token="t",
        intent={},
        cause=CAUSE,
        created_at_s=1.0,
        steps=engine(documents, world).planned_steps("build"),
    )
    await RunRecords(documents).add(run)
    return run


async def test_steps_run_in_order_and_the_end_is_shown() -> None:
    documents, world, seen = MemoryDocuments(), World(), Seen()
    run = await a_run(documents, world)
    done = await engine(documents, world, seen).advance(run.id)
    assert done.state is RunState.SUCCEEDED
    assert world.made == ["one", "two", "three"]
    assert done.facts == {"one": "made", "two": "made", "three": "made"}
    assert seen.settled == [RunState.SUCCEEDED]
    assert seen.steps == [("one", "done"), ("two", "done"), ("three", "done")]


@given(kills=st.lists(st.integers(min_value=1, max_value=9), max_size=6), inside=st.booleans())
async def test_killed_anywhere_any_number_of_times_everything_is_made_once(
    kills: list[int], inside: bool
) -> None:
    """A kill hits a save, or a step between its effect and its end; then a new process goes on."""
    documents, world = MemoryDocuments(), World()
    run = await a_run(documents, world)
    pending = list(kills)
    count = 0

    def maybe_die(_name: str = "") -> None:
        nonlocal count
        count += 1
        if pending and count >= pending[0]:
            pending.pop(0)
            count = 0
            raise Killed

    if inside:
        world.after = maybe_die
    else:
        documents.before_write = maybe_die
    for _ in range(len(kills) + 1):
        try:
            done = await engine(documents, world).advance(run.id)
            break
        except Killed:
            continue
    assert done.state is RunState.SUCCEEDED
    assert world.made == ["one", "two", "three"]
    assert set(done.facts) == {"one", "two", "three"}
    assert [step.state for step in done.steps] == [StepState.DONE] * 3


@given(kills=st.lists(st.integers(min_value=1, max_value=12), max_size=6))
async def test_whoever_hears_of_ended_runs_hears_of_each_end_whatever_dies(
    kills: list[int],
) -> None:
    """It hears the settled record, perhaps more than once, and never of a run under way."""
    documents, world, heard = MemoryDocuments(), World(), Heard()
    run = await a_run(documents, world)
    pending = list(kills)
    count = 0

    def maybe_die(_name: str = "") -> None:
        nonlocal count
        count += 1
        if pending and count >= pending[0]:
            pending.pop(0)
            count = 0
            raise Killed

    documents.before_write = world.after = heard.before = maybe_die
    for _ in range(len(kills) + 1):
        try:
            done = await engine(documents, world, heard=heard).advance(run.id)
            break
        except Killed:
            continue
    assert heard.runs
    assert set(map(repr, heard.runs)) == {repr(done)}


async def test_an_end_is_heard_of_even_while_it_cannot_be_shown() -> None:
    """And the run comes back to be shown."""
    documents, world, heard, seen = MemoryDocuments(), World(), Heard(), Seen()
    run = await a_run(documents, world)
    seen.away = True
    with pytest.raises(RetryLater):
        await engine(documents, world, seen, heard=heard).advance(run.id)
    assert [each.state for each in heard.runs] == [RunState.SUCCEEDED]


async def test_every_kind_of_end_is_heard_of() -> None:
    documents, world, heard = MemoryDocuments(), World(), Heard()
    run = await a_run(documents, world)

    def refuse(name: str) -> None:
        if name == "two":
            raise UserError("The name is taken.", fix="Choose another.")

    world.before = refuse
    await engine(documents, world, heard=heard).advance(run.id)
    await engine(documents, world, heard=heard).begin_undo(run.id)
    await engine(documents, world, heard=heard).advance(run.id)
    assert [each.state for each in heard.runs] == [RunState.FAILED, RunState.UNDONE]


async def test_a_run_that_is_given_up_is_heard_of() -> None:
    documents, world, heard = MemoryDocuments(), World(), Heard()
    run = await a_run(documents, world)
    await engine(documents, world, heard=heard).give_up(run.id, reason="In vain.", reference="r")
    assert [each.state for each in heard.runs] == [RunState.FAILED]


async def test_a_persons_mistake_fails_the_run_and_retry_goes_on_from_there() -> None:
    documents, world = MemoryDocuments(), World()
    run = await a_run(documents, world)

    def refuse(name: str) -> None:
        if name == "two":
            raise UserError("The name is taken.", fix="Choose another.")

    world.before = refuse
    failed = await engine(documents, world).advance(run.id)
    assert failed.state is RunState.FAILED
    assert failed.problem is not None
    assert failed.problem.problem == "The name is taken."
    assert [s.state for s in failed.steps] == [StepState.DONE, StepState.FAILED, StepState.WAITING]

    world.before = lambda name: None
    await engine(documents, world).reopen(run.id)
    done = await engine(documents, world).advance(run.id)
    assert done.state is RunState.SUCCEEDED
    assert done.problem is None
    assert world.made == ["one", "two", "three"]


async def test_what_the_plan_does_not_offer_is_skipped_and_told() -> None:
    documents, world = MemoryDocuments(), World()
    run = await a_run(documents, world)

    def missing(name: str) -> None:
        if name == "two":
            raise Unavailable("rulesets", change="Upgrade the plan.")

    world.before = missing
    done = await engine(documents, world).advance(run.id)
    assert done.state is RunState.SUCCEEDED
    assert done.steps[1].state is StepState.SKIPPED
    assert "Upgrade the plan." in done.steps[1].note


async def test_later_means_the_same_run_comes_back_with_its_attempts_counted() -> None:
    documents, world = MemoryDocuments(), World()
    run = await a_run(documents, world)

    def away(name: str) -> None:
        if name == "three":
            raise RetryLater("GitHub is away.")

    world.before = away
    with pytest.raises(RetryLater):
        await engine(documents, world).advance(run.id)
    world.before = lambda name: None
    done = await engine(documents, world).advance(run.id)
    assert [step.attempts for step in done.steps] == [1, 1, 2]


async def test_given_up_runs_say_how_to_go_on() -> None:
    documents, world, seen = MemoryDocuments(), World(), Seen()
    run = await a_run(documents, world)
    ended = await engine(documents, world, seen).give_up(
        run.id, reason="GitHub stayed away.", reference="run:build-1"
    )
    assert ended.state is RunState.FAILED
    assert ended.problem is not None
    assert "/retry" in ended.problem.fix
    assert seen.settled == [RunState.FAILED]


async def test_undo_removes_what_was_made_and_a_refused_undo_changes_nothing() -> None:
    documents, world = MemoryDocuments(), World()
    run = await a_run(documents, world)
    await engine(documents, world).advance(run.id)

    def refuse(name: str) -> None:
        if name == "undo":
            raise UserError("Others have worked here.", fix="Ask an administrator.")

    world.before = refuse
    await engine(documents, world).begin_undo(run.id)
    refused = await engine(documents, world).advance(run.id)
    assert refused.state is RunState.SUCCEEDED
    assert refused.problem is not None
    assert world.made == ["one", "two", "three"]

    world.before = lambda name: None
    await engine(documents, world).begin_undo(run.id)
    undone = await engine(documents, world).advance(run.id)
    assert undone.state is RunState.UNDONE
    assert undone.facts["removed"] == "one, two, three"
    assert world.made == []


async def test_a_finished_run_is_shown_again_and_not_run_again() -> None:
    documents, world, seen = MemoryDocuments(), World(), Seen()
    run = await a_run(documents, world)
    await engine(documents, world, seen).advance(run.id)
    world.made.clear()
    await engine(documents, world, seen).advance(run.id)
    assert world.made == []
    assert seen.settled == [RunState.SUCCEEDED, RunState.SUCCEEDED]


@dataclass
class Elsewhere:
    """Somebody whom a step asks: the answer comes when the test says so."""

    asked: int = 0
    answered: bool = False
    gone: bool = False


async def ask(run: Run, other: Elsewhere) -> Outcome:
    if other.gone:
        raise Cancelled("A newer one took its place.")
    if not other.asked:
        other.asked += 1
    if not other.answered:
        raise Waits("They have been asked.", wait_s=60.0, facts={"asked": other.asked})
    return Outcome(note="They said yes")


ASKS: RunKind[Elsewhere] = RunKind(
    name="ask", title="Ask", steps=(Step(name="ask", title="Ask", ensure=ask),)
)


async def an_asking_run(
    other: Elsewhere,
) -> tuple[Run, Engine, RunRecords, Seen, ManualClock]:
    records, seen, clock = RunRecords(MemoryDocuments()), Seen(), ManualClock()
    asking = Engine(records, reporter=seen, durations=seen, clock=clock)
    asking.add(ASKS, other)
    run = Run(
        id="ask-1",
        kind="ask",
        subject="acme/catalog#1",
        token="t",
        intent={},
        cause=CAUSE,
        created_at_s=1.0,
        steps=asking.planned_steps("ask"),
    )
    await records.add(run)
    return run, asking, records, seen, clock


async def test_a_run_that_waits_holds_nothing_up_and_goes_on_when_woken() -> None:
    other = Elsewhere()
    run, asking, records, seen, clock = await an_asking_run(other)
    for _ in range(3):
        waiting = await asking.advance(run.id)
        assert (waiting.state, waiting.steps[0].note) == (RunState.WAITING, "They have been asked.")
    assert (other.asked, waiting.steps[0].attempts, waiting.facts) == (1, 1, {"asked": 1})
    assert await records.due(now_s=clock.now_s() + 59) == []
    assert [each.id for each in await records.due(now_s=clock.now_s() + 60)] == [run.id]
    other.answered = True
    done = await asking.advance(run.id)
    assert (done.state, done.steps[0].note) == (RunState.SUCCEEDED, "They said yes")
    assert await records.due(now_s=clock.now_s() + 3600) == []
    assert seen.settled == [*[RunState.WAITING] * 3, RunState.SUCCEEDED]


async def test_a_run_of_no_more_use_ends_cancelled_and_says_why() -> None:
    other = Elsewhere(gone=True)
    run, asking, _, seen, _ = await an_asking_run(other)
    ended = await asking.advance(run.id)
    assert (ended.state, ended.steps[0].state) == (RunState.CANCELLED, StepState.SKIPPED)
    assert ended.finished
    assert ended.steps[0].note == "A newer one took its place."
    assert not asking.undoes(ended)
    assert await asking.advance(run.id) == ended
    assert seen.settled == [RunState.CANCELLED] * 2


@given(answers=st.lists(st.booleans(), max_size=8))
async def test_a_run_put_down_between_steps_ends_as_an_unbroken_one(answers: list[bool]) -> None:
    """Every call does one step at the least, saves it, and shows how far it came."""
    documents, world, seen = MemoryDocuments(), World(), Seen()
    run = await a_run(documents, world)
    pending = list(answers)

    def may_go_on() -> bool:
        return pending.pop(0) if pending else True

    calls, versions = 0, [run.version]
    while run.state is RunState.RUNNING:
        run = await engine(documents, world, seen).advance(run.id, may_go_on=may_go_on)
        calls += 1
        versions.append(run.version)
        assert run == await RunRecords(documents).get(run.id)
        assert len(world.made) >= min(calls, 3)
    assert run.state is RunState.SUCCEEDED
    assert world.made == ["one", "two", "three"]
    assert [(step.state, step.attempts) for step in run.steps] == [(StepState.DONE, 1)] * 3
    assert versions == sorted(set(versions)), "each pause is another state, and its message new"
    assert seen.settled == [RunState.RUNNING] * (calls - 1) + [RunState.SUCCEEDED]
