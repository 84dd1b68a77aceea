"""What the bot did, by whose word and why: an append-only log whose entries hold each other."""

from bot.audit.entry import AuditCause, AuditEntry
from bot.audit.log import AuditLog, Verdict

__all__ = ["AuditCause", "AuditEntry", "AuditLog", "Verdict"]
