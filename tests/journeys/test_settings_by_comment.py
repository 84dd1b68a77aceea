"""A project's settings over HTTP: changed by a comment, merged, recorded, and edited by hand."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.deploy_settings import PATH
from bot.projects import ProjectRecords
from bot.store.port import Documents
from tests.journeys.world import ANSWERS, PATIENCE_S, World, open_world
from tests.localhub.openapi import validate

KIT = "acme/money-kit"
CHECK = "Paved Road: settings"
ASKED = {name: ANSWERS[name] for name in list(ANSWERS)[:5]} | {
    "Cloud provider": "Amazon Web Services",
    "Region": "eu-central-1",
    "CPU": "0.5 vCPU",
    "Memory": "1 GiB",
    "Fewest replicas": "1",
    "Most replicas": "3",
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, validator=validate) as world:
        yield world
        await world.hub.idle()
        assert world.hub.problems == [], "\n".join(world.hub.problems)


async def told(world: World, about: str, ask: Callable[[], Awaitable[Any]]) -> Any:
    """What ``ask`` finds, asked again at each change of what it is about."""
    async with asyncio.timeout(PATIENCE_S):
        with world.hub.changes.subscribe(about) as changes:
            while not (found := await ask()):
                await anext(changes)
    return found


async def say(world: World, text: str) -> str:
    """Dana comments in an issue of the project; the bot's newest answer there."""
    _, issue = await world.api("POST", f"/repos/{KIT}/issues", by=world.dana, json={"title": "?"})
    path = f"/repos/{KIT}/issues/{issue['number']}/comments"
    await world.api("POST", path, by=world.dana, json={"body": text})

    async def answer() -> str:
        _, comments = await world.api("GET", path)
        return next((each["body"] for each in comments if each["user"]["type"] == "Bot"), "")

    found: str = await told(world, f"issue:{KIT}#{issue['number']}", answer)
    return found


async def check_at(world: World, sha: str) -> Any:
    """The settings check of a commit, once it is there."""
    path = f"/repos/{KIT}/commits/{sha}/check-runs?check_name={CHECK.replace(' ', '%20')}"

    async def ask() -> Any:
        return next(iter((await world.api("GET", path))[1]["check_runs"]), None)

    return await told(world, f"checks:{KIT}@{sha}", ask)


async def settings_at(world: World, ref: str) -> Any:
    _, found = await world.api("GET", f"/repos/{KIT}/contents/{PATH}?ref={ref}")
    return json.loads(base64.b64decode(found["content"]))


async def test_settings_go_from_a_comment_to_the_record(world: World) -> None:
    text = "\n\n".join(f"### {label}\n\n{answer}" for label, answer in ASKED.items())
    number = await world.file(text, template="pinger")
    await world.until(number, "is ready")
    assert (await settings_at(world, "main"))["$schema"] == "./settings.schema.json"

    answer = await say(world, "/settings set memory=2048 staging.replicas=1")
    assert "Proposed in pull request" in answer, answer
    _, (pull,) = await world.api("GET", f"/repos/{KIT}/pulls")
    assert (pull["user"]["login"], pull["base"]["ref"]) == ("paved-road[bot]", "main")
    assert "| `memory` | every environment | `1024` | `2048` |" in pull["body"]
    assert (await check_at(world, pull["head"]["sha"]))["conclusion"] == "success"

    assert "Proposed in" in await say(world, "/settings set canary=20")
    _, (pull,) = await world.api("GET", f"/repos/{KIT}/pulls")
    proposed = await settings_at(world, pull["head"]["sha"])
    assert (proposed["memory_mib"], proposed["canary_percent"]) == (2048, 20)

    review = {"event": "APPROVE", "commit_id": pull["head"]["sha"]}
    path = f"/repos/{KIT}/pulls/{pull['number']}"
    await world.api("POST", f"{path}/reviews", by=world.dana, json=review)
    status, merged = await world.api("PUT", f"{path}/merge", by=world.dana, json={})
    assert status == 200, merged

    async def recorded(documents: Documents) -> bool:
        project = await ProjectRecords(documents).of_repository(KIT)
        return project is not None and project.settings == {
            key: value for key, value in proposed.items() if key != "$schema"
        }

    await world.until_recorded(recorded)
    path = f"/repos/{KIT}/commits/{pull['head']['sha']}/check-runs"
    _, checks = await world.api("GET", path)
    assert [each["name"] for each in checks["check_runs"]].count(CHECK) == 1

    broken = json.dumps({**proposed, "memory_mib": 3}, indent=2).encode()
    start = merged["sha"]
    head = world.hub.commit_files(
        world.dana, KIT, "by-hand", {PATH: broken}, message="Less memory", start=start
    )
    run = await check_at(world, head)
    assert (run["conclusion"], run["output"]["annotations_count"]) == ("failure", 1)
