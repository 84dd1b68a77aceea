"""A filed form: checked as a whole, answered in one comment, started once.

Everything here runs under the issue's key, so two events of one issue never meet.
"""

import hashlib
from dataclasses import dataclass, replace

from bot.errors import UserError
from bot.progress import Sticky
from bot.progress.in_thread import ABOUT
from bot.progress.request_view import approval_comment, corrections_comment, problem_comment
from bot.projects.check_request import Checked, CheckRequest, NeedsCorrection
from bot.projects.request_record import Approval, Request, RequestRecords, RequestState
from bot.projects.start_generate import StartGenerate
from bot.runs import Cause, Run, RunRecords, RunState
from bot.templates.filed_form import Filed
from bot.work.events import CommentMade, IssueChanged


class NotWaiting(UserError):
    """There is nothing to approve."""

    code = "not-waiting"


class OwnRequest(UserError):
    """Nobody approves their own request."""

    code = "own-request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """The service behind the catalog's issues."""

    records: RequestRecords
    runs: RunRecords
    check: CheckRequest
    start: StartGenerate
    sticky: Sticky

    async def consider(self, event: IssueChanged) -> None:
        """Look at the issue's newest state: correct, ask for approval, start, or say too late."""
        if not self.check.is_request(event) or not event.author.is_person:
            return
        request = await self._request(event)
        if event.updated_at < request.seen_at:
            return  # an older state, delivered late
        run = await self._begun(request)
        if run is not None:
            await self._too_late(event, request, run)
            return
        if not event.open:
            return
        if request.run_id:  # it was undone: the next run is another one
            request = replace(request, run_id="", attempt=request.attempt + 1, version_id="")
        await self._look(
            replace(request, seen_at=event.updated_at, body_hash=_hash(event.body)), event
        )

    async def approve(self, command: CommentMade, event: IssueChanged) -> str:
        """Count an approval of the answers as they stand; returns what to tell.

        Raises NotWaiting or OwnRequest, or the UserError of a request that
        cannot go on.
        """
        request = await self.records.get(_id(event))
        if request is None or request.state is not RequestState.WAITS_FOR_APPROVAL:
            raise NotWaiting(
                "This request does not wait for an approval.", fix="There is nothing to do."
            )
        if command.sender.id in (request.author_id, event.author.id):
            raise OwnRequest(
                "Nobody approves their own request.",
                fix="Ask somebody else of the approving team.",
            )
        filed = await self._filed(request, event)
        verdict = await self.check(event, filed)
        if isinstance(verdict, NeedsCorrection):
            await self._look(request, event)
            return "The request needs a correction first; the comment above says which."
        team = await self.check.approving_team(verdict, command.sender)
        approval = Approval(
            person_id=command.sender.id,
            login=command.sender.login,
            team=team,
            answers_hash=verdict.answers_hash,
        )
        others = tuple(each for each in request.approvals if each.person_id != approval.person_id)
        await self._accept(replace(request, approvals=(*others, approval)), event, verdict)
        return f"Approved by @{approval.login} for `{team}`."

    async def _look(self, request: Request, event: IssueChanged) -> None:
        try:
            filed = await self._filed(request, event)
            request = replace(request, version_id=filed.version.id)
            verdict = await self.check(event, filed)
        except UserError as error:
            await self.records.save(replace(request, state=RequestState.NEEDS_CORRECTION))
            await self._say(
                event,
                problem_comment(
                    "This request cannot go on yet", problem=error.problem, fix=error.fix
                ),
            )
            return
        if isinstance(verdict, NeedsCorrection):
            await self.records.save(replace(request, state=RequestState.NEEDS_CORRECTION))
            await self._say(event, corrections_comment(verdict.corrections))
        else:
            await self._accept(request, event, verdict)

    async def _accept(self, request: Request, event: IssueChanged, checked: Checked) -> None:
        """Valid answers: start, or ask for the approvals that are still missing."""
        request = replace(request, answers_hash=checked.answers_hash, team=checked.team)
        missing = checked.missing_approvals(request.approvals)
        if missing:
            await self.records.save(replace(request, state=RequestState.WAITS_FOR_APPROVAL))
            given = sum(a.answers_hash == checked.answers_hash for a in request.approvals)
            await self._say(
                event,
                approval_comment(
                    name=f"`{checked.full_name}`",
                    teams=[each.team for each in missing],
                    reasons=[each.reason for each in missing],
                    given=given,
                ),
            )
            return
        run = await self.start.prepare(
            request, checked, cause=_cause(event), subject=_subject(event)
        )
        # The run is saved before the request names it: killed in between, the same
        # intent has the same run id, and the delivery comes back.
        await self.records.save(replace(request, state=RequestState.STARTED, run_id=run.id))
        await self.start.enqueue(run)

    async def _too_late(self, event: IssueChanged, request: Request, run: Run) -> None:
        """An edit after the start changes nothing and is told so, in the same comment."""
        changed = event.action == "edited" and _hash(event.body) != request.body_hash
        if changed and not run.facts.get("edited_after_start"):
            run = await self.runs.save(run.with_facts({"edited_after_start": True}))
        await self.start.enqueue(run)  # shows the record again; starts nothing anew

    async def _filed(self, request: Request, event: IssueChanged) -> Filed:
        """After an undo the answers are asked for anew, also of a version that came since."""
        asked_at = event.created_at if request.attempt == 1 else event.updated_at
        return await self.check.filed(event, known=request.version_id, asked_at=asked_at)

    async def _begun(self, request: Request) -> Run | None:
        """The run that has this request in hand, unless it was undone."""
        run = await self.runs.get(request.run_id) if request.run_id else None
        return None if run is None or run.state is RunState.UNDONE else run

    async def _request(self, event: IssueChanged) -> Request:
        known = await self.records.get(_id(event))
        return known or Request(id=_id(event), author_id=event.author.id, author=event.author.login)

    async def _say(self, event: IssueChanged, body: str) -> None:
        await self.sticky.comment(event.repository, event.number, about=ABOUT, body=body)


def _subject(event: IssueChanged) -> str:
    return f"{event.repository}#{event.number}"


def _id(event: IssueChanged) -> str:
    return _subject(event).lower()


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _cause(event: IssueChanged) -> Cause:
    return Cause(
        delivery=event.guid, actor=event.author.login, actor_id=event.author.id, url=event.url
    )
