"""GitHub Actions: workflows, their runs with jobs and steps, variables and secrets."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Workflow:
    """A workflow file that a repository has or had; its id outlives changes of the file."""

    id: int
    repository_id: int
    path: str
    name: str
    created_at_s: float = 0.0
    updated_at_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class WorkflowRun:
    """One run of a workflow at one commit; running it again is another ``attempt`` of it."""

    id: int
    repository_id: int
    workflow_id: int
    suite_id: int
    path: str
    name: str
    event: str  # push, pull_request, workflow_dispatch, repository_dispatch
    head_sha: str
    head_branch: str | None  # None for tags
    ref: str  # refs/…, as GITHUB_REF says
    head_repository_id: int
    number: int
    title: str
    actor_id: int
    triggering_actor_id: int
    attempt: int = 1
    status: str = "queued"  # queued, pending (behind its group), in_progress, completed
    conclusion: str | None = None
    group: str = ""  # of its concurrency; one run of a group at a time
    problem: str = ""  # why it could not start, or ended before its time
    inputs: dict[str, str] = field(default_factory=dict)
    payload: bytes = b""  # zlib; the event's JSON, for github.event
    pull_number: int | None = None
    kept_job_ids: list[int] = field(default_factory=list)  # of earlier attempts, still valid
    created_at_s: float = 0.0
    updated_at_s: float = 0.0
    started_at_s: float = 0.0  # of this attempt


@dataclass(slots=True, kw_only=True)
class Step:
    """One step of a job. ``log_from`` is where its part of the job's log begins, in bytes."""

    number: int
    name: str
    status: str = "in_progress"
    conclusion: str | None = None
    started_at_s: float = 0.0
    completed_at_s: float | None = None
    log_from: int = 0


@dataclass(slots=True, kw_only=True)
class Job:
    """One job of an attempt; its id is that of its check run, as on GitHub."""

    id: int
    repository_id: int
    run_id: int
    attempt: int
    key: str  # in the file
    name: str
    labels: list[str] = field(default_factory=list)
    status: str = "queued"
    conclusion: str | None = None
    steps: list[Step] = field(default_factory=list)
    runner: str = ""
    summary: str = ""  # Markdown that its steps left
    deployment_id: int | None = None  # made because the job names an environment
    created_at_s: float = 0.0
    started_at_s: float = 0.0
    completed_at_s: float | None = None


@dataclass(slots=True, kw_only=True)
class Setting:
    """A variable or secret that workflows read. ``scope``: ``organization:acme``,
    ``repository:7``, ``environment:7/production``.
    """

    id: int
    scope: str
    name: str
    value: str
    secret: bool = False
    created_at_s: float = 0.0
    updated_at_s: float = 0.0
