"""What the bot offers follows what the catalog's default branch says, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.errors import RetryLater
from bot.github.port import File, RepositoryName
from bot.organization.current import LABEL, CurrentOrganization
from bot.progress.notices import Notices
from bot.templates.folder import read_folder
from bot.templates.registration import Registration
from bot.templates.version_record import TemplateVersions
from tests.fake_github import FakeGitHub
from tests.store.memory import MemoryDocuments

CATALOG = "acme/catalog"
NAME = RepositoryName("acme", "catalog")
FOLDER = Path(__file__).parents[1] / "data" / "catalog"
GREETER_FORM = ".github/ISSUE_TEMPLATE/new-greeter.yml"


class World:
    def __init__(self) -> None:
        self.github = FakeGitHub()
        self.github.add_repository(CATALOG, read_folder(FOLDER))
        self.documents = MemoryDocuments()
        bundle = self.github.bundle()
        self.organization = CurrentOrganization(
            self.documents, bundle.contents, Notices(bundle.issues, self.documents), NAME
        )
        self.versions = TemplateVersions(self.documents)
        self.registration = Registration(
            github=bundle,
            documents=self.documents,
            organization=self.organization,
            versions=self.versions,
            catalog=NAME,
            clock=ManualClock(),
        )

    def tree(self) -> dict[str, File]:
        return self.github.trees[self.github.heads[CATALOG]]

    def push(self, changed: Sequence[File] = (), *, deleted: str = "") -> None:
        """Somebody pushes to the default branch."""
        files = {**self.tree(), **{file.path: file for file in changed}}
        kept = [f for p, f in files.items() if not deleted or not p.startswith(deleted)]
        self.github.put(CATALOG, kept, parent=self.github.heads[CATALOG])

    def file(self, path: str) -> File:
        return self.tree()[path]


@pytest.fixture
def world() -> World:
    return World()


async def test_each_template_gets_a_version_a_form_and_a_label(world: World) -> None:
    await world.registration.refresh(by="tom")
    assert b"New Greeter" in world.file(GREETER_FORM).content
    assert world.github.labels[CATALOG] == {"template:greeter", "template:pinger"}
    offered = await world.versions.offered("greeter")
    assert offered is not None
    assert (offered.version, offered.owner, offered.created_by) == ("1.0.0", "platform", "tom")
    variables = offered.configuration["variables"]
    assert isinstance(variables, dict)
    assert variables["greeting"]["pattern"] == "[A-Za-z ,]+"


async def test_a_second_look_changes_nothing_and_costs_two_requests(world: World) -> None:
    await world.registration.refresh()
    head = world.github.heads[CATALOG]
    world.github.calls.clear()
    await world.registration.refresh()
    assert world.github.heads[CATALOG] == head
    assert len(world.github.calls) == 2


async def test_the_push_that_the_bot_made_itself_costs_nothing(world: World) -> None:
    await world.registration.refresh()
    world.github.calls.clear()
    await world.registration.refresh(expected=world.github.heads[CATALOG])
    assert world.github.calls == []


async def test_a_raised_version_supersedes_the_one_before(world: World) -> None:
    await world.registration.refresh()
    manifest = world.file("templates/greeter/template.yml")
    raised = manifest.content.replace(b"version: 1.0.0", b"version: 1.1.0")
    world.push([replace(manifest, content=raised)])
    await world.registration.refresh()
    offered = await world.versions.offered("greeter")
    assert offered is not None
    assert offered.version == "1.1.0"
    assert b"1.1.0" in world.file(GREETER_FORM).content


async def test_the_form_of_a_removed_template_disappears(world: World) -> None:
    await world.registration.refresh()
    world.push(deleted="templates/greeter/")
    await world.registration.refresh()
    assert GREETER_FORM not in world.tree()
    assert await world.versions.offered("greeter") is None


async def test_a_form_edited_by_hand_is_written_again(world: World) -> None:
    await world.registration.refresh()
    good = world.file(GREETER_FORM)
    world.push([replace(good, content=b"name: mine\n")])
    await world.registration.refresh()
    assert world.file(GREETER_FORM).content == good.content


async def test_a_broken_template_is_left_out_and_the_others_stay(world: World) -> None:
    world.push([File(path="templates/greeter/template.yml", content=b"id: [")])
    await world.registration.refresh()
    assert GREETER_FORM not in world.tree()
    assert await world.versions.offered("pinger") is not None


async def test_a_catalog_that_moves_meanwhile_is_looked_at_again(world: World) -> None:
    def push_meanwhile(call: str) -> None:
        if call == "contents.commit":
            world.github.before = lambda _call: None
            world.push([File(path="README.md", content=b"new")])

    world.github.before = push_meanwhile
    with pytest.raises(RetryLater):
        await world.registration.refresh()
    await world.registration.refresh()
    assert GREETER_FORM in world.tree()
    assert "README.md" in world.tree()


async def test_a_deleted_label_is_made_again_when_the_bot_starts(world: World) -> None:
    await world.registration.refresh()
    world.github.labels[CATALOG].clear()
    await world.registration.keep_in_line()
    assert world.github.labels[CATALOG] == {"template:greeter", "template:pinger"}
    world.github.calls.clear()
    await world.registration.keep_in_line()
    assert len(world.github.calls) == 2


async def test_a_new_cost_center_is_in_the_form_at_the_next_push(world: World) -> None:
    await world.registration.refresh()
    organization = world.file("organization.yml")
    wider = organization.content.replace(b"[CC-100, CC-110]", b"[CC-100, CC-110, CC-120]")
    world.push([replace(organization, content=wider)])
    await world.registration.refresh()
    assert b"CC-120" in world.file(GREETER_FORM).content


async def test_a_broken_organization_file_never_takes_the_bot_down(world: World) -> None:
    """The last good one stays in force, one issue tells, and it closes by itself."""
    await world.registration.refresh()
    good = world.file("organization.yml")
    for broken in (b"teams: [", b"organisation: acme\n", b"\xff\xfe"):
        world.push([replace(good, content=broken)])
        await world.registration.refresh()
        assert (await world.organization.get()).team("payments") is not None
    (issue,) = world.github.issues[CATALOG].values()
    assert issue.labels == (LABEL,)
    assert issue.state == "open"
    assert "line " in issue.body

    world.push([good])
    await world.registration.refresh()
    (issue,) = world.github.issues[CATALOG].values()
    assert issue.state == "closed"


async def test_a_deleted_organization_file_leaves_the_last_good_one(world: World) -> None:
    await world.registration.refresh()
    world.push(deleted="organization.yml")
    await world.registration.refresh()
    assert (await world.organization.get()).organization == "acme"
    (issue,) = world.github.issues[CATALOG].values()
    assert "missing" in issue.body


async def test_without_any_good_file_requests_wait(world: World) -> None:
    world.push([File(path="organization.yml", content=b"nonsense")])
    with pytest.raises(RetryLater):
        await world.registration.refresh()
    with pytest.raises(RetryLater):
        await world.organization.get()
