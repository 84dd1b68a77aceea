"""Which deliveries wait for each other."""

import pytest

from bot.receive import Head
from bot.work.ordering import ordering

KEY_OF = ordering("Acme/Catalog")


@pytest.mark.parametrize(
    ("head", "key"),
    [
        pytest.param(
            Head(event="issues", repository="Acme/catalog", issue_number=7),
            "acme/catalog#7",
            id="request",
        ),
        pytest.param(
            Head(event="issue_comment", repository="ACME/Catalog", issue_number=7),
            "acme/catalog#7",
            id="comment-on-it",
        ),
        pytest.param(Head(event="push", repository="acme/catalog"), "acme/catalog", id="push"),
        pytest.param(
            Head(event="pull_request", repository="acme/catalog", issue_number=8),
            "acme/catalog#8",
            id="template",
        ),
        pytest.param(
            Head(event="pull_request_review", repository="acme/catalog", issue_number=8),
            "acme/catalog#8",
            id="review-of-it",
        ),
        pytest.param(
            Head(event="issue_comment", repository="Acme/Shop", issue_number=7),
            "acme/shop",
            id="comment-in-a-project",
        ),
        pytest.param(Head(event="team", organization="acme"), "org:acme", id="organisation"),
        pytest.param(Head(event="ping"), "org:", id="ping"),
    ],
)
def test_requests_run_side_by_side_and_repositories_in_order(head: Head, key: str) -> None:
    assert KEY_OF(head) == key
