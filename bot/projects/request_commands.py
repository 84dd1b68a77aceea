"""What commands do on a request's issue: retry, undo, approve, status."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.errors import UserError
from bot.github.port import GitHub, RepositoryName
from bot.progress.generate_view import undo_question
from bot.progress.status_view import project_status, request_status
from bot.projects.generate import GenerateServices
from bot.projects.made_from_run import target
from bot.projects.record import ProjectRecords
from bot.projects.request_record import Request, RequestRecords
from bot.projects.requests import Requests
from bot.projects.start_generate import StartGenerate
from bot.projects.undo import what_undo_removes
from bot.runs import Engine, Run, RunRecords, RunState
from bot.work.events import CommentMade, IssueChanged, Person


class NotARequest(UserError):
    """The command belongs on a request's issue."""

    code = "not-a-request"

    def __init__(self) -> None:
        super().__init__(
            "This issue is not a request of Paved Road, so there is nothing to do here.",
            fix="Comment on the issue that asked for the project.",
        )


class NothingToRetry(UserError):
    """Only a failed run is retried."""

    code = "nothing-to-retry"


class NothingToUndo(UserError):
    """Only a run that ended is undone."""

    code = "nothing-to-undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCommands:
    """Each method answers one command with Markdown, or raises a UserError."""

    requests: Requests
    records: RequestRecords
    runs: RunRecords
    projects: ProjectRecords
    engine: Engine
    start: StartGenerate
    generate: GenerateServices
    github: GitHub
    describe_template: Callable[[CommentMade], Awaitable[str]]

    async def retry(self, command: CommentMade) -> str:
        """Go on from the failed step."""
        run = await self._run(command)
        if not run.may_be_retried:
            raise NothingToRetry(
                f"This request has not failed: it is {run.state.value}.",
                fix="There is nothing to do.",
            )
        run = await self.engine.reopen(run.id)
        await self.start.enqueue(run)
        return "Going on from the failed step; the comment above follows the work."

    async def undo(self, command: CommentMade, *, confirmed: bool) -> str:
        """Say what would be removed; remove it once that is confirmed."""
        run = await self._run(command)
        if not run.may_be_undone:
            raise NothingToUndo(
                f"There is nothing to undo while this request is {run.state.value}.",
                fix="Wait for its end, then ask again."
                if run.state is RunState.RUNNING
                else "There is nothing to do.",
            )
        belongings = await what_undo_removes(run, self.generate)
        if not confirmed:
            return undo_question(belongings=belongings)
        run = await self.engine.begin_undo(run.id)
        await self.start.enqueue(run)
        return f"Removing {belongings}"

    async def approve(self, command: CommentMade) -> str:
        """Count an approval of the request's present answers."""
        issue = await self.github.issues.get(command.repository, command.number)
        event = IssueChanged(
            guid=command.guid,
            action="edited",
            repository=command.repository,
            number=issue.number,
            title=issue.title,
            body=issue.body,
            labels=issue.labels,
            author=Person(id=issue.author_id, login=issue.author, is_person=True),
            sender=Person(id=issue.author_id, login=issue.author, is_person=True),
            created_at="",
            updated_at="",
            url=issue.html_url,
            open=issue.state == "open",
        )
        return await self.requests.approve(command, event)

    async def status(self, command: CommentMade) -> str:
        """The record of the request, or of the project, and how its template does."""
        parts = [await self._record(command), await self.describe_template(command)]
        return "\n\n".join(part for part in parts if part)

    async def _record(self, command: CommentMade) -> str:
        request = await self._request(command)
        if request is not None:
            return request_status(await self.runs.get(request.run_id), state=request.state.value)
        project = await self.projects.of_repository(str(command.repository))
        if project is None:
            raise NotARequest
        return project_status(project, cost_center=project.tags.cost_center)

    async def subject_of(self, command: CommentMade) -> str:
        """What the audit log files this thread's actions under."""
        request = await self._request(command)
        if request is not None:
            return request.id
        project = await self.projects.of_repository(str(command.repository))
        if project is None:
            raise NotARequest
        return project.request.lower()

    async def team_and_project(self, command: CommentMade) -> tuple[str, RepositoryName | None]:
        """The team that asked and the repository that came of it, as far as there are any."""
        request = await self._request(command)
        if request is None:
            return "", None
        run = await self.runs.get(request.run_id) if request.run_id else None
        if run is None or "repository_id" not in run.facts:
            return request.team, None
        return request.team, target(run)

    async def _request(self, command: CommentMade) -> Request | None:
        return await self.records.get(f"{command.repository}#{command.number}")

    async def _run(self, command: CommentMade) -> Run:
        request = await self._request(command)
        if request is None:
            raise NotARequest
        run = await self.runs.get(request.run_id) if request.run_id else None
        if run is None:
            raise NothingToRetry(
                "The work on this request has not begun.",
                fix="The comment above says what it waits for.",
            )
        return run
