"""GitHub's payloads, parsed once into frozen values. What we do not use we do not read.

Source of the shapes: GitHub docs, "Webhook events and payloads"; every documented
example is run through ``read_event`` in the tests.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

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


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchPushed:
    """Commits arrived on a branch."""

    guid: str
    repository: RepositoryName
    branch: str
    is_default: bool
    after: str
    sender: Person


Event: TypeAlias = IssueChanged | CommentMade | BranchPushed


class _User(msgspec.Struct):
    id: int
    login: str
    type: str = "User"


class _Repository(msgspec.Struct):
    full_name: str
    default_branch: str = "main"
    visibility: str = "private"


class _Label(msgspec.Struct):
    name: str


class _PullRequest(msgspec.Struct):
    """Its presence says that the issue is one."""


class _Issue(msgspec.Struct):
    number: int
    title: str
    user: _User | None  # null once the account is gone
    html_url: str
    updated_at: str = ""
    state: str = "open"
    body: str | None = None
    labels: list[_Label] = []
    pull_request: _PullRequest | None = None


class _Comment(msgspec.Struct):
    id: int
    html_url: str
    body: str = ""


class _Issues(msgspec.Struct):
    action: str
    issue: _Issue
    repository: _Repository
    sender: _User


class _IssueComment(msgspec.Struct):
    action: str
    issue: _Issue
    comment: _Comment
    repository: _Repository
    sender: _User


class _Push(msgspec.Struct):
    ref: str
    after: str
    repository: _Repository
    sender: _User
    deleted: bool = False


def read_event(name: str, guid: str, body: bytes) -> Event | None:
    """The event of a delivery, or None for one that the bot has no use for.

    Raises MalformedDelivery.
    """
    reader = _READERS.get(name)
    if reader is None:
        return None
    try:
        return reader(guid, body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise MalformedDelivery(f"{name}: {type(error).__name__}") from None


def _read_issues(guid: str, body: bytes) -> IssueChanged | None:
    told = msgspec.json.decode(body, type=_Issues)
    if told.action not in ("opened", "edited", "reopened"):
        return None
    issue = told.issue
    return IssueChanged(
        guid=guid,
        action=told.action,  # type: ignore[arg-type]  # narrowed by the test above
        repository=_name(told.repository),
        number=issue.number,
        title=issue.title,
        body=issue.body or "",
        labels=tuple(label.name for label in issue.labels),
        author=_person(issue.user),
        sender=_person(told.sender),
        updated_at=issue.updated_at,
        url=issue.html_url,
        open=issue.state == "open",
    )


def _read_comment(guid: str, body: bytes) -> CommentMade | None:
    told = msgspec.json.decode(body, type=_IssueComment)
    if told.action != "created":  # an edited comment is not a command
        return None
    return CommentMade(
        guid=guid,
        repository=_name(told.repository),
        number=told.issue.number,
        on_pull_request=told.issue.pull_request is not None,
        comment_id=told.comment.id,
        body=told.comment.body,
        sender=_person(told.sender),
        author=_person(told.issue.user),
        url=told.comment.html_url,
        visibility=told.repository.visibility,
    )


def _read_push(guid: str, body: bytes) -> BranchPushed | None:
    told = msgspec.json.decode(body, type=_Push)
    if told.deleted or not told.ref.startswith("refs/heads/"):
        return None
    branch = told.ref.removeprefix("refs/heads/")
    return BranchPushed(
        guid=guid,
        repository=_name(told.repository),
        branch=branch,
        is_default=branch == told.repository.default_branch,
        after=told.after,
        sender=_person(told.sender),
    )


_READERS = {"issues": _read_issues, "issue_comment": _read_comment, "push": _read_push}


def _person(user: _User | None) -> Person:
    if user is None:
        return Person(id=0, login="ghost", is_person=False)
    return Person(id=user.id, login=user.login, is_person=user.type == "User")


def _name(repository: _Repository) -> RepositoryName:
    owner, slash, name = repository.full_name.partition("/")
    if not slash or not owner or not name or "/" in name:
        raise ValueError("full_name")
    return RepositoryName(owner, name)
