"""How a run's actions enter the audit log: each once, however often a step repeats."""

from bot.audit import AuditLog
from bot.runs import Run
from bot.store.port import Json


async def audit(log: AuditLog, run: Run, action: str, **details: Json) -> None:
    """Append the action with the run's cause; a repeat of the same step adds nothing."""
    raise NotImplementedError
