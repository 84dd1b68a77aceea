"""Something is wrong: one issue says so, and is closed once, whatever dies in between."""

import pytest

from bot.github.port import RepositoryName
from bot.progress.notices import Notices
from bot.store.collections import NOTICES
from tests.fake_github import FakeGitHub
from tests.progress.test_sticky import Killed
from tests.store.memory import MemoryDocuments

CATALOG = RepositoryName("acme", "catalog")
KEY = "unhealthy:x"


class World:
    """Each act is a new process: nothing is remembered but the store and GitHub."""

    def __init__(self) -> None:
        self.github, self.documents = FakeGitHub(), MemoryDocuments()

    @property
    def notices(self) -> Notices:
        return Notices(self.github.bundle().issues, self.documents)

    async def tell(self, body: str = "It is broken") -> int:
        return await self.notices.tell(CATALOG, KEY, title="Broken", body=body, labels=["l"])

    async def settle(self) -> None:
        await self.notices.settle(CATALOG, KEY, because="It works again.")

    @property
    def states(self) -> list[str]:
        return [each.state for each in self.github.issues.get(str(CATALOG), {}).values()]


@pytest.fixture
def world() -> World:
    return World()


async def test_it_is_told_once_kept_current_and_closed_with_the_reason(world: World) -> None:
    assert await world.tell() == await world.tell() == await world.tell("Worse")
    assert world.github.issues[str(CATALOG)][1].body.startswith("Worse")
    await world.settle()
    await world.settle()
    assert world.states == ["closed"]
    (text,) = world.github.texts(str(CATALOG), 1)
    assert text.startswith("It works again.")
    assert await world.tell() == 2
    assert world.states == ["closed", "open"]


@pytest.mark.parametrize("write", range(1, 5))
async def test_killed_at_any_write_of_the_closing_it_is_closed_with_one_reason(
    world: World, write: int
) -> None:
    await world.tell()
    written = 0

    def die() -> None:
        nonlocal written
        written += 1
        if written == write:
            raise Killed

    world.documents.before_write = die
    try:
        await world.settle()
    except Killed:
        await world.settle()
    assert world.states == ["closed"]
    assert len(world.github.texts(str(CATALOG), 1)) == 1
    assert await world.documents.get(NOTICES.name, KEY) is None


@pytest.mark.parametrize("call", ["issues.comment", "issues.close"])
async def test_what_was_half_closed_is_closed_before_it_is_told_anew(
    world: World, call: str
) -> None:
    """It is wrong again by the time somebody looks."""
    await world.tell()

    def die(called: str) -> None:
        if called == call:
            world.github.after = lambda _call: None
            raise Killed

    world.github.after = die
    with pytest.raises(Killed):
        await world.settle()
    assert await world.tell() == 2
    assert world.states == ["closed", "open"]
    assert len(world.github.texts(str(CATALOG), 1)) == 1
