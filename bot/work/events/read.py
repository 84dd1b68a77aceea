"""A delivery's name and body → the event, or None for what the bot has no use for."""

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

_ISSUE_CHANGES = ("opened", "edited", "reopened")
_INSTALLED = ("created", "unsuspend", "new_permissions_accepted", "added")
_PULL_CHANGES = ("opened", "reopened", "synchronize", "edited", "ready_for_review", "closed")


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


def _read_issues(guid: str, body: bytes) -> IssueChanged | IssueClosed | None:
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
    if told.action not in _ISSUE_CHANGES:
        return None
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


def _read_comment(guid: str, body: bytes) -> CommentMade | None:
    told = msgspec.json.decode(body, type=told_by.IssueCommentEvent)
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


def _read_pull_request(guid: str, body: bytes) -> PullRequestChanged | None:
    told = msgspec.json.decode(body, type=told_by.PullRequestEvent)
    if told.action not in _PULL_CHANGES:
        return None
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


def _read_review(guid: str, body: bytes) -> ReviewGiven | None:
    told = msgspec.json.decode(body, type=told_by.ReviewEvent)
    if told.action not in ("submitted", "dismissed"):
        return None
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
    elif told.action == "requested_action" and told.requested_action is not None:
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


def _read_check_suite(guid: str, body: bytes) -> CheckAsked | None:
    told = msgspec.json.decode(body, type=told_by.CheckSuiteEvent)
    if told.action != "rerequested":
        return None
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


def _read_workflow_run(guid: str, body: bytes) -> WorkflowRunEnded | None:
    told = msgspec.json.decode(body, type=told_by.WorkflowRunEvent)
    if told.action != "completed":
        return None
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


def _read_installation(guid: str, body: bytes) -> AppInstalled | None:
    told = msgspec.json.decode(body, type=told_by.InstallationEvent)
    if told.action not in _INSTALLED:
        return None
    account = told.installation.account
    return AppInstalled(guid=guid, organization=account.login, sender=_person(told.sender))


def _our_run(payload: object) -> str:
    run = payload.get("run") if isinstance(payload, dict) else None
    return run if isinstance(run, str) else ""


_READERS = {
    "issues": _read_issues,
    "issue_comment": _read_comment,
    "push": _read_push,
    "pull_request": _read_pull_request,
    "pull_request_review": _read_review,
    "check_run": _read_check_run,
    "check_suite": _read_check_suite,
    "workflow_run": _read_workflow_run,
    "deployment_status": _read_deployment_status,
    "installation": _read_installation,
    "installation_repositories": _read_installation,
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
