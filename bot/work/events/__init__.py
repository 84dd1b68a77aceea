"""GitHub's payloads, parsed once into frozen values."""

from bot.work.events.read import is_read, read_event
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

__all__ = [
    "AppInstalled",
    "BranchPushed",
    "CheckAsked",
    "CommentMade",
    "DeploymentTold",
    "Event",
    "IssueChanged",
    "IssueClosed",
    "MalformedDelivery",
    "Person",
    "PullRequestChanged",
    "ReviewGiven",
    "WorkflowRunEnded",
    "is_read",
    "read_event",
]
