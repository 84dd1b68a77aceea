"""GitHub Actions in the browser: runs, their jobs with steps and logs, *Run workflow*."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.localhub.actions.definition import WorkflowFile
from bot.localhub.pages.check_marks import state_of, words_of
from bot.localhub.pages.issues import words_of as refusal_words
from bot.localhub.pages.page import Page, home_of, path_of
from bot.localhub.refusal import Refused, not_found
from bot.localhub.shapes.actions import workflow_state
from bot.localhub.state.actions import Job, Step, Workflow, WorkflowRun
from bot.localhub.state.people import Role, User
from bot.localhub.state.repositories import Repository

RUNS_ON_A_PAGE = 30
LINES_SHOWN = 400  # of a step, its last ones; the whole log is a link away
MOST_SHOWN_BYTES = 128 * 1024
BY_HAND = ("success", "failure", "cancelled", "skipped")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z ")
_TONES = {"##[error]": "error", "##[warning]": "warning", "##[notice]": "notice"}
_GROUP = "##[group]"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run in the list."""

    run: WorkflowRun
    address: str
    state: str
    words: str
    actor: User
    took_s: float


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log; ``tone`` is empty, error, warning, notice or group."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A step with the end of what it printed."""

    step: Step
    state: str
    words: str
    lines: Sequence[LogLine]
    left_out: bool
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job in the list beside the log."""

    job: Job
    address: str
    state: str
    words: str
    took_s: float


# The list.


async def show_list(page: Page) -> web.Response:
    """The runs, newest first, of one workflow if one is asked for."""
    return _list(page)


def _list(page: Page, *, problem: str = "") -> web.Response:
    repository = page.repository()
    hub = page.hub
    workflows = hub.workflows(repository)
    chosen = _chosen(workflows, page.asked("workflow") or page.given("workflow"))
    runs = hub.workflow_runs(repository, workflow=str(chosen.id) if chosen else None)
    start = page.start()
    file = _file_of(page, repository, chosen, page.given("ref") or page.asked("ref"))
    can_run = file is not None and "workflow_dispatch" in file.triggers
    return page.render(
        "actions.html",
        status=422 if problem else 200,
        repository=repository,
        tab="actions",
        workflows=workflows,
        states={one.id: workflow_state(hub, repository, one) for one in workflows},
        chosen=chosen,
        file=file,
        runs=[_row(page, repository, run) for run in runs[start : start + RUNS_ON_A_PAGE]],
        total=len(runs),
        earlier=start + RUNS_ON_A_PAGE if len(runs) > start + RUNS_ON_A_PAGE else None,
        branches=list(hub.git(repository).branches()),
        ref=page.given("ref") or page.asked("ref") or repository.default_branch,
        may_run=can_run and page.may(repository, Role.WRITE) and repository.parent_id is None,
        waits=can_run,
        problem=problem,
        runner=hub.runner.name,
        live="" if start else f"{home_of(repository)}/live?t=runs",
    )


def _chosen(workflows: Sequence[Workflow], wanted: str) -> Workflow | None:
    if not wanted:
        return None
    for one in workflows:
        if one.path.rpartition("/")[2] == wanted:
            return one
    raise not_found()


def _file_of(
    page: Page, repository: Repository, workflow: Workflow | None, ref: str
) -> WorkflowFile | None:
    """The workflow's file on a branch, whose inputs the form asks for."""
    sha = page.hub.git(repository).branch(ref or repository.default_branch)
    if workflow is None or sha is None:
        return None
    return page.hub.workflow_file(repository, sha, workflow.path)


def _row(page: Page, repository: Repository, run: WorkflowRun) -> RunRow:
    return RunRow(
        run=run,
        address=f"{home_of(repository)}/actions/runs/{run.id}",
        state=_state(run.status, run.conclusion),
        words=words_of(run.status, run.conclusion),
        actor=page.person(run.actor_id),
        took_s=_took_s(page, run),
    )


def _state(status: str, conclusion: str | None) -> str:
    return "waiting" if status in ("queued", "pending") else state_of(status, conclusion)


def _took_s(page: Page, run: WorkflowRun) -> float:
    until_s = run.updated_at_s if run.status == "completed" else page.hub.now_s()
    return max(0.0, until_s - run.started_at_s)


async def dispatch(page: Page) -> web.Response:
    """The run has begun; what GitHub would refuse is said above the form."""
    repository = page.repository()
    name = page.given("workflow")
    ref = page.given("ref") or repository.default_branch
    file = _file_of(page, repository, _chosen(page.hub.workflows(repository), name), ref)
    declared = file.inputs if file else ()
    inputs = {
        one.name: "true"
        if one.kind == "boolean" and page.given(f"input-{one.name}")
        else page.given(f"input-{one.name}") or ("false" if one.kind == "boolean" else "")
        for one in declared
    }
    try:
        run = page.hub.dispatch_workflow(
            page.actor,
            repository,
            name,
            ref=ref,
            inputs={key: value for key, value in inputs.items() if value},
        )
    except Refused as refused:
        if refused.status != 422:
            raise
        return _list(page, problem=refusal_words(refused))
    return page.go(f"{home_of(repository)}/actions/runs/{run.id}")


# One run.


def _run(page: Page) -> tuple[Repository, WorkflowRun]:
    repository = page.repository()
    return repository, page.hub.workflow_run(repository, page.number())


async def show_run(page: Page) -> web.Response:
    """The run with its jobs, and the log of one: the address's, or the first of interest."""
    repository, run = _run(page)
    hub = page.hub
    jobs = hub.jobs_of(run)
    wanted = page.request.match_info.get("job", "")
    job = hub.job(repository, int(wanted)) if wanted else _of_interest(jobs)
    if job is not None and job.run_id != run.id:
        raise not_found()
    open_jobs = [one for one in jobs if one.status != "completed"]
    return page.render(
        "workflow_run.html",
        repository=repository,
        tab="actions",
        run=run,
        address=f"{home_of(repository)}/actions/runs/{run.id}",
        file_address=f"{home_of(repository)}/blob/{path_of(run.head_sha, run.path)}",
        state=_state(run.status, run.conclusion),
        words=words_of(run.status, run.conclusion),
        actor=page.person(run.triggering_actor_id),
        took_s=_took_s(page, run),
        jobs=[_job_view(page, repository, one) for one in jobs],
        job=_job_view(page, repository, job) if job else None,
        steps=_steps(page, job) if job else [],
        may_act=page.may(repository, Role.WRITE),
        by_hand=bool(open_jobs) and not hub.runner.name,
        runner=hub.runner.name,
        conclusions=BY_HAND,
        failed=any(one.conclusion not in {"success", None} for one in jobs),
        live=f"{home_of(repository)}/live?t=run:{run.id}",
    )


def _of_interest(jobs: Sequence[Job]) -> Job | None:
    """What failed, else what runs or waits, else the first."""
    for wanted in (
        lambda job: job.conclusion in {"failure", "timed_out"},
        lambda job: job.status == "in_progress",
        lambda job: job.status == "queued",
        lambda job: job.conclusion != "skipped",
    ):
        found = next((job for job in jobs if wanted(job)), None)
        if found is not None:
            return found
    return jobs[0] if jobs else None


def _job_view(page: Page, repository: Repository, job: Job) -> JobView:
    until_s = job.completed_at_s or page.hub.now_s()
    return JobView(
        job=job,
        address=f"{home_of(repository)}/actions/runs/{job.run_id}/job/{job.id}",
        state=_state(job.status, job.conclusion),
        words=words_of(job.status, job.conclusion),
        took_s=max(0.0, until_s - job.started_at_s) if job.started_at_s else 0.0,
    )


def _steps(page: Page, job: Job) -> list[StepView]:
    """The steps with their logs; a job without steps has its log in one piece."""
    logs = page.hub.job_logs
    steps = job.steps or [
        Step(
            number=1,
            name="Log",
            status=job.status,
            conclusion=job.conclusion,
            started_at_s=job.started_at_s,
            completed_at_s=job.completed_at_s,
        )
    ]
    ends = [*(one.log_from for one in steps[1:]), None]
    views = []
    for step, end in zip(steps, ends, strict=True):
        text, cut = logs.tail(job.id, step.log_from, end, most_bytes=MOST_SHOWN_BYTES)
        lines = text.splitlines()
        until_s = step.completed_at_s or page.hub.now_s()
        views.append(
            StepView(
                step=step,
                state=_state(step.status, step.conclusion),
                words=words_of(step.status, step.conclusion),
                lines=[_line(line) for line in lines[-LINES_SHOWN:]],
                left_out=cut or len(lines) > LINES_SHOWN,
                took_s=max(0.0, until_s - step.started_at_s),
            )
        )
    return [view for view in views if job.steps or view.lines]


def _line(line: str) -> LogLine:
    text = _STAMP.sub("", line, count=1)
    for mark, tone in _TONES.items():
        if text.startswith(mark):
            return LogLine(text.removeprefix(mark), tone)
    if text.startswith(_GROUP):
        return LogLine(text.removeprefix(_GROUP), "group")
    return LogLine(text, "")


async def show_raw_log(page: Page) -> web.Response:
    """All that a job printed, as text."""
    repository, run = _run(page)
    job = page.hub.job(repository, page.number("job"))
    if job.run_id != run.id:
        raise not_found()
    return web.Response(text=page.hub.job_logs.read(job.id))


async def act(page: Page) -> web.Response:
    """The run is cancelled or run again, as the pressed button says."""
    repository, run = _run(page)
    wish = page.given("wish")
    if wish == "cancel":
        page.hub.cancel_run(page.actor, repository, run.id)
    elif wish in {"rerun", "rerun-failed"}:
        page.hub.rerun(page.actor, repository, run.id, failed_only=wish == "rerun-failed")
    else:
        raise Refused(422, "There is no such button.")
    return page.go(f"{home_of(repository)}/actions/runs/{run.id}")


async def conclude(page: Page) -> web.Response:
    """A job, or all that are left, ended as a person says: nobody else runs them."""
    repository, run = _run(page)
    page.hub.require(page.actor, repository, Role.WRITE)
    conclusion, job_id = page.given("conclusion"), page.given("job")
    if conclusion not in BY_HAND:
        raise Refused(422, "There is no such conclusion.")
    if job_id:
        page.hub.conclude_job(repository, int(job_id) if job_id.isdigit() else 0, conclusion)
    else:
        page.hub.conclude_run(repository, run.id, conclusion)
    where = f"/job/{job_id}" if job_id else ""
    return page.go(f"{home_of(repository)}/actions/runs/{run.id}{where}")
