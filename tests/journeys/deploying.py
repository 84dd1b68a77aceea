"""A deployed project on the local GitHub, and hands that do what a delivery does."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.deployments import Deployment, DeploymentRecords
from bot.projects import ProjectRecords
from bot.store.port import Documents
from tests.journeys.world import PATIENCE_S, World, body

KIT = "acme/money-kit"

# The jobs of a deployment by name, as the workflow of projects has them.
WORKFLOW = """\
name: Deploy
run-name: Deploy ${{ inputs.commit }} to ${{ inputs.environment }} (${{ inputs.run }})
on:
  workflow_dispatch:
    inputs:
      run: {required: true, type: string}
      deployment: {required: true, type: string}
      environment: {required: true, type: string}
      commit: {required: true, type: string}
      action: {required: true, type: string}
permissions: {}
jobs:
  build: {name: Build, runs-on: ubuntu-latest, steps: [{run: "true"}]}
  canary: {name: Canary, runs-on: ubuntu-latest, steps: [{run: "true"}]}
  health: {name: Health check, runs-on: ubuntu-latest, steps: [{run: "true"}]}
  promotion: {name: Promotion, runs-on: ubuntu-latest, steps: [{run: "true"}]}
  rollback: {name: Rollback, runs-on: ubuntu-latest, steps: [{run: "true"}]}
  result: {name: Result, runs-on: ubuntu-latest, steps: [{run: "true"}]}
"""
PLAN = """\
name: Plan
on:
  workflow_dispatch:
    inputs:
      environment: {required: true, type: string}
      issue: {required: true, type: string}
permissions: {}
jobs:
  plan: {name: Plan, runs-on: ubuntu-latest, steps: [{run: "true"}]}
"""
GOOD = ("build: The image is there", "canary: It is up", "health: It answers", "promotion: All")


@dataclass
class Kit:
    """The project's repository, with an issue to command in."""

    world: World
    issue: int = 0

    @classmethod
    async def made(cls, world: World, *, via: str = "actions") -> "Kit":
        """Ask for the project by its form; its first deployment is to come."""
        number = await world.file(body())
        await world.until(number, "is ready")
        kit = cls(world)
        files = {
            ".github/workflows/deploy.yml": WORKFLOW.encode(),
            ".github/workflows/plan.yml": PLAN.encode(),
            "deploy/settings.json": json.dumps({"via": via}).encode(),
        }
        _, rulesets = await world.api("GET", f"/repos/{KIT}/rulesets")
        for each in rulesets:  # commits here come without a pull request
            await world.api("DELETE", f"/repos/{KIT}/rulesets/{each['id']}")
        await kit.push(files)
        kit.issue = world.hub.create_issue(world.dana, KIT, "Ship it", "", []).number
        return kit

    async def push(self, files: Mapping[str, bytes]) -> str:
        """A commit on the default branch; its id."""
        world = self.world
        world.hub.commit_files(world.petra, KIT, "main", dict(files), message="Change")
        _, told = await world.api("GET", f"/repos/{KIT}/commits/main")
        return str(told["sha"])

    async def say(self, text: str, *, by: Any = None) -> None:
        """Comment in the project."""
        path = f"/repos/{KIT}/issues/{self.issue}/comments"
        by = by or self.world.dana
        status, told = await self.world.api("POST", path, by=by, json={"body": text})
        assert status == 201, told

    async def texts(self) -> list[str]:
        """The bot's comments, oldest first."""
        path = f"/repos/{KIT}/issues/{self.issue}/comments?per_page=100"
        _, told = await self.world.api("GET", path)
        return [each["body"] for each in told if each["user"]["type"] == "Bot"]

    async def until(self, words: str, *, times: int = 1) -> str:
        """The newest of so many comments of the bot that hold ``words``."""
        async with asyncio.timeout(PATIENCE_S):
            with self.world.hub.changes.subscribe(f"issue:{KIT}#{self.issue}") as changes:
                while True:
                    found = [text for text in await self.texts() if words in text]
                    if len(found) >= times:
                        return found[-1]
                    await anext(changes)

    async def deployments(self) -> list[dict[str, Any]]:
        """GitHub's deployments, newest first."""
        _, told = await self.world.api("GET", f"/repos/{KIT}/deployments?per_page=100")
        found: list[dict[str, Any]] = told
        return found

    async def until_deployment(self, count: int) -> dict[str, Any]:
        """The newest of so many deployments of GitHub's, once they are there."""
        async with asyncio.timeout(PATIENCE_S):
            with self.world.hub.changes.subscribe(f"repo:{KIT}") as changes:
                while len(found := await self.deployments()) < count:
                    await anext(changes)
        return found[0]

    async def until_run(self, deployment: dict[str, Any]) -> Any:
        """The workflow run that was started for the deployment."""
        async with asyncio.timeout(PATIENCE_S):
            with self.world.hub.changes.subscribe(f"runs:{KIT}@") as changes:
                while True:
                    for run in self.world.hub.workflow_runs(KIT, workflow="deploy.yml"):
                        if deployment["payload"]["run"] in run.title:
                            return run
                    await anext(changes)

    async def status(self, deployment: dict[str, Any], state: str, description: str = "") -> None:
        """Whoever deploys tells how far it is."""
        path = f"/repos/{KIT}/deployments/{deployment['id']}/statuses"
        given = {"state": state, "description": description}
        status, told = await self.world.api("POST", path, json=given)
        assert status == 201, told

    async def checks(self, commit: str) -> dict[str, str]:
        """Conclusions of our check runs on a commit, by name."""
        _, told = await self.world.api(
            "GET", f"/repos/{KIT}/commits/{commit}/check-runs?per_page=100"
        )
        return {
            each["name"]: each["conclusion"]
            for each in told["check_runs"]
            if each["name"].startswith("Paved Road: ")
        }

    async def succeeds(self, count: int) -> dict[str, Any]:
        """The newest of so many deployments is carried out as the workflow does it."""
        deployment = await self.until_deployment(count)
        run = await self.until_run(deployment)
        for words in GOOD:
            await self.status(deployment, "in_progress", words)
        await self.status(deployment, "success")
        self.world.hub.conclude_run(KIT, run.id, "success")
        return deployment


async def records_of(documents: Documents) -> list[Deployment]:
    """Every deployment's record, oldest first."""
    project = await ProjectRecords(documents).of_repository(KIT)
    assert project is not None
    return list(await DeploymentRecords(documents).of_project(project.id))
