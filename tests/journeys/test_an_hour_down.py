"""The bot is killed, an hour of work goes by, and it comes back: all is as if it had been there.

The same people do the same in two worlds. In one the bot hears everything; in the other it
is dead meanwhile, and GitHub delivers to nobody. Afterwards what people see is compared.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.app import listening_socket, open_bot, serving
from bot.localhub import WebhookFault
from bot.runs import RunState
from bot.settings import Settings
from bot.work import read_since
from tests.journeys.deploying import KIT, Kit
from tests.journeys.world import CATALOG, PATIENCE_S, World, body, catalog_files, open_world

QUICK = {"LEASE_SECONDS": "2", "PROGRESS_INTERVAL_MS": "50"}
NOISE = 124  # issues that are no request, each opened, labelled, talked about and closed
LATER = "CC-300"  # a cost center that comes with a push of that hour

Pause = Callable[[], Awaitable[None]]


@dataclass
class Before:
    """What was there when the hour began."""

    kit: Kit
    wrong: int  # a form that needs a correction
    deployment: dict[str, Any]


@asynccontextmanager
async def bot_of(world: World) -> AsyncIterator[None]:
    """The bot, from now on, on the records that are there."""
    listening = listening_socket("127.0.0.1", world.webhook_port)
    async with open_bot(Settings.from_env(world.environment)) as bot:
        world.bot = bot
        async with serving(bot, listening, worker=True):
            yield
        world.bot = None


async def settled(world: World) -> None:
    """Everything was delivered, and worked off to where it ends or waits for others."""
    assert world.bot is not None
    async with asyncio.timeout(PATIENCE_S):
        while True:
            await world.hub.idle()
            running = await world.bot.runs.in_state(RunState.RUNNING)
            if not (await world.bot.queue.stats()).depth and not running:
                return
            await world.bot.queue.wait(0.05)


async def before(world: World) -> Before:
    """A project that is being deployed, and a form that needs a correction."""
    await world.catalog_is_checked()
    kit = await Kit.made(world, via="deployment")
    await kit.say("/deploy staging")
    await kit.status(await kit.until_deployment(1), "success")
    await kit.until("`staging` runs `")
    await kit.push({"n": b"2"})
    await kit.say("/deploy staging")
    deployment = await kit.until_deployment(2)
    wrong = await world.file(body(**{"Repository name": "first", "Tone": "rude"}))
    await world.until(wrong, "needs a correction")
    await world.hub.idle()
    return Before(kit, wrong, deployment)


async def an_hour(world: World, was: Before, pause: Pause) -> None:
    """What people, and whoever deploys, do meanwhile; ``pause``: what came is dealt with."""
    hub = world.hub
    organization = catalog_files()["organization.yml"].replace(b"CC-110]", b"CC-110, CC-300]")
    hub.commit_files(world.petra, CATALOG, "main", {"organization.yml": organization}, message="!")
    await pause()
    await world.edit(was.wrong, body(**{"Repository name": "first"}))
    for name in ("second", "third"):
        await world.file(body(**{"Repository name": name, "Cost center": LATER}))
    hub.faults.webhooks.append(WebhookFault(event="issues", action="opened", effect="drop"))
    lost = await world.file(body(**{"Repository name": "lost"}))  # nobody is told, ever
    await world.edit(lost, body(**{"Repository name": "lost", "Greeting": "Hi"}))
    hub.faults.webhooks.append(WebhookFault(event="issues", effect="drop"))
    await world.file(body(**{"Repository name": "unheard"}))
    refused = await world.file(body(**{"Repository name": "refused", "Cost center": "CC-999"}))
    await pause()
    await world.comment(refused, "/help")
    await world.comment(was.wrong, "Thank you all!")
    await was.kit.say("/lock production a fair\n/help")
    await was.kit.status(was.deployment, "in_progress", "canary: 10% of the traffic")
    await was.kit.status(was.deployment, "success")
    for number in range(NOISE):
        issue = hub.create_issue(world.dana, CATALOG, f"Idea {number}", "Hm", []).number
        hub.add_labels(world.petra, CATALOG, issue, ["idea"])
        hub.add_comment(world.dana, CATALOG, issue, "Or rather not")
        hub.update_issue(world.dana, CATALOG, issue, state="closed")
    await pause()


async def seen(world: World) -> dict[str, Any]:
    """What people see, without what differs from day to day.

    One commit brings forms in line, or two: that depends on what is seen together.
    """
    found: dict[str, Any] = {"repositories": await world.repositories()}
    for name in found["repositories"]:
        _, commits = await world.api("GET", f"/repos/{name}/commits?per_page=100")
        _, tree = await world.api("GET", f"/repos/{name}/git/trees/main?recursive=1")
        found[name] = [
            sorted({commit["commit"]["message"].splitlines()[0] for commit in commits}),
            sorted(entry["path"] for entry in tree["tree"]),
        ]
    for name in (CATALOG, KIT):
        path = f"/repos/{name}/issues?state=all&per_page=100&sort=created&page="
        _, issues = await world.api("GET", path + "1")
        _, more = await world.api("GET", path + "2")
        for issue in [*issues, *more]:
            if issue["title"].startswith("Idea "):
                continue
            comments = f"/repos/{name}/issues/{issue['number']}/comments?per_page=100"
            texts = [each["body"] for each in (await world.api("GET", comments))[1]]
            found[f"{name}: {issue['title']}: {issue['body'][:60]}"] = [
                issue["state"],
                sorted(_same_any_day(text) for text in texts),
            ]
    path = f"/repos/{KIT}/deployments"
    deployments = (await world.api("GET", path))[1]
    found["deployments"] = [
        (each["environment"], each["payload"]["action"], await _states(world, each["id"]))
        for each in deployments
    ]
    assert world.bot is not None
    runs = await world.bot.runs.page(limit=500)
    found["runs"] = Counter((run.kind, run.state.value) for run in runs)
    found["dead"] = [each.message.id for each in await world.bot.queue.dead()]
    return found


async def _states(world: World, deployment: int) -> list[str]:
    path = f"/repos/{KIT}/deployments/{deployment}/statuses"
    return [each["state"] for each in (await world.api("GET", path))[1]]


def _same_any_day(text: str) -> str:
    """Without commits, addresses, times, and the ids of issues and comments."""
    text = re.sub(r"https?://[^\s)`]+", "URL", text)
    text = re.sub(r"\b[0-9a-f]{7,40}\b", "COMMIT", text)
    text = re.sub(r"answer-\d+|comment-\d+|deploy-\w+", "ID", text)
    text = re.sub(r"\d[\d.:,]*( (minutes?|seconds?|ms|s)\b)?", "N", text)
    return re.sub(r"N( N)+", "N", text)


@pytest.fixture
def heard_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody told of is not waited for: an hour is long over."""
    monkeypatch.setattr(read_since, "FRESH_S", -60.0)


@pytest.mark.slow
async def test_an_hour_down_leaves_no_trace(tmp_path: Path, heard_at_once: None) -> None:
    """About five hundred deliveries failed; afterwards nothing is missing and nothing doubled."""
    opened = open_world(tmp_path / "unbroken", start_bot=False, settings=QUICK)
    async with opened as world, bot_of(world):
        was = await before(world)
        await an_hour(world, was, lambda: settled(world))
        await world.do_now("requests")  # the two that GitHub told nobody of
        await was.kit.until("`staging` runs `", times=2)
        await settled(world)
        unbroken = await seen(world)

    async with open_world(tmp_path / "broken", start_bot=False, settings=QUICK) as world:
        process = await world.start_process()
        was = await before(world)
        await world.kill(process)
        await an_hour(world, was, world.hub.idle)
        failed = {each.guid for each in world.hub.deliveries_of(world.app) if not each.ok}
        assert len(failed) >= 500
        async with bot_of(world):
            await world.do_now("redeliver")
            await settled(world)
            await world.do_now("requests")
            await world.do_now("commands")
            await was.kit.until("`staging` runs `", times=2)
            await settled(world)
            broken = await seen(world)
            again = Counter(
                each.guid for each in world.hub.deliveries_of(world.app) if each.redelivery
            )
            assert set(again) == failed
            assert set(again.values()) == {1}
            assert all(each.ok for each in world.hub.deliveries_of(world.app) if each.redelivery)
    assert broken == unbroken
