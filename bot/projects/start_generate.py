"""From checked answers to a saved, queued generate run: one a request and attempt."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.audit import AuditLog
from bot.clock import Clock
from bot.projects.check_request import Checked
from bot.projects.request_audit import audit
from bot.projects.request_record import Request
from bot.queue.port import Queue
from bot.runs import Cause, Engine, Run, RunRecords, enqueue, run_id

GENERATE = "generate"


def _token() -> str:
    return secrets.token_urlsafe(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartGenerate:
    """Makes runs. ``new_token`` is random and injected for tests."""

    runs: RunRecords
    engine: Engine
    queue: Queue
    audit: AuditLog
    clock: Clock
    new_token: Callable[[], str] = field(default=_token)

    async def prepare(
        self, request: Request, checked: Checked, *, cause: Cause, subject: str
    ) -> Run:
        """Save the run of this request and attempt, or return the one already saved."""
        run = Run(
            id=run_id(GENERATE, f"{request.id}:{request.attempt}"),
            kind=GENERATE,
            subject=subject,
            token=self.new_token(),
            intent={**checked.intent, "issue_url": cause.url},
            cause=cause,
            created_at_s=self.clock.now_s(),
            steps=self.engine.planned_steps(GENERATE),
        )
        if not await self.runs.add(run):
            known = await self.runs.get(run.id)
            return known or run
        approvers = [f"{each.login} ({each.team})" for each in request.approvals]
        await audit(
            self.audit,
            run,
            "request.accepted",
            full_name=checked.full_name,
            template=checked.intent["template"],
            approved_by=list(approvers),
        )
        return run

    async def enqueue(self, run: Run) -> None:
        """Queue the run under its issue's key."""
        await enqueue(self.queue, run)
