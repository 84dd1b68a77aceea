"""A comment's commands are answered to those who may use the bot, once, in one comment."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from bot.commands import COMMANDS, OnComment, Place, Standing, TakenComments
from bot.errors import UserError
from bot.github.port import RepositoryName, Role
from bot.organization import Organization, parse_organization
from bot.progress import Sticky
from bot.work.events import CommentMade, Person
from tests.fake_github import FakeGitHub
from tests.store.memory import MemoryDocuments

CATALOG = RepositoryName("acme", "catalog")
PROJECT = RepositoryName("acme", "money-kit")
ORGANIZATION = parse_organization("""\
organization: acme
platform_team: platform
business_units:
  - name: Payments
    cost_centers: [CC-100]
teams:
  - {slug: payments, business_unit: Payments, cost_centers: [CC-100]}
  - {slug: platform, business_unit: Payments, cost_centers: [CC-100]}
policies:
  commands:
    undo: {teams: [platform]}
""")
COMMENT = CommentMade(
    guid="g",
    repository=CATALOG,
    number=7,
    on_pull_request=False,
    comment_id=70,
    body="/status",
    sender=Person(id=1, login="dana", is_person=True),
    author=Person(id=1, login="dana", is_person=True),
    url="u",
    visibility="private",
)


class World:
    def __init__(self) -> None:
        self.github = FakeGitHub()
        self.github.teams = {"payments": {"dana"}, "platform": set()}
        self.ran: list[tuple[str, tuple[str, ...]]] = []
        self.standing: Standing | None = Standing(Place.REQUEST, "payments", None)
        bundle, documents = self.github.bundle(), MemoryDocuments()
        self.on_comment = OnComment(
            threads=self._threads,
            organization=self._organization,
            execute={row.name: self._runner(row.name) for row in COMMANDS if row.name != "help"},
            github=bundle,
            sticky=Sticky(bundle, documents),
            taken=TakenComments(documents),
        )

    async def _threads(self, comment: CommentMade) -> Standing | None:
        return self.standing

    async def _organization(self) -> Organization:
        return ORGANIZATION

    def _runner(self, name: str):  # type: ignore[no-untyped-def]  # the shape is Execute
        async def run(comment: CommentMade, words: Sequence[str]) -> str:
            self.ran.append((name, tuple(words)))
            if name == "approve":
                raise UserError("It does not wait.", fix="Nothing to do.")
            return f"{name} done"

        return run

    async def say(self, body: str, **changed: object) -> list[str]:
        await self.on_comment(replace(COMMENT, body=body, **changed))  # type: ignore[arg-type]  # fields of the event
        return self.github.texts("acme/catalog", 7)


def _dies_at(call: str) -> Callable[[str], None]:
    def before(entered: str) -> None:
        if entered == call:
            raise ConnectionError("killed here")

    return before


@pytest.fixture
def world() -> World:
    world = World()
    world.github.roles = {(str(CATALOG), "dana"): Role.READ}
    return world


async def test_a_command_is_acknowledged_and_answered(world: World) -> None:
    (text,) = await world.say("/status")
    assert text.startswith("@dana status done\n")
    assert world.github.reactions == {70: {"eyes"}}


async def test_the_same_comment_delivered_twice_is_answered_once(world: World) -> None:
    await world.say("/status")
    assert len(await world.say("/status")) == 1


async def test_a_comment_that_two_deliveries_tell_of_is_obeyed_once(world: World) -> None:
    """Its event came late, after a look at GitHub had found it; or it was the other way round."""
    await world.say("/status", guid="found")
    assert len(await world.say("/status", guid="late")) == 1
    assert world.ran == [("status", ())]


async def test_a_killed_answer_is_given_by_the_same_delivery(world: World) -> None:
    """Had it been left to the other one, nobody would answer."""
    world.github.before = _dies_at("issues.react")
    with pytest.raises(ConnectionError):
        await world.say("/status", guid="first")
    world.github.before = lambda _call: None
    assert await world.say("/status", guid="second") == []
    (text,) = await world.say("/status", guid="first")
    assert "status done" in text


async def test_several_commands_are_answered_in_one_comment(world: World) -> None:
    (text,) = await world.say("/status\n/audit")
    assert "status done" in text
    assert "audit done" in text
    assert world.ran == [("status", ()), ("audit", ())]


async def test_the_requests_team_counts_as_write_before_there_is_a_repository(
    world: World,
) -> None:
    (text,) = await world.say("/retry")
    assert "retry done" in text


async def test_a_reader_of_another_team_is_told_what_is_needed_and_what_they_have(
    world: World,
) -> None:
    world.github.teams["payments"] = set()
    (text,) = await world.say("/retry")
    assert "needs the role *write*" in text
    assert "you have *read*" in text
    assert world.ran == []


async def test_policy_narrows_a_command_to_teams(world: World) -> None:
    (text,) = await world.say("/undo confirm")
    assert "membership in `platform`" in text
    world.github.teams["platform"] = {"dana"}
    await world.say("/undo confirm", comment_id=71)
    assert world.ran == [("undo", ("confirm",))]


async def test_the_role_in_the_project_counts_in_its_request(world: World) -> None:
    world.github.teams["payments"] = set()
    world.github.roles[str(PROJECT), "dana"] = Role.MAINTAIN
    world.standing = Standing(Place.REQUEST, "payments", PROJECT)
    await world.say("/retry")
    assert world.ran == [("retry", ())]


STRANGER = Person(id=9, login="mallory", is_person=True)
READER = Person(id=9, login="reader", is_person=True)
ROBOT = Person(id=1, login="x[bot]", is_person=False)


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        pytest.param("/status", {"sender": STRANGER}, id="stranger"),
        pytest.param("/status", {"sender": ROBOT}, id="bot"),
        pytest.param("/status", {"sender": READER, "visibility": "public"}, id="public-reader"),
        pytest.param("> /status", {}, id="quote"),
        pytest.param("```\n/status\n```", {}, id="code"),
        pytest.param("<!--\n/status\n-->", {}, id="html-comment"),
        pytest.param("please /status", {}, id="prose"),
        pytest.param("/cc @petra", {}, id="another-bots-command"),
    ],
)
async def test_silence(world: World, body: str, changed: dict[str, object]) -> None:
    world.github.roles[str(CATALOG), "reader"] = Role.READ
    assert await world.say(body, **changed) == []
    assert world.ran == []
    assert world.github.reactions == {}


async def test_a_thread_that_is_none_of_ours_costs_nothing(world: World) -> None:
    world.standing = None
    assert await world.say("/status") == []
    assert world.github.calls == []


async def test_a_comment_without_commands_costs_nothing(world: World) -> None:
    await world.say("Looks good to me")
    assert world.github.calls == []


async def test_a_typo_gets_the_likely_command(world: World) -> None:
    (text,) = await world.say("/retyr")
    assert "Did you mean `/retry`?" in text


async def test_help_lists_every_command_of_the_place(world: World) -> None:
    (text,) = await world.say("/help")
    for row in COMMANDS:
        assert (f"`{row.usage}`" in text) == (Place.REQUEST in row.where)


async def test_an_error_says_what_to_do(world: World) -> None:
    (text,) = await world.say("/approve")
    assert "It does not wait. Nothing to do." in text
