"""A row of the event table takes its kind of event, and of those what is its business."""

from typing import Literal

import pytest

from bot.work.dispatch import Row
from bot.work.events import BranchPushed, IssueChanged, Person
from bot.work.table import event_table
from tests.bot_in_memory import NAME

SENDER = Person(id=1, login="dana", is_person=True)


async def handle(_event: object) -> None:
    """Does nothing."""


def pushed(branch: str) -> BranchPushed:
    return BranchPushed(
        guid="g", repository=NAME, branch=branch, is_default=False, after="a" * 40, sender=SENDER
    )


def changed(action: Literal["opened", "reopened"]) -> IssueChanged:
    return IssueChanged(
        guid="g",
        action=action,
        repository=NAME,
        number=7,
        title="t",
        body="",
        labels=(),
        author=SENDER,
        sender=SENDER,
        created_at="",
        updated_at="",
        url="u",
        open=True,
    )


@pytest.mark.parametrize(("branch", "takes"), [("main", True), ("mine", False)])
def test_a_row_leaves_what_is_none_of_its_business(branch: str, takes: bool) -> None:
    row = Row(BranchPushed, "x", handle, when=lambda event: event.branch == "main")
    assert row.takes(pushed(branch)) == takes
    assert not row.takes(None)


def test_a_filed_form_has_one_handler() -> None:
    """Two would cost two more writes before its work begins."""
    table = event_table(
        on_request=handle,
        on_comment=handle,
        on_catalog_push=handle,
        on_pull_request=handle,
        on_review=handle,
        on_check_button=handle,
        on_verify_run=handle,
        on_first_build=handle,
        on_deployment=handle,
        on_deployment_status=handle,
        on_deploy_run=handle,
        on_report_issue=handle,
        on_settings_push=handle,
        on_settings_pull_request=handle,
        on_installed=handle,
    )
    opened, reopened = changed("opened"), changed("reopened")
    assert [row.name for row in table if row.takes(opened)] == ["request"]
    assert [row.name for row in table if row.takes(reopened)] == ["request", "report-reopened"]
