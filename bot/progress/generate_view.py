"""Every sentence about a request that became a run: the comment and the check run."""

from typing import Literal

from bot.github.port import CheckRun
from bot.progress.steps_view import current_step, skipped_notes, steps_table
from bot.progress.words import duration
from bot.runs.record import Run, RunState, StepState

CHECK_NAME = "Paved Road"


def generate_comment(run: Run) -> str:
    """The request's one comment while and after its run; the first line stands alone."""
    parts = {
        RunState.RUNNING: _running,
        RunState.WAITING: _running,
        RunState.SUCCEEDED: _succeeded,
        RunState.FAILED: _failed,
        RunState.CANCELLED: _failed,
        RunState.UNDOING: _undoing,
        RunState.UNDONE: _undone,
    }[run.state](run)
    if run.facts.get("edited_after_start"):
        parts.append(
            "The issue was edited after the work had begun. That edit changed nothing: "
            "this request goes on with the answers it started with."
        )
    return "\n\n".join(part for part in parts if part)


def generate_check(run: Run) -> CheckRun | None:
    """The check run on the first commit, or None while there is no commit."""
    head = run.facts.get("commit")
    if not head or run.state in (RunState.UNDOING, RunState.UNDONE):
        return None
    title = f"{_name(run)}: {current_step(run)}"
    if run.state is RunState.SUCCEEDED:
        title = f"Generated in {duration(run.ended_at_s - run.created_at_s)}"
    return CheckRun(
        name=CHECK_NAME,
        head_sha=str(head),
        external_id=run.id,
        status="completed" if run.finished else "in_progress",
        conclusion=_conclusion(run),
        title=title,
        summary=_check_summary(run),
        details_url=run.cause.url,
    )


def undo_question(*, belongings: str) -> str:
    """What ``/undo`` would remove, before it does."""
    return "\n\n".join(
        [
            f"Undoing this request removes {belongings}",
            "This cannot be taken back. Nothing else is touched.",
            "**Next:** `/undo confirm` removes it; without it, everything stays.",
        ]
    )


def _conclusion(run: Run) -> Literal["", "success", "failure"]:
    if run.state is RunState.SUCCEEDED:
        return "success"
    return "failure" if run.state is RunState.FAILED else ""


def _check_summary(run: Run) -> str:
    template = f"`{run.intent['template']}` {run.intent['version']}"
    lines = [
        f"This repository was made from template {template}, asked for in {run.cause.url}.",
        steps_table(run),
        skipped_notes(run),
    ]
    if run.problem is not None:
        lines.insert(1, f"{run.problem.problem} {run.problem.fix}")
    return "\n\n".join(line for line in lines if line)


def _running(run: Run) -> list[str]:
    return [
        f"Making {_name(run)}: {current_step(run)}",
        steps_table(run),
        "**Next:** nothing to do. This comment follows the work.",
    ]


def _succeeded(run: Run) -> list[str]:
    refused = [f"⚠️ {run.problem.problem} {run.problem.fix}"] if run.problem is not None else []
    url = run.facts["html_url"]
    return [
        f"[{_name(run)}]({url}) is ready",
        *refused,
        f"```sh\ngit clone {url}.git\n```",
        skipped_notes(run),
        "**Next:** read its README, open a pull request. "
        "Here, `/status` shows the record and `/help` every command.",
        f"<details><summary>What was done, in {_took(run)}</summary>\n\n"
        f"{steps_table(run)}\n\n</details>",
    ]


def _failed(run: Run) -> list[str]:
    problem = run.problem
    told = [f"❌ {problem.problem}", f"**What to do:** {problem.fix}"] if problem else []
    made = f" `/undo` removes what was made so far: {_made(run)}." if _made(run) else ""
    return [
        f"{_name(run)} is not finished: {_failed_step(run)}",
        *told,
        steps_table(run),
        f"**Next:** `/retry` goes on from there.{made}",
    ]


def _undoing(run: Run) -> list[str]:
    return [f"Removing what this request made: {_made(run) or 'nothing'}", steps_table(run)]


def _undone(run: Run) -> list[str]:
    return [
        f"{_name(run)} was undone",
        f"Removed: {run.facts.get('removed', '')}",
        "**Next:** to ask again, edit the answers above; a closed issue has to be reopened for "
        "that. They are checked anew.",
    ]


def _name(run: Run) -> str:
    return f"`{run.intent['full_name']}`"


def _took(run: Run) -> str:
    return duration(run.ended_at_s - run.created_at_s)


def _failed_step(run: Run) -> str:
    for step in run.steps:
        if step.state is StepState.FAILED:
            return f"*{step.title}* failed"
    return "stopped before the end"


def _made(run: Run) -> str:
    return f"the repository {_name(run)}" if run.facts.get("repository_id") else ""
