"""From a filed form to a project, on the real store, queue, worker and renderer.

GitHub is the one in memory; the journeys do the same over HTTP.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import RetryLater
from bot.github.port import File, Forbidden, Role, Stale
from bot.runs import RunState
from bot.templates.folder import read_folder
from tests.bot_in_memory import CATALOG, FOLDER, ROBOT, open_bot_world
from tests.requests_in_memory import PETRA, form
from tests.requests_in_memory import RequestWorld as World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_bot_world(tmp_path, retry_s=0.001) as opened:
        yield World(opened.github, opened.bot)


async def test_a_filed_form_becomes_a_repository_a_record_and_one_comment(world: World) -> None:
    number = await world.file(form())
    await world.idle()

    github = world.github
    assert "acme/money-kit" in github.repositories
    tree = github.trees[github.heads["acme/money-kit"]]
    assert tree["README.md"].content == b"# money-kit\n\nOwned by payments.\n"
    assert tree["src/tone.txt"].content == b"formal\n"
    assert tree["greet.sh"].executable
    assert b"\x89PNG" in tree["src/logo.png"].content
    assert b"template: greeter" in tree[".paved-road.yml"].content
    assert tree[".github/CODEOWNERS"].content == b"* @acme/payments\n"
    assert github.team_access["acme/money-kit"] == {"payments": "maintain"}
    assert "acme/money-kit" in github.protected
    assert "greeter" in github.topics["acme/money-kit"]
    assert github.properties["acme/money-kit"]["cost_center"] == "CC-100"
    assert github.issues[CATALOG][number].state == "closed"
    (text,) = world.texts(number)
    assert text.startswith("[`acme/money-kit`](https://github.test/acme/money-kit) is ready")
    (check,) = github.checks.values()
    assert check.conclusion == "success"
    assert check.head_sha == github.heads["acme/money-kit"]
    project = await world.bot.projects.of_repository("acme/money-kit")
    assert project is not None
    assert (project.team, project.tags.cost_center) == ("payments", "CC-100")
    assert project.author.login == "dana"
    assert len(await world.bot.audit.for_subject(f"{CATALOG}#{number}", limit=9)) == 3


async def test_everything_wrong_is_told_at_once_and_an_edit_mends_it(world: World) -> None:
    number = await world.file(
        form(**{"Repository name": "catalog", "Cost center": "CC-900", "Tone": "rude"})
    )
    await world.idle()
    (text,) = world.texts(number)
    assert text.startswith("3 answers need a correction")
    assert "`acme/catalog` exists already" in text
    assert "CC-110" in text
    assert len(world.github.repositories) == 1

    await world.tell(number, "edited", body=form())
    await world.idle()
    (text,) = world.texts(number)
    assert "is ready" in text
    assert "acme/money-kit" in world.github.repositories


async def test_a_person_outside_the_team_gets_nothing(world: World) -> None:
    number = await world.file(form(Team="platform", **{"Cost center": "CC-900"}))
    await world.idle()
    (text,) = world.texts(number)
    assert "You are not a member of `platform`" in text
    assert len(world.github.repositories) == 1


async def test_answers_changed_by_somebody_outside_the_team_get_nothing(world: World) -> None:
    number = await world.file(form(Tone="rude"))
    await world.idle()
    await world.tell(number, "edited", body=form(), by=PETRA)
    await world.idle()
    assert "@petra is not a member of `payments`" in world.texts(number)[0]
    assert list(world.github.repositories) == [CATALOG]


async def test_somebody_else_may_reopen_a_request(world: World) -> None:
    number = await world.file(form(Tone="rude"))
    await world.idle()
    issues = world.github.issues[CATALOG]
    issues[number] = replace(issues[number], body=form())
    await world.tell(number, "reopened", by=PETRA)
    await world.idle()
    assert "is ready" in world.texts(number)[0]


async def test_public_needs_a_second_person_and_an_edit_asks_again(world: World) -> None:
    number = await world.file(form(Visibility="public"))
    await world.idle()
    assert "waits for approval by a member of `platform`" in world.texts(number)[0]
    await world.comment(number, "/approve")
    await world.idle()
    assert "Nobody approves their own request" in world.texts(number)[1]

    await world.tell(number, "edited", body=form(Visibility="public", Tone="friendly"))
    await world.comment(number, "/approve", by=PETRA)
    await world.idle()
    assert "acme/money-kit" in world.github.repositories
    assert "is ready" in world.texts(number)[0]


async def test_an_approval_counts_for_the_answers_it_was_given_for(world: World) -> None:
    world.github.teams["platform"].add("olaf")
    world.github.roles[CATALOG, "olaf"] = Role.READ
    number = await world.file(form(Visibility="public"))
    await world.idle()
    await world.tell(number, "edited", body=form(Visibility="public", Greeting="Bye"))
    await world.idle()
    assert "waits for approval" in world.texts(number)[0]
    assert len(world.github.repositories) == 1


@pytest.mark.parametrize("call", ["repositories.create", "contents.first_commit", "issues.comment"])
async def test_a_lost_answer_doubles_nothing(world: World, call: str) -> None:
    """GitHub did it, the answer never came; the work comes back and finds it done."""
    lost: list[str] = []

    def lose(name: str) -> None:
        if name == call and not lost:
            lost.append(name)
            raise RetryLater("The answer was lost.", wait_s=0.0)

    world.github.after = lose
    number = await world.file(form())
    await world.idle()
    assert lost == [call]
    assert len(world.github.repositories) == 2
    assert len(world.texts(number)) == 1
    assert await world.run_of(number) is RunState.SUCCEEDED


async def test_a_name_taken_meanwhile_is_told_and_nobodys_repository_is_touched(
    world: World,
) -> None:
    def take(name: str) -> None:
        if name == "repositories.create" and "acme/money-kit" not in world.github.repositories:
            world.github.add_repository("acme/money-kit")

    world.github.before = take
    number = await world.file(form())
    await world.idle()
    text = world.texts(number)[0]
    assert "already exists and was not made by this request" in text
    assert world.github.trees[world.github.heads["acme/money-kit"]] == {}

    await world.comment(number, "/undo")
    await world.comment(number, "/undo confirm")
    await world.idle()
    assert "acme/money-kit" in world.github.repositories
    assert "was undone" in world.texts(number)[0]

    await world.tell(number, "edited", body=form(**{"Repository name": "money-kit-two"}))
    await world.idle()
    assert "acme/money-kit-two" in world.github.repositories


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        pytest.param(
            "repositories.add_team",
            Forbidden("Resource not accessible by integration"),
            "`paved-road doctor`",
            id="missing-permission",
        ),
        pytest.param(
            "contents.first_commit", Stale("main"), "Somebody pushed to", id="others-pushed-first"
        ),
    ],
)
async def test_what_only_people_can_mend_is_told_and_retried_by_them(
    world: World, call: str, error: Exception, said: str
) -> None:
    def refuse(name: str) -> None:
        if name == call:
            raise error

    world.github.before = refuse
    number = await world.file(form())
    await world.idle()
    assert said in world.texts(number)[0]
    world.github.before = lambda name: None
    await world.comment(number, "/retry")
    await world.idle()
    assert "is ready" in world.texts(number)[0]


async def test_undo_says_what_goes_and_removes_exactly_that(world: World) -> None:
    number = await world.file(form())
    await world.idle()
    await world.comment(number, "/undo")
    await world.idle()
    assert "`/undo confirm` removes it" in world.texts(number)[1]
    assert "acme/money-kit" in world.github.repositories
    await world.comment(number, "/undo confirm")
    await world.idle()
    assert list(world.github.repositories) == [CATALOG]


async def test_undo_leaves_a_repository_that_others_have_worked_in(world: World) -> None:
    number = await world.file(form())
    await world.idle()
    world.github.put("acme/money-kit", [File(path="theirs.txt", content=b"work")])
    await world.comment(number, "/undo confirm")
    await world.idle()
    assert "acme/money-kit" in world.github.repositories
    assert "has commits that this request did not make" in world.texts(number)[1]


async def test_undo_after_a_failed_render_leaves_what_others_pushed_since(world: World) -> None:
    def refuse(name: str) -> None:
        if name == "contents.first_commit":
            raise Forbidden("no")

    world.github.before = refuse
    number = await world.file(form())
    await world.idle()
    world.github.put("acme/money-kit", [File(path="theirs.txt", content=b"work")], parent="first")
    await world.comment(number, "/undo confirm")
    await world.idle()
    assert "acme/money-kit" in world.github.repositories
    assert "has commits that this request did not make" in world.texts(number)[1]


async def test_a_strangers_command_is_met_with_silence(world: World) -> None:
    number = await world.file(form())
    await world.idle()
    before = dict(world.github.comments)
    await world.comment(number, "/undo confirm", by={"id": 9, "login": "mallory", "type": "User"})
    await world.idle()
    assert world.github.comments == before
    assert "acme/money-kit" in world.github.repositories


async def test_edits_after_the_start_change_nothing_and_are_told_so(world: World) -> None:
    number = await world.file(form())
    await world.idle()
    await world.tell(number, "edited", body=form(**{"Repository name": "other"}))
    await world.idle()
    (text,) = world.texts(number)
    assert "That edit changed nothing" in text
    assert "acme/other" not in world.github.repositories


async def test_what_the_plan_does_not_offer_is_told_and_the_rest_is_made(world: World) -> None:
    world.github.rulesets_offered = False
    world.github.defined = None
    number = await world.file(form())
    await world.idle()
    (text,) = world.texts(number)
    assert "is ready" in text
    assert "Left out, because the organisation does not offer it" in text
    assert "Upgrade the plan." in text


async def test_a_service_gets_its_environments_and_settings(world: World) -> None:
    common = form().partition("\n\n### Greeting")[0]
    settings = {
        "Cloud provider": "Amazon Web Services",
        "Region": "eu-central-1",
        "CPU": "0.5 vCPU",
        "Memory": "1 GiB",
        "Fewest replicas": "1",
        "Most replicas": "3",
    }
    asked = "\n\n".join(f"### {label}\n\n{answer}" for label, answer in settings.items())
    number = await world.file(f"{common}\n\n{asked}", template="pinger")
    await world.idle()
    assert "is ready" in world.texts(number)[0], world.texts(number)[0]
    assert world.github.environments["acme/money-kit"] == ["dev", "staging", "production"]
    tree = world.github.trees[world.github.heads["acme/money-kit"]]
    assert json.loads(tree["deploy/settings.json"].content)["region"] == "eu-central-1"
    assert tree["README.md"].content == b"# money-kit (CC-100)\n"


async def test_a_vanished_template_is_told(world: World) -> None:
    number = await world.file(form(), template="gone")
    await world.idle()
    (text,) = world.texts(number)
    assert "does not offer the template `gone`" in text


async def test_every_call_may_fail_once_and_one_repository_comes_of_it(world: World) -> None:
    seen: set[str] = set()

    def stumble(name: str) -> None:
        if name not in seen:
            seen.add(name)
            raise RetryLater("GitHub is away.")

    world.github.before = stumble
    number = await world.file(form())
    await world.idle()
    assert {"repositories.create", "contents.first_commit", "issues.close"} <= seen
    assert len(world.github.repositories) == 2
    assert "is ready" in world.texts(number)[0]


async def test_a_bug_of_ours_is_told_with_a_reference_and_retry_goes_on(world: World) -> None:
    def break_(name: str) -> None:
        if name == "repositories.add_team":
            raise ValueError("secret detail")

    world.github.before = break_
    number = await world.file(form())
    await world.idle()
    (text,) = world.texts(number)
    assert "Something broke on our side" in text
    assert "secret detail" not in text
    world.github.before = lambda name: None
    await world.comment(number, "/retry")
    await world.idle()
    assert "is ready" in world.texts(number)[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "None of the form's headings", id="empty"),
        pytest.param("Make me one", "None of the form's headings", id="no-headings"),
        pytest.param(form().replace("### Team\n\npayments\n\n", ""), "`### Team`", id="field-gone"),
        pytest.param(
            form(Description="x\n\n### Team\n\nplatform"), "stands there twice", id="a-second-team"
        ),
        pytest.param(form(Team="_No response_"), "no answer", id="no-response"),
        pytest.param(form(Greeting="Hi\u202eolleH"), "Greeting", id="right-to-left-override"),
        pytest.param(form(Greeting="Hi 👋"), "Greeting", id="emoji-against-the-pattern"),
        pytest.param(form(Greeting="x" * 65_000), "Greeting", id="as-long-as-github-allows"),
        pytest.param(
            form(**{"Repository name": "../etc"}), "Repository name", id="a-name-that-is-a-path"
        ),
        pytest.param(form(**{"Repository name": "Мoney-kit"}), "Repository name", id="cyrillic"),
        pytest.param(form(Tone="Formal"), "Tone", id="not-one-of-the-choices"),
        pytest.param(form(Greeting="{{ 7*191 }}"), "Greeting", id="template-text"),
    ],
)
async def test_a_body_edited_by_hand_gets_one_clear_answer(
    world: World, text: str, said: str
) -> None:
    number = await world.file(text)
    await world.idle()
    (answer,) = world.texts(number)
    assert "need" in answer.splitlines()[0]
    assert "correction" in answer.splitlines()[0]
    assert said in answer
    assert "1337" not in answer
    assert len(answer) < 5_000
    assert list(world.github.repositories) == [CATALOG]


async def test_windows_line_ends_and_emoji_in_a_description_are_fine(world: World) -> None:
    number = await world.file(form(Description="Counts 💶 für alle").replace("\n", "\r\n"))
    await world.idle()
    assert "is ready" in world.texts(number)[0]
    tree = world.github.trees[world.github.heads["acme/money-kit"]]
    assert "Counts 💶 für alle" in tree[".paved-road.yml"].content.decode()


async def test_a_template_that_cannot_render_is_told_with_its_line(tmp_path: Path) -> None:
    """The repository is there by then: the comment says so and how to be rid of it.

    A catalog is taken as it is when it is first read, so such a template can be there.
    """
    readme = "templates/greeter/{{cookiecutter.project_slug}}/README.md"
    broken = File(path=readme, content=b"fine\n{{ cookiecutter.nobody }}\n")
    good = {file.path: file for file in read_folder(FOLDER)}
    async with open_bot_world(tmp_path, catalog=[*(good | {readme: broken}).values()]) as opened:
        world = World(opened.github, opened.bot)
        number = await world.file(form())
        await world.idle()
        (text,) = world.texts(number)
        assert "*Render the template* failed" in text
        assert "nobody" in text
        assert "line 2" in text
        assert "`/undo` removes what was made so far: the repository `acme/money-kit`" in text

        manifest = "templates/greeter/template.yml"
        raised = good[manifest].content.replace(b"version: 1.0.0", b"version: 1.0.1")
        world.push([good[readme], File(path=manifest, content=raised)])
        await world.tell_push()
        await world.comment(number, "/undo confirm")
        await world.idle()
        assert list(world.github.repositories) == [CATALOG]
        await world.tell(number, "edited")
        await world.idle()
        assert "is ready" in world.texts(number)[0]


async def test_issues_without_a_forms_label_are_left_alone(world: World) -> None:
    number = await world.file(form(), label="question")
    await world.idle()
    assert world.texts(number) == []
    assert list(world.github.repositories) == [CATALOG]


async def test_what_bots_file_is_left_alone(world: World) -> None:
    number = await world.file(form(), author=ROBOT)
    await world.idle()
    assert world.texts(number) == []
    assert list(world.github.repositories) == [CATALOG]
