"""Workflows, their runs and jobs, dispatches."""

import re
from typing import Any

import msgspec

from bot.localhub.refusal import Refused, not_found
from bot.localhub.routes.call import NO_CONTENT, Answer, Call
from bot.localhub.shapes import actions as shapes
from bot.localhub.shapes.basics import Json, iso
from bot.localhub.state.actions import Job, WorkflowRun

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(Z|\+00:00)?)?")


class Dispatch(msgspec.Struct):
    """Body of "create a workflow dispatch event"."""

    ref: str
    inputs: dict[str, Any] = {}
    return_run_details: bool = False


class RepositoryDispatch(msgspec.Struct):
    """Body of "create a repository dispatch event"."""

    event_type: str
    client_payload: dict[str, Any] = {}


def dispatch_workflow(call: Call) -> Answer:
    """Start a run by hand. API version 2026-03-10 always says which; before, when asked."""
    body = call.read(Dispatch)
    made = call.hub.dispatch_workflow(
        call.actor,
        call.repository,
        call.params["workflow_id"],
        ref=body.ref,
        inputs={name: _text(value) for name, value in body.inputs.items()},
    )
    details = body.return_run_details or call.headers.get("X-GitHub-Api-Version") == "2026-03-10"
    if not details:
        return NO_CONTENT
    shape = shapes.workflow_run(call.hub, call.repository, made)
    return Answer(
        body={
            "workflow_run_id": made.id,
            "run_url": shape["url"],
            "html_url": shape["html_url"],
        }
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def dispatch_repository(call: Call) -> Answer:
    """Start every workflow that waits for an event of one's own making."""
    body = call.read(RepositoryDispatch)
    call.hub.dispatch_repository(call.actor, call.repository, body.event_type, body.client_payload)
    return NO_CONTENT


# Workflows.


def list_workflows(call: Call) -> Answer:
    """The workflows."""
    return call.page(
        call.hub.workflows(call.repository),
        lambda one: shapes.workflow(call.hub, call.repository, one),
        within="workflows",
    )


def get_workflow(call: Call) -> Answer:
    """One workflow, by its id or file name."""
    found = call.hub.workflow(call.repository, call.params["workflow_id"])
    return Answer(body=shapes.workflow(call.hub, call.repository, found))


# Runs.


def list_runs(call: Call) -> Answer:
    """The runs of a repository, newest first."""
    return _runs(call, call.hub.workflow_runs(call.repository))


def list_runs_of_workflow(call: Call) -> Answer:
    """The runs of one workflow, newest first."""
    workflow = call.params["workflow_id"]
    return _runs(call, call.hub.workflow_runs(call.repository, workflow=workflow))


def _runs(call: Call, runs: list[WorkflowRun]) -> Answer:
    query = call.query
    found = [run for run in runs if all(_fits(call, run, name) for name in query)]
    pulls = query.get("exclude_pull_requests", "false") != "true"
    return call.page(
        found,
        lambda one: shapes.workflow_run(call.hub, call.repository, one, pulls=pulls),
        within="workflow_runs",
    )


def _fits(call: Call, run: WorkflowRun, name: str) -> bool:
    wanted = call.query[name]
    if name == "actor":
        user = call.hub.world.users.find(wanted.lower())
        return user is not None and user.id == run.actor_id
    if name == "status":
        return wanted in {run.status, run.conclusion}
    if name == "created":
        return _created(run, wanted)
    fields = {
        "branch": run.head_branch,
        "event": run.event,
        "head_sha": run.head_sha,
        "check_suite_id": str(run.suite_id),
    }
    return name not in fields or fields[name] == wanted


def _created(run: WorkflowRun, wanted: str) -> bool:
    """Search syntax of dates: a day, ``>=``, ``>``, ``<=``, ``<`` before it, ``..`` between two.

    Source: GitHub docs, "Understanding the search syntax", query for dates.
    """
    sign = (re.match(r"[<>]=?", wanted) or [""])[0]
    first, dots, last = wanted.removeprefix(sign).partition("..")
    for part in (first, last):
        if part not in {"", "*"} and not _DAY.fullmatch(part):
            raise Refused(400, "Invalid `created` filter.")
    at = iso(run.created_at_s)
    if dots:
        return (first == "*" or at >= first) and (last == "*" or at[: len(last)] <= last)
    here, there = at[: len(first)], first[: len(at)]
    compared = {
        "": here == there,
        ">=": here >= there,
        "<=": here <= there,
        ">": here > there,
        "<": here < there,
    }
    return compared[sign]


def _run(call: Call) -> WorkflowRun:
    return call.hub.workflow_run(call.repository, call.number("run_id"))


def get_run(call: Call) -> Answer:
    """One run."""
    return Answer(body=shapes.workflow_run(call.hub, call.repository, _run(call)))


def get_attempt(call: Call) -> Answer:
    """One run as it was at an attempt; of an earlier one only its conclusion is kept."""
    run, number = _run(call), _attempt(call)
    shape = shapes.workflow_run(call.hub, call.repository, run)
    if number == run.attempt:
        return Answer(body=shape)
    before: Json = {
        "run_attempt": number,
        "status": "completed",
        "conclusion": call.hub.verdict(run, attempt=number),
    }
    return Answer(body=shape | before)


def _attempt(call: Call) -> int:
    number = call.number("attempt_number")
    if not 1 <= number <= _run(call).attempt:
        raise not_found()
    return number


def delete_run(call: Call) -> Answer:
    """Delete a run that is over."""
    call.hub.delete_run(call.actor, call.repository, _run(call).id)
    return NO_CONTENT


def cancel_run(call: Call) -> Answer:
    """End a run."""
    call.hub.cancel_run(call.actor, call.repository, _run(call).id)
    return Answer(status=202, body={})


def rerun(call: Call) -> Answer:
    """Run all jobs again."""
    call.hub.rerun(call.actor, call.repository, _run(call).id)
    return Answer(status=201, body={})


def rerun_failed_jobs(call: Call) -> Answer:
    """Run again what did not succeed."""
    call.hub.rerun(call.actor, call.repository, _run(call).id, failed_only=True)
    return Answer(status=201, body={})


def run_logs(call: Call) -> Answer:
    """Leads to an archive of the logs of all jobs."""
    return _to_log(call, f"/_logs/runs/{_run(call).id}.zip")


# Jobs.


def list_jobs(call: Call) -> Answer:
    """The jobs of a run: of its newest attempt, or of all."""
    run = _run(call)
    if call.query.get("filter", "latest") == "all":
        return _jobs(call, call.hub.world.jobs.of(run.id))
    return _jobs(call, call.hub.jobs_of(run))


def list_jobs_of_attempt(call: Call) -> Answer:
    """The jobs of one attempt."""
    return _jobs(call, call.hub.jobs_of(_run(call), attempt=_attempt(call)))


def _jobs(call: Call, found: list[Job]) -> Answer:
    return call.page(found, lambda one: shapes.job(call.hub, call.repository, one), within="jobs")


def _job(call: Call) -> Job:
    return call.hub.job(call.repository, call.number("job_id"))


def get_job(call: Call) -> Answer:
    """One job with its steps."""
    return Answer(body=shapes.job(call.hub, call.repository, _job(call)))


def job_logs(call: Call) -> Answer:
    """Leads to what the job printed, as text."""
    return _to_log(call, f"/_logs/jobs/{_job(call).id}.txt")


def _to_log(call: Call, path: str) -> Answer:
    signed = call.hub.signed.sign(path, now_s=call.hub.now_s())
    return Answer(status=302, headers={"Location": f"{call.hub.url}{signed}"})
