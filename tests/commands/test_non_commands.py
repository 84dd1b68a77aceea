"""Ten thousand comments that are no commands execute nothing, by themselves and in the bot."""

from collections import Counter
from collections.abc import AsyncIterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.commands import COMMANDS, Given, Hint, Place, read_commands, understand
from tests.bot_in_memory import CATALOG, ROBOT, open_bot_world
from tests.commands.non_commands import commands, non_commands
from tests.requests_in_memory import PETRA, RequestWorld, form

MANY = 10_000
SAMPLE = 100
SEED = 20_261_126


def executed(text: str) -> list[str]:
    """What would be executed of the comment, wherever it was written."""
    understood = (understand(typed, place) for typed in read_commands(text) for place in Place)
    return [each.command.name for each in understood if isinstance(each, Given)]


def answered(text: str) -> bool:
    """Whether somebody who may use the bot gets a hint."""
    return any(
        isinstance(understand(typed, place), Hint)
        for typed in read_commands(text)
        for place in Place
    )


def test_ten_thousand_non_commands_execute_nothing() -> None:
    """Quotes, code, comments, folds, lists, tables, links, escapes, look-alikes, prose."""
    texts = list(islice(non_commands(Random(SEED)), MANY))

    assert len(set(texts)) == MANY
    assert [(text, found) for text in texts if (found := executed(text))][:5] == []
    for row in COMMANDS:  # each verb was tried, and hints were among them
        assert sum(f"/{row.name}" in text for text in texts) > MANY / 100
    assert Counter(map(answered, texts))[True] > MANY / 100


@pytest.mark.parametrize("command", commands())
def test_the_same_lines_alone_are_commands(command: str) -> None:
    """The ten thousand are not silent because nothing would be heard."""
    assert set(executed(command)) == {command[1:].partition(" ")[0]}


# --- through the whole bot -----------------------------------------------------------


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[RequestWorld]:
    async with open_bot_world(tmp_path) as opened:
        yield RequestWorld(opened.github, opened.bot)


def heard(world: RequestWorld) -> list[str]:
    """The calls with which every answer to a comment begins: who is this, and *seen*."""
    return [call for call in world.github.calls if call in ("people.role", "issues.react")]


async def project_of(world: RequestWorld) -> int:
    """A request whose project is there, so that there is something to undo; its number."""
    number = await world.file(form())
    await world.idle()
    assert "acme/money-kit" in world.github.repositories
    world.github.calls.clear()
    return number


async def test_the_bot_does_nothing_about_non_commands(world: RequestWorld) -> None:
    """An administrator writes them all: nobody is asked for, no answer, the project stays."""
    number = await project_of(world)
    told = world.texts(number)
    subject = f"{CATALOG}#{number}"
    entries = await world.bot.audit.for_subject(subject, limit=50)
    texts = (text for text in non_commands(Random(SEED + 1)) if not answered(text))

    for text in islice(texts, SAMPLE):
        await world.comment(number, text, by=PETRA)
    await world.idle()

    assert heard(world) == []
    assert len(world.texts(number)) == len(told)
    assert await world.bot.audit.for_subject(subject, limit=50) == entries


async def test_hints_are_answers_and_nothing_more(world: RequestWorld) -> None:
    """Somebody who mistyped is told what to write; nothing else changes."""
    number = await project_of(world)
    subject = f"{CATALOG}#{number}"
    entries = len(await world.bot.audit.for_subject(subject, limit=50))
    texts = (text for text in non_commands(Random(SEED + 2)) if answered(text))

    for text in islice(texts, 20):
        await world.comment(number, text, by=PETRA)
    await world.idle()

    assert heard(world).count("issues.react") == 20
    assert "repositories.delete" not in world.github.calls
    assert "acme/money-kit" in world.github.repositories
    assert len(await world.bot.audit.for_subject(subject, limit=50)) == entries


# --- what is no new comment by a person ----------------------------------------------

SENDER = {**PETRA, "type": "User"}
ISSUE = {"title": "New", "user": PETRA, "html_url": "https://github.test/i"}
COMMENT = {"id": 900, "html_url": "https://github.test/c", "user": PETRA, "body": "/undo confirm"}
PULL: dict[str, Any] = {
    "number": 1,
    "title": "Offer",
    "state": "open",
    "draft": False,
    "merged": False,
    "user": PETRA,
    "html_url": "https://github.test/p",
    "head": {"sha": "a" * 40, "ref": "topic", "repo": {"full_name": CATALOG}},
    "base": {"sha": "b" * 40, "ref": "main", "repo": {"full_name": CATALOG}},
}


REVIEW = {"body": "/undo confirm", "state": "commented"}
UNHEARD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("issue_comment", {"action": "edited"}),
    ("issue_comment", {"action": "deleted"}),
    ("issue_comment", {"action": "created", "sender": ROBOT}),
    ("pull_request_review_comment", {"action": "created"}),
    ("pull_request_review_comment", {"action": "edited"}),
    ("pull_request_review", {"action": "edited", "review": REVIEW}),
    ("commit_comment", {"action": "created"}),
    ("discussion_comment", {"action": "created"}),
)


def told_of(number: int) -> dict[str, Any]:
    """What webhooks of an administrator's comment tell."""
    return {
        "action": "created",
        "issue": {**ISSUE, "number": number},
        "pull_request": {**PULL, "number": number},
        "comment": COMMENT,
        "repository": {"full_name": CATALOG},
        "sender": SENDER,
    }


async def test_only_a_new_comment_by_a_person_commands(world: RequestWorld) -> None:
    """Edits, bots, review threads, reviews, commits and discussions command nothing.

    The same comment, new and by a person, does.
    """
    number = await project_of(world)

    for event, differs in UNHEARD:
        await world.deliver(event, f"{CATALOG}#{number}", told_of(number) | differs)
        await world.idle()
        assert heard(world) == [], (event, differs)
    assert "acme/money-kit" in world.github.repositories

    await world.deliver("issue_comment", f"{CATALOG}#{number}", told_of(number))
    await world.idle()
    assert "acme/money-kit" not in world.github.repositories


async def test_a_command_in_the_text_of_an_issue_commands_nothing(world: RequestWorld) -> None:
    """Only comments command; an issue's own text is a request or nothing."""
    number = await project_of(world)
    await world.file("/undo confirm", label="question", author=PETRA)
    await world.tell(number, "edited", body="/undo confirm", by=PETRA)
    await world.idle()
    assert "acme/money-kit" in world.github.repositories
    assert "issues.react" not in heard(world)
