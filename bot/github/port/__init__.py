"""What services may ask of GitHub: one small protocol a subject, all values frozen.

Adapters raise: ``NotFound`` and ``Forbidden`` (with the permission GitHub named),
``NameTaken``, ``Stale`` for a lost race on a ref, ``bot.errors.Unavailable`` for
what the plan or a setting does not offer, ``bot.errors.RetryLater`` when retries
are used up, and ``Rejected`` for any other 4xx (our bug, or GitHub's).
"""

from dataclasses import dataclass

from bot.github.port.actions import Actions, Job, WorkflowRun
from bot.github.port.checks import Annotation, CheckAction, CheckRun, Checks
from bot.github.port.contents import Commit, Contents, File, Tree, TreeEntry
from bot.github.port.deployments import Deployments, DeploymentStatus, NewDeployment
from bot.github.port.errors import Forbidden, GitHubError, NameTaken, NotFound, Rejected, Stale
from bot.github.port.hook import Attempt, Attempts, Hook
from bot.github.port.issues import Comment, Issue, Issues, WrittenComment
from bot.github.port.names import RepositoryName, thread_of
from bot.github.port.people import People, Role, Team
from bot.github.port.pull_requests import PullRequest, PullRequests, Review
from bot.github.port.repositories import NewRepository, Repositories, Repository

__all__ = [
    "Actions",
    "Annotation",
    "Attempt",
    "Attempts",
    "CheckAction",
    "CheckRun",
    "Checks",
    "Comment",
    "Commit",
    "Contents",
    "DeploymentStatus",
    "Deployments",
    "File",
    "Forbidden",
    "GitHub",
    "GitHubError",
    "Hook",
    "Issue",
    "Issues",
    "Job",
    "NameTaken",
    "NewDeployment",
    "NewRepository",
    "NotFound",
    "People",
    "PullRequest",
    "PullRequests",
    "Rejected",
    "Repositories",
    "Repository",
    "RepositoryName",
    "Review",
    "Role",
    "Stale",
    "Team",
    "Tree",
    "TreeEntry",
    "WorkflowRun",
    "WrittenComment",
    "thread_of",
]


@dataclass(frozen=True, slots=True)
class GitHub:
    """Every subject at hand, as ``app.py`` wires it for one installation."""

    repositories: Repositories
    contents: Contents
    issues: Issues
    checks: Checks
    people: People
    pull_requests: PullRequests
    actions: Actions
    deployments: Deployments
    hook: Hook
