"""The engine of durable runs: ordered ensure steps, saved, resumed, retried, undone."""

from bot.runs.engine import Engine
from bot.runs.enqueue import enqueue
from bot.runs.kind import Cancelled, Outcome, RunKind, Step, Waits
from bot.runs.record import Cause, Run, RunState, StepState
from bot.runs.records import RunRecords, run_id

__all__ = [
    "Cancelled",
    "Cause",
    "Engine",
    "Outcome",
    "Run",
    "RunKind",
    "RunRecords",
    "RunState",
    "Step",
    "StepState",
    "Waits",
    "enqueue",
    "run_id",
]
