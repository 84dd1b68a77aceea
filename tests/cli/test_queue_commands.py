"""What an operator sees of the dead letters, and what redriving them does, on every queue."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import open_bot, open_store
from bot.cli import main
from bot.queue.port import Message
from bot.settings import Settings
from bot.store.port import Delivery
from tests.cli.test_deployments_commands import settings_at
from tests.queue.sqs import SqsServer

GUID = "3b1d0f9a-0000-4000-8000-000000000001"
LETTER = f"delivery:{GUID}"
REASON = "GitHub does not answer."

Run = Callable[..., tuple[int, str, str]]


@dataclass(frozen=True)
class Installation:
    """The command line, and what it works on."""

    run: Run
    settings: Settings


@pytest.fixture(params=["sqlite", "sqs"])
def installation(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Installation:
    """An installation whose only delivery was given up."""
    environment = settings_at(tmp_path)
    if request.param == "sqs":
        server: SqsServer = request.getfixturevalue("sqs")
        environment["QUEUE_URL"] = server.queue()
    monkeypatch.setattr("bot.work.worker.IDLE_WAIT_S", 1.0)  # what a long poll takes to end
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_env(environment)
    asyncio.run(_give_up(settings))

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(["queue", "dead", *arguments])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return Installation(run, settings)


async def _give_up(settings: Settings) -> None:
    async with open_store(settings) as (store, queue):
        body = json.dumps({"zen": "Keep it simple."}).encode()
        await store.deliveries.add(
            Delivery(guid=GUID, event="ping", body=body, key="acme/shop#7", received_at_s=1e9)
        )
        await queue.send([Message(LETTER, "acme/shop#7")])
        (claim,) = await queue.claim(limit=1, visibility_s=60)
        await queue.bury(claim, reason=REASON)
        await store.deliveries.finish(GUID, "dead")


async def _work_off(settings: Settings) -> str:
    """How the delivery ended, after a worker had nothing left to do."""
    async with open_bot(settings) as bot:
        worker = asyncio.create_task(bot.worker.run())
        async with asyncio.timeout(60):
            while (await bot.queue.stats()).depth:
                await bot.clock.sleep(0.02)
        bot.worker.stop()
        await worker
        delivery = await bot.store.deliveries.get(GUID)
        assert delivery is not None
        return delivery.outcome


def test_a_dead_letter_is_listed_with_its_reason(installation: Installation) -> None:
    code, out, _ = installation.run("list")
    assert code == 0
    assert out.startswith(f"{LETTER}  20")
    assert out.endswith(f"Z  acme/shop#7  {REASON}\n")
    code, out, _ = installation.run("list", "--json")
    (told,) = json.loads(out)
    assert (told["id"], told["attempts"], told["reason"]) == (LETTER, 1, REASON)


def test_a_dead_letter_is_shown_with_its_delivery(installation: Installation) -> None:
    code, out, _ = installation.run("show", LETTER)
    assert code == 0
    assert f"because   {REASON}\n" in out
    assert "event     ping\n" in out
    assert f"paved-road queue dead redrive {LETTER}" in out
    code, out, _ = installation.run("show", LETTER, "--json")
    told = json.loads(out)
    assert (code, told["event"], told["received_at"]) == (0, "ping", "2001-09-09T01:46:40Z")


def test_what_is_redriven_is_worked_on_again(installation: Installation) -> None:
    """And only what is redriven: a message of a dead delivery that comes twice is let go."""
    assert asyncio.run(_send_again(installation.settings)) == "dead"

    code, out, _ = installation.run("redrive", LETTER)

    assert (code, out) == (0, f"{LETTER} is queued; a worker handles it again.\n")
    assert installation.run("list") == (0, "No message was given up.\n", "")
    assert asyncio.run(_work_off(installation.settings)) == "ignored"  # nobody handles a ping
    assert installation.run("redrive", LETTER)[0] == 1


async def _send_again(settings: Settings) -> str:
    async with open_store(settings) as (_, queue):
        await queue.send([Message(LETTER, "acme/shop#7", token="again")])
    return await _work_off(settings)


def test_all_are_redriven_at_once(installation: Installation) -> None:
    assert installation.run("redrive", "--all")[:2] == (
        0,
        f"{LETTER} is queued; a worker handles it again.\n",
    )
    assert installation.run("redrive", "--all") == (0, "No message was given up.\n", "")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(("show", "delivery:none"), 1, "no dead letter delivery:none", id="show"),
        pytest.param(("redrive", "run:none"), 1, "no dead letter run:none", id="redrive"),
        pytest.param(("redrive",), 2, "required", id="which"),
        pytest.param(("redrive", "a", "--all"), 2, "not allowed", id="both"),
    ],
)
def test_what_cannot_be_is_said(
    installation: Installation, arguments: tuple[str, ...], code: int, said: str
) -> None:
    found, out, err = installation.run(*arguments)
    assert (found, out) == (code, "")
    assert said in err


@pytest.mark.parametrize("installation", ["sqs"], indirect=True)
def test_a_queue_that_is_not_there_is_said(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUEUE_URL", installation.settings.queue_url.replace(".fifo", "-gone.fifo"))
    code, out, err = installation.run("list")
    assert (code, out) == (2, "")
    assert "There is no SQS queue queue-" in err
    assert "QUEUE_URL" in err
