"""What happened on GitHub, as frozen values. What we do not use we do not read."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.github.port import RepositoryName


class MalformedDelivery(Exception):
    """A signed payload that is not shaped as GitHub documents it; it goes to the dead letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who did it. ``is_person`` is false for bots, Apps and mannequins."""

    id: int
    login: str
    is_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueChanged:
    """An issue was opened, edited or reopened."""

    guid: str
    action: Literal["opened", "edited", "reopened"]
    repository: RepositoryName
    number: int
    title: str
    body: str
    labels: tuple[str, ...]
    author: Person
    sender: Person
    created_at: str  # ISO 8601
    updated_at: str  # ISO 8601; later states compare greater
    url: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentMade:
    """Somebody wrote a new comment on an issue or pull request."""

    guid: str
    repository: RepositoryName
    number: int
    on_pull_request: bool
    comment_id: int
    body: str
    sender: Person
    author: Person  # of the issue
    url: str
    visibility: str  # of the repository: private, internal or public
    default_branch: str = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchPushed:
    """Commits arrived on a branch."""

    guid: str
    repository: RepositoryName
    branch: str
    is_default: bool
    after: str
    sender: Person
    changed: frozenset[str] = frozenset()  # paths that its commits touch, as far as GitHub told


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueClosed:
    """An issue (no pull request) was closed."""

    guid: str
    repository: RepositoryName
    number: int
    labels: tuple[str, ...]
    sender: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestChanged:
    """A pull request was opened or reopened, its head or its base moved, or it was closed."""

    guid: str
    action: Literal["opened", "reopened", "synchronize", "edited", "ready_for_review", "closed"]
    repository: RepositoryName
    number: int
    head_sha: str
    base_branch: str
    base_sha: str = ""
    merged: bool
    author: Person
    sender: Person
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewGiven:
    """Somebody reviewed a pull request, or a review was dismissed."""

    guid: str
    repository: RepositoryName
    number: int
    sender: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAsked:
    """Somebody pressed *Re-run* or another button of a check run of ours.

    ``button`` is the identifier that we gave it, ``rerun`` for *Re-run*. ``external_id`` is
    empty where all of a commit's check runs are meant.
    """

    guid: str
    repository: RepositoryName
    head_sha: str
    external_id: str
    app_id: int
    button: str
    sender: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRunEnded:
    """A run of a GitHub Actions workflow completed."""

    guid: str
    repository: RepositoryName
    run_id: int
    workflow: str  # the path of its file
    event: str
    branch: str
    on_default_branch: bool
    head_sha: str
    conclusion: str
    ended_at: str  # ISO 8601
    url: str
    sender: Person
    title: str = ""  # what ``run-name`` made of its inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentTold:
    """Whoever deploys told how far a deployment is."""

    guid: str
    repository: RepositoryName
    deployment_id: int
    environment: str
    commit: str
    state: str
    told_at: str  # ISO 8601
    url: str
    sender: Person
    status_id: int = 0  # later ones are greater
    description: str = ""  # a stranger's text
    environment_url: str = ""
    run: str = ""  # our run, as the deployment's payload names it; anybody may write that


@dataclass(frozen=True, slots=True, kw_only=True)
class AppInstalled:
    """The App was installed in an organisation, or reaches or may do more there than before."""

    guid: str
    organization: str
    sender: Person


Event: TypeAlias = (
    IssueChanged
    | IssueClosed
    | CommentMade
    | BranchPushed
    | PullRequestChanged
    | ReviewGiven
    | CheckAsked
    | WorkflowRunEnded
    | DeploymentTold
    | AppInstalled
)
