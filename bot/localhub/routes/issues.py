"""Issues, comments, labels, reactions."""

import datetime as dt
from typing import Any, Literal, Protocol, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from bot.localhub.refusal import Refused, not_found
from bot.localhub.routes.call import NO_CONTENT, Answer, Call
from bot.localhub.shapes import issues as shapes
from bot.localhub.shapes.repositories import label as label_shape
from bot.localhub.state.discussions import Comment, Issue

MOMENTS = {"updated": "updated_at_s", "created": "created_at_s"}


class Updated(Protocol):
    """What knows when it was changed last."""

    updated_at_s: float


T = TypeVar("T", bound=Updated)


class LabelName(msgspec.Struct):
    """A label given as an object."""

    name: str


Labels = list[str | LabelName]


def _names(labels: Labels) -> list[str]:
    return [one if isinstance(one, str) else one.name for one in labels]


class NewIssue(msgspec.Struct):
    """Body of "create an issue"."""

    title: str | int
    body: str | None = None
    labels: Labels = []
    assignee: str | None = None
    assignees: list[str] = []


class IssueChanges(msgspec.Struct):
    """Body of "update an issue"; a field that is not sent stays as it is."""

    title: str | int | UnsetType | None = UNSET
    body: str | UnsetType | None = UNSET
    state: Literal["open", "closed"] | UnsetType = UNSET
    state_reason: (
        Literal["completed", "not_planned", "duplicate", "reopened"] | UnsetType | None
    ) = UNSET
    labels: Labels | UnsetType = UNSET
    assignees: list[str] | UnsetType = UNSET


def _issue(call: Call, *, level: str = "read") -> Issue:
    """The issue of the path.

    The door lets Apps pass with either permission, as pull requests are issues, too;
    which one it has to be shows only now.
    """
    found = call.hub.issue(call.repository, call.number("issue_number"))
    actor = call.caller.actor
    if actor is not None and actor.app is not None and found.pull is None:
        readable = level == "read" and not call.repository.private
        if not readable and not actor.may("issues", level):
            raise Refused(
                403,
                "Resource not accessible by integration",
                headers={"X-Accepted-GitHub-Permissions": f"issues={level}"},
            )
    return found


def _shape(call: Call, found: Issue) -> dict[str, Any]:
    return shapes.issue(call.hub, call.repository, found)


def list_issues(call: Call) -> Answer:
    """Issues and pull requests, newest first, filtered as asked."""
    query = call.query
    wanted = {name.strip().lower() for name in query.get("labels", "").split(",") if name.strip()}
    state = query.get("state", "open")
    found = [
        issue
        for issue in call.hub.world.issues.of(call.repository.id)
        if state in {"all", issue.state}
        and wanted <= {call.hub.world.labels[i].name.lower() for i in issue.label_ids}
        and _is_by(call, issue, query.get("creator"))
    ]
    moment = MOMENTS.get(query.get("sort", "created"), "created_at_s")
    newest_first = query.get("direction", "desc") == "desc"
    found.sort(key=lambda one: (getattr(one, moment), one.number), reverse=newest_first)
    return call.page(_since(call, found), lambda one: _shape(call, one))


def _since(call: Call, found: list[T]) -> list[T]:
    """Those that were changed then or later. Raises Refused 422 for what is no time."""
    asked = call.query.get("since")
    if asked is None:
        return found
    try:
        since_s = dt.datetime.fromisoformat(asked).timestamp()
    except ValueError:
        raise Refused(422, "Invalid since") from None
    return [one for one in found if int(one.updated_at_s) >= since_s]


def _is_by(call: Call, issue: Issue, login: str | None) -> bool:
    if login is None:
        return True
    user = call.hub.world.users.find(login.lower())
    return user is not None and user.id == issue.author_id


def create_issue(call: Call) -> Answer:
    """A new issue."""
    body = call.read(NewIssue)
    made = call.hub.create_issue(
        call.actor,
        call.repository,
        str(body.title),
        body.body or "",
        _names(body.labels),
        assignees=body.assignees or ([body.assignee] if body.assignee else []),
    )
    shape = _shape(call, made)
    return Answer(status=201, body=shape, headers={"Location": shape["url"]})


def get_issue(call: Call) -> Answer:
    """One issue."""
    return Answer(body=_shape(call, _issue(call)))


def update_issue(call: Call) -> Answer:
    """Change title, text, state, labels, assignees."""
    body, issue = call.read(IssueChanges), _issue(call, level="write")
    changed = call.hub.update_issue(
        call.actor,
        call.repository,
        issue.number,
        title=str(body.title) if isinstance(body.title, str | int) else None,
        body=(body.body or "") if body.body is not UNSET else None,
        state=body.state or None,
        state_reason=body.state_reason or None,
        labels=_names(body.labels) if body.labels is not UNSET else None,
        assignees=body.assignees if body.assignees is not UNSET else None,
    )
    return Answer(body=_shape(call, changed))


class Assignees(msgspec.Struct):
    """Body of "add" and "remove assignees"."""

    assignees: list[str] = []


def add_assignees(call: Call) -> Answer:
    """Assign people."""
    number, logins = _issue(call, level="write").number, call.read(Assignees).assignees
    changed = call.hub.assign(call.actor, call.repository, number, add=logins)
    return Answer(status=201, body=_shape(call, changed))


def remove_assignees(call: Call) -> Answer:
    """Take people off."""
    number, logins = _issue(call, level="write").number, call.read(Assignees).assignees
    changed = call.hub.assign(call.actor, call.repository, number, remove=logins)
    return Answer(body=_shape(call, changed))


class Lock(msgspec.Struct):
    """Body of "lock an issue"."""

    lock_reason: Literal["off-topic", "too heated", "resolved", "spam"] | None = None


def lock(call: Call) -> Answer:
    """Lock the conversation."""
    number, reason = _issue(call, level="write").number, call.read(Lock).lock_reason
    call.hub.lock(call.actor, call.repository, number, locked=True, reason=reason)
    return NO_CONTENT


def unlock(call: Call) -> Answer:
    """Unlock the conversation."""
    number = _issue(call, level="write").number
    call.hub.lock(call.actor, call.repository, number, locked=False)
    return NO_CONTENT


# Comments.


class CommentBody(msgspec.Struct):
    """Body of "create" and "update an issue comment"."""

    body: str


def list_comments(call: Call) -> Answer:
    """The comments of an issue or pull request, oldest first."""
    found = call.hub.world.comments.of(_issue(call).id)
    return call.page(found, lambda one: shapes.comment(call.hub, call.repository, one))


def list_every_comment(call: Call) -> Answer:
    """The comments of all issues and pull requests, oldest first unless asked otherwise."""
    found = _since(call, call.hub.comments_of(call.repository))
    moment = MOMENTS.get(call.query.get("sort", "created"), "created_at_s")
    newest_first = call.query.get("direction", "asc") == "desc" and "sort" in call.query
    found.sort(key=lambda one: (getattr(one, moment), one.id), reverse=newest_first)
    return call.page(found, lambda one: shapes.comment(call.hub, call.repository, one))


def create_comment(call: Call) -> Answer:
    """A new comment."""
    number, body = _issue(call, level="write").number, call.read(CommentBody).body
    made = call.hub.add_comment(call.actor, call.repository, number, body)
    shape = shapes.comment(call.hub, call.repository, made)
    return Answer(status=201, body=shape, headers={"Location": shape["url"]})


def _comment(call: Call) -> Comment:
    return call.hub.comment(call.repository, call.number("comment_id"))


def get_comment(call: Call) -> Answer:
    """One comment."""
    return Answer(body=shapes.comment(call.hub, call.repository, _comment(call)))


def update_comment(call: Call) -> Answer:
    """Replace a comment's text."""
    text, number = call.read(CommentBody).body, _comment(call).id
    changed = call.hub.edit_comment(call.actor, call.repository, number, text)
    return Answer(body=shapes.comment(call.hub, call.repository, changed))


def delete_comment(call: Call) -> Answer:
    """Delete a comment."""
    call.hub.delete_comment(call.actor, call.repository, _comment(call).id)
    return NO_CONTENT


# Reactions.


class NewReaction(msgspec.Struct):
    """Body of "create a reaction"."""

    content: str


def list_issue_reactions(call: Call) -> Answer:
    """The reactions to an issue."""
    return _reactions(call, (_issue(call).id, None))


def list_comment_reactions(call: Call) -> Answer:
    """The reactions to a comment."""
    comment = _comment(call)
    return _reactions(call, (comment.issue_id, comment.id))


def _reactions(call: Call, group: tuple[int, int | None]) -> Answer:
    wanted = call.query.get("content")
    found = [r for r in call.hub.world.reactions.of(group) if wanted in {None, r.content}]
    return call.page(found, lambda one: shapes.reaction(call.hub, one))


def react_to_issue(call: Call) -> Answer:
    """React to an issue: 201 when new, 200 when it was there."""
    return _react(call, _issue(call, level="write").number, None)


def react_to_comment(call: Call) -> Answer:
    """React to a comment: 201 when new, 200 when it was there."""
    comment = _comment(call)
    return _react(call, call.hub.world.issues[comment.issue_id].number, comment.id)


def _react(call: Call, number: int, comment_id: int | None) -> Answer:
    content = call.read(NewReaction).content
    made, new = call.hub.react(call.actor, call.repository, number, content, comment_id=comment_id)
    return Answer(status=201 if new else 200, body=shapes.reaction(call.hub, made))


def delete_reaction(call: Call) -> Answer:
    """Take one's own reaction back."""
    call.hub.unreact(call.actor, call.repository, call.number("reaction_id"))
    return NO_CONTENT


# Labels.


class NewLabel(msgspec.Struct):
    """Body of "create a label"."""

    name: str
    color: str = ""
    description: str | None = None


class LabelChanges(msgspec.Struct):
    """Body of "update a label"."""

    new_name: str | UnsetType = UNSET
    color: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET


class IssueLabels(msgspec.Struct):
    """Body of "add" and "set labels for an issue"."""

    labels: Labels = []


def list_labels(call: Call) -> Answer:
    """The labels of a repository."""
    found = call.hub.world.labels.of(call.repository.id)
    return call.page(found, lambda one: label_shape(call.hub, call.repository, one))


def create_label(call: Call) -> Answer:
    """A new label."""
    body = call.read(NewLabel)
    made = call.hub.create_label(
        call.actor, call.repository, body.name, color=body.color, description=body.description
    )
    shape = label_shape(call.hub, call.repository, made)
    return Answer(status=201, body=shape, headers={"Location": shape["url"]})


def get_label(call: Call) -> Answer:
    """One label."""
    found = call.hub.label(call.repository, call.params["name"])
    return Answer(body=label_shape(call.hub, call.repository, found))


def update_label(call: Call) -> Answer:
    """Change a label."""
    changes = call.given(LabelChanges)
    changed = call.hub.update_label(call.actor, call.repository, call.params["name"], changes)
    return Answer(body=label_shape(call.hub, call.repository, changed))


def delete_label(call: Call) -> Answer:
    """Delete a label."""
    call.hub.delete_label(call.actor, call.repository, call.params["name"])
    return NO_CONTENT


def _labels_answer(call: Call, issue: Issue) -> Answer:
    labels = [call.hub.world.labels[i] for i in issue.label_ids]
    return Answer(body=[label_shape(call.hub, call.repository, one) for one in labels])


def list_issue_labels(call: Call) -> Answer:
    """The labels of an issue."""
    return _labels_answer(call, _issue(call))


def _label_names(call: Call) -> list[str]:
    try:
        return _names(msgspec.json.decode(call.content or b"[]", type=Labels))
    except msgspec.DecodeError:
        return _names(call.read(IssueLabels).labels)


def add_issue_labels(call: Call) -> Answer:
    """Add labels to an issue."""
    number, names = _issue(call, level="write").number, _label_names(call)
    return _labels_answer(call, call.hub.add_labels(call.actor, call.repository, number, names))


def set_issue_labels(call: Call) -> Answer:
    """Replace the labels of an issue."""
    number, names = _issue(call, level="write").number, _label_names(call)
    return _labels_answer(call, call.hub.set_labels(call.actor, call.repository, number, names))


def clear_issue_labels(call: Call) -> Answer:
    """Remove all labels of an issue."""
    call.hub.set_labels(call.actor, call.repository, _issue(call, level="write").number, [])
    return NO_CONTENT


def remove_issue_label(call: Call) -> Answer:
    """Remove one label of an issue."""
    number = _issue(call, level="write").number
    changed = call.hub.remove_label(call.actor, call.repository, number, call.params["name"])
    return _labels_answer(call, changed)


def check_assignee(call: Call) -> Answer:
    """204 for somebody who may be assigned, 404 for anybody else."""
    user = call.hub.world.users.find(call.params["assignee"].lower())
    if user is None or not call.hub.role(user, call.repository):
        raise not_found()
    return NO_CONTENT
