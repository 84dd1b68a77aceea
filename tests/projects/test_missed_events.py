"""What no event told of: forms and commands that only GitHub knows, read from there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.github.port import Issue, WrittenComment
from bot.work.read_since import FRESH_S, iso
from tests.bot_in_memory import CATALOG, IDS, open_bot_world
from tests.later_clock import LaterClock
from tests.requests_in_memory import RequestWorld, form

DAY_S = 24 * 3600.0
LABEL = "template:greeter"


@dataclass
class World(RequestWorld):
    """GitHub, whose webhooks do not come."""

    def now(self) -> str:
        return iso(self.bot.clock.now_s())

    def passes(self, seconds: float) -> None:
        assert isinstance(self.clock, LaterClock)
        self.clock.advance(seconds)

    def issue(
        self, body: str, *, label: str = LABEL, author_is_person: bool = True, is_open: bool = True
    ) -> int:
        """Somebody files a form; the bot does not hear of it."""
        issues = self.github.issues.setdefault(CATALOG, {})
        number = len(issues) + 1
        issues[number] = Issue(
            number=number,
            title="New",
            body=body,
            state="open" if is_open else "closed",
            author_id=IDS["dana"],
            author="dana",
            labels=(label,),
            html_url=f"https://github.test/{CATALOG}/issues/{number}",
            author_is_person=author_is_person,
            created_at=self.now(),
            updated_at=self.now(),
        )
        self.filed_at[number] = self.now()
        return number

    def edit(self, number: int, body: str) -> None:
        """Its text is edited; the bot does not hear of that either."""
        issues = self.github.issues[CATALOG]
        issues[number] = replace(issues[number], body=body, updated_at=self.now())

    def write(self, number: int, text: str, *, is_person: bool = True) -> WrittenComment:
        """Somebody comments; nobody tells."""
        written = WrittenComment(
            id=self.github.next(),
            number=number,
            body=text,
            author_id=IDS["dana"],
            author="dana",
            author_is_person=is_person,
            created_at=self.now(),
            updated_at=self.now(),
            html_url=f"https://github.test/{CATALOG}/issues/{number}#c",
        )
        self.github.written.append(written)
        return written

    async def tell_comment(self, written: WrittenComment) -> None:
        """Its webhook comes after all."""
        by = {"id": written.author_id, "login": written.author, "type": "User"}
        issue = {"number": written.number, "title": "New", "user": by, "html_url": "u"}
        await self.deliver(
            "issue_comment",
            f"{CATALOG}#{written.number}",
            {
                "action": "created",
                "issue": issue,
                "comment": {"id": written.id, "html_url": written.html_url, "body": written.body},
                "repository": {"full_name": CATALOG},
                "sender": by,
            },
        )

    async def look(self, job: str) -> int:
        """The schedule looks, and everything that follows is done; how many were missed."""
        (found,) = [each for each in self.bot.jobs if each.name == job]
        missed = await found.do()
        await self.idle()
        assert isinstance(missed, int)
        return missed


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = LaterClock()
    async with open_bot_world(tmp_path, clock=clock, retry_s=0.001) as opened:
        made = World(opened.github, opened.bot, clock)
        await made.look("commands")  # the first look begins there
        yield made


async def test_a_form_that_nobody_told_of_becomes_a_project(world: World) -> None:
    """Its event, coming late, changes nothing."""
    number = world.issue(form())
    world.passes(FRESH_S)
    assert await world.look("requests") == 1
    (text,) = world.texts(number)
    assert "is ready" in text
    await world.tell(number, "opened")
    await world.idle()
    assert world.texts(number) == [text]
    assert [name for name in world.github.repositories if name != CATALOG] == ["acme/money-kit"]


async def test_an_edit_that_nobody_told_of_counts(world: World) -> None:
    number = world.issue(form(**{"Cost center": "CC-900"}))
    await world.tell(number, "opened")
    await world.idle()
    assert "1 answer needs a correction" in world.texts(number)[0]
    world.passes(3600)
    world.edit(number, form())
    world.passes(FRESH_S)
    assert await world.look("requests") == 1
    assert "is ready" in world.texts(number)[0]


async def test_what_is_known_is_left_alone(world: World) -> None:
    """Whatever its issue went through since, and however often one looks."""
    number = world.issue(form(**{"Tone": "rude"}))
    await world.tell(number, "opened")
    await world.idle()
    for _ in range(3):
        world.passes(3600)
        world.edit(number, form(**{"Tone": "rude"}))  # its labels and comments count as updates
        world.passes(FRESH_S)
        assert await world.look("requests") == 0


async def test_what_just_happened_is_left_to_its_event(world: World) -> None:
    """And found by a later look where that does not come."""
    world.issue(form())
    world.passes(FRESH_S / 2)
    assert await world.look("requests") == 0
    world.passes(FRESH_S / 2)
    assert await world.look("requests") == 1


async def test_other_issues_are_nobodys_request(world: World) -> None:
    world.issue(form(), label="bug")
    world.issue(form(), author_is_person=False)
    world.issue(form(), is_open=False)
    world.passes(FRESH_S)
    assert await world.look("requests") == 0
    assert list(world.github.repositories) == [CATALOG]


async def test_two_instances_find_it_once(world: World) -> None:
    number = world.issue(form())
    world.passes(FRESH_S)
    (job,) = [each for each in world.bot.jobs if each.name == "requests"]
    found = await asyncio.gather(job.do(), job.do(), job.do())
    await world.idle()
    assert sorted(found, key=str) == [0, 0, 1]
    assert len(world.texts(number)) == 1


async def test_a_command_that_nobody_told_of_is_answered_once(world: World) -> None:
    """By the look, and by its event not again."""
    number = world.issue(form())
    await world.tell(number, "opened")
    await world.idle()
    written = world.write(number, "/status")
    world.passes(FRESH_S)
    assert await world.look("commands") == 1
    assert len(world.texts(number)) == 2
    assert world.texts(number)[1].startswith("@dana ")
    await world.tell_comment(written)
    await world.idle()
    assert await world.look("commands") == 0
    assert len(world.texts(number)) == 2
    assert world.github.reactions == {written.id: {"eyes"}}


async def test_a_command_whose_event_waits_is_not_obeyed_twice(world: World) -> None:
    """Both are queued before either is worked on; the event was first."""
    number = world.issue(form())
    await world.tell(number, "opened")
    await world.idle()
    written = world.write(number, "/undo confirm")
    world.passes(FRESH_S)
    await world.tell_comment(written)
    assert await world.look("commands") == 1
    undone = [text for text in world.texts(number) if text.startswith("@dana ")]
    assert len(undone) == 1


async def test_what_is_no_command_of_today_is_left_alone(world: World) -> None:
    """A comment that was edited, a bot's, a remark, and one from before the bot looked."""
    number = world.issue(form())
    await world.tell(number, "opened")
    await world.idle()
    edited = world.write(number, "/status")
    world.passes(1)
    world.github.written[-1] = replace(edited, updated_at=world.now())
    world.write(number, "/status", is_person=False)
    world.write(number, "Thank you!")
    early = world.write(number, "/status")
    world.github.written[-1] = replace(early, created_at=iso(world.bot.clock.now_s() - 4 * DAY_S))
    world.passes(FRESH_S)
    assert await world.look("commands") == 0
    assert len(world.texts(number)) == 1


async def test_after_long_away_old_commands_stay_unanswered(world: World) -> None:
    """Who wrote it four days ago does not expect it any more."""
    number = world.issue(form())
    await world.tell(number, "opened")
    await world.idle()
    world.write(number, "/status")
    world.passes(3 * DAY_S)
    world.write(number, "/audit")
    world.passes(FRESH_S)
    assert await world.look("commands") == 1
    answers = [text for text in world.texts(number) if text.startswith("@dana ")]
    assert len(answers) == 1


async def test_a_made_delivery_that_was_not_queued_is_found_by_the_sweep(world: World) -> None:
    """Killed between keeping it and queueing it."""
    number = world.issue(form())
    world.passes(FRESH_S)
    (job,) = [each for each in world.bot.jobs if each.name == "requests"]
    await job.do()
    while claims := await world.bot.queue.claim(limit=9, visibility_s=60):
        for claim in claims:
            await world.bot.queue.ack(claim)  # lost from the queue, and not worked on
    world.passes(3600)
    assert await world.look("sweep") == 1
    assert "is ready" in world.texts(number)[0]
