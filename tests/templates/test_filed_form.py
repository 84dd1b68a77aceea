"""A request is read by the form it was filed with, whatever became of the template since."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.github.port import File
from bot.templates.filed_form import PAGE_OPEN_S
from tests.bot_in_memory import BotWorld, open_bot_world
from tests.requests_in_memory import RequestWorld, form

MANIFEST = "templates/greeter/template.yml"
VARIABLES = "templates/greeter/cookiecutter.json"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[RequestWorld]:
    async with open_bot_world(tmp_path) as opened:
        yield RequestWorld(opened.github, opened.bot)


def with_a_mood(world: BotWorld) -> list[File]:
    """Version 1.1.0 of the greeter asks for one thing more."""
    variables, manifest = world.at_head(VARIABLES), world.at_head(MANIFEST)
    asked = variables.content.replace(b'"tone"', b'"mood": ["sunny", "grey"],\n  "tone"', 1)
    raised = manifest.content.replace(b"version: 1.0.0", b"version: 1.1.0")
    return [replace(variables, content=asked), replace(manifest, content=raised)]


def deprecated(world: BotWorld) -> File:
    """Version 1.1.0 of the greeter says that nobody should start from it any more."""
    manifest = world.at_head(MANIFEST)
    raised = manifest.content.replace(b"version: 1.0.0", b"version: 1.1.0")
    note = b'deprecated: {message: "Greet with pinger instead", successor: pinger}\n'
    return replace(manifest, content=raised + note)


async def version_of(world: RequestWorld, number: int) -> str:
    (run,) = await world.bot.runs.of_subject(f"acme/catalog#{number}")
    return str(run.intent["version"])


async def test_an_older_form_that_was_open_on_somebodys_screen_still_works(
    world: RequestWorld,
) -> None:
    """It was filled before the merge and submitted after it: the headings tell."""
    await world.let_in(with_a_mood(world))
    number = await world.file(form())
    await world.idle()
    assert "is ready" in world.texts(number)[0]
    assert await version_of(world, number) == "1.0.0"


async def test_the_new_form_is_read_as_the_new_one(world: RequestWorld) -> None:
    await world.let_in(with_a_mood(world))
    body = form().replace("### Tone", "### Mood\n\nsunny\n\n### Tone")
    number = await world.file(body)
    await world.idle()
    assert await version_of(world, number) == "1.1.0"


async def test_a_request_that_waits_keeps_its_form_while_the_template_moves_on(
    world: RequestWorld,
) -> None:
    number = await world.file(form(Visibility="public"))
    await world.idle()
    assert "waits for approval" in world.texts(number)[0]
    await world.let_in(with_a_mood(world))
    await world.comment(number, "/approve", by={"id": 8, "login": "petra", "type": "User"})
    await world.idle()
    assert await version_of(world, number) == "1.0.0"


async def test_a_correction_is_checked_by_the_form_that_was_corrected(world: RequestWorld) -> None:
    number = await world.file(form(Tone="rude"))
    await world.idle()
    await world.let_in(with_a_mood(world))
    await world.tell(number, "edited", body=form())
    await world.idle()
    assert await version_of(world, number) == "1.0.0"


async def test_of_two_versions_with_the_same_headings_the_newer_counts(
    world: RequestWorld,
) -> None:
    await world.let_in([with_a_mood(world)[1]])
    number = await world.file(form())
    await world.idle()
    assert await version_of(world, number) == "1.1.0"


async def test_a_form_of_a_deprecated_template_filed_too_late_is_told_where_to_go(
    world: RequestWorld,
) -> None:
    await world.let_in([deprecated(world)])
    number = await world.file(form(), in_s=PAGE_OPEN_S + 60)
    await world.idle()
    (text,) = world.texts(number)
    assert "is deprecated: `Greet with pinger instead`" in text
    assert "the form of `pinger`" in text


async def test_a_request_filed_before_a_deprecation_goes_on(world: RequestWorld) -> None:
    number = await world.file(form(Visibility="public"))
    await world.idle()
    await world.let_in([deprecated(world)])
    await world.comment(number, "/approve", by={"id": 8, "login": "petra", "type": "User"})
    await world.idle()
    assert await version_of(world, number) == "1.0.0"


async def test_the_form_of_a_removed_template_filed_too_late_is_told(world: RequestWorld) -> None:
    await world.let_in(deleted="templates/greeter/")
    number = await world.file(form(), in_s=PAGE_OPEN_S + 60)
    await world.idle()
    assert "does not offer the template `greeter` any more" in world.texts(number)[0]
