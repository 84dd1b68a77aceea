"""Where the health is shown, in words; and when the catalog's files change because of it."""

from dataclasses import replace

import pytest

from bot.github.port import Role
from bot.progress.health_view import evidence_lines, score_words
from bot.templates.health.evidence import Source
from bot.templates.health.formula import Health, Tally
from bot.templates.version_record import TemplateVersions, Withdrawal
from tests.bot_in_memory import CATALOG
from tests.requests_in_memory import form
from tests.templates.health.test_judge import raised
from tests.templates.health.world import HealthWorld

FORM = ".github/ISSUE_TEMPLATE/new-greeter.yml"


async def status(world: HealthWorld, where: str = "") -> str:
    """The answer to ``/status``, in the request or in its project."""
    if where:
        world.github.roles[where, "dana"] = Role.READ
        await world.say("/status", where=where)
        return world.github.texts(where, 1)[-1]
    await world.comment(1, "/status")
    await world.idle()
    return world.texts(1)[-1]


async def test_status_tells_the_health_with_its_evidence(world: HealthWorld) -> None:
    project = await world.a_project()
    other = await world.a_project("other-kit")
    await world.built(project, "success", at_s=100)
    await world.built(other, "failure", at_s=100)
    await world.deployed(project, "success", at_s=100)
    world.github.roles[project.full_name, "dana"] = Role.READ
    await world.say("/report broken", where=project.full_name)
    for where in ("", project.full_name):
        text = await status(world, where)
        assert "Template `greeter` 1.0.0: health 65 of 100, from 5 observations" in text
        assert "- 2 projects made\n" in text
        assert "- 1 of 2 first builds passed: −25 points, which costs most" in text
        assert "- The newest deployment of 1 project succeeded" in text
        assert "- 1 person has an open report: −4 points" in text
    assert "`acme/money-kit` is active" in await status(world, project.full_name)


async def test_status_of_a_request_that_waits_tells_of_the_template_too(
    world: HealthWorld,
) -> None:
    await world.file(form(Tone="rude"))
    await world.idle()
    text = await status(world)
    assert "This request has not begun" in text
    assert "Template `greeter` 1.0.0: its health is not known yet" in text


async def test_status_says_when_there_is_a_newer_version(world: HealthWorld) -> None:
    project = await world.a_project()
    await world.let_in(raised(world, "1.1.0"))
    text = await status(world, project.full_name)
    assert "It is not offered any more. Version 1.1.0 is offered now." in text


async def test_status_says_when_the_version_was_withdrawn(world: HealthWorld) -> None:
    project = await world.a_project()
    await TemplateVersions(world.bot.store.documents).withdraw(
        project.template_version_id, Withdrawal(by="petra", reason="@acme/all it leaks", at_s=1.0)
    )
    text = await status(world, project.full_name)
    assert (
        "It was withdrawn: no new project starts from it. The reason: `@acme/all it leaks`" in text
    )


async def test_status_says_when_the_template_is_deprecated(world: HealthWorld) -> None:
    project = await world.a_project()
    manifest = world.at_head("templates/greeter/template.yml")
    text = manifest.content.decode().replace("version: 1.0.0", "version: 1.1.0")
    text += '\ndeprecated: {message: "Greet with pinger", successor: pinger}\n'
    await world.let_in([replace(manifest, content=text.encode())])
    said = await status(world, project.full_name)
    assert "It is deprecated: nothing new should start from it." in said
    assert "Its owners say: `Greet with pinger`. Start from `pinger`." in said


# --- the catalog's files ---------------------------------------------------------------


async def test_a_project_makes_no_commit_in_the_catalog(world: HealthWorld) -> None:
    """Numbers move with every project; the files follow once a day."""
    head = world.github.heads[CATALOG]
    await world.a_project()
    await world.bot.registration.keep_in_line()  # the first turn of this process looks anyway
    shown = world.github.heads[CATALOG]
    assert shown != head
    await world.a_project("other-kit")
    world.github.calls.clear()
    await world.bot.registration.keep_in_line()
    assert world.github.calls == ["contents.head"]
    assert world.github.heads[CATALOG] == shown
    world.later(24 * 3600)
    await world.bot.registration.keep_in_line()
    assert world.github.heads[CATALOG] != shown
    world.github.calls.clear()
    await world.bot.registration.keep_in_line()
    assert world.github.calls == ["contents.head"]


async def test_the_form_and_the_readme_show_the_same_number(world: HealthWorld) -> None:
    await world.a_project()
    await world.bot.registration.keep_in_line()
    score = (await world.health()).score
    assert f"Health {score} of 100" in world.at_head(FORM).content.decode()
    readme = world.at_head("README.md").content.decode()
    assert f"| {score} of 100 | 1 |" in readme
    assert "| not known yet | 0 |" in readme


@pytest.mark.parametrize(
    ("tally", "said"),
    [
        (Tally(source=Source.VERIFY, good=1, bad=0, costs=0), "Its own verify commands passed"),
        (
            Tally(source=Source.VERIFY, good=0, bad=1, costs=9),
            "Its own verify commands failed: −9 points, which costs most",
        ),
        (
            Tally(source=Source.GENERATION, good=1, bad=2, costs=1),
            "1 project made; it broke while a project was made for 2 people: −1 point, "
            "which costs most",
        ),
        (Tally(source=Source.FIRST_BUILD, good=1, bad=0, costs=0), "1 of 1 first build passed"),
        (
            Tally(source=Source.DEPLOYMENT, good=2, bad=1, costs=0),
            "The newest deployment succeeded in 2 of 3 projects",
        ),
    ],
)
def test_every_source_is_said_in_words(tally: Tally, said: str) -> None:
    assert evidence_lines(Health(score=50, tallies=(tally,))) == [said]


def test_a_number_is_said_with_how_much_is_behind_it() -> None:
    tally = Tally(source=Source.VERIFY, good=1, bad=0, costs=0)
    assert score_words(Health(score=89, tallies=(tally,))) == "health 89 of 100, from 1 observation"
    assert score_words(Health(score=None)) == "its health is not known yet"
