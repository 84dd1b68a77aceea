"""What was found, for a terminal and for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from bot.errors import RetryLater

NETWORK: Final = "Check the network, a proxy and GITHUB_API_URL; see githubstatus.com."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``do`` is empty where nothing is to be done."""

    name: str
    ok: bool
    what: str
    do: str = ""


def words_of(error: Exception) -> str:
    """What went wrong: our own sentence, or the kind of error where there is none."""
    return error.reason if isinstance(error, RetryLater) else f"{type(error).__name__}."


def as_text(findings: Sequence[Finding]) -> str:
    """For a terminal: one mark a line, and below each problem what to do."""
    lines = []
    for finding in findings:
        lines.append(f"{'✅' if finding.ok else '❌'} {finding.name}: {finding.what}")
        if finding.do:
            lines.append(f"   → {finding.do}")
    return "\n".join(lines)


def as_json(findings: Sequence[Finding]) -> str:
    """``{"ok": bool, "findings": [{"name", "ok", "what", "do"}]}``."""
    told = {"ok": all_well(findings), "findings": [asdict(finding) for finding in findings]}
    return json.dumps(told, ensure_ascii=False, indent=2)


def all_well(findings: Sequence[Finding]) -> bool:
    """Whether nothing keeps the bot from working."""
    return all(finding.ok for finding in findings)
