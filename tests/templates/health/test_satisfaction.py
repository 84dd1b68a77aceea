"""👍 and 👎 on a finished request are read a week and a month later, once each, and shown."""

from dataclasses import dataclass, field, replace

import pytest

from bot.clock import ManualClock
from bot.errors import RetryLater
from bot.progress import Sticky
from bot.progress.in_thread import ABOUT
from bot.runs import Cause, Run, RunState
from bot.templates.health.evidence import EvidenceRecords
from bot.templates.health.from_runs import GenerationEnded
from bot.templates.health.observe import Observe
from bot.templates.health.satisfaction import DAY_S, Liked, Satisfaction
from bot.templates.health.watch import Watch
from tests.bot_in_memory import CATALOG, NAME
from tests.fake_github import FakeGitHub
from tests.progress.test_sticky import Killed
from tests.store.memory import MemoryDocuments
from tests.templates.health.world import HealthWorld

VERSION = "greeter@1.0.0+0"


def a_run(number: int, *, ended_at_s: float) -> Run:
    return Run(
        id=f"generate-{number}",
        kind="generate",
        subject=f"{CATALOG}#{number}",
        token="t",
        intent={"version_id": VERSION},
        cause=Cause(delivery="d", actor="dana", actor_id=7, url="u"),
        created_at_s=ended_at_s,
        state=RunState.SUCCEEDED,
        ended_at_s=ended_at_s,
    )


@dataclass
class Answers:
    """Finished requests with their comments; a new process each time."""

    github: FakeGitHub = field(default_factory=FakeGitHub)
    documents: MemoryDocuments = field(default_factory=MemoryDocuments)
    clock: ManualClock = field(default_factory=ManualClock)

    @property
    def satisfaction(self) -> Satisfaction:
        bundle = self.github.bundle()
        return Satisfaction(
            documents=self.documents,
            issues=bundle.issues,
            sticky=Sticky(bundle, self.documents),
            clock=self.clock,
        )

    async def finish(self, number: int) -> Run:
        """A request ends now, and its comment is there."""
        sticky = Sticky(self.github.bundle(), self.documents)
        await sticky.comment(NAME, number, about=ABOUT, body="is ready")
        run = a_run(number, ended_at_s=self.clock.now_s())
        await self.ended(run)
        return run

    async def ended(self, run: Run) -> None:
        """The engine tells of the end."""
        observe = Observe(EvidenceRecords(self.documents), Watch(self.documents))
        await GenerationEnded(observe=observe, satisfaction=self.satisfaction)(run)

    def react(self, number: int, likes: int, dislikes: int) -> None:
        """So many people have reacted to the request's comment."""
        for id_, (_, thread, _) in self.github.comments.items():
            if thread == number:
                self.github.reaction_counts[id_] = {"+1": likes, "-1": dislikes, "heart": 9}

    async def after_days(self, days: float) -> Liked:
        """So many days go by, and the job has its turn."""
        self.clock.advance(days * DAY_S)
        await self.satisfaction.read_due()
        return await self.satisfaction.of_version(VERSION)

    @property
    def readings(self) -> int:
        return self.github.calls.count("issues.reactions")


@pytest.fixture
def answers() -> Answers:
    return Answers()


async def test_it_is_read_after_a_week_and_after_a_month(answers: Answers) -> None:
    await answers.finish(1)
    answers.react(1, 1, 0)
    assert await answers.after_days(6.9) == Liked()
    assert await answers.after_days(0.2) == Liked(likes=1)
    answers.react(1, 2, 1)
    assert await answers.after_days(10) == Liked(likes=1)
    assert await answers.after_days(13) == Liked(likes=2, dislikes=1)
    answers.react(1, 50, 50)
    assert await answers.after_days(400) == Liked(likes=2, dislikes=1)
    assert answers.readings == 2


async def test_a_bot_that_was_away_for_long_reads_late_and_once(answers: Answers) -> None:
    await answers.finish(1)
    answers.react(1, 1, 0)
    assert await answers.after_days(45) == Liked(likes=1)
    await answers.after_days(45)
    assert answers.readings == 1


async def test_people_may_change_their_minds(answers: Answers) -> None:
    await answers.finish(1)
    answers.react(1, 1, 0)
    assert await answers.after_days(8) == Liked(likes=1)
    answers.react(1, 0, 0)
    assert await answers.after_days(30) == Liked()


async def test_a_comment_that_is_gone_says_nothing(answers: Answers) -> None:
    """Neither good nor bad; what it said before stays said."""
    for number in (1, 2):
        await answers.finish(number)
        answers.react(number, 1, 0)
    answers.github.comments.pop(min(answers.github.comments))
    assert await answers.after_days(8) == Liked(likes=1)
    answers.github.comments.clear()
    assert await answers.after_days(30) == Liked(likes=1)


async def test_many_requests_cost_a_request_each_and_nothing_before_their_day(
    answers: Answers,
) -> None:
    for number in range(1, 121):
        await answers.finish(number)
        answers.react(number, 1, 0)
        answers.clock.advance(60)
    answers.github.calls.clear()
    await answers.after_days(6)
    assert answers.github.calls == []
    assert await answers.after_days(2) == Liked(likes=120)
    assert answers.readings == 120


async def test_a_run_that_is_looked_at_again_is_not_asked_about_again(answers: Answers) -> None:
    """Long after: somebody edited the closed issue."""
    run = await answers.finish(1)
    await answers.after_days(31)
    await answers.ended(run)
    await answers.after_days(31)
    assert answers.readings == 1


async def test_only_what_was_finished_is_asked_about(answers: Answers) -> None:
    run = await answers.finish(1)
    answers.documents = MemoryDocuments()
    await answers.ended(replace(run, state=RunState.FAILED))
    await answers.after_days(40)
    assert answers.readings == 0


async def test_github_away_loses_nothing(answers: Answers) -> None:
    for number in (1, 2):
        await answers.finish(number)
        answers.react(number, 1, 0)

    def away(call: str) -> None:
        if call == "issues.reactions" and answers.readings == 2:
            raise RetryLater("GitHub is away")

    answers.github.before = away
    with pytest.raises(RetryLater):
        await answers.after_days(8)
    answers.github.before = lambda _call: None
    assert await answers.after_days(0) == Liked(likes=2)
    assert answers.readings == 3


@pytest.mark.parametrize("write", range(1, 10))
async def test_killed_at_any_write_it_is_counted_once(write: int) -> None:
    written = 0

    def die() -> None:
        nonlocal written
        written += 1
        if written == write:
            raise Killed

    answers = Answers()
    await answers.finish(1)
    answers.react(1, 1, 0)
    run = a_run(1, ended_at_s=answers.clock.now_s())
    answers.documents.before_write = die
    for days in (8, 30):
        try:
            found = await answers.after_days(days)
        except Killed:
            await answers.ended(run)
            found = await answers.after_days(0)
        assert found == Liked(likes=1)


async def test_killed_while_the_end_is_noted_it_is_asked_about_all_the_same() -> None:
    for write in range(1, 3):  # the list, the evidence
        written = 0

        def die() -> None:
            nonlocal written
            written += 1
            if written == write:  # noqa: B023 - called within this turn alone
                raise Killed

        answers = Answers()
        await Sticky(answers.github.bundle(), answers.documents).comment(
            NAME, 1, about=ABOUT, body="is ready"
        )
        run = a_run(1, ended_at_s=answers.clock.now_s())
        answers.documents.before_write = die
        try:
            await answers.ended(run)
        except Killed:
            await answers.ended(run)
        answers.documents.before_write = lambda: None
        answers.react(1, 0, 1)
        assert await answers.after_days(8) == Liked(dislikes=1)
        assert len(await EvidenceRecords(answers.documents).of_version(VERSION)) == 1


async def test_it_is_shown_beside_the_health_and_never_mixed_in(world: HealthWorld) -> None:
    await world.a_project()
    before = (await world.health()).score
    (comment,) = world.github.comments
    world.github.reaction_counts[comment] = {"+1": 3, "-1": 2}
    world.later(8 * DAY_S)
    await world.job("satisfaction")
    assert (await world.health()).score == before
    await world.comment(1, "/status")
    await world.idle()
    assert "- Finished requests were answered with 👍 3 👎 2" in world.texts(1)[-1]
    await world.bot.registration.keep_in_line()
    assert f"| {before} of 100, 👍 3 👎 2 |" in world.at_head("README.md").content.decode()
