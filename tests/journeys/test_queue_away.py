"""SQS is away at the start, comes, is lost under load and comes back empty: nothing is lost."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from bot.app import Bot, listening_socket, open_bot, serving
from bot.clock import SystemClock
from bot.settings import Settings
from bot.work.sweep import GRACE_S
from tests.cli.test_deployments_commands import settings_at
from tests.journeys.world import PATIENCE_S
from tests.queue.sqs import credentials, sqs_server
from tests.receive.web_side import SECRET, WebSide, signed_headers

LARGE_BYTES = 24 * 1024 * 1024  # GitHub sends up to 25 MB


class MovedClock(SystemClock):
    """The machine's clock, put forward by the test."""

    moved_s = 0.0

    def now_s(self) -> float:
        return super().now_s() + self.moved_s


@dataclass(frozen=True)
class Stage:
    """The bot as it is served, with its worker, and whoever sends to it."""

    bot: Bot
    clock: MovedClock
    side: WebSide

    async def deliver(self, *, size_bytes: int = 0) -> str:
        guid = str(uuid4())
        login = {"login": "octo-org", "id": 1, "type": "Organization"}
        payload = {"zen": "Keep it simple.", "organization": login, "x": "x" * size_bytes}
        body = json.dumps(payload).encode()
        headers = signed_headers(body, guid=guid, event="ping")
        answer = await self.side.post(body, headers=headers)
        assert answer.status == 202
        return guid

    async def sweep(self) -> None:
        """Do what is done every half a minute, when the deliveries are old enough."""
        self.clock.moved_s += GRACE_S + 1
        (sweep,) = [job for job in self.bot.jobs if job.name == "sweep"]
        await sweep.do()

    async def are_done(self, guids: list[str]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            for guid in guids:
                while not await self._outcome(guid):
                    await self.clock.sleep(0.02)

    async def _outcome(self, guid: str) -> str:
        delivery = await self.bot.store.deliveries.get(guid)
        assert delivery is not None
        return delivery.outcome


@pytest.fixture
def port() -> int:
    """A port of this machine that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int) -> AsyncIterator[Stage]:
    monkeypatch.setattr("bot.work.worker.IDLE_WAIT_S", 1.0)
    monkeypatch.setattr("bot.work.worker.LONGEST_PAUSE_S", 0.5)
    for name, value in credentials().items():
        monkeypatch.setenv(name, value)
    settings = Settings.from_env(
        settings_at(tmp_path)
        | {
            "WEBHOOK_SECRET": SECRET,
            "ORGANIZATIONS": "octo-org",
            "CATALOG_REPOSITORY": "octo-org/catalog",
            "QUEUE_URL": f"http://127.0.0.1:{port}/123456789012/work.fifo",
            "FIRST_RETRY_MS": "50",
        }
    )
    clock = MovedClock()
    listening = listening_socket("127.0.0.1", 0)
    async with (
        open_bot(settings, clock=clock) as bot,
        ClientSession() as session,
        serving(bot, listening, worker=False),
        _working(bot),
    ):
        at = listening.getsockname()[1]
        yield Stage(bot, clock, WebSide(at, bot.store, bot.queue, session))


@asynccontextmanager
async def _working(bot: Bot) -> AsyncIterator[None]:
    """The worker alone: the schedule is the test's."""
    work = asyncio.create_task(bot.worker.run())
    yield
    assert not work.done()
    bot.worker.stop()
    await work


async def test_deliveries_are_accepted_and_worked_on_whatever_becomes_of_sqs(
    stage: Stage, tmp_path: Path, port: int
) -> None:
    early = [await stage.deliver(), await stage.deliver(size_bytes=LARGE_BYTES)]
    assert (await stage.side.get("/healthz")).status == 200
    ready = await stage.side.get("/readyz")
    assert (ready.status, json.loads(ready.text)["failing"]) == (503, ["queue"])
    assert "paved_road_queue_up 0.0" in (await stage.side.get("/metrics")).text

    with sqs_server(tmp_path / "first.log", port=port) as sqs:
        sqs.queue("work")
        await stage.sweep()
        await stage.are_done(early)
        assert (await stage.side.get("/readyz")).status == 200
        assert "paved_road_queue_oldest_age_seconds NaN" in (await stage.side.get("/metrics")).text
        under_load = [asyncio.create_task(stage.deliver()) for _ in range(40)]
        await asyncio.wait(under_load, return_when=asyncio.FIRST_COMPLETED)
        sqs.process.kill()
    late = [await stage.deliver() for _ in range(5)]

    with sqs_server(tmp_path / "second.log", port=port) as sqs:  # it forgot what it had
        sqs.queue("work")
        await stage.sweep()
        await stage.are_done([*(await asyncio.gather(*under_load)), *late])
    assert not await stage.bot.store.documents.find("dead_letters", {})
