"""Waiting runs are woken when their time comes; what is not due is not read."""

from collections.abc import Mapping, Sequence

import pytest

from bot.clock import ManualClock
from bot.queue.port import Message
from bot.runs import Cause, Run, RunRecords, RunState
from bot.store.port import Document, Scalar
from bot.work.wake import FAR_S, Wake
from tests.store.memory import MemoryDocuments


class CountedDocuments(MemoryDocuments):
    """Knows how many records were read."""

    read = 0

    async def find(
        self,
        collection: str,
        where: Mapping[str, Scalar],
        *,
        after: str = "",
        limit: int = 100,
        descending: bool = False,
    ) -> Sequence[Document]:
        found = await super().find(
            collection, where, after=after, limit=limit, descending=descending
        )
        self.read += len(found)
        return found


class Sent:
    """Where messages go."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    async def send(self, messages: Sequence[Message]) -> None:
        self.ids += [message.id for message in messages]

    def take(self) -> list[str]:
        taken, self.ids = sorted(self.ids), []
        return taken


class Scene:
    def __init__(self) -> None:
        self.documents, self.clock, self.sent = CountedDocuments(), ManualClock(), Sent()
        self.runs = RunRecords(self.documents)
        self.wake = Wake(self.runs, self.sent, clock=self.clock)  # type: ignore[arg-type]  # it only sends

    async def waits(self, id_: str, in_s: float, state: RunState = RunState.WAITING) -> None:
        """A run of any kind is put aside for so long."""
        now_s = self.clock.now_s()
        run = Run(
            id=id_,
            kind="check",
            subject=id_,
            token="",
            intent={},
            cause=Cause(delivery="", actor="", actor_id=0, url=""),
            created_at_s=now_s,
            state=state,
            wake_at_s=now_s + in_s,
        )
        assert await self.runs.add(run)


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_each_is_woken_within_two_seconds_of_its_time(scene: Scene) -> None:
    """Whatever stretch of time that falls into."""
    await scene.wake.once()
    for number in range(40):
        await scene.waits(f"run-{number:02}", in_s=number * 0.9)
    woken: set[str] = set()
    for second in range(0, 40, 2):
        await scene.wake.once()
        woken |= set(scene.sent.take())
        assert woken >= {f"run:run-{number:02}" for number in range(40) if number * 0.9 <= second}
        assert woken <= {f"run:run-{number:02}" for number in range(40) if number * 0.9 <= second}
        scene.clock.advance(2)
    assert len(woken) == 40


async def test_what_is_not_due_is_not_read(scene: Scene) -> None:
    """A thousand deployments may wait for somebody's approval."""
    await scene.wake.once()
    for number in range(300):
        await scene.waits(f"later-{number}", in_s=3600)
    await scene.waits("now", in_s=1)
    scene.documents.read = 0
    scene.clock.advance(2)
    assert await scene.wake.once() == 1
    assert scene.sent.take() == ["run:now"]
    assert scene.documents.read == 1


async def test_who_looked_long_ago_reads_all_that_wait(scene: Scene) -> None:
    """A process that begins, and one that slept."""
    await scene.waits("old", in_s=0)
    scene.clock.advance(10 * FAR_S)
    assert await scene.wake.once() == 1
    await scene.waits("older", in_s=0)
    scene.clock.advance(10 * FAR_S)
    await scene.wake.once()
    assert "run:older" in scene.sent.take()


async def test_it_is_needed_while_anything_waits(scene: Scene) -> None:
    await scene.waits("running", in_s=0, state=RunState.RUNNING)
    assert not await scene.wake.needed()
    await scene.waits("waiting", in_s=3600)
    assert await scene.wake.needed()
