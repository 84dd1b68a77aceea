"""Issues, pull requests, their reviews, comments and reactions."""

from dataclasses import dataclass, field
from typing import Literal

IssueState = Literal["open", "closed"]


@dataclass(slots=True, kw_only=True)
class PullRequest:
    """What makes an issue a pull request. ``base_ref`` is of the issue's repository."""

    head_ref: str
    head_sha: str  # follows the branch while open, frozen afterwards
    base_ref: str
    base_sha: str
    head_repository_id: int | None = None  # a fork's; None: the branch is of the same repository
    head_owner: str = ""  # of the fork, kept for when it is gone
    draft: bool = False
    merged_at_s: float | None = None
    merged_by_id: int | None = None
    merge_sha: str | None = None

    @property
    def merged(self) -> bool:
        """Whether it was merged."""
        return self.merged_at_s is not None


@dataclass(slots=True, kw_only=True)
class Issue:
    """An issue, or a pull request where ``pull`` is set."""

    id: int
    repository_id: int
    number: int
    title: str
    body: str | None
    author_id: int
    state: IssueState = "open"
    state_reason: str | None = None  # completed, not_planned, duplicate, reopened
    label_ids: list[int] = field(default_factory=list)
    assignee_ids: list[int] = field(default_factory=list)
    locked: bool = False
    lock_reason: str | None = None
    app_id: int | None = None  # the App it was opened through
    pull: PullRequest | None = None
    created_at_s: float = 0.0
    updated_at_s: float = 0.0
    edited_at_s: float | None = None  # the text, last changed by a person or App
    closed_at_s: float | None = None
    closed_by_id: int | None = None


@dataclass(slots=True, kw_only=True)
class Comment:
    """A comment in the conversation of an issue or pull request."""

    id: int
    repository_id: int
    issue_id: int
    author_id: int
    body: str
    app_id: int | None = None
    created_at_s: float = 0.0
    updated_at_s: float = 0.0

    @property
    def edited(self) -> bool:
        """Whether its text was changed after it was written."""
        return self.updated_at_s > self.created_at_s


@dataclass(slots=True, kw_only=True)
class Review:
    """What somebody thinks of a pull request, at one commit of it."""

    id: int
    repository_id: int
    issue_id: int
    author_id: int
    state: str  # APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED
    body: str
    commit_sha: str
    submitted_at_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Reaction:
    """A reaction to an issue (``comment_id`` None) or to one of its comments."""

    id: int
    issue_id: int
    comment_id: int | None
    user_id: int
    content: str  # +1 -1 laugh confused heart hooray rocket eyes
    created_at_s: float = 0.0
