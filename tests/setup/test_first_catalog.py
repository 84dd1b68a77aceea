"""The first catalog is offered once, by one pull request, whatever happens meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.audit import AuditLog
from bot.clock import SystemClock
from bot.errors import RetryLater
from bot.github.port import File, Forbidden, RepositoryName
from bot.organization import parse_organization
from bot.organization.current import CurrentOrganization
from bot.progress.notices import Notices
from bot.setup.first_catalog import OfferFirstCatalog
from bot.setup.first_catalog.offer import BRANCH
from bot.setup.first_catalog.organization_file import start_from
from bot.setup.first_catalog.proposal import body_of
from bot.setup.first_catalog.starting_files import is_githubs_readme, starting_files
from bot.shipped import CATALOG as SHIPPED
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore
from bot.templates.catalog_files import VERIFY_WORKFLOW
from bot.templates.definition import load_template
from tests.bot_in_memory import open_bot_world, person
from tests.fake_github import FakeGitHub

CATALOG = "acme/catalog"
NAME = RepositoryName("acme", "catalog")


@dataclass
class Place:
    """A GitHub with teams and no catalog, and the bot's records."""

    github: FakeGitHub
    store: SqliteStore
    audit: AuditLog

    def worker(self) -> OfferFirstCatalog:
        """One that shares nothing with others but the records and GitHub."""
        bundle, documents = self.github.bundle(), self.store.documents
        notices = Notices(bundle.issues, documents)
        return OfferFirstCatalog(
            github=bundle,
            documents=documents,
            organization=CurrentOrganization(documents, bundle.contents, notices, NAME),
            audit=self.audit,
            catalog=NAME,
        )

    def offered(self) -> dict[str, File]:
        """The files of the branch that is offered."""
        return self.github.trees[self.github.branch_heads[CATALOG, BRANCH]]

    async def actions(self) -> list[str]:
        """What the audit log says was done, oldest first."""
        return [each.action for each in await self.audit.for_subject(CATALOG)][::-1]


@asynccontextmanager
async def a_place(folder: Path) -> AsyncIterator[Place]:
    store = SqliteStore(SqliteFile(folder / "bot.db"))
    github = FakeGitHub()
    github.teams = {"payments": {"dana"}, "platform": {"petra"}}
    yield Place(github, store, AuditLog(store.documents, clock=SystemClock()))
    await store.close()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with a_place(tmp_path) as made:
        yield made


async def test_a_missing_catalog_is_made_and_everything_comes_by_one_pull_request(
    place: Place,
) -> None:
    """Private, described, with the teams that GitHub has; nothing is on the default branch."""
    await place.worker()()

    repository = place.github.repositories[CATALOG]
    assert repository.visibility == "private"
    assert place.github.trees[place.github.heads[CATALOG]] == {}
    [pull] = place.github.pulls.values()
    assert (pull.base_branch, pull.state) == ("main", "open")
    files = place.offered()
    organization = parse_organization(files["organization.yml"].content.decode())
    assert [team.slug for team in organization.teams] == ["payments", "platform"]
    assert VERIFY_WORKFLOW in files
    assert b"@acme/platform" in files[".github/CODEOWNERS"].content
    assert "templates/kotlin-library/template.yml" in files
    assert files["templates/kotlin-library/{{cookiecutter.project_slug}}/mvnw"].executable
    assert await place.actions() == ["create-catalog", "offer-catalog"]


async def test_files_that_people_wrote_are_never_touched(place: Place) -> None:
    """Neither theirs in our place, nor a template of which they have a part."""
    theirs = [
        File(path="README.md", content=b"# catalog\n\nAsk Petra first.\n"),
        File(path=".github/CODEOWNERS", content=b"* @acme/web\n"),
        File(path="templates/kotlin-library/notes.md", content=b"ours"),
    ]
    place.github.add_repository(CATALOG, theirs)

    await place.worker()()

    files = place.offered()
    assert [files[each.path] for each in theirs] == theirs
    assert "templates/kotlin-library/template.yml" not in files
    assert "templates/python-service/template.yml" in files
    assert await place.actions() == ["offer-catalog"]


async def test_the_readme_that_github_made_gives_way(place: Place) -> None:
    """Nobody wrote it, so ours is offered in its place."""
    stub = b"# catalog\nEvery project starts here: file an issue, get a repository.\n"
    place.github.add_repository(CATALOG, [File(path="README.md", content=stub)])

    await place.worker()()

    assert b"paved-road:templates" in place.offered()["README.md"].content
    assert not is_githubs_readme("# catalog\nAnd more", name="catalog", description="Every")


async def test_a_catalog_that_has_begun_is_left_alone(place: Place) -> None:
    """Whatever its organization.yml says: mending it is told elsewhere."""
    place.github.add_repository(CATALOG, [File(path="organization.yml", content=b"broken")])

    await place.worker()()

    assert not place.github.pulls


async def test_closed_without_merging_it_is_not_offered_again(place: Place) -> None:
    """Not by the same records, and not by new ones either: GitHub remembers it, too."""
    await place.worker()()
    [(number, pull)] = place.github.pulls.items()
    place.github.pulls[number] = replace(pull, state="closed")
    calls = len(place.github.calls)

    await place.worker()()

    assert len(place.github.calls) == calls  # nothing is asked any more
    await place.store.documents.delete("catalog", "first-catalog", version=1)
    await place.worker()()
    assert list(place.github.pulls) == [number]


async def test_two_workers_make_one_pull_request(place: Place) -> None:
    """Both look, both find nothing, both begin."""
    await asyncio.gather(*(place.worker()() for _ in range(2)), return_exceptions=True)
    await place.worker()()

    assert len(place.github.pulls) == 1
    assert "organization.yml" in place.offered()


class Killed(BaseException):
    """The process ends here."""


async def test_killed_anywhere_it_ends_with_one_pull_request(tmp_path: Path) -> None:
    """Before each call of GitHub, and after each that changed something."""
    for when in ("before", "after"):
        moment = 0
        while True:
            folder = tmp_path / f"{when}-{moment}"
            folder.mkdir()
            async with a_place(folder) as place:
                if not await _killed(place, when, moment):
                    assert moment > 2
                    break
                await place.worker()()
                assert len(place.github.pulls) == 1, (when, moment)
                assert "organization.yml" in place.offered()
                assert await place.actions() == ["create-catalog", "offer-catalog"]
            moment += 1


async def _killed(place: Place, when: str, moment: int) -> bool:
    """Offer it, and die at that call; False where there are fewer calls."""
    left = moment

    def die(_call: str) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed

    setattr(place.github, when, die)
    try:
        await place.worker()()
    except Killed:
        return True
    finally:
        setattr(place.github, when, lambda _call: None)
    return False


async def test_a_push_between_two_attempts_does_not_stop_it(place: Place) -> None:
    """The branch was made, the process died, and the default branch went on."""
    place.github.after = _die_after("contents.point_branch")
    with pytest.raises(Killed):
        await place.worker()()
    place.github.after = lambda _call: None
    head = place.github.heads[CATALOG]
    place.github.put(CATALOG, [File(path="LICENSE", content=b"x")], parent=head)

    await place.worker()()

    assert len(place.github.pulls) == 1
    assert "organization.yml" in place.offered()


def _die_after(name: str):  # type: ignore[no-untyped-def]
    def die(call: str) -> None:
        if call == name:
            raise Killed

    return die


async def test_what_the_app_may_not_do_is_left_for_later(place: Place) -> None:
    """A permission is missing: nothing breaks, and the next look does it."""

    def refuse(call: str) -> None:
        if call == "repositories.create":
            raise Forbidden("needs administration=write")

    place.github.before = refuse
    await place.worker()()
    assert not place.github.repositories

    place.github.before = lambda _call: None
    await place.worker()()
    assert len(place.github.pulls) == 1


async def test_a_new_repository_that_is_not_everywhere_yet_is_come_back_to(place: Place) -> None:
    """GitHub answers 404 for a moment; the queue brings it back."""
    place.github.add_repository(CATALOG)
    del place.github.heads[CATALOG]

    with pytest.raises(RetryLater, match="does not show"):
        await place.worker()()


def test_every_shipped_template_is_owned_by_a_team_of_theirs() -> None:
    """A template whose owner is no team of theirs could not be offered."""
    start = start_from("acme-inc", [])
    start = replace(start, platform_team="123")

    files = starting_files("acme-inc", start, there=())

    for folder in sorted(SHIPPED.glob("templates/*")):
        prefix = f"templates/{folder.name}/"
        own = [
            replace(f, path=f.path.removeprefix(prefix)) for f in files if f.path.startswith(prefix)
        ]
        definition = load_template(own, folder=folder.name, commit="0" * 40)
        assert definition.manifest.owner == "123"
    [owners] = [file for file in files if file.path == ".github/CODEOWNERS"]
    assert b"@acme/" not in owners.content
    assert b"@acme-inc/123" in owners.content


def test_the_pull_request_says_what_to_check_in_plain_words() -> None:
    """Names of others stand in it only as code."""
    start = start_from("acme", [])
    text = body_of("acme", start, ["python-service"])
    assert "Make a team on GitHub first" in text
    assert "`CC-001` for `acme`" in text
    assert "Delete the folders" in text
    assert "reopen it" in text

    named = replace(start, units={"@everybody": "CC-001"}, teams_are_real=True, left_out=["@all"])
    text = body_of("acme", named, [])
    assert "`@everybody`" in text
    assert "`@all`" in text
    assert "none is added" in text


async def test_an_installation_offers_it_in_the_name_of_who_installed(tmp_path: Path) -> None:
    """Wired as in production: the webhook comes, the pull request is there, nobody checks it."""
    async with open_bot_world(
        tmp_path, catalog=[File(path="x", content=b"x")], read=False
    ) as world:
        account = {"login": "Acme", "id": 5, "type": "Organization"}
        told = {
            "action": "created",
            "installation": {"id": 3, "account": account},
            "repositories": [],
            "sender": person("petra"),
        }
        await world.deliver("installation", "org:acme", told)
        await world.deliver("installation", "org:acme", {**told, "action": "deleted"})
        await world.idle()

        [number] = world.github.pull_branches
        await world.tell_pull(number, "opened", by="petra")
        await world.idle()
        entries = await world.bot.audit.for_subject(CATALOG)
        assert [(each.action, each.actor) for each in entries] == [("offer-catalog", "petra")]
        assert not world.github.checks
        assert not world.github.issues  # a catalog that has not begun has nothing to mend

        await next(job for job in world.bot.jobs if job.name == "first-catalog").do()
        assert len(world.github.pulls) == 1
