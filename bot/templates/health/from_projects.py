"""What happens in projects says something about the version that they were made from."""

from dataclasses import dataclass, replace
from typing import Final

from bot.clock import seconds_of
from bot.errors import RetryLater
from bot.github.port import RepositoryName
from bot.projects import GENERATE, Project, ProjectRecords
from bot.runs import RunRecords, RunState
from bot.templates.health.evidence import Evidence, Source
from bot.templates.health.observe import Observe
from bot.work.events import DeploymentTold, WorkflowRunEnded

# Words of GitHub; every other (cancelled, skipped, neutral, …) says nothing.
BUILT: Final = {
    "success": True,
    "failure": False,
    "timed_out": False,
    "startup_failure": False,
}
DEPLOYED: Final = {"success": True, "failure": False, "error": False}
BEING_MADE: Final = 500  # runs that are looked through


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFirstBuild:
    """When a workflow run ends: it may be of a project's first commit."""

    observe: Observe
    projects: ProjectRecords
    runs: RunRecords

    async def __call__(self, event: WorkflowRunEnded) -> None:
        """Keep how each workflow of the first commit ended the first time.

        Raises RetryLater while the project is still being made.
        """
        good = BUILT.get(event.conclusion)
        if good is None or event.event != "push" or not event.on_default_branch:
            return
        project = await self.projects.of_repository(str(event.repository))
        if project is None:
            await self._wait_for(event.repository)
            return
        if event.head_sha == project.first_commit:
            await self.observe(
                _of(
                    project,
                    Source.FIRST_BUILD,
                    about=f"{project.id}:{event.workflow}",
                    good=good,
                    at=event.ended_at,
                    url=event.url,
                )
            )

    async def _wait_for(self, repository: RepositoryName) -> None:
        """A build can be faster than the last steps of the run that made the project."""
        name = str(repository).lower()
        for run in await self.runs.in_state(RunState.RUNNING, limit=BEING_MADE):
            if run.kind == GENERATE and str(run.intent["full_name"]).lower() == name:
                raise RetryLater(f"{repository} is not registered yet.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDeployment:
    """When somebody tells how a deployment ended: of each project, the newest counts."""

    observe: Observe
    projects: ProjectRecords

    async def __call__(self, event: DeploymentTold) -> None:
        """Keep it if the project is one of ours and the state is final.

        A deployment that one of our runs made tells by that run how it ended.
        """
        good = None if event.run.startswith("deploy-") else DEPLOYED.get(event.state)
        project = await self.projects.of_repository(str(event.repository))
        if good is None or project is None:
            return
        await self.observe(
            _of(
                project,
                Source.DEPLOYMENT,
                about=project.id,
                good=good,
                at=event.told_at,
                url=f"{project.repository_url}/deployments",  # whoever deploys writes theirs
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectDeployed:
    """A deployment of ours has ended; what other deployments say comes by events."""

    observe: Observe

    async def __call__(self, project: Project, good: bool, at_s: float) -> None:
        """Keep it; of each project, the newest counts."""
        evidence = _of(
            project,
            Source.DEPLOYMENT,
            about=project.id,
            good=good,
            at="",
            url=f"{project.repository_url}/deployments",
        )
        await self.observe(replace(evidence, at_s=at_s))


def _of(project: Project, source: Source, *, about: str, good: bool, at: str, url: str) -> Evidence:
    return Evidence(
        version=project.template_version_id,
        source=source,
        about=about,
        whose=project.id,
        good=good,
        made_at_s=project.created_at_s,
        at_s=seconds_of(at),
        url=url,
    )
