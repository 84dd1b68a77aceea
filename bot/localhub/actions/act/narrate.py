"""What act prints, line by line, told to the hub as jobs, steps and logs.

act writes an object a line. Those about a job have ``job`` and ``jobID``; a step begins
with a message "Run Main …" and ends with ``stepResult``; ``raw_output`` is what commands
print; ``command`` is a workflow command; ``jobResult`` ends the job. Measured with act 0.2.89.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bot.localhub.actions.definition import JobPlan
from bot.localhub.actions.read_workflow import job_name
from bot.localhub.operations.jobs import ENDED, JobOperations
from bot.localhub.state.actions import Job, Step, WorkflowRun

LEVELS = {"notice": "notice", "warning": "warning", "error": "failure"}
LONGEST_SUMMARY = 64 * 1024
LONGEST_LINE = 10_000
BEGINS, UNSUPPORTED = "⭐ Run ", "unsupported platform"
_LINE_NUMBER = re.compile(r"[0-9]{1,7}")
_PAINT = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

Told = dict[str, Any]


@dataclass(slots=True)
class Telling:
    """One job of act's, and what is known of it."""

    job: Job
    step: Step | None = None
    lines: list[str] = field(default_factory=list)
    annotations: list[Told] = field(default_factory=list)


class Narrator:
    """Tells the hub of one run."""

    def __init__(
        self, hub: JobOperations, run: WorkflowRun, *, runner: str, welcome: str = ""
    ) -> None:
        """``welcome`` is the first line of every job's log."""
        self._hub, self._run, self._runner, self._welcome = hub, run, runner, welcome
        self._plans: Sequence[JobPlan] = hub.plans_of(run)
        self._jobs: dict[str, Telling] = {}
        self.complaint = ""  # the last thing that went wrong outside of jobs

    @property
    def begun(self) -> bool:
        """Whether any job was spoken of."""
        return bool(self._jobs)

    def hear(self, line: bytes) -> None:
        """Take in one line."""
        try:
            told = msgspec.json.decode(line)
        except msgspec.DecodeError:
            told = {"msg": line.decode(errors="replace"), "level": "error"}
        if not isinstance(told, dict):
            return
        name = told.get("job")
        if not isinstance(name, str) or not name:
            if told.get("level") in {"error", "fatal"}:
                self.complaint = _clean(told)[:500] or self.complaint
            return
        telling = self._jobs.get(name)
        if telling is None:
            telling = self._jobs[name] = self._claim(name, told)
        if telling.job.status != "completed":
            self._hear_of(telling, told)

    def flush(self) -> None:
        """What was printed so far is in the logs."""
        for telling in self._jobs.values():
            self._write(telling)

    # Which job of the hub's it is.

    def _claim(self, name: str, told: Told) -> Telling:
        key, matrix = str(told.get("jobID", "")), told.get("matrix") or {}
        claimed = {telling.job.id for telling in self._jobs.values()}
        waiting = [
            job
            for job in self._hub.jobs_of(self._run)
            if job.status == "queued" and job.id not in claimed and _last(job.key) == key
        ]
        wanted = self._name(key, matrix, name)
        job = next((one for one in waiting if one.name == wanted), None)
        if job is None and waiting and "/" in waiting[0].key:
            job = waiting[0]  # of a reusable workflow, whose caller act does not name
        if job is None:
            job = self._hub.add_job(self._run, key, wanted)
        self._hub.start_job(job, runner=self._runner)
        return Telling(job, lines=[self._welcome] if self._welcome else [])

    def _name(self, key: str, matrix: dict[str, object], name: str) -> str:
        plan = next((one for one in self._plans if one.key == key), None)
        return job_name(plan, matrix) if plan else name.strip()

    # How it goes.

    def _hear_of(self, telling: Telling, told: Told) -> None:
        message = _clean(told)
        steps = told.get("stepID") or told.get("stepid") or []
        outer = len(steps) == 1 and told.get("stage", "Main") == "Main"
        if "jobResult" in told:
            self._end(telling, str(told["jobResult"]))
        elif told.get("command"):
            self._obey(telling, told)
        elif told.get("raw_output"):
            telling.lines.append(message[:LONGEST_LINE])
        elif message.startswith(BEGINS) and outer:
            self._begin_step(telling, str(told.get("step", "")), str(steps[0]))
        elif "stepResult" in told and outer:
            self._end_step(telling, str(told["stepResult"]))
        elif message.startswith(BEGINS) and told.get("stage") == "Main":
            inner = message.removeprefix(f"{BEGINS}Main ").partition("\n")[0]
            telling.lines.append(f"##[group]Run {inner[:200]}")
        elif UNSUPPORTED in message:
            telling.lines.append(f"##[error]No runner here has these labels: {message}")
            self._end(telling, "failure")
        elif told.get("level") == "error":
            telling.lines.append(f"##[error]{message}")

    def _begin_step(self, telling: Telling, name: str, step_id: str) -> None:
        """A step without a name is called by what it runs, as on GitHub."""
        if telling.step is not None:
            self._write(telling)
        plan = next((one for one in self._plans if one.key == telling.job.key), None)
        named = step_id.startswith("--") or plan is None or step_id in plan.named_steps
        first = name.strip().partition("\n")[0][:200]
        telling.step = self._hub.start_step(telling.job, first if named else f"Run {first}")

    def _end_step(self, telling: Telling, result: str) -> None:
        self._write(telling)
        if telling.step is not None:
            conclusion = result if result in ENDED else "failure"
            self._hub.finish_step(telling.job, telling.step, conclusion)

    def _obey(self, telling: Telling, told: Told) -> None:
        command = str(told["command"])
        if command == "summary":
            kept = telling.job.summary + str(told.get("content", ""))
            telling.job.summary = kept[:LONGEST_SUMMARY]
        elif command in LEVELS:
            text = str(told.get("arg", ""))[:LONGEST_LINE]
            telling.lines.append(f"##[{command}]{text}")
            pairs = told.get("kvPairs") or {}
            if pairs.get("file"):
                telling.annotations.append(_annotation(LEVELS[command], text, pairs))

    def _end(self, telling: Telling, result: str) -> None:
        self._write(telling)
        conclusion = result if result in ENDED else "failure"
        self._hub.finish_job(telling.job, conclusion, annotations=telling.annotations)

    def _write(self, telling: Telling) -> None:
        if telling.lines and self._hub.world.jobs.get(telling.job.id) is not None:
            self._hub.log(telling.job, "\n".join(telling.lines))
        telling.lines.clear()


def _last(key: str) -> str:
    return key.rpartition("/")[2]


def _clean(told: Told) -> str:
    return _PAINT.sub("", str(told.get("msg", ""))).rstrip("\n")


def _annotation(level: str, text: str, pairs: dict[str, Any]) -> Told:
    def number(name: str, default: int) -> int:
        found = str(pairs.get(name, ""))
        return int(found) if _LINE_NUMBER.fullmatch(found) else default

    first = number("line", 1)
    made: Told = {
        "path": str(pairs["file"]),
        "start_line": first,
        "end_line": max(first, number("endLine", first)),
        "annotation_level": level,
        "message": text,
    }
    return made | ({"title": str(pairs["title"])[:255]} if pairs.get("title") else {})
