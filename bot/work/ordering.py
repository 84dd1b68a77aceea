"""Which deliveries must not be worked on side by side: those that have the same key.

In the catalog every issue is a request and every pull request a change of its own, so
they run side by side; elsewhere everything about one repository happens in order.
"""

from collections.abc import Callable

from bot.receive import Head

BY_ISSUE = frozenset({"issues", "issue_comment", "pull_request", "pull_request_review"})


def ordering(catalog: str) -> Callable[[Head], str]:
    """The key of a delivery, given the catalog's ``owner/name`` in any case."""
    catalog = catalog.lower()

    def key_of(head: Head) -> str:
        repository = head.repository.lower()
        if not repository:
            return f"org:{head.organization}"
        if repository == catalog and head.event in BY_ISSUE:
            return f"{repository}#{head.issue_number}"
        return repository

    return key_of
