"""A project that is deployed, with the bot of ``bot_in_memory``, and hands to act as people do."""

import datetime as dt
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.clock import ManualClock
from bot.deployments import Deployment, DeploymentRecords, DeploymentState
from bot.deployments.environments import Environment, Environments
from bot.github.port import File, Job, Role
from bot.projects import Project, ProjectState
from bot.projects.record import Author, Tags
from bot.store.collections import ORGANIZATION
from bot.store.keep import put
from tests.bot_in_memory import CATALOG, IDS, BotWorld, open_bot_world, person

KIT = "acme/money-kit"
THREAD = 5
WORKFLOW = ".github/workflows/deploy.yml"
ROLES = {
    "dana": Role.WRITE,
    "tom": Role.WRITE,
    "petra": Role.ADMIN,
    "sam": Role.NONE,
}
GOOD = ("build: Image ghcr.io/acme/money-kit:1", "canary: It is up", "health: It answers")


def settings(**changed: object) -> File:
    """``deploy/settings.json`` of the project."""
    return File(path="deploy/settings.json", content=json.dumps(changed).encode())


@dataclass
class DeployWorld(BotWorld):
    """Commands, what whoever deploys says, and what is true afterwards."""

    heads: list[str] = field(default_factory=list)
    comments_made: int = 0

    @property
    def records(self) -> DeploymentRecords:
        return DeploymentRecords(self.bot.store.documents)

    async def policy(self, text: str) -> None:
        """``organization.yml`` has these policies from now on."""
        kept = await self.bot.store.documents.get(ORGANIZATION.name, "last-good")
        assert kept is not None
        whole = str(kept.data["text"]).partition("policies:")[0] + f"policies:\n{text}"
        await put(
            self.bot.store.documents, ORGANIZATION.name, "last-good", {**kept.data, "text": whole}
        )

    async def add_project(self, *, via: str = "actions") -> Project:
        """The project, with one commit."""
        repository = self.github.add_repository(KIT)
        self.push(via=via)
        project = Project(
            id=str(repository.id),
            name="money-kit",
            full_name=KIT,
            description="",
            organization="acme",
            author=Author(id=7, login="dana"),
            tags=Tags(application="", product="", organization="acme", cost_center="CC-100"),
            team="payments",
            business_unit="Payments",
            template="pinger",
            template_version="2.1.0",
            template_commit="",
            template_version_id="pinger@2.1.0",
            first_commit=self.heads[0],
            repository_url=f"https://github.test/{KIT}",
            visibility="private",
            cloud_provider="aws",
            image="",
            last_deployment=None,
            state=ProjectState.ACTIVE,
            request=f"{CATALOG}#1",
            created_at_s=0.0,
            updated_at_s=0.0,
        )
        await self.bot.projects.put(project)
        self.github.roles.update({(KIT, login): role for login, role in ROLES.items()})
        return project

    def push(self, *, via: str = "actions") -> str:  # type: ignore[override]  # of the project here
        """Another commit on the default branch."""
        files = [settings(via=via), File(path="n", content=str(len(self.heads)).encode())]
        self.heads.append(self.github.put(KIT, files))
        return self.heads[-1]

    async def say(self, text: str, *, by: str = "dana", thread: int = THREAD, **more: Any) -> str:
        """Comment in the project, and return what the bot answered to it, if anything."""
        id_ = more.pop("id_", None) or self.github.next()
        await self.deliver("issue_comment", KIT, _comment(text, by, thread, id_))
        await self.idle()
        marker = f"paved-road:answer-{id_} "
        found = [each for each in self.github.texts(KIT, thread) if marker in each]
        return found[0] if found else ""

    async def deploy(self, text: str = "/deploy staging", *, by: str = "dana") -> Deployment:
        """A command that begins a deployment; the deployment as it stands then."""
        before = {each.id for each in await self.all()}
        answer = await self.say(text, by=by)
        new = [each for each in await self.all() if each.id not in before]
        assert len(new) == 1, answer
        return new[0]

    async def all(self) -> list[Deployment]:
        project = await self.bot.projects.of_repository(KIT)
        assert project is not None
        return list(await self.records.of_project(project.id))

    async def now(self, deployment: Deployment) -> Deployment:
        found = await self.records.get(deployment.id)
        assert found is not None
        return found

    async def environment(self, name: str = "staging") -> Environment:
        project = await self.bot.projects.of_repository(KIT)
        assert project is not None
        return await Environments(self.bot.store.documents).get(project.id, name)

    async def timeline(self, deployment: Deployment) -> str:
        marker = f"paved-road:deployment-{deployment.id} "
        (text,) = [each for _, _, each in self.github.comments.values() if marker in each]
        return text

    # --- what whoever deploys does ---------------------------------------------------------

    async def status(
        self, deployment: Deployment, state: str, description: str = "", *, tell: bool = True
    ) -> Mapping[str, Any]:
        """A status of GitHub's deployment; its webhook comes unless it is lost."""
        deployment = await self.now(deployment)
        made = self.github.say(deployment.github_id, state, description)
        payload = _status(deployment, made.id, state, description)
        if tell:
            await self.deliver("deployment_status", KIT, payload)
            await self.idle()
        return payload

    def workflow_run(self, deployment: Deployment) -> int:
        """The id of the workflow run that was started for it."""
        (found,) = [
            id_
            for id_, inputs in self.github.dispatched.items()
            if inputs.get("run") == deployment.id
        ]
        return found

    async def run_ends(
        self,
        deployment: Deployment,
        conclusion: str = "success",
        *,
        jobs: Mapping[str, str] | None = None,
        tell: bool = True,
    ) -> Mapping[str, Any]:
        """The workflow run has ended; its webhook comes unless it is lost."""
        id_ = self.workflow_run(deployment)
        run = replace(self.github.workflow_runs[id_], status="completed", conclusion=conclusion)
        self.github.workflow_runs[id_] = run
        self.github.jobs[id_] = [
            Job(id=1, name=name, status="completed", conclusion=said, html_url="")
            for name, said in (jobs or {}).items()
        ]
        payload = _run_ended(run.id, run.title, conclusion)
        if tell:
            await self.deliver("workflow_run", KIT, payload)
            await self.idle()
        return payload

    async def succeeds(self, deployment: Deployment) -> Deployment:
        """Everything goes well, as the workflow tells it."""
        for words in (*GOOD, "promotion: Everything"):
            await self.status(deployment, "in_progress", words, tell=False)
        await self.status(deployment, "success")
        for said in self.github.statuses[(await self.now(deployment)).github_id]:
            payload = _status(await self.now(deployment), said.id, said.state, said.description)
            await self.deliver("deployment_status", KIT, payload)
        await self.idle()
        if self.github.dispatched and any(
            inputs.get("run") == deployment.id for inputs in self.github.dispatched.values()
        ):
            await self.run_ends(deployment, "success")
        await self.wake()
        done = await self.now(deployment)
        assert done.state is DeploymentState.SUCCEEDED, done
        return done

    async def idle(self) -> None:
        """Worked off, also what is due by now."""
        await super().idle()
        (job,) = [each for each in self.bot.jobs if each.name == "wake"]
        while await job.do():
            await super().idle()

    async def wake(self, after_s: float = 0.0) -> None:
        """So much time passes, and the schedule looks."""
        assert isinstance(self.clock, ManualClock)
        self.clock.advance(after_s)
        await self.idle()


def _comment(text: str, by: str, thread: int, id_: int) -> dict[str, Any]:
    url = f"https://github.test/{KIT}/issues/{thread}"
    return {
        "action": "created",
        "issue": {
            "number": thread,
            "title": "Ship it",
            "user": person("dana"),
            "html_url": url,
        },
        "comment": {"id": id_, "html_url": f"{url}#c{id_}", "user": person(by), "body": text},
        "repository": {"full_name": KIT, "default_branch": "main"},
        "sender": person(by),
    }


def _status(deployment: Deployment, id_: int, state: str, description: str) -> dict[str, Any]:
    return {
        "deployment": {
            "id": deployment.github_id,
            "sha": deployment.commit,
            "environment": deployment.environment,
            "payload": {"run": deployment.id, "action": "deploy"},
        },
        "deployment_status": {
            "id": id_,
            "state": state,
            "description": description,
            "created_at": dt.datetime.fromtimestamp(1_700_000_000 + id_, dt.UTC).isoformat(),
        },
        "repository": {"full_name": KIT},
        "sender": {"id": 99, "login": "github-actions[bot]", "type": "Bot"},
    }


def _run_ended(id_: int, title: str, conclusion: str) -> dict[str, Any]:
    return {
        "action": "completed",
        "workflow_run": {
            "id": id_,
            "html_url": f"https://github.test/{KIT}/actions/runs/{id_}",
            "event": "workflow_dispatch",
            "head_sha": "0" * 40,
            "head_branch": "main",
            "path": WORKFLOW,
            "display_title": title,
            "conclusion": conclusion,
        },
        "repository": {"full_name": KIT, "default_branch": "main"},
        "sender": {"id": 99, "login": "github-actions[bot]", "type": "Bot"},
    }


@asynccontextmanager
async def open_deploy_world(folder: Path, *, via: str = "actions") -> AsyncIterator[DeployWorld]:
    """The bot, and the project with its first commit."""
    clock = ManualClock()
    async with open_bot_world(folder, clock=clock, retry_s=0.0) as opened:
        world = DeployWorld(opened.github, opened.bot, clock)
        await world.add_project(via=via)
        yield world


assert set(ROLES) <= set(IDS)
