"""What the bot offers follows what the catalog's default branch says, and only what was let in."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import RetryLater
from bot.github.port import File, Forbidden
from bot.organization.current import LABEL
from bot.progress.catalog_notices import LABEL as NOT_OFFERED
from bot.templates.catalog_files import VERIFY_WORKFLOW, verify_workflow
from bot.templates.folder import read_folder
from bot.templates.version_record import TemplateVersion, TemplateVersions
from tests.bot_in_memory import CATALOG, FOLDER, BotWorld, open_bot_world

FORM = ".github/ISSUE_TEMPLATE/new-greeter.yml"
MANIFEST = "templates/greeter/template.yml"
TONE = "templates/greeter/{{cookiecutter.project_slug}}/src/tone.txt"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[BotWorld]:
    async with open_bot_world(tmp_path) as opened:
        yield opened


def versions(world: BotWorld) -> TemplateVersions:
    return TemplateVersions(world.bot.store.documents)


async def offered(world: BotWorld, template: str = "greeter") -> TemplateVersion:
    """What is offered of the template; there is something."""
    found = await versions(world).offered(template)
    assert found is not None
    return found


def raised(world: BotWorld, version: str) -> File:
    """The greeter's manifest with another version."""
    manifest = world.at_head(MANIFEST)
    before, _, rest = manifest.content.partition(b"version: ")
    return replace(
        manifest, content=before + b"version: " + version.encode() + b"\n" + rest.split(b"\n", 1)[1]
    )


def notices(world: BotWorld, label: str = NOT_OFFERED) -> list[str]:
    """Titles of the open notices."""
    issues = world.github.issues.get(CATALOG, {}).values()
    return [each.title for each in issues if each.state == "open" and label in each.labels]


# --- the first reading ---------------------------------------------------------------


async def test_a_catalog_is_taken_as_it_is_when_it_is_first_read(world: BotWorld) -> None:
    assert b"New Greeter" in world.at_head(FORM).content
    assert world.github.labels[CATALOG] >= {"template:greeter", "template:pinger"}
    version = await offered(world)
    assert (version.version, version.owner) == ("1.0.0", "platform")
    assert version.form.encode() == world.at_head(FORM).content
    variables = version.configuration["variables"]
    assert isinstance(variables, dict)
    assert variables["greeting"]["pattern"] == "[A-Za-z ,]+"
    assert notices(world) == []


async def test_what_was_taken_as_it_was_is_checked_all_the_same(tmp_path: Path) -> None:
    bad = File(path=TONE, content=b"{{ cookiecutter.nobody }}\n")
    files = [bad if file.path == TONE else file for file in read_folder(FOLDER)]
    async with open_bot_world(tmp_path, catalog=files) as world:
        assert (await offered(world)).version == "1.0.0"
        assert notices(world) == ["`greeter` is offered and has problems"]
        await world.let_in([raised(world, "1.0.1"), replace(bad, content=b"warm\n")])
        assert notices(world) == []


async def test_everything_that_belongs_to_the_templates_is_in_one_commit(world: BotWorld) -> None:
    """Forms, the table of the README, the chooser and the workflow that verifies templates."""
    readme = world.at_head("README.md").content.decode()
    assert "| [Greeter](templates/greeter) |" in readme
    assert world.at_head(VERIFY_WORKFLOW).content == verify_workflow()
    chooser = world.at_head(".github/ISSUE_TEMPLATE/config.yml").content
    assert b"blank_issues_enabled: false" in chooser
    assert len(world.github.trees) == 2


async def test_a_broken_template_is_left_out_of_the_first_reading_and_told(tmp_path: Path) -> None:
    files = [
        replace(file, content=b"id: [") if file.path == MANIFEST else file
        for file in read_folder(FOLDER)
    ]
    async with open_bot_world(tmp_path, catalog=files) as world:
        assert FORM not in world.tree()
        assert (await offered(world, "pinger")).version == "2.1.0"
        assert notices(world) == ["`greeter` as it was merged is not offered"]
        (issue,) = world.github.issues[CATALOG].values()
        assert "`template.yml:1` This is not YAML" in issue.body
        assert "There is no form for it until this is mended" in issue.body


# --- what costs nothing --------------------------------------------------------------


async def test_a_second_look_costs_one_request(world: BotWorld) -> None:
    head = world.github.heads[CATALOG]
    await world.bot.registration.refresh()
    assert (world.github.heads[CATALOG], world.github.calls) == (head, ["contents.head"])


async def test_the_push_that_the_bot_made_itself_costs_nothing(world: BotWorld) -> None:
    await world.tell_push()
    await world.idle()
    assert world.github.calls == []


async def test_a_push_that_changes_nothing_relevant_costs_two_requests(world: BotWorld) -> None:
    await world.bot.registration.refresh(anyway=True)  # our own commit has been seen
    world.github.calls.clear()
    world.push([File(path="docs/notes.md", content=b"Notes\n")])
    await world.tell_push()
    await world.idle()
    assert world.github.calls == ["contents.head", "contents.tree"]


# --- merges --------------------------------------------------------------------------


async def test_a_checked_change_is_offered_after_its_merge(world: BotWorld) -> None:
    await world.let_in([raised(world, "1.1.0"), replace(world.at_head(TONE), content=b"warm\n")])
    version = await offered(world)
    assert (version.version, version.updated_by) == ("1.1.0", "petra")
    assert b"1.1.0" in world.at_head(FORM).content
    assert "| 1.1.0 |" in world.at_head("README.md").content.decode()
    known = await versions(world).of_template("greeter")
    states = {each.version: each.state.value for each in known}
    assert states == {"1.0.0": "superseded", "1.1.0": "offered"}
    assert notices(world) == []


async def test_a_new_template_gets_its_label_before_its_form(world: BotWorld) -> None:
    files = [
        replace(
            file,
            path=file.path.replace("greeter", "welcomer"),
            content=file.content.replace(b"greeter", b"welcomer"),
        )
        for file in world.tree().values()
        if file.path.startswith("templates/greeter/")
    ]
    await world.let_in(files)
    assert ".github/ISSUE_TEMPLATE/new-welcomer.yml" in world.tree()
    assert "template:welcomer" in world.github.labels[CATALOG]
    calls = world.github.calls
    assert calls.index("issues.ensure_label") < calls.index("contents.commit")


async def test_two_merges_at_once_are_both_followed(world: BotWorld) -> None:
    first = await world.open_pull([raised(world, "1.1.0")])
    pinger = world.at_head("templates/pinger/template.yml")
    other = replace(pinger, content=pinger.content.replace(b"2.1.0", b"2.2.0"))
    second = await world.open_pull([other])
    await world.idle()
    world.merge(first)
    world.merge(second)
    await world.tell_push()
    await world.tell_push()
    await world.idle()
    found = [await offered(world, name) for name in ("greeter", "pinger")]
    assert [each.version for each in found] == ["1.1.0", "2.2.0"]


async def test_a_merge_while_the_bot_was_down_is_found_without_an_event(world: BotWorld) -> None:
    """The commit was never checked: it is checked now, and offered once it has passed."""
    number = await world.open_pull([raised(world, "1.1.0")], tell=False)
    merged = world.merge(number)
    world.github.pulls[number] = replace(world.github.pulls[number], head_sha=merged)
    await world.bot.registration.keep_in_line()
    assert notices(world) == ["`greeter` as it was merged is not offered"]
    assert (await offered(world)).version == "1.0.0"
    await world.idle()
    assert (await offered(world)).version == "1.1.0"
    assert notices(world) == []
    (text,) = world.github.texts(CATALOG, 1)
    assert text.startswith("`greeter` 1.1.0 is offered now.")


async def test_an_unchecked_commit_is_not_registered_but_reported(world: BotWorld) -> None:
    """The head moved after the check; what was merged is something that nobody looked at."""
    number = await world.open_pull([raised(world, "1.1.0")])
    await world.idle()
    bad = File(path=TONE, content=b"{{ cookiecutter.nobody }}\n")
    world.push([raised(world, "1.1.0"), bad])
    await world.tell_push()
    await world.idle()
    assert world.github.checks[max(world.github.checks)].conclusion == "failure"
    assert (await offered(world)).version == "1.0.0"
    assert b"1.0.0" in world.at_head(FORM).content
    (issue,) = world.github.issues[CATALOG].values()
    assert issue.labels == (NOT_OFFERED,)
    assert "nobody" in issue.body
    assert "Version 1.0.0, which was offered before, stays in force" in issue.body

    await world.let_in([raised(world, "1.1.1"), replace(bad, content=b"warm\n")])
    assert (await offered(world)).version == "1.1.1"
    assert notices(world) == []
    assert number in world.github.pulls


async def test_content_merged_under_a_number_that_is_taken_is_not_offered(world: BotWorld) -> None:
    """Two pull requests raised to the same number; git merged both without a conflict."""
    await world.let_in([raised(world, "1.1.0")])
    world.push([replace(world.at_head(TONE), content=b"cold\n")])
    await world.tell_push()
    await world.idle()
    (issue,) = world.github.issues[CATALOG].values()
    assert "`1.1.0` was merged already with other content" in issue.body
    assert "`version-not-raised`" in issue.body


async def test_a_force_push_back_offers_the_older_version_again(world: BotWorld) -> None:
    older = dict(world.tree())
    await world.let_in([raised(world, "1.1.0")])
    world.github.put(CATALOG, list(older.values()), parent="x")
    await world.tell_push()
    await world.idle()
    version = await offered(world)
    assert version.version == "1.0.0"
    assert b"1.0.0" in world.at_head(FORM).content


async def test_the_form_and_row_of_a_removed_template_disappear(world: BotWorld) -> None:
    await world.let_in(deleted="templates/greeter/")
    assert FORM not in world.tree()
    assert "Greeter" not in world.at_head("README.md").content.decode()
    assert await versions(world).offered("greeter") is None


async def test_a_form_edited_by_hand_is_written_again(world: BotWorld) -> None:
    good = world.at_head(FORM)
    world.push([replace(good, content=b"name: mine\n")])
    await world.tell_push()
    await world.idle()
    assert world.at_head(FORM).content == good.content


async def test_what_people_wrote_around_the_table_and_in_the_chooser_stays(
    world: BotWorld,
) -> None:
    readme = world.at_head("README.md")
    mine = b"# Ours\n\nHello\n\n" + readme.content + b"\nBye\n"
    config = b"blank_issues_enabled: true\ncontact_links: []\n"
    chooser = ".github/ISSUE_TEMPLATE/config.yml"
    world.push([replace(readme, content=mine), File(path=chooser, content=config)])
    await world.tell_push()
    await world.let_in([raised(world, "1.1.0")])
    text = world.at_head("README.md").content
    assert text.startswith(b"# Ours\n\nHello\n\n")
    assert text.endswith(b"\nBye\n")
    assert text.count(b"| [Greeter]") == 1
    assert world.at_head(chooser).content == config


async def test_a_chooser_that_github_could_not_read_is_replaced(world: BotWorld) -> None:
    chooser = ".github/ISSUE_TEMPLATE/config.yml"
    for broken in (b"\xff", b"- a list\n", b"blank_issues_enabled: [\n", b"{}"):
        world.push([File(path=chooser, content=broken)])
        await world.tell_push()
        await world.idle()
        assert b"blank_issues_enabled: false" in world.at_head(chooser).content


async def test_forms_are_written_also_where_workflows_may_not_be(tmp_path: Path) -> None:
    """An owner who has not accepted the App's newer permission keeps nobody from a form."""
    async with open_bot_world(tmp_path, read=False) as world:
        refused: list[str] = []

        def refuse(call: str) -> None:
            if call == "contents.commit" and not refused:
                refused.append(call)
                raise Forbidden("workflows")

        world.github.before = refuse
        await world.bot.registration.keep_in_line()
        assert FORM in world.tree()
        assert VERIFY_WORKFLOW not in world.tree()


async def test_a_catalog_that_moves_meanwhile_is_looked_at_again(world: BotWorld) -> None:
    def push_meanwhile(call: str) -> None:
        if call == "contents.commit":
            world.github.before = lambda _call: None
            world.push([File(path="NOTES.md", content=b"new")])

    world.push([replace(world.at_head(FORM), content=b"name: mine\n")])
    world.github.before = push_meanwhile
    with pytest.raises(RetryLater):
        await world.bot.registration.refresh()
    await world.bot.registration.refresh()
    assert b"New Greeter" in world.at_head(FORM).content
    assert "NOTES.md" in world.tree()


async def test_a_deleted_label_is_made_again_when_the_bot_starts(tmp_path: Path) -> None:
    async with open_bot_world(tmp_path) as world:
        github = world.github
    github.labels[CATALOG].clear()
    async with open_bot_world(tmp_path, read=False) as again:
        again.github.trees, again.github.heads = github.trees, github.heads
        again.github.labels = github.labels
        await again.bot.registration.keep_in_line()
        assert github.labels[CATALOG] >= {"template:greeter", "template:pinger"}


async def test_another_default_branch_is_noticed(world: BotWorld) -> None:
    repository = world.github.repositories[CATALOG]
    world.github.repositories[CATALOG] = replace(repository, default_branch="trunk")
    world.push([replace(world.at_head(FORM), content=b"name: mine\n")])
    await world.bot.registration.refresh(branch="trunk")
    assert b"New Greeter" in world.at_head(FORM).content


# --- the organisation ----------------------------------------------------------------


async def test_a_new_cost_center_is_in_the_form_at_the_next_push(world: BotWorld) -> None:
    organization = world.at_head("organization.yml")
    wider = organization.content.replace(b"[CC-100, CC-110]", b"[CC-100, CC-110, CC-120]")
    world.push([replace(organization, content=wider)])
    await world.tell_push()
    await world.idle()
    assert b"CC-120" in world.at_head(FORM).content


async def test_a_broken_organization_file_never_takes_the_bot_down(world: BotWorld) -> None:
    """The last good one stays in force, one issue tells, and it closes by itself."""
    good = world.at_head("organization.yml")
    for broken in (b"teams: [", b"organisation: acme\n", b"\xff\xfe"):
        world.push([replace(good, content=broken)])
        await world.tell_push()
        await world.idle()
    (issue,) = world.github.issues[CATALOG].values()
    assert issue.labels == (LABEL,)
    assert issue.state == "open"
    assert "UTF-8" in issue.body
    number = await world.open_pull([raised(world, "1.1.0")])
    await world.idle()
    assert number in world.github.pulls

    world.push([good])
    await world.tell_push()
    await world.idle()
    (issue,) = world.github.issues[CATALOG].values()
    assert issue.state == "closed"


async def test_a_file_mended_while_the_bot_still_tells_of_it_is_told_as_mended(
    world: BotWorld,
) -> None:
    """The catalog is then as the bot knew it before, but for the issue that it opened."""
    form, good = world.at_head(FORM), world.at_head("organization.yml")

    def mend_meanwhile(call: str) -> None:
        if call == "contents.commit":
            world.github.before = lambda _call: None
            world.push([good, form])

    world.push([replace(good, content=b"teams: ["), replace(form, content=b"name: mine\n")])
    world.github.before = mend_meanwhile
    with pytest.raises(RetryLater):
        await world.bot.registration.refresh()
    (issue,) = world.github.issues[CATALOG].values()
    assert issue.state == "open"
    await world.bot.registration.refresh()
    (issue,) = world.github.issues[CATALOG].values()
    assert issue.state == "closed"


async def test_without_any_good_organization_file_requests_wait(tmp_path: Path) -> None:
    files = [
        replace(file, content=b"nonsense") if file.path == "organization.yml" else file
        for file in read_folder(FOLDER)
    ]
    async with open_bot_world(tmp_path, catalog=files, read=False) as world:
        with pytest.raises(RetryLater):
            await world.bot.registration.refresh()
