"""A pull request to the catalog is checked: check runs, one comment, buttons, whose word counts."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.github.port import File
from bot.runs import RunState
from bot.templates.version_record import TemplateVersions
from tests.bot_in_memory import CATALOG, BotWorld, open_bot_world
from tests.templates.pull_requests.offers import (
    ALL,
    GREETER,
    MANIFEST,
    TONE,
    TOP,
    checks,
    comment,
    manifest,
    opened,
    problems,
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[BotWorld]:
    async with open_bot_world(tmp_path) as opened_world:
        yield opened_world


# --- the verdict ---------------------------------------------------------------------


async def test_a_good_change_is_ready_to_merge(world: BotWorld) -> None:
    number = await opened(world, manifest(world, version="1.1.0"))
    (check,) = checks(world)
    assert (check.status, check.conclusion, check.title) == ("completed", "success", "Fine")
    assert check.head_sha == world.github.pulls[number].head_sha
    assert [each.identifier for each in check.actions][:1] == ["rerun-template"]
    (summary,) = checks(world, ALL)
    assert summary.conclusion == "success"
    text = comment(world, number)
    assert text.startswith("`greeter` is ready to merge\n")
    assert "| ✅ | `greeter` 1.1.0 |" in text


async def test_a_defect_is_annotated_at_its_line(world: BotWorld) -> None:
    bad = File(path=TONE, content=b"fine\n{{ cookiecutter.nobody }}\n")
    number = await opened(world, manifest(world, version="1.1.0"), bad)
    (check,) = checks(world)
    assert check.conclusion == "failure"
    assert problems(check) == [(TONE, 2, "undefined-variable")]
    text = comment(world, number)
    assert text.startswith("1 problem to mend in `greeter`\n")
    assert f"`{TONE}:2`" in text
    assert "paved-road template check" in text

    await world.move_pull(number, [manifest(world, version="1.1.0")])
    await world.idle()
    assert checks(world)[-1].conclusion == "success"
    assert comment(world, number).startswith("`greeter` is ready to merge\n")


async def test_what_does_not_concern_templates_gets_no_comment(world: BotWorld) -> None:
    number = await opened(world, File(path="docs/notes.md", content=b"Notes\n"))
    assert checks(world) == []
    (summary,) = checks(world, ALL)
    assert (summary.conclusion, summary.title) == ("success", "Nothing here concerns templates")
    assert world.github.texts(CATALOG, number) == []


async def test_a_version_that_is_not_raised_is_told_at_its_line(world: BotWorld) -> None:
    await opened(world, replace(world.at_head(TONE), content=b"warm\n"))
    (check,) = checks(world)
    line = world.at_head(MANIFEST).content.decode().splitlines().index("version: 1.0.0") + 1
    assert problems(check) == [(MANIFEST, line, "version-not-raised")]
    assert "`1.0.1` for a correction" in check.annotations[0].message


async def test_an_id_that_is_mistaken_for_another_is_refused(world: BotWorld) -> None:
    files = [
        replace(
            file,
            path=file.path.replace("greeter", "gree-ter"),
            content=file.content.replace(b"id: greeter", b"id: gree-ter"),
        )
        for file in world.tree().values()
        if file.path.startswith("templates/greeter/")
    ]
    await opened(world, *files)
    (check,) = checks(world, "Paved Road: gree-ter")
    assert [each.title for each in check.annotations] == ["id-taken"]


async def test_a_rename_is_one_template_gone_and_one_that_is_new(world: BotWorld) -> None:
    files = [
        replace(
            file,
            path=file.path.replace("greeter", "welcomer"),
            content=file.content.replace(b"id: greeter", b"id: welcomer"),
        )
        for file in world.tree().values()
        if file.path.startswith("templates/greeter/")
    ]
    number = await world.open_pull(files, deleted="templates/greeter/")
    await world.idle()
    assert checks(world)[0].title == "Removed"
    assert checks(world, "Paved Road: welcomer")[0].conclusion == "success"
    assert "removed" in comment(world, number)


async def test_thirty_templates_get_thirty_check_runs_and_one_comment(world: BotWorld) -> None:
    """All with the same slip, so that nothing has to be rendered thirty times over."""
    files = [
        replace(
            file,
            path=file.path.replace("pinger", f"pinger-{number:02}x"),
            content=file.content.replace(
                b"id: pinger", f"id: pinger-{number:02}x".encode()
            ).replace(b"owner: platform", b"owner: nobody"),
        )
        for number in range(30)
        for file in world.tree().values()
        if file.path.startswith("templates/pinger/") and not file.path.endswith("cookiecutter.json")
    ]
    number = await opened(world, *files)
    runs = world.github.checks.values()
    each = [check for check in runs if check.name.startswith("Paved Road: ")]
    assert len(each) == 30
    for check in each:
        template = check.name.removeprefix("Paved Road: ")
        assert check.conclusion == "failure"
        assert {path for path, _, _ in problems(check)} >= {
            f"templates/{template}/cookiecutter.json"
        }
    text = comment(world, number)
    assert "to mend in 30 templates" in text.splitlines()[0]
    assert text.count("| ❌ |") == 30
    assert len(text) < 65_536


async def test_a_form_changed_by_hand_is_told_in_vain(world: BotWorld) -> None:
    form = ".github/ISSUE_TEMPLATE/new-greeter.yml"
    number = await opened(world, File(path=form, content=b"name: Mine\n"))
    assert "The bot writes this form from its template" in comment(world, number)
    assert checks(world, ALL)[0].conclusion == "success"


# --- whose word ----------------------------------------------------------------------


async def test_another_teams_template_needs_that_teams_word(world: BotWorld) -> None:
    number = await opened(world, manifest(world, version="1.1.0"), by="tom")
    (check,) = checks(world)
    assert check.conclusion == "action_required"
    assert "approve" in [each.identifier for each in check.actions]
    assert comment(world, number).startswith("`greeter` needs the word of `platform`\n")

    await world.review(number, by="dana")  # not of that team
    await world.idle()
    assert checks(world)[-1].conclusion == "action_required"
    await world.review(number, by="petra")
    await world.idle()
    assert checks(world)[-1].conclusion == "success"
    assert comment(world, number).startswith("`greeter` is ready to merge\n")


async def test_an_approval_of_an_older_head_is_no_word_for_the_newer(world: BotWorld) -> None:
    number = await opened(world, manifest(world, version="1.1.0"), by="tom")
    await world.review(number, by="petra")
    await world.move_pull(
        number, [manifest(world, version="1.1.0"), replace(world.at_head(TONE), content=b"warm\n")]
    )
    await world.idle()
    assert checks(world)[-1].conclusion == "action_required"


async def test_nobody_takes_a_template_over_by_naming_themselves_its_owner(world: BotWorld) -> None:
    await opened(world, manifest(world, version="1.1.0", owner="payments"), by="tom")
    (check,) = checks(world)
    assert check.conclusion == "action_required"
    assert "platform" in check.title


async def test_giving_a_template_away_needs_both_teams(world: BotWorld) -> None:
    await opened(world, manifest(world, version="1.1.0", owner="payments"), by="petra")
    (check,) = checks(world)
    assert check.conclusion == "success"  # the platform team speaks for every team


async def test_pressing_approve_counts_for_ones_own_team_alone(world: BotWorld) -> None:
    await opened(world, manifest(world, version="1.1.0"), by="tom")
    await world.press(GREETER, "approve", by="dana")
    await world.idle()
    assert checks(world)[-1].conclusion == "action_required"
    await world.press(GREETER, "approve", by="petra")
    await world.idle()
    assert checks(world)[-1].conclusion == "success"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        pytest.param("organization.yml", None, id="who-pays"),
        pytest.param(".github/CODEOWNERS", b"* @acme/payments\n", id="who-reviews"),
        pytest.param(".github/workflows/evil.yml", b"on: push\n", id="what-runs"),
    ],
)
async def test_what_the_platform_team_decides_needs_it(
    world: BotWorld, path: str, content: bytes | None
) -> None:
    if content is None:
        content = world.at_head(path).content.replace(b"[CC-100, CC-110]", b"[CC-100]")
    number = await opened(world, File(path=path, content=content), by="tom")
    (summary,) = checks(world, ALL)
    assert summary.conclusion == "action_required"
    assert f"`{path}`: only the team `platform` decides about that" in comment(world, number)
    await world.review(number, by="petra")
    await world.idle()
    assert checks(world, ALL)[-1].conclusion == "success"


async def test_a_broken_organization_file_is_annotated(world: BotWorld) -> None:
    broken = b"organization: acme\nplatform_team: platform\nteams: [\n"
    await opened(world, File(path="organization.yml", content=broken))
    (summary,) = checks(world, ALL)
    assert summary.conclusion == "failure"
    assert {each.path for each in summary.annotations} == {"organization.yml"}


async def test_an_outsiders_pull_request_lets_nothing_in(world: BotWorld) -> None:
    """A stranger to a public catalog: content is checked, nothing of theirs is run or offered."""
    number = await world.open_pull(
        [manifest(world, version="9.9.9", verify='["curl evil"]')], by="sam", fork="sam/catalog"
    )
    await world.idle()
    (check,) = checks(world)
    assert check.conclusion == "action_required"
    assert world.github.workflow_runs == {}
    world.merge(number)  # somebody with rights merges it in spite of that
    await world.tell_push(by="sam")
    await world.idle()
    offered = await TemplateVersions(world.bot.store.documents).offered("greeter")
    assert offered is not None
    assert offered.version == "1.0.0"


# --- heads that move, buttons, faults ------------------------------------------------


async def test_a_verdict_belongs_to_its_commit(world: BotWorld) -> None:
    """The head moves while the first one waits to be checked: only the newer is looked at."""
    number = await world.open_pull([manifest(world, version="1.1.0")])
    bad = File(path=TONE, content=b"{{ cookiecutter.nobody }}\n")
    head = await world.move_pull(number, [manifest(world, version="1.1.0"), bad])
    await world.idle()
    assert {check.head_sha for check in checks(world)} == {head}
    assert comment(world, number).startswith("1 problem to mend")
    runs = await world.bot.runs.of_subject(f"{CATALOG}#{number}")
    assert sorted(run.state for run in runs) == [RunState.CANCELLED, RunState.SUCCEEDED]


async def test_the_same_content_is_checked_once(world: BotWorld) -> None:
    number = await opened(world, manifest(world, version="1.1.0"))
    reads = world.github.calls.count("contents.read_folder")
    await world.move_pull(
        number, [manifest(world, version="1.1.0"), File(path="docs/x.md", content=b"x")]
    )
    await world.idle()
    assert world.github.calls.count("contents.read_folder") == reads
    assert len(checks(world)) == 2


async def test_rerun_checks_anew(world: BotWorld) -> None:
    await opened(world, manifest(world, version="1.1.0"))
    reads = world.github.calls.count("contents.read_folder")
    for button in ("rerun", "rerun-template"):
        await world.press(GREETER, button, by="petra")
        await world.idle()
    assert world.github.calls.count("contents.read_folder") == reads + 2
    assert [check.conclusion for check in checks(world)] == ["success"] * 3


async def test_show_form_posts_the_form(world: BotWorld) -> None:
    number = await opened(world, manifest(world, version="1.1.0"))
    await world.press(GREETER, "show-form", by="dana")
    await world.idle()
    texts = world.github.texts(CATALOG, number)
    assert len(texts) == 2
    assert texts[1].startswith("The form of `greeter` 1.1.0\n")
    assert 'name: "New Greeter"' in texts[1]


async def test_a_check_that_breaks_ends_and_says_so(world: BotWorld) -> None:
    """Never a stuck check run: after the last attempt it is concluded."""

    def away(call: str) -> None:
        if call == "contents.read_folder":
            raise ConnectionError("away")

    world.github.before = away
    number = await opened(world, manifest(world, version="1.1.0"))
    (check,) = checks(world)
    assert (check.status, check.conclusion) == ("completed", "failure")
    assert comment(world, number).startswith("The check could not be finished\n")
    world.github.before = lambda _call: None
    await world.press(GREETER, "rerun", by="petra")
    await world.idle()
    assert checks(world)[-1].conclusion == "success"


async def test_events_that_come_twice_have_one_effect(world: BotWorld) -> None:
    number = await world.open_pull([manifest(world, version="1.1.0")])
    await world.tell_pull(number, "opened")
    await world.tell_pull(number, "synchronize")
    await world.idle()
    assert len(checks(world)) == 1
    assert len(world.github.texts(CATALOG, number)) == 1


async def test_links_and_submodules_are_told_without_being_followed(world: BotWorld) -> None:
    number = await world.open_pull([manifest(world, version="1.1.0")], tell=False)
    head = world.github.pulls[number].head_sha
    world.github.links[head] = {f"{TOP}/secret": "/etc/passwd"}
    await world.tell_pull(number, "opened")
    await world.idle()
    (check,) = checks(world)
    assert problems(check) == [(f"{TOP}/secret", 1, "symlink")]
    assert "contents.read_folder" not in world.github.calls
