"""When somebody edits a project's settings by hand: a check run says whether they are right.

A pull request is asked about where its head has another file than its base, a push where
its commits touch the file (the event table sees to that); everything else costs no request.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from bot.audit import AuditCause, AuditLog
from bot.clock import Clock
from bot.deploy_settings import Rules, SettingsFile
from bot.deploy_settings.schema import SCHEMA_KEY
from bot.github.port import Contents, RepositoryName
from bot.problems import Problem
from bot.progress import Sticky
from bot.progress.settings_view import settings_check
from bot.projects.record import Project, ProjectRecords
from bot.projects.settings.current import CurrentSettings, content_at, look
from bot.work.events import BranchPushed, PullRequestChanged

# The settings, or what is wrong with them; None where the file is missing.
Found: TypeAlias = SettingsFile | Sequence[Problem] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings:
    """Shows the check run, and keeps the project's record in line with its default branch."""

    projects: ProjectRecords
    current: CurrentSettings
    contents: Contents
    sticky: Sticky
    audit: AuditLog
    clock: Clock

    async def on_push(self, event: BranchPushed) -> None:
        """Check the file at the new head; what is right on the default branch is recorded."""
        project = await self._project(event.repository)
        if project is None or event.after == project.first_commit:
            return  # the first commit is ours, and its check run another one
        rules = await self.current.rules(project)
        content = await content_at(self.contents, event.repository, event.after)
        await self._show(event.repository, event.after, _look(content, rules))
        if event.is_default:
            await self._record(project, event, rules)

    async def on_pull_request(self, event: PullRequestChanged) -> None:
        """Check the head's file if it is not the base's."""
        project = await self._project(event.repository)
        if project is None:
            return
        content = await content_at(self.contents, event.repository, event.head_sha)
        if content != await content_at(self.contents, event.repository, event.base_sha):
            rules = await self.current.rules(project)
            await self._show(event.repository, event.head_sha, _look(content, rules))

    async def _project(self, repository: RepositoryName) -> Project | None:
        project = await self.projects.of_repository(str(repository))
        return project if project is not None and project.is_deployed else None

    async def _show(self, repository: RepositoryName, commit: str, found: Found) -> None:
        await self.sticky.check(repository, settings_check(commit, found))

    async def _record(self, project: Project, event: BranchPushed, rules: Rules) -> None:
        """The record says what the branch says now: events may come late or twice."""
        head = await self.contents.head(event.repository, event.branch)
        found = _look(await content_at(self.contents, event.repository, head), rules)
        if not isinstance(found, SettingsFile):
            return  # told by the check run; the last good settings stay
        settings = {key: said for key, said in found.value.items() if key != SCHEMA_KEY}
        if settings == project.settings:
            return
        await self.audit.append(
            key=f"{event.repository}@{head}:settings".lower(),
            action="settings.changed",
            subject=project.request,
            actor=event.sender.login,
            actor_id=event.sender.id,
            cause=AuditCause(delivery=event.guid, url=f"{project.repository_url}/commit/{head}"),
            details={"settings": settings},
        )
        now_s = self.clock.now_s()  # a deployment may end and be recorded at the same time
        await self.projects.change(
            project.id, lambda known: replace(known, settings=settings, updated_at_s=now_s)
        )


def _look(content: bytes | None, rules: Rules) -> Found:
    return None if content is None else look(content, rules)
