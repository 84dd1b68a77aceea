"""The steps of a run as a table: the same record gives the same bytes."""

from bot.progress.words import cell, duration
from bot.runs.record import Run, StepRecord, StepState

MARKS = {
    StepState.WAITING: "▫️",
    StepState.RUNNING: "🔄",
    StepState.DONE: "✅",
    StepState.SKIPPED: "➖",
    StepState.FAILED: "❌",
}
SPOKEN = {
    StepState.WAITING: "waiting",
    StepState.RUNNING: "running",
    StepState.DONE: "done",
    StepState.SKIPPED: "skipped",
    StepState.FAILED: "failed",
}


def steps_table(run: Run) -> str:
    """One row a step: mark, what, state, how long, and a note where there is one."""
    rows = ["| | Step | State | Time | |", "| --- | --- | --- | --- | --- |"]
    return "\n".join(rows + [_row(step) for step in run.steps])


def current_step(run: Run) -> str:
    """``step 4 of 10: Team access``, for first lines and titles."""
    for number, step in enumerate(run.steps, start=1):
        if step.state in (StepState.RUNNING, StepState.WAITING, StepState.FAILED):
            return f"step {number} of {len(run.steps)}: {step.title}"
    return f"all {len(run.steps)} steps done"


def skipped_notes(run: Run) -> str:
    """What could not be had here and what to change, or nothing."""
    notes = [
        f"- {step.title}. {step.note}" for step in run.steps if step.state is StepState.SKIPPED
    ]
    if not notes:
        return ""
    return "**Left out, because the organisation does not offer it:**\n\n" + "\n".join(notes)


def _row(step: StepRecord) -> str:
    took = duration(step.ended_at_s - step.started_at_s) if step.ended_at_s else ""
    state = SPOKEN[step.state]
    if step.state is StepState.RUNNING and step.attempts > 1:
        state = f"attempt {step.attempts}"
    note = "" if step.state is StepState.SKIPPED else step.note
    return f"| {MARKS[step.state]} | {step.title} | {state} | {took} | {cell(note)} |"
