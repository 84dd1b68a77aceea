"""What ``/audit`` tells: who did what here, newest first."""

import datetime as dt
from collections.abc import Sequence

from bot.audit import AuditEntry

WORDS = {
    "request.accepted": "accepted the request",
    "repository.created": "created the repository",
    "project.registered": "registered the project",
    "repository.deleted": "deleted the repository (undo)",
    "settings.proposed": "proposed other settings",
    "settings.committed": "committed other settings",
    "settings.changed": "changed the settings",
    "template.accepted": "let a template version in",
    "template.reported": "reported on the template",
    "deployment.commanded": "asked for a deployment",
    "deployment.approved": "approved a deployment",
    "deployment.ended": "saw a deployment end",
    "environment.locked": "locked an environment",
    "environment.unlocked": "unlocked an environment",
    "template.withdrawn": "withdrew a template version",
}


def audit_comment(entries: Sequence[AuditEntry]) -> str:
    """A table of entries; every line names its cause."""
    if not entries:
        return "The audit log has nothing about this yet"
    rows = ["| When (UTC) | On behalf of | What | Entry |", "| --- | --- | --- | --- |"]
    return "The audit log of this request, newest first\n\n" + "\n".join(
        rows + [_row(entry) for entry in entries]
    )


def _row(entry: AuditEntry) -> str:
    when = dt.datetime.fromtimestamp(entry.at_s, tz=dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
    what = WORDS.get(entry.action, entry.action)
    return f"| {when} | `{entry.actor}` | {what} | {entry.sequence} `{entry.hash[:12]}` |"
