"""Runs steps in order, saving before and after each, so that a kill costs nothing but time.

One save lies between two steps: it records the end of one and the start of the
next together. A repeated step is told apart by its attempts.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol, TypeAlias

import structlog

from bot.clock import Clock
from bot.errors import RetryLater, Unavailable, UserError
from bot.runs.kind import Cancelled, Outcome, RunKind, S, Step, Waits
from bot.runs.record import Problem, Run, RunState, StepRecord, StepState
from bot.runs.records import RunRecords

log = structlog.get_logger(__name__)

MayGoOn: TypeAlias = Callable[[], bool]


def always() -> bool:
    """Nothing ends but what is done."""
    return True


class Reporter(Protocol):
    """Shows a run where people look. Repeating a report changes nothing."""

    def progress(self, run: Run) -> None:
        """Show this soon; the newest wins; never raises and never holds a step up."""
        ...

    async def settle(self, run: Run) -> None:
        """Show the run as it stands and return when it is seen. May raise RetryLater."""
        ...


class Durations(Protocol):
    """Where the times go that an operator watches."""

    def step_done(self, kind: str, step: str, outcome: str, seconds: float) -> None:
        """One step ended."""
        ...

    def run_done(self, kind: str, outcome: str, seconds: float) -> None:
        """One run ended."""
        ...


class Ended(Protocol):
    """Takes note of a run that has ended.

    It is given the settled record, and the same one again after a kill and whenever the run
    is looked at later: twice must be like once.
    """

    async def __call__(self, run: Run) -> None:
        """Take note. What it raises brings the run back."""
        ...


class Engine:
    """Advances runs. One worker at a time holds a run (the queue orders by subject)."""

    def __init__(
        self, records: RunRecords, *, reporter: Reporter, durations: Durations, clock: Clock
    ) -> None:
        """It knows no kind of run yet: see ``add``."""
        self._records = records
        self._kinds: dict[str, tuple[RunKind[Any], Any]] = {}
        self._ended_by_kind: dict[str, Ended] = {}
        self._reporter = reporter
        self._durations = durations
        self._clock = clock

    def add(self, kind: RunKind[S], services: S, *, ended: Ended | None = None) -> None:
        """Runs of this kind are advanced from now on, their steps given these services.

        ``ended`` hears of each that has ended. For the composition root, before any run.
        """
        self._kinds[kind.name] = (kind, services)
        if ended is not None:
            self._ended_by_kind[kind.name] = ended

    def planned_steps(self, kind: str) -> tuple[StepRecord, ...]:
        """The steps of a kind as a new run records them."""
        return tuple(
            StepRecord(name=step.name, title=step.title) for step in self._kinds[kind][0].steps
        )

    def undoes(self, run: Run) -> bool:
        """Whether runs of this kind make something that can be removed again."""
        return self._kinds[run.kind][0].undo is not None

    async def advance(self, run_id: str, *, may_go_on: MayGoOn = always) -> Run:
        """Carry the run on from where its record stands, to its end or to where it waits.

        ``may_go_on`` is asked between two steps. Where it says no, the run is saved and
        shown as it stands, still RUNNING, and the caller sees to it that it is advanced
        again. One step is always done, so that every call brings the run further.

        Raises RetryLater when the work must come back later and RunTakenOver
        when another worker has it. Anything else that a step raises passes
        through, with the attempt recorded, for the queue to repeat.
        """
        run = await self._required(run_id)
        if run.state is RunState.UNDOING:
            run = await self._undo(run)
        elif not run.finished:
            run = await self._steps(run, may_go_on)
        try:
            await self._reporter.settle(run)
        finally:  # GitHub may be away for the one; the other needs only the store
            await self._tell_ended(run)
        return run

    async def give_up(self, run_id: str, *, reason: str, reference: str) -> Run:
        """End a run that was repeated in vain: failed, saying so, open to ``/retry``."""
        run = await self._required(run_id)
        if run.finished:
            return run
        problem = Problem(
            code="given-up",
            problem=reason,
            fix=f"Nothing is lost: `/retry` goes on from here. Reference: `{reference}`.",
        )
        run = await self._fail(run, problem)
        with suppress(RetryLater):
            await self._reporter.settle(run)
        await self._tell_ended(run)
        return run

    async def reopen(self, run_id: str) -> Run:
        """Make a failed run go on from its failed step at the next ``advance``."""
        run = await self._required(run_id)
        if not run.may_be_retried:
            return run
        steps = tuple(
            replace(step, state=StepState.WAITING, note="")
            if step.state is StepState.FAILED
            else step
            for step in run.steps
        )
        return await self._records.save(
            replace(run, state=RunState.RUNNING, problem=None, ended_at_s=0.0, steps=steps)
        )

    async def begin_undo(self, run_id: str) -> Run:
        """Make the next ``advance`` remove what the run made."""
        run = await self._required(run_id)
        if run.state in (RunState.UNDOING, RunState.UNDONE):
            return run
        return await self._records.save(
            replace(run, state=RunState.UNDOING, facts={**run.facts, "undo_from": run.state.value})
        )

    async def _tell_ended(self, run: Run) -> None:
        hears = self._ended_by_kind.get(run.kind)
        if hears is not None and run.finished:
            await hears(run)

    async def _required(self, run_id: str) -> Run:
        run = await self._records.get(run_id)
        if run is None:
            raise LookupError(f"no run {run_id}")
        return run

    async def _steps(self, run: Run, may_go_on: MayGoOn) -> Run:
        kind, services = self._kinds[run.kind]
        steps: Mapping[str, Step[Any]] = {step.name: step for step in kind.steps}
        left = [step for step in run.steps if step.state not in (StepState.DONE, StepState.SKIPPED)]
        for record in left:
            if record is not left[0] and not may_go_on():
                return await self._records.save(run)
            run = await self._begin(run, record.name)
            try:
                outcome = await steps[record.name].ensure(run, services)
            except UserError as error:
                return await self._fail(
                    run, Problem(code=error.code, problem=error.problem, fix=error.fix)
                )
            except Waits as waits:
                return await self._wait(run, record.name, waits)
            except Cancelled as cancelled:
                return await self._cancel(run, record.name, cancelled.reason)
            except Unavailable as missing:
                note = f"Not offered here: {missing.what}. {missing.change}"
                run = self._ended(run, record.name, StepState.SKIPPED, Outcome(note=note))
            except RetryLater as later:
                await self._note_attempt(run, record.name, f"{later.reason} Trying again.")
                raise
            except Exception:
                await self._note_attempt(run, record.name, "This attempt broke. Trying again.")
                raise
            else:
                run = self._ended(run, record.name, StepState.DONE, outcome)
        run = await self._records.save(
            replace(run, state=RunState.SUCCEEDED, ended_at_s=self._clock.now_s())
        )
        self._durations.run_done(run.kind, "succeeded", run.ended_at_s - run.created_at_s)
        return run

    async def _begin(self, run: Run, name: str) -> Run:
        """Save that a step starts, together with how the one before it ended.

        A step that waited goes on; that is no further attempt.
        """
        step = _step(run, name)
        waited = run.state is RunState.WAITING and step.state is StepState.RUNNING
        begun = replace(
            step,
            state=StepState.RUNNING,
            attempts=step.attempts if waited else step.attempts + 1,
            started_at_s=step.started_at_s or self._clock.now_s(),
        )
        run = await self._records.save(
            replace(run.with_step(begun), state=RunState.RUNNING, wake_at_s=0.0)
        )
        self._reporter.progress(run)
        return run

    def _ended(self, run: Run, name: str, state: StepState, outcome: Outcome) -> Run:
        """The run with a step at its end; saved by the next step's start or the run's end."""
        step = replace(
            _step(run, name), state=state, ended_at_s=self._clock.now_s(), note=outcome.note
        )
        self._durations.step_done(run.kind, name, state.value, step.ended_at_s - step.started_at_s)
        return run.with_step(step).with_facts(outcome.facts)

    async def _note_attempt(self, run: Run, name: str, note: str) -> None:
        run = await self._records.save(run.with_step(replace(_step(run, name), note=note)))
        self._reporter.progress(run)

    async def _wait(self, run: Run, name: str, waits: Waits) -> Run:
        """Put the run aside; whoever wakes it finds the step where it stands."""
        noted = run.with_step(replace(_step(run, name), note=waits.reason)).with_facts(waits.facts)
        wake_at_s = self._clock.now_s() + waits.wait_s
        return await self._records.save(replace(noted, state=RunState.WAITING, wake_at_s=wake_at_s))

    async def _cancel(self, run: Run, name: str, reason: str) -> Run:
        now_s = self._clock.now_s()
        step = replace(_step(run, name), state=StepState.SKIPPED, ended_at_s=now_s, note=reason)
        run = await self._records.save(
            replace(run.with_step(step), state=RunState.CANCELLED, ended_at_s=now_s)
        )
        self._durations.run_done(run.kind, "cancelled", now_s - run.created_at_s)
        return run

    async def _fail(self, run: Run, problem: Problem) -> Run:
        now_s = self._clock.now_s()
        for step in run.steps:
            if step.state is StepState.RUNNING:
                run = run.with_step(
                    replace(step, state=StepState.FAILED, ended_at_s=now_s, note=problem.problem)
                )
                self._durations.step_done(run.kind, step.name, "failed", now_s - step.started_at_s)
        run = await self._records.save(
            replace(run, state=RunState.FAILED, problem=problem, ended_at_s=now_s)
        )
        self._durations.run_done(run.kind, "failed", now_s - run.created_at_s)
        log.warning("run failed", run=run.id, subject=run.subject, code=problem.code)
        return run

    async def _undo(self, run: Run) -> Run:
        kind, services = self._kinds[run.kind]
        if kind.undo is None:
            raise LookupError(f"a run of kind {run.kind} is not undone")
        try:
            removed = await kind.undo(run, services)
        except UserError as error:
            refused = Problem(code=error.code, problem=error.problem, fix=error.fix)
            before = RunState(str(run.facts["undo_from"]))
            return await self._records.save(replace(run, state=before, problem=refused))
        return await self._records.save(
            replace(
                run,
                state=RunState.UNDONE,
                problem=None,
                facts={**run.facts, "removed": removed},
                ended_at_s=self._clock.now_s(),
            )
        )


def _step(run: Run, name: str) -> StepRecord:
    return next(step for step in run.steps if step.name == name)
