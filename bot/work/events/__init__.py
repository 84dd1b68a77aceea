"""GitHub's payloads, parsed once into frozen values."""

from bot.work.events.read import is_of_use, read_event
from bot.work.events.values import (
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
    "is_of_use",
    "read_event",
]
