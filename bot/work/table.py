"""The table of everything the bot reacts to: event → handler, in this order."""

from collections.abc import Awaitable, Callable

from bot.deploy_settings import PATH
from bot.work.dispatch import Row
from bot.work.events import (
    AppInstalled,
    BranchPushed,
    CheckAsked,
    CommentMade,
    DeploymentTold,
    IssueChanged,
    IssueClosed,
    PullRequestChanged,
    ReviewGiven,
    WorkflowRunEnded,
)


def event_table(
    *,
    on_request: Callable[[IssueChanged], Awaitable[None]],
    on_comment: Callable[[CommentMade], Awaitable[None]],
    on_catalog_push: Callable[[BranchPushed], Awaitable[None]],
    on_pull_request: Callable[[PullRequestChanged], Awaitable[None]],
    on_review: Callable[[ReviewGiven], Awaitable[None]],
    on_check_button: Callable[[CheckAsked], Awaitable[None]],
    on_verify_run: Callable[[WorkflowRunEnded], Awaitable[None]],
    on_first_build: Callable[[WorkflowRunEnded], Awaitable[None]],
    on_deployment: Callable[[DeploymentTold], Awaitable[None]],
    on_deployment_status: Callable[[DeploymentTold], Awaitable[None]],
    on_deploy_run: Callable[[WorkflowRunEnded], Awaitable[None]],
    on_report_issue: Callable[[IssueClosed | IssueChanged], Awaitable[None]],
    on_settings_push: Callable[[BranchPushed], Awaitable[None]],
    on_settings_pull_request: Callable[[PullRequestChanged], Awaitable[None]],
    on_installed: Callable[[AppInstalled], Awaitable[None]],
) -> tuple[Row, ...]:
    """One row a handler; the names are kept in the store and never change."""
    return (
        Row(IssueChanged, "request", on_request),
        Row(CommentMade, "command", on_comment),
        Row(BranchPushed, "catalog-push", on_catalog_push),
        Row(PullRequestChanged, "pull-request", on_pull_request),
        Row(ReviewGiven, "review", on_review),
        Row(CheckAsked, "check-button", on_check_button),
        Row(WorkflowRunEnded, "verify-run", on_verify_run),
        Row(WorkflowRunEnded, "first-build", on_first_build),
        Row(WorkflowRunEnded, "deploy-run", on_deploy_run),
        Row(DeploymentTold, "deployment", on_deployment),
        Row(DeploymentTold, "deployment-status", on_deployment_status),
        Row(IssueClosed, "report-closed", on_report_issue),
        Row(IssueChanged, "report-reopened", on_report_issue, when=_is_reopened),
        Row(BranchPushed, "settings-push", on_settings_push, when=_touches_settings),
        Row(PullRequestChanged, "settings-pull-request", on_settings_pull_request, when=_has_moved),
        Row(AppInstalled, "first-catalog", on_installed),
    )


def _is_reopened(event: IssueChanged) -> bool:
    return event.action == "reopened"


def _touches_settings(event: BranchPushed) -> bool:
    return PATH in event.changed


def _has_moved(event: PullRequestChanged) -> bool:
    return event.action in ("opened", "reopened", "synchronize")
