"""The table of everything the bot reacts to: event → handler, in this order."""

from collections.abc import Awaitable, Callable

from bot.work.dispatch import Row
from bot.work.events import BranchPushed, CommentMade, IssueChanged


def event_table(
    *,
    on_request: Callable[[IssueChanged], Awaitable[None]],
    on_comment: Callable[[CommentMade], Awaitable[None]],
    on_catalog_push: Callable[[BranchPushed], Awaitable[None]],
) -> tuple[Row, ...]:
    """One row a handler; the names are kept in the store and never change."""
    return (
        Row(IssueChanged, "request", on_request),
        Row(CommentMade, "command", on_comment),
        Row(BranchPushed, "catalog-push", on_catalog_push),
    )
