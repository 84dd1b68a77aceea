"""The engine of durable runs: ordered ensure steps, saved, resumed, retried, undone."""

from bot.runs.engine import Engine
from bot.runs.kind import Outcome, RunKind, Step
from bot.runs.record import Cause, Run, RunState, StepState
from bot.runs.records import RunRecords, run_id

__all__ = [
    "Cause",
    "Engine",
    "Outcome",
    "Run",
    "RunKind",
    "RunRecords",
    "RunState",
    "Step",
    "StepState",
    "run_id",
]
