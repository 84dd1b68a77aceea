"""Taking a version back, and telling those who have it: each project once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import RetryLater
from bot.github.port import Issue
from bot.templates.version_record import TemplateVersions, VersionState
from tests.bot_in_memory import CATALOG, open_bot_world, person
from tests.requests_in_memory import RequestWorld, form
from tests.templates.test_filed_form import deprecated, with_a_mood

FORM = ".github/ISSUE_TEMPLATE/new-greeter.yml"
PETRA, TOM = person("petra"), person("tom")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[RequestWorld]:
    async with open_bot_world(tmp_path) as opened:
        yield RequestWorld(opened.github, opened.bot)


async def a_project(world: RequestWorld, name: str = "money-kit") -> int:
    number = await world.file(form(**{"Repository name": name}))
    await world.idle()
    assert "is ready" in world.texts(number)[0]
    return number


def told(world: RequestWorld, name: str = "money-kit") -> list[Issue]:
    """The issues in a project's repository."""
    return list(world.github.issues.get(f"acme/{name}", {}).values())


async def test_a_withdrawn_version_makes_place_for_the_one_before(world: RequestWorld) -> None:
    await world.let_in([with_a_mood(world)[1]])
    number = await a_project(world)
    await world.comment(number, "/withdraw greeter 1.1.0 it greets in the wrong tone", by=PETRA)
    await world.idle()
    answer = world.texts(number)[-1]
    assert "`greeter` 1.1.0 is withdrawn. Version 1.0.0 is offered instead." in answer
    assert b"1.0.0" in world.at_head(FORM).content
    (issue,) = told(world)
    assert issue.title == "Template greeter 1.1.0 was withdrawn"
    assert "by @petra" in issue.body
    assert "`it greets in the wrong tone`" in issue.body
    entries = await world.bot.audit.for_subject(CATALOG, limit=9)
    assert "template.withdrawn" in [entry.action for entry in entries]


async def test_a_version_without_another_takes_its_form_with_it(world: RequestWorld) -> None:
    number = await a_project(world)
    await world.comment(number, "/withdraw greeter 1.0.0 broken", by=PETRA)
    await world.idle()
    assert FORM not in world.tree()
    assert "Nothing is offered in its place" in world.texts(number)[-1]
    later = await world.file(form(**{"Repository name": "other"}))
    await world.idle()
    assert "was withdrawn, and no other version is offered" in world.texts(later)[0]


async def test_a_withdrawn_version_stays_so_when_the_bot_looks_again(world: RequestWorld) -> None:
    number = await a_project(world)
    await world.comment(number, "/withdraw greeter 1.0.0 broken", by=PETRA)
    await world.idle()
    await world.bot.registration.refresh(anyway=True)
    (version,) = await TemplateVersions(world.bot.store.documents).of_template("greeter")
    assert version.state is VersionState.WITHDRAWN
    await world.let_in([with_a_mood(world)[1]])
    assert b"1.1.0" in world.at_head(FORM).content


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        pytest.param("/withdraw greeter 7.0.0 x", "was never offered", id="version"),
        pytest.param("/withdraw nobody 1.0.0 x", "was never offered", id="template"),
        pytest.param("/withdraw greeter 1.0.0", "`REASON` is missing", id="no-reason"),
    ],
)
async def test_what_cannot_be_withdrawn_is_told(world: RequestWorld, typed: str, says: str) -> None:
    number = await a_project(world)
    await world.comment(number, typed, by=PETRA)
    await world.idle()
    assert says in world.texts(number)[-1]
    assert FORM in world.tree()


async def test_only_the_owners_withdraw(world: RequestWorld) -> None:
    number = await a_project(world)
    await world.comment(number, "/withdraw greeter 1.0.0 because I can")
    await world.idle()
    assert "needs a member of `platform`" in world.texts(number)[-1]
    assert FORM in world.tree()


async def test_a_deprecated_template_loses_its_form_and_its_projects_are_told_once(
    world: RequestWorld,
) -> None:
    await a_project(world)
    await a_project(world, "other-kit")
    await world.let_in([deprecated(world)])
    assert FORM not in world.tree()
    for name in ("money-kit", "other-kit"):
        (issue,) = told(world, name)
        assert issue.title == "Template greeter is deprecated"
        assert "`Greet with pinger instead`" in issue.body
        assert "New projects start from `pinger`" in issue.body
    for _ in range(2):
        await world.bot.registration.refresh(anyway=True)
        await world.idle()
    assert len(told(world)) == 1


async def test_the_telling_waits_for_githubs_pace_and_goes_on_where_it_was(
    world: RequestWorld,
) -> None:
    for number in range(3):
        await a_project(world, f"kit-{number}")
    made = 0

    def paced(call: str) -> None:
        nonlocal made
        if call == "issues.create":
            made += 1
            if made == 2:
                raise RetryLater("GitHub's pace", wait_s=0.0)

    world.github.before = paced
    await world.let_in([deprecated(world)])
    (run,) = [r for r in await world.bot.runs.page(limit=50) if r.kind == "tell-projects"]
    assert run.state.value == "waiting"
    await world.bot.start.enqueue(run)
    await world.idle()
    assert [len(told(world, f"kit-{number}")) for number in range(3)] == [1, 1, 1]


async def test_a_project_whose_repository_is_gone_stops_nobody(world: RequestWorld) -> None:
    await a_project(world)
    await a_project(world, "other-kit")
    project = await world.bot.projects.of_repository("acme/money-kit")
    assert project is not None
    await world.bot.projects.put(replace(project, full_name="acme/vanished"))

    world.github.vanished.add("acme/vanished")
    await world.let_in([deprecated(world)])
    assert told(world, "vanished") == []
    assert len(told(world, "other-kit")) == 1
