"""Workflows, their runs and jobs, and variables as JSON."""

from bot.localhub.core import HubCore
from bot.localhub.shapes.basics import Json, iso, iso_or_none, node_id
from bot.localhub.shapes.checks import head_commit
from bot.localhub.shapes.people import user_by_id
from bot.localhub.shapes.pulls import pull_minimal, pulls_with_head
from bot.localhub.shapes.repositories import html_url, minimal_repository, repository_url
from bot.localhub.state.actions import Job, Setting, Step, Workflow, WorkflowRun
from bot.localhub.state.repositories import Repository


def workflow_state(hub: HubCore, repository: Repository, found: Workflow) -> str:
    """``active`` while the default branch has the file; forks run nothing."""
    if repository.parent_id is not None:
        return "disabled_fork"
    git = hub.git(repository)
    head = git.branch(repository.default_branch)
    there = head is not None and git.find(git.commit(head).tree, found.path) is not None
    return "active" if there else "deleted"


def workflow(hub: HubCore, repository: Repository, found: Workflow) -> Json:
    """A workflow."""
    page = html_url(hub, repository)
    name = found.path.rpartition("/")[2]
    return {
        "id": found.id,
        "node_id": node_id("W", found.id),
        "name": found.name,
        "path": found.path,
        "state": workflow_state(hub, repository, found),
        "created_at": iso(found.created_at_s),
        "updated_at": iso(found.updated_at_s),
        "url": f"{repository_url(hub, repository)}/actions/workflows/{found.id}",
        "html_url": f"{page}/blob/{repository.default_branch}/{found.path}",
        "badge_url": f"{page}/actions/workflows/{name}/badge.svg",
    }


def run_page(hub: HubCore, repository: Repository, run_id: int) -> str:
    """The page of a run."""
    return f"{html_url(hub, repository)}/actions/runs/{run_id}"


def workflow_run(
    hub: HubCore, repository: Repository, found: WorkflowRun, *, pulls: bool = True
) -> Json:
    """A run. ``pulls`` False leaves the pull requests out, as ``exclude_pull_requests`` asks."""
    base = repository_url(hub, repository)
    api = f"{base}/actions/runs/{found.id}"
    previous = f"{api}/attempts/{found.attempt - 1}" if found.attempt > 1 else None
    head = hub.world.repositories.get(found.head_repository_id) or repository
    open_pulls = pulls_with_head(hub, repository, found.head_sha) if pulls else []
    return {
        "id": found.id,
        "name": found.name,
        "node_id": node_id("WFR", found.id),
        "check_suite_id": found.suite_id,
        "check_suite_node_id": node_id("CS", found.suite_id),
        "head_branch": found.head_branch,
        "head_sha": found.head_sha,
        "path": found.path,
        "display_title": found.title,
        "run_number": found.number,
        "run_attempt": found.attempt,
        "event": found.event,
        "status": found.status,
        "conclusion": found.conclusion,
        "workflow_id": found.workflow_id,
        "referenced_workflows": [],
        "url": api,
        "html_url": run_page(hub, repository, found.id),
        "pull_requests": [pull_minimal(hub, repository, one) for one in open_pulls],
        "created_at": iso(found.created_at_s),
        "updated_at": iso(found.updated_at_s),
        "run_started_at": iso(found.started_at_s),
        "actor": user_by_id(hub, found.actor_id),
        "triggering_actor": user_by_id(hub, found.triggering_actor_id),
        "jobs_url": f"{api}/jobs",
        "logs_url": f"{api}/logs",
        "check_suite_url": f"{base}/check-suites/{found.suite_id}",
        "artifacts_url": f"{api}/artifacts",
        "cancel_url": f"{api}/cancel",
        "rerun_url": f"{api}/rerun",
        "previous_attempt_url": previous,
        "workflow_url": f"{base}/actions/workflows/{found.workflow_id}",
        "head_commit": head_commit(hub, repository, found.head_sha),
        "repository": minimal_repository(hub, repository),
        "head_repository": minimal_repository(hub, head),
        "head_repository_id": head.id,
    }


def job(hub: HubCore, repository: Repository, found: Job) -> Json:
    """A job with its steps."""
    base = repository_url(hub, repository)
    run = hub.world.workflow_runs[found.run_id]
    started_at_s = found.started_at_s or found.created_at_s
    taken = found.status != "queued" and bool(found.runner)
    return {
        "id": found.id,
        "run_id": found.run_id,
        "workflow_name": run.name,
        "head_branch": run.head_branch,
        "run_url": f"{base}/actions/runs/{found.run_id}",
        "run_attempt": found.attempt,
        "node_id": node_id("CR", found.id),
        "head_sha": run.head_sha,
        "url": f"{base}/actions/jobs/{found.id}",
        "html_url": job_page(hub, repository, found),
        "status": found.status,
        "conclusion": found.conclusion,
        "created_at": iso(found.created_at_s),
        "started_at": iso(started_at_s),
        "completed_at": iso_or_none(found.completed_at_s),
        "name": found.name,
        "steps": [step(one) for one in found.steps],
        "check_run_url": f"{base}/check-runs/{found.id}",
        "labels": list(found.labels),
        "runner_id": 1 if taken else None,
        "runner_name": found.runner if taken else None,
        "runner_group_id": 1 if taken else None,
        "runner_group_name": "Default" if taken else None,
    }


def job_page(hub: HubCore, repository: Repository, found: Job) -> str:
    """The place of a job on its run's page."""
    return f"{run_page(hub, repository, found.run_id)}/job/{found.id}"


def step(found: Step) -> Json:
    """One step."""
    return {
        "name": found.name,
        "status": found.status,
        "conclusion": found.conclusion,
        "number": found.number,
        "started_at": iso(found.started_at_s),
        "completed_at": iso_or_none(found.completed_at_s),
    }


def variable(found: Setting) -> Json:
    """A variable."""
    return {
        "name": found.name,
        "value": found.value,
        "created_at": iso(found.created_at_s),
        "updated_at": iso(found.updated_at_s),
    }
