"""Check suites and runs, commit statuses and deployments as JSON."""

from collections.abc import Sequence

from bot.localhub.core import HubCore
from bot.localhub.shapes.apps import app_by_id
from bot.localhub.shapes.basics import Json, iso, node_id
from bot.localhub.shapes.people import user_by_id
from bot.localhub.shapes.pulls import pull_minimal, pulls_with_head
from bot.localhub.shapes.repositories import html_url, minimal_repository, repository_url
from bot.localhub.state.checks import (
    CheckRun,
    CheckSuite,
    CommitStatus,
    Deployment,
    DeploymentStatus,
)
from bot.localhub.state.repositories import Repository

# The worst conclusion speaks for the suite.
WORST_FIRST = (
    "failure",
    "timed_out",
    "cancelled",
    "action_required",
    "success",
    "neutral",
    "skipped",
)


def runs_of(hub: HubCore, suite: CheckSuite) -> list[CheckRun]:
    """The suite's check runs; of several with one name only the newest."""
    newest = {
        run.name: run
        for run in hub.world.check_runs.of((suite.repository_id, suite.head_sha))
        if run.suite_id == suite.id
    }
    return list(newest.values())


def suite_state(runs: Sequence[CheckRun]) -> tuple[str, str | None]:
    """Status and conclusion of a suite, from its runs."""
    if not runs:
        return "queued", None
    if any(run.status != "completed" for run in runs):
        started = any(run.status != "queued" for run in runs)
        return ("in_progress" if started else "queued"), None
    conclusions = {run.conclusion for run in runs}
    return "completed", next(c for c in (*WORST_FIRST, None) if c in conclusions or c is None)


def check_run(hub: HubCore, repository: Repository, found: CheckRun) -> Json:
    """A check run."""
    api = f"{repository_url(hub, repository)}/check-runs/{found.id}"
    page = f"{html_url(hub, repository)}/runs/{found.id}"
    return {
        "id": found.id,
        "node_id": node_id("CR", found.id),
        "name": found.name,
        "head_sha": found.head_sha,
        "external_id": found.external_id,
        "url": api,
        "html_url": page,
        "details_url": found.details_url or page,
        "status": found.status,
        "conclusion": found.conclusion,
        "started_at": found.started_at,
        "completed_at": found.completed_at,
        "output": {
            "title": found.title,
            "summary": found.summary,
            "text": found.text,
            "annotations_count": len(found.annotations),
            "annotations_url": f"{api}/annotations",
        },
        "check_suite": {"id": found.suite_id},
        "app": app_by_id(hub, found.app_id),
        "pull_requests": [
            pull_minimal(hub, repository, issue)
            for issue in pulls_with_head(hub, repository, found.head_sha)
        ],
    }


def annotation(hub: HubCore, repository: Repository, run: CheckRun, given: Json) -> Json:
    """One annotation as it is read back."""
    contents = f"{repository_url(hub, repository)}/contents"
    return {
        "path": given["path"],
        "blob_href": f"{contents}/{given['path']}?ref={run.head_sha}",
        "start_line": given["start_line"],
        "start_column": given.get("start_column"),
        "end_line": given["end_line"],
        "end_column": given.get("end_column"),
        "annotation_level": given["annotation_level"],
        "title": given.get("title"),
        "message": given["message"],
        "raw_details": given.get("raw_details"),
    }


def head_commit(hub: HubCore, repository: Repository, sha: str) -> Json:
    """A commit in the short form of check suites and workflow runs."""
    commit = hub.git(repository).commit(sha)
    return {
        "id": sha,
        "tree_id": commit.tree,
        "message": commit.message,
        "timestamp": iso(commit.committer.at_s),
        "author": {"name": commit.author.name, "email": commit.author.email},
        "committer": {"name": commit.committer.name, "email": commit.committer.email},
    }


def check_suite(hub: HubCore, repository: Repository, found: CheckSuite) -> Json:
    """A check suite."""
    api = f"{repository_url(hub, repository)}/check-suites/{found.id}"
    runs = runs_of(hub, found)
    status, conclusion = suite_state(runs)
    workflow_run = hub.world.workflow_runs.get(found.workflow_run_id or 0)
    if workflow_run is not None:  # jobs of it may be yet to come
        status, conclusion = workflow_run.status, workflow_run.conclusion
    return {
        "id": found.id,
        "node_id": node_id("CS", found.id),
        "head_branch": found.head_branch,
        "head_sha": found.head_sha,
        "status": status,
        "conclusion": conclusion,
        "url": api,
        "before": found.before,
        "after": found.head_sha,
        "pull_requests": [
            pull_minimal(hub, repository, issue)
            for issue in pulls_with_head(hub, repository, found.head_sha)
        ],
        "app": app_by_id(hub, found.app_id),
        "repository": minimal_repository(hub, repository),
        "created_at": iso(found.created_at_s),
        "updated_at": iso(found.updated_at_s),
        "head_commit": head_commit(hub, repository, found.head_sha),
        "latest_check_runs_count": len(runs),
        "check_runs_url": f"{api}/check-runs",
    }


def status(hub: HubCore, repository: Repository, found: CommitStatus) -> Json:
    """A commit status."""
    return {
        "id": found.id,
        "node_id": node_id("SC", found.id),
        "url": f"{repository_url(hub, repository)}/statuses/{found.sha}",
        "avatar_url": f"{hub.url}/avatars/{found.creator_id}",
        "state": found.state,
        "description": found.description,
        "target_url": found.target_url,
        "context": found.context,
        "created_at": iso(found.created_at_s),
        "updated_at": iso(found.created_at_s),
    }


def status_with_creator(hub: HubCore, repository: Repository, found: CommitStatus) -> Json:
    """A commit status with who set it."""
    return status(hub, repository, found) | {"creator": user_by_id(hub, found.creator_id)}


def combined_status(
    hub: HubCore, repository: Repository, sha: str, newest: Sequence[CommitStatus]
) -> Json:
    """What all contexts together say. No status at all is "pending", as on GitHub."""
    states = {one.state for one in newest}
    if states & {"failure", "error"}:
        together = "failure"
    else:
        together = "success" if states == {"success"} else "pending"
    api = repository_url(hub, repository)
    return {
        "state": together,
        "sha": sha,
        "total_count": len(newest),
        "statuses": [status(hub, repository, one) for one in newest],
        "repository": minimal_repository(hub, repository),
        "commit_url": f"{api}/commits/{sha}",
        "url": f"{api}/commits/{sha}/status",
    }


def deployment(hub: HubCore, repository: Repository, found: Deployment) -> Json:
    """A deployment."""
    api = repository_url(hub, repository)
    return {
        "id": found.id,
        "node_id": node_id("DE", found.id),
        "url": f"{api}/deployments/{found.id}",
        "sha": found.sha,
        "ref": found.ref,
        "task": found.task,
        "payload": found.payload,
        "original_environment": found.original_environment or found.environment,
        "environment": found.environment,
        "description": found.description,
        "creator": user_by_id(hub, found.creator_id),
        "created_at": iso(found.created_at_s),
        "updated_at": iso(found.updated_at_s),
        "statuses_url": f"{api}/deployments/{found.id}/statuses",
        "repository_url": api,
        "transient_environment": found.transient,
        "production_environment": found.production,
        "performed_via_github_app": app_by_id(hub, found.app_id),
    }


def deployment_status(hub: HubCore, repository: Repository, found: DeploymentStatus) -> Json:
    """One status of a deployment. ``target_url`` repeats ``log_url``, as on GitHub."""
    api = f"{repository_url(hub, repository)}/deployments/{found.deployment_id}"
    return {
        "id": found.id,
        "node_id": node_id("DES", found.id),
        "url": f"{api}/statuses/{found.id}",
        "state": found.state,
        "creator": user_by_id(hub, found.creator_id),
        "description": found.description,
        "environment": found.environment,
        "environment_url": found.environment_url,
        "log_url": found.log_url,
        "target_url": found.log_url,
        "created_at": iso(found.created_at_s),
        "updated_at": iso(found.created_at_s),
        "deployment_url": api,
        "repository_url": repository_url(hub, repository),
        "performed_via_github_app": app_by_id(hub, found.app_id),
    }
