"""How a run's actions enter the audit log: each once, however often a step repeats."""

from bot.audit import AuditCause, AuditLog
from bot.runs import Run
from bot.store.port import Json


async def audit(log: AuditLog, run: Run, action: str, **details: Json) -> None:
    """Append the action with the run's cause; a repeat of the same step adds nothing."""
    await log.append(
        key=f"{run.id}:{action}",
        action=action,
        subject=run.subject,
        actor=run.cause.actor,
        actor_id=run.cause.actor_id,
        cause=AuditCause(delivery=run.cause.delivery, url=run.cause.url),
        details=details,
    )
