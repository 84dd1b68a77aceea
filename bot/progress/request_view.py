"""Every sentence about a request before its run: corrections, approval, refusals."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.progress.words import cell, counted, listed


@dataclass(frozen=True, slots=True)
class Correction:
    """One answer to mend. All three are Markdown that we wrote or made inert."""

    field: str
    problem: str
    allowed: str


def corrections_comment(corrections: Sequence[Correction]) -> str:
    """What is wrong with a filed form, everything at once."""
    verb = "needs" if len(corrections) == 1 else "need"
    rows = [
        f"| {cell(each.field)} | {cell(each.problem)} | {cell(each.allowed)} |"
        for each in corrections
    ]
    table = "\n".join(["| Field | What is wrong | What is allowed |", "| --- | --- | --- |", *rows])
    return "\n\n".join(
        [
            f"{counted(len(corrections), 'answer')} {verb} a correction",
            table,
            "**Next:** edit this issue (the ⋯ menu, *Edit*) and save. It is checked again at once.",
        ]
    )


def approval_comment(*, name: str, teams: Sequence[str], reasons: Sequence[str], given: int) -> str:
    """A valid request that waits for a second person."""
    who = listed([f"a member of `{team}`" for team in teams])
    so_far = f" {counted(given, 'approval')} given so far." if given else ""
    return "\n\n".join(
        [
            f"{name} waits for approval by {who}",
            f"The answers are complete. {' '.join(reasons)}{so_far}",
            "**Next:** they comment `/approve`. An edit of the issue asks for approval again. "
            "Nobody approves their own request.",
        ]
    )


def problem_comment(first_line: str, *, problem: str, fix: str) -> str:
    """A request that cannot go on as a whole (a vanished template, a broken catalog)."""
    return f"{first_line}\n\n❌ {problem}\n\n**What to do:** {fix}"
