"""The parts of GitHub's payloads that we read, as GitHub documents them.

Source of the shapes: GitHub docs, "Webhook events and payloads"; every documented
example is run through ``read_event`` in the tests.
"""

# ruff: noqa: D101  # each is named for the part of the payload that it is
import msgspec


class User(msgspec.Struct):
    id: int
    login: str
    type: str = "User"


class Repository(msgspec.Struct):
    full_name: str
    default_branch: str = "main"
    visibility: str = "private"


class Label(msgspec.Struct):
    name: str


class IsPullRequest(msgspec.Struct):
    """Its presence says that the issue is one."""


class Issue(msgspec.Struct):
    number: int
    title: str
    user: User | None  # null once the account is gone
    html_url: str
    created_at: str = ""
    updated_at: str = ""
    state: str = "open"
    body: str | None = None
    labels: list[Label] = []
    pull_request: IsPullRequest | None = None


class Comment(msgspec.Struct):
    id: int
    html_url: str
    body: str = ""


class Action(msgspec.Struct):
    """Of any event that has actions."""

    action: str


class IssuesEvent(msgspec.Struct):
    action: str
    issue: Issue
    repository: Repository
    sender: User


class IssueCommentEvent(msgspec.Struct):
    action: str
    issue: Issue
    comment: Comment
    repository: Repository
    sender: User


class PushedCommit(msgspec.Struct):
    added: list[str] = []
    modified: list[str] = []
    removed: list[str] = []


class PushEvent(msgspec.Struct):
    ref: str
    after: str
    repository: Repository
    sender: User
    deleted: bool = False
    commits: list[PushedCommit] = []


class Side(msgspec.Struct):
    sha: str
    ref: str = ""


class Pull(msgspec.Struct):
    number: int
    html_url: str
    head: Side
    base: Side
    user: User | None
    merged: bool | None = None


class PullRequestEvent(msgspec.Struct):
    action: str
    pull_request: Pull
    repository: Repository
    sender: User


class ReviewEvent(msgspec.Struct):
    action: str
    pull_request: Pull
    repository: Repository
    sender: User


class AppOf(msgspec.Struct):
    id: int


class CheckRun(msgspec.Struct):
    head_sha: str
    external_id: str | None = None
    app: AppOf | None = None


class RequestedAction(msgspec.Struct):
    identifier: str = ""


class CheckRunEvent(msgspec.Struct):
    action: str
    check_run: CheckRun
    repository: Repository
    sender: User
    requested_action: RequestedAction | None = None


class CheckSuite(msgspec.Struct):
    head_sha: str
    app: AppOf | None = None


class CheckSuiteEvent(msgspec.Struct):
    action: str
    check_suite: CheckSuite
    repository: Repository
    sender: User


class WorkflowRun(msgspec.Struct):
    id: int
    html_url: str
    event: str
    head_sha: str
    updated_at: str = ""
    path: str = ""
    head_branch: str | None = None
    display_title: str | None = None
    conclusion: str | None = None


class WorkflowRunEvent(msgspec.Struct):
    action: str
    workflow_run: WorkflowRun
    repository: Repository
    sender: User


class Deployment(msgspec.Struct):
    id: int
    sha: str
    environment: str
    payload: object = None  # whatever its maker put there


class DeploymentStatus(msgspec.Struct):
    state: str
    id: int = 0
    description: str | None = None
    environment_url: str | None = None
    created_at: str = ""
    target_url: str | None = None
    log_url: str | None = None


class DeploymentStatusEvent(msgspec.Struct):
    deployment: Deployment
    deployment_status: DeploymentStatus
    repository: Repository
    sender: User


class Account(msgspec.Struct):
    login: str = ""  # an enterprise has none


class Installation(msgspec.Struct):
    account: Account | None = None


class InstallationEvent(msgspec.Struct):
    action: str
    installation: Installation
    sender: User
