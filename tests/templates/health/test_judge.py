"""A version that does badly: its owners are told once, nobody else, until it is over."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import RetryLater
from bot.github.port import File, Issue
from bot.progress.health_view import LABEL
from bot.templates.health.evidence import Source
from bot.templates.health.watch import Watch
from bot.templates.version_record import TemplateVersions, VersionState
from tests.bot_in_memory import CATALOG
from tests.progress.test_sticky import Killed
from tests.templates.health.world import HealthWorld

FORM = ".github/ISSUE_TEMPLATE/new-greeter.yml"


async def falls(world: HealthWorld, *, bad: int = 5) -> None:
    """Making projects breaks for so many people, and the bot has its turn."""
    for number in range(bad):
        await world.note(Source.GENERATION, False, number)
    await mark(world)
    await world.job("health")


async def rises(world: HealthWorld, *, good: int = 10) -> None:
    for number in range(100, 100 + good):
        await world.note(Source.GENERATION, True, number)
    await mark(world)
    await world.job("health")


async def mark(world: HealthWorld) -> None:
    await Watch(world.bot.store.documents).mark((await world.version()).id)


def notices(world: HealthWorld) -> list[Issue]:
    return world.labelled(LABEL)


async def policy(world: HealthWorld, lines: str) -> None:
    """The organisation's policy is another one from now on."""
    file = world.at_head("organization.yml")
    text = file.content.decode()
    assert "policies:\n" in text
    text = text.replace("policies:\n", f"policies:\n  health: {{{lines}}}\n")
    world.push([File(path=file.path, content=text.encode())])
    await world.tell_push()
    await world.idle()


async def test_the_owners_are_told_once_and_kept_current(world: HealthWorld) -> None:
    await falls(world)
    (issue,) = notices(world)
    assert issue.title == "`greeter` 1.0.0 is unhealthy"
    assert set(issue.labels) == {LABEL, "team:platform"}
    assert issue.body.startswith(
        "@acme/platform: `greeter` 1.0.0 has a health of 40 of 100; below 60 is unhealthy.\n"
    )
    assert "- 0 projects made; it broke while a project was made for 5 people: −50 points" in (
        issue.body
    )
    assert f"- [a project could not be made](https://github.test/{CATALOG}/issues/4)" in issue.body
    await falls(world, bad=6)
    (issue,) = notices(world)
    assert "health of 37 of 100" in issue.body
    assert world.texts(issue.number) == []


async def test_a_look_without_news_costs_nothing(world: HealthWorld) -> None:
    await falls(world)
    world.github.calls.clear()
    await world.job("health")
    await mark(world)
    await world.job("health")
    assert world.github.calls == []


async def test_two_processes_tell_the_owners_once(world: HealthWorld) -> None:
    for number in range(5):
        await world.note(Source.GENERATION, False, number)
    await mark(world)
    (job,) = [each for each in world.bot.jobs if each.name == "health"]
    await asyncio.gather(*(job.do() for _ in range(5)))
    assert len(notices(world)) == 1


async def test_a_few_observations_condemn_nobody(world: HealthWorld) -> None:
    await falls(world, bad=4)
    assert (await world.health()).score == 45
    assert notices(world) == []


async def test_it_is_closed_when_it_is_healthy_again_and_not_at_the_threshold(
    world: HealthWorld,
) -> None:
    """A number that goes up and down by a point calls nobody each time."""
    await falls(world)
    await rises(world, good=5)
    assert (await world.health()).score == 60
    (issue,) = notices(world)
    assert issue.state == "open"
    await rises(world)
    (issue,) = notices(world)
    assert issue.state == "closed"
    (text,) = world.texts(issue.number)
    assert text.startswith("`greeter` 1.0.0 is healthy again: 70 of 100.")
    await falls(world, bad=20)
    assert [each.state for each in notices(world)] == ["closed", "open"]


async def test_what_people_closed_stays_closed(world: HealthWorld) -> None:
    await falls(world)
    await world.turn(notices(world)[0].number, "closed")
    await falls(world, bad=9)
    assert [each.state for each in notices(world)] == ["closed"]


async def test_a_new_version_ends_the_matter(world: HealthWorld) -> None:
    await falls(world)
    await world.let_in(raised(world, "1.1.0"))
    await world.job("health")
    (issue,) = notices(world)
    assert issue.state == "closed"
    (text,) = world.texts(issue.number)
    assert text.startswith("`greeter` 1.0.0 is not offered any more; version 1.1.0 is offered now.")


async def test_the_platform_team_sets_the_threshold(world: HealthWorld) -> None:
    """A change of policy is acted upon within a day."""
    await policy(world, "unhealthy_below: 30")
    await falls(world)
    assert notices(world) == []
    await policy_again(world, "unhealthy_below: 30", "unhealthy_below: 50")
    world.later(24 * 3600)
    await world.job("health-daily")
    await world.job("health")
    assert len(notices(world)) == 1


async def policy_again(world: HealthWorld, before: str, after: str) -> None:
    file = world.at_head("organization.yml")
    world.push([replace(file, content=file.content.replace(before.encode(), after.encode()))])
    await world.tell_push()
    await world.idle()


async def test_nothing_is_withdrawn_unless_the_policy_says_so(world: HealthWorld) -> None:
    await falls(world, bad=30)
    assert (await world.version()).state is VersionState.OFFERED


async def test_below_the_policys_number_it_is_withdrawn(world: HealthWorld) -> None:
    await policy(world, "withdraw_below: 50")
    version = await world.version()
    await world.a_project()
    await falls(world, bad=8)
    known = await TemplateVersions(world.bot.store.documents).get(version.id)
    assert known is not None
    assert known.withdrawal is not None
    assert (known.state, known.withdrawal.by) == (VersionState.WITHDRAWN, "health")
    assert known.withdrawal.reason == "Its health fell to 36 of 100."
    assert FORM not in world.tree()
    (issue,) = notices(world)
    assert "It was **withdrawn** because of it" in issue.body
    (told,) = world.github.issues["acme/money-kit"].values()
    assert "withdrawn because of its health" in told.body
    await Watch(world.bot.store.documents).mark(version.id)
    await world.job("health")
    assert [each.state for each in notices(world)] == ["open"]

    await world.let_in(raised(world, "1.1.0"))
    await world.job("health")
    assert [each.state for each in notices(world)] == ["closed"]


async def test_a_withdrawal_that_github_held_up_is_done_later(world: HealthWorld) -> None:
    """The version is withdrawn in the records, and then the catalog cannot be reached.

    What was begun is brought to its end, even where the health is better by then.
    """
    await policy(world, "withdraw_below: 50")
    version = await world.version()

    def away(call: str) -> None:
        if call == "contents.tree":
            raise RetryLater("GitHub is away")

    world.github.before = away
    await falls(world)
    assert FORM in world.tree()
    for number in range(100, 130):
        await world.note(Source.GENERATION, True, number, version=version.id)
    world.github.before = lambda _call: None
    await world.job("health")
    assert FORM not in world.tree()
    assert len(notices(world)) == 1


@pytest.mark.parametrize("call", ["issues.create", "issues.comment", "issues.close"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_at_any_request_there_is_one_issue_closed_once(
    world: HealthWorld, call: str, when: str
) -> None:
    """Whoever died lets go of the version after a while; the next one goes on."""

    def die(called: str) -> None:
        if called == call:
            world.github.before = world.github.after = lambda _call: None
            raise Killed

    setattr(world.github, when, die)
    for step in (falls, rises):
        try:
            await step(world)
        except Killed:
            await world.job("health")  # still held by the one who died
            world.later(3600)
            await world.job("health")
    (issue,) = notices(world)
    assert issue.state == "closed"
    assert len(world.texts(issue.number)) == 1


async def test_a_project_that_few_can_see_is_not_named_to_the_owners(world: HealthWorld) -> None:
    """Their issue lies in the catalog, which more people read."""
    open_project, secret = await world.a_project("open-kit"), await world.a_project("secret-kit")
    for project, visibility in ((open_project, "internal"), (secret, "private")):
        repository = world.github.repositories[project.full_name]
        world.github.repositories[project.full_name] = replace(repository, visibility=visibility)
        await world.built(project, "failure", at_s=100)
        await world.deployed(project, "failure", at_s=100)
    catalog = world.github.repositories[CATALOG]
    world.github.repositories[CATALOG] = replace(catalog, visibility="internal")
    await world.job("health")
    (issue,) = notices(world)
    assert "secret-kit" not in issue.body
    assert "- the first build of a project that not everybody here can see" in issue.body
    assert "[the first build](https://github.test/acme/open-kit/actions/runs/1) of" in issue.body
    assert "phishing" not in issue.body


def raised(world: HealthWorld, version: str) -> list[File]:
    """The greeter with another number and another tone."""
    manifest = world.at_head("templates/greeter/template.yml")
    tone = world.at_head("templates/greeter/{{cookiecutter.project_slug}}/src/tone.txt")
    text = manifest.content.replace(b"version: 1.0.0", f"version: {version}".encode())
    return [replace(manifest, content=text), replace(tone, content=tone.content + b"warm\n")]
