"""What is said about a commit: check suites and runs, statuses, deployments."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class CheckSuite:
    """An App's check runs on one commit."""

    id: int
    repository_id: int
    app_id: int
    head_sha: str
    head_branch: str | None
    before: str | None = None
    workflow_run_id: int | None = None  # GitHub Actions has a suite for each run of a workflow
    created_at_s: float = 0.0
    updated_at_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class CheckRun:
    """A check run. Times are the reporter's own words (ISO 8601), as GitHub keeps them."""

    id: int
    repository_id: int
    suite_id: int
    app_id: int
    name: str
    head_sha: str
    status: str = "queued"  # queued, in_progress, completed
    conclusion: str | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    details_url: str | None = None
    external_id: str = ""
    annotations: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, str]] = field(default_factory=list)  # label, description, identifier
    started_at: str | None = None
    completed_at: str | None = None
    created_at_s: float = 0.0
    updated_at_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class CommitStatus:
    """One status of a commit; the newest of a context counts."""

    id: int
    repository_id: int
    sha: str
    context: str
    state: str  # error, failure, pending, success
    creator_id: int
    description: str | None = None
    target_url: str | None = None
    created_at_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Deployment:
    """One commit meant for one environment, which a status may still change."""

    id: int
    repository_id: int
    sha: str
    ref: str
    task: str
    environment: str
    creator_id: int
    payload: Any
    description: str | None = None
    production: bool = False
    transient: bool = False
    app_id: int | None = None
    original_environment: str = ""
    workflow_run_id: int | None = None  # whose job made it
    created_at_s: float = 0.0
    updated_at_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class DeploymentStatus:
    """How a deployment goes."""

    id: int
    deployment_id: int
    state: str
    creator_id: int
    description: str = ""
    environment: str = ""
    environment_url: str = ""
    log_url: str = ""
    app_id: int | None = None
    created_at_s: float = 0.0
