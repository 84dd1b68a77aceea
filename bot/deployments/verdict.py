"""What is observed of a deployment → how far it is and how it ended. Pure, one table.

Success needs everything to agree; what fits no row is *unknown*, never success.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from bot.deployments.record import DeploymentState, Stage, StageState
from bot.github.port import DeploymentStatus

STAGES: Final = ("build", "canary", "health", "promotion", "rollback")
PROMOTION_JOB, ROLLBACK_JOB = "Promotion", "Rollback"

NEVER_RAN_S: Final = 10 * 60.0  # a start that GitHub accepted shows a sign of life before that
SILENCE_S: Final = 60 * 60.0
LONGEST_S: Final = 6 * 3600.0  # GitHub ends a job then; a run of ours has no reason to be longer

_STAGE = re.compile(rf"({'|'.join(STAGES)}):\s*(.*)", re.DOTALL)
_PLAN = re.compile(r"\d+ to add, \d+ to change, \d+ to destroy")
_IMAGE = re.compile(
    r"\b[a-z0-9][a-z0-9.-]*(?::\d+)?(?:/[a-z0-9._-]+)+(?:@sha256:[0-9a-f]{64}|:[\w][\w.-]{0,127})"
)
_FINAL = ("success", "failure", "error")
_BAD = ("failure", "error")
_NOT_BEGUN = ("", "queued", "requested", "pending")


class Via(StrEnum):
    """Who deploys: GitHub Actions, or whoever answers to GitHub's deployment."""

    ACTIONS = "actions"
    DEPLOYMENT = "deployment"


class Why(StrEnum):
    """Why it ended so; the view has the words."""

    DONE = "done"
    FAILED = "failed"
    PUT_BACK = "put-back"
    NOT_PUT_BACK = "not-put-back"
    NOT_STARTED = "not-started"
    CANCELLED = "cancelled"
    GONE = "gone"
    NEVER_RAN = "never-ran"
    SILENT = "silent"
    NO_PROOF = "no-proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Everything that is known. ``jobs`` are conclusions by name, None where nobody asked.

    ``run_status`` is empty while no workflow run is known, ``gone`` where it was deleted.
    """

    via: Via
    statuses: Sequence[DeploymentStatus] = ()
    run_status: str = ""
    run_conclusion: str = ""
    jobs: Mapping[str, str] | None = None
    since_start_s: float = 0.0
    silent_s: float = 0.0

    @property
    def in_order(self) -> Sequence[DeploymentStatus]:
        """The statuses, each once, oldest first."""
        return sorted({each.id: each for each in self.statuses}.values(), key=lambda one: one.id)

    @property
    def final(self) -> str:
        """The state that whoever deploys ended with, or nothing."""
        return next((each.state for each in self.in_order[::-1] if each.state in _FINAL), "")

    @property
    def run_ended(self) -> bool:
        """Whether the workflow run tells nothing more."""
        return self.run_status in ("completed", "gone")

    def job(self, name: str) -> str:
        """How that job ended; empty where it is not known."""
        return (self.jobs or {}).get(name, "")

    @property
    def promoted(self) -> bool:
        """Whether promotion was seen. Only its job says so; in a green run no job has failed."""
        if self.jobs is not None:
            return self.job(PROMOTION_JOB) == "success"
        return any(stage_of(each)[0] == "promotion" for each in self.statuses)

    @property
    def jobs_would_tell(self) -> bool:
        """Whether the run ended and only its jobs say how."""
        clear = self.run_conclusion == "success" and self.promoted
        return self.run_status == "completed" and self.jobs is None and not clear


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it ended, and why that is believed."""

    state: DeploymentState
    why: Why


@dataclass(frozen=True, slots=True)
class _Row:
    when: Callable[[Observed], bool]
    verdict: Verdict


def _row(when: Callable[[Observed], bool], state: DeploymentState, why: Why) -> _Row:
    return _Row(when, Verdict(state, why))


_S = DeploymentState

# The first row that fits decides; where none does, it goes on.
_BY_ACTIONS: Final = (
    _row(lambda o: o.run_status == "gone", _S.UNKNOWN, Why.GONE),
    _row(
        lambda o: _ended(o, "success") and o.final == "success" and o.promoted,
        _S.SUCCEEDED,
        Why.DONE,
    ),
    _row(lambda o: _ended(o, "success"), _S.UNKNOWN, Why.NO_PROOF),
    _row(lambda o: _ended(o, "startup_failure"), _S.FAILED, Why.NOT_STARTED),
    _row(lambda o: o.run_ended and o.job(ROLLBACK_JOB) == "success", _S.ROLLED_BACK, Why.PUT_BACK),
    _row(
        lambda o: _ended(o, "failure") and o.job(ROLLBACK_JOB) in ("failure", "cancelled"),
        _S.UNKNOWN,
        Why.NOT_PUT_BACK,
    ),
    _row(lambda o: _ended(o, "failure") and o.final == "success", _S.UNKNOWN, Why.NO_PROOF),
    _row(lambda o: _ended(o, "failure"), _S.FAILED, Why.FAILED),
    _row(lambda o: o.run_ended, _S.UNKNOWN, Why.CANCELLED),
    _row(
        lambda o: o.run_status in _NOT_BEGUN and not o.statuses and o.since_start_s >= NEVER_RAN_S,
        _S.UNKNOWN,
        Why.NEVER_RAN,
    ),
    _row(lambda o: o.silent_s >= SILENCE_S or o.since_start_s >= LONGEST_S, _S.UNKNOWN, Why.SILENT),
)
_BY_DEPLOYMENT: Final = (
    _row(lambda o: o.final == "success", _S.SUCCEEDED, Why.DONE),
    _row(lambda o: o.final in _BAD, _S.FAILED, Why.FAILED),
    _row(lambda o: o.silent_s >= SILENCE_S, _S.UNKNOWN, Why.SILENT),
)
_TABLE: Final = {Via.ACTIONS: _BY_ACTIONS, Via.DEPLOYMENT: _BY_DEPLOYMENT}


def judge(observed: Observed) -> Verdict | None:
    """How the deployment ended, or None while it goes on."""
    return next((row.verdict for row in _TABLE[observed.via] if row.when(observed)), None)


def _ended(observed: Observed, conclusion: str) -> bool:
    return observed.run_status == "completed" and observed.run_conclusion == conclusion


# --- stages ------------------------------------------------------------------------


def stage_of(status: DeploymentStatus) -> tuple[str, str]:
    """The stage that a status names and what it says of it; without one, the text alone."""
    found = _STAGE.match(status.description)
    return (found[1], found[2].strip()) if found else ("", status.description)


@dataclass(slots=True)
class _Stages:
    """Stages in the order in which they began."""

    known: dict[str, Stage] = field(default_factory=dict)

    def end_running(self, state: StageState, at_s: float) -> None:
        for name, stage in self.known.items():
            if stage.state is StageState.RUNNING:
                self.known[name] = replace(stage, state=state, ended_at_s=at_s)

    def begin(self, name: str, at_s: float, note: str) -> None:
        running = self.known.get(name)
        if running is None or running.state is not StageState.RUNNING:
            bad = name == "rollback"  # nothing is rolled back that went well
            self.end_running(StageState.FAILED if bad else StageState.SUCCEEDED, at_s)
        before = self.known.get(name)
        began_s = before.started_at_s if before else at_s
        self.known[name] = Stage(
            name=name, state=StageState.RUNNING, started_at_s=began_s, note=note
        )

    def note(self, note: str) -> None:
        for name, stage in self.known.items():
            if stage.state is StageState.RUNNING:
                self.known[name] = replace(stage, note=note)


def stages_of(
    statuses: Sequence[DeploymentStatus], *, ended: DeploymentState | None = None
) -> tuple[Stage, ...]:
    """The stages as the statuses tell them; ``ended`` settles what they leave open."""
    stages, last_s = _Stages(), 0.0
    for status in sorted({each.id: each for each in statuses}.values(), key=lambda one: one.id):
        name, note = stage_of(status)
        last_s = max(last_s, status.told_at_s)
        if name:
            stages.begin(name, status.told_at_s, note)
        elif status.state in _BAD and note:
            stages.note(note)
        if status.state in _BAD and name != "rollback":
            stages.end_running(StageState.FAILED, status.told_at_s)
        elif status.state == "success":
            stages.end_running(StageState.SUCCEEDED, status.told_at_s)
    if ended is not None:
        good = ended in (DeploymentState.SUCCEEDED, DeploymentState.ROLLED_BACK)
        stages.end_running(StageState.SUCCEEDED if good else StageState.FAILED, last_s)
    return tuple(stages.known.values())


def plan_of(statuses: Sequence[DeploymentStatus]) -> str:
    """The newest summary of a plan among what was said, or nothing."""
    return _newest(_PLAN, statuses)


def image_of(statuses: Sequence[DeploymentStatus]) -> str:
    """The newest image that was named, or nothing."""
    return _newest(_IMAGE, statuses)


def _newest(pattern: re.Pattern[str], statuses: Sequence[DeploymentStatus]) -> str:
    for status in sorted(statuses, key=lambda each: each.id, reverse=True):
        found = pattern.search(status.description)
        if found:
            return found[0]
    return ""
