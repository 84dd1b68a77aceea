"""A delivery's name and body → the event, or None for what the bot has no use for."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from bot.github.port import RepositoryName
from bot.work.events import payloads as told_by
from bot.work.events.values import (
    AppInstalled,
    BranchPushed,
    CheckAsked,
    CommentMade,
    DeploymentTold,
    Event,
    IssueChanged,
    IssueClosed,
    MalformedDelivery,
    Person,
    PullRequestChanged,
    ReviewGiven,
    WorkflowRunEnded,
)

RERUN = "rerun"  # the button that every check run has by GitHub itself


def is_read(name: str, action: str) -> bool:
    """Whether ``read_event`` makes something of such a delivery.

    Most of what an organisation's webhooks bring is not: every step of every build.
    """
    known = _KNOWN.get(name)
    return known is not None and (not known.actions or action in known.actions)


def read_event(name: str, guid: str, body: bytes) -> Event | None:
    """The event of a delivery, or None for one that the bot has no use for.

    Raises MalformedDelivery.
    """
    known = _KNOWN.get(name)
    if known is None:
        return None
    try:
        action = msgspec.json.decode(body, type=told_by.Action).action if known.actions else ""
        return known.read(guid, body) if is_read(name, action) else None
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise MalformedDelivery(f"{name}: {type(error).__name__}") from None


def _read_issues(guid: str, body: bytes) -> IssueChanged | IssueClosed:
    told = msgspec.json.decode(body, type=told_by.IssuesEvent)
    issue = told.issue
    if told.action == "closed":
        return IssueClosed(
            guid=guid,
            repository=_name(told.repository),
            number=issue.number,
            labels=tuple(label.name for label in issue.labels),
            sender=_person(told.sender),
        )
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
        created_at=issue.created_at,
        updated_at=issue.updated_at,
        url=issue.html_url,
        open=issue.state == "open",
    )


def _read_comment(guid: str, body: bytes) -> CommentMade:
    told = msgspec.json.decode(body, type=told_by.IssueCommentEvent)
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
        default_branch=told.repository.default_branch,
    )


def _read_push(guid: str, body: bytes) -> BranchPushed | None:
    told = msgspec.json.decode(body, type=told_by.PushEvent)
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
        changed=frozenset(
            path for each in told.commits for path in (*each.added, *each.modified, *each.removed)
        ),
    )


def _read_pull_request(guid: str, body: bytes) -> PullRequestChanged:
    told = msgspec.json.decode(body, type=told_by.PullRequestEvent)
    pull = told.pull_request
    return PullRequestChanged(
        guid=guid,
        action=told.action,  # type: ignore[arg-type]  # narrowed by the test above
        repository=_name(told.repository),
        number=pull.number,
        head_sha=pull.head.sha,
        base_branch=pull.base.ref,
        base_sha=pull.base.sha,
        merged=bool(pull.merged),
        author=_person(pull.user),
        sender=_person(told.sender),
        url=pull.html_url,
    )


def _read_review(guid: str, body: bytes) -> ReviewGiven:
    told = msgspec.json.decode(body, type=told_by.ReviewEvent)
    return ReviewGiven(
        guid=guid,
        repository=_name(told.repository),
        number=told.pull_request.number,
        sender=_person(told.sender),
    )


def _read_check_run(guid: str, body: bytes) -> CheckAsked | None:
    told = msgspec.json.decode(body, type=told_by.CheckRunEvent)
    if told.action == "rerequested":
        button = RERUN
    elif told.requested_action is not None:
        button = told.requested_action.identifier
    else:
        return None
    run = told.check_run
    return CheckAsked(
        guid=guid,
        repository=_name(told.repository),
        head_sha=run.head_sha,
        external_id=run.external_id or "",
        app_id=run.app.id if run.app else 0,
        button=button,
        sender=_person(told.sender),
    )


def _read_check_suite(guid: str, body: bytes) -> CheckAsked:
    told = msgspec.json.decode(body, type=told_by.CheckSuiteEvent)
    suite = told.check_suite
    return CheckAsked(
        guid=guid,
        repository=_name(told.repository),
        head_sha=suite.head_sha,
        external_id="",
        app_id=suite.app.id if suite.app else 0,
        button=RERUN,
        sender=_person(told.sender),
    )


def _read_workflow_run(guid: str, body: bytes) -> WorkflowRunEnded:
    told = msgspec.json.decode(body, type=told_by.WorkflowRunEvent)
    run = told.workflow_run
    return WorkflowRunEnded(
        guid=guid,
        repository=_name(told.repository),
        run_id=run.id,
        workflow=run.path.partition("@")[0],
        event=run.event,
        branch=run.head_branch or "",
        on_default_branch=run.head_branch == told.repository.default_branch,
        head_sha=run.head_sha,
        conclusion=run.conclusion or "",
        ended_at=run.updated_at,
        url=run.html_url,
        sender=_person(told.sender),
        title=run.display_title or "",
    )


def _read_deployment_status(guid: str, body: bytes) -> DeploymentTold:
    told = msgspec.json.decode(body, type=told_by.DeploymentStatusEvent)
    status = told.deployment_status
    return DeploymentTold(
        guid=guid,
        repository=_name(told.repository),
        deployment_id=told.deployment.id,
        environment=told.deployment.environment,
        commit=told.deployment.sha,
        state=status.state,
        told_at=status.created_at,
        url=status.log_url or status.target_url or "",
        sender=_person(told.sender),
        status_id=status.id,
        description=status.description or "",
        environment_url=status.environment_url or "",
        run=_our_run(told.deployment.payload),
    )


def _read_installation(guid: str, body: bytes) -> AppInstalled:
    told = msgspec.json.decode(body, type=told_by.InstallationEvent)
    account = told.installation.account
    organization = account.login if account is not None else ""
    return AppInstalled(guid=guid, organization=organization, sender=_person(told.sender))


def _our_run(payload: object) -> str:
    run = payload.get("run") if isinstance(payload, dict) else None
    return run if isinstance(run, str) else ""


class _Known(NamedTuple):
    """How an event is read, and which of its actions; none are named where it has none."""

    read: Callable[[str, bytes], Event | None]
    actions: frozenset[str] = frozenset()


_CHANGES = frozenset({"opened", "edited", "reopened", "closed"})
_INSTALLED = frozenset({"created", "unsuspend", "new_permissions_accepted", "added"})
_KNOWN = {
    "issues": _Known(_read_issues, _CHANGES),
    "issue_comment": _Known(_read_comment, frozenset({"created"})),  # an edit is no command
    "push": _Known(_read_push),
    "pull_request": _Known(_read_pull_request, _CHANGES | {"synchronize", "ready_for_review"}),
    "pull_request_review": _Known(_read_review, frozenset({"submitted", "dismissed"})),
    "check_run": _Known(_read_check_run, frozenset({"rerequested", "requested_action"})),
    "check_suite": _Known(_read_check_suite, frozenset({"rerequested"})),
    "workflow_run": _Known(_read_workflow_run, frozenset({"completed"})),
    "deployment_status": _Known(_read_deployment_status),
    "installation": _Known(_read_installation, _INSTALLED),
    "installation_repositories": _Known(_read_installation, _INSTALLED),
}


def _person(user: told_by.User | None) -> Person:
    if user is None:
        return Person(id=0, login="ghost", is_person=False)
    return Person(id=user.id, login=user.login, is_person=user.type == "User")


def _name(repository: told_by.Repository) -> RepositoryName:
    owner, slash, name = repository.full_name.partition("/")
    if not slash or not owner or not name or "/" in name:
        raise ValueError("full_name")
    return RepositoryName(owner, name)
