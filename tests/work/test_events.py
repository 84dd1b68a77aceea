"""What GitHub documents is read or passed over; what people did is told from what bots did."""

import json
from typing import Any

import pytest

from bot.work.events import (
    AppInstalled,
    BranchPushed,
    CheckAsked,
    CommentMade,
    DeploymentTold,
    IssueChanged,
    IssueClosed,
    MalformedDelivery,
    PullRequestChanged,
    ReviewGiven,
    WorkflowRunEnded,
    is_read,
    read_event,
)
from tests.receive.test_documented_examples import documented_examples, payloads

__all__ = ["documented_examples", "payloads"]


def test_every_documented_example_is_read_or_passed_over(
    payloads: list[tuple[str, dict[str, Any]]],
) -> None:
    read = [read_event(name, "guid", json.dumps(body).encode()) for name, body in payloads]
    kinds = {type(event) for event in read if event is not None}
    assert kinds == {
        AppInstalled,
        BranchPushed,
        CheckAsked,
        CommentMade,
        DeploymentTold,
        IssueChanged,
        PullRequestChanged,
        ReviewGiven,
        WorkflowRunEnded,
    }


def test_what_is_read_is_known_before_it_is_read(
    payloads: list[tuple[str, dict[str, Any]]],
) -> None:
    """So that the rest is never queued. Of a push, and of a button, more than that decides."""
    for name, payload in payloads:
        event = read_event(name, "guid", json.dumps(payload).encode())
        known = is_read(name, payload.get("action") or "")
        assert known or event is None
        assert not known or event is not None or name in ("push", "check_run")


def issues(**changed: Any) -> bytes:
    payload = {
        "action": "opened",
        "issue": {
            "number": 7,
            "title": "New",
            "body": None,
            "user": {"id": 1, "login": "dana", "type": "User"},
            "html_url": "u",
            "updated_at": "2026-01-01T00:00:00Z",
            "labels": [{"name": "template:greeter"}],
        },
        "repository": {"full_name": "acme/catalog"},
        "sender": {"id": 2, "login": "robot[bot]", "type": "Bot"},
    }
    return json.dumps(payload | changed).encode()


def test_an_opened_issue_tells_its_author_from_its_sender() -> None:
    event = read_event("issues", "g", issues())
    assert isinstance(event, IssueChanged)
    assert (event.author.login, event.author.is_person) == ("dana", True)
    assert not event.sender.is_person
    assert event.body == ""
    assert event.labels == ("template:greeter",)


def test_a_comment_on_a_pull_request_is_read_as_one() -> None:
    comment = {"id": 5, "html_url": "c", "body": "/status"}
    pull = {**json.loads(issues())["issue"], "pull_request": {"url": "p"}}
    event = read_event("issue_comment", "g", issues(action="created", comment=comment, issue=pull))
    assert isinstance(event, CommentMade)
    assert event.on_pull_request


def test_an_account_that_is_gone_is_nobody() -> None:
    issue = {**json.loads(issues())["issue"], "user": None}
    event = read_event("issues", "g", issues(issue=issue))
    assert isinstance(event, IssueChanged)
    assert not event.author.is_person


def test_a_closed_issue_tells_its_labels_and_who_closed_it() -> None:
    event = read_event("issues", "g", issues(action="closed"))
    assert isinstance(event, IssueClosed)
    assert (event.number, event.labels) == (7, ("template:greeter",))


def check_run(action: str, **more: Any) -> bytes:
    payload = {
        "action": action,
        "check_run": {"head_sha": "a" * 40, "external_id": "check-1", "app": {"id": 9}},
        "repository": {"full_name": "acme/catalog"},
        "sender": {"id": 1, "login": "tom", "type": "User"},
    }
    return json.dumps(payload | more).encode()


@pytest.mark.parametrize(
    ("body", "button"),
    [
        pytest.param(check_run("rerequested"), "rerun", id="re-run"),
        pytest.param(
            check_run("requested_action", requested_action={"identifier": "form"}), "form", id="own"
        ),
    ],
)
def test_a_pressed_button_of_a_check_run_is_told(body: bytes, button: str) -> None:
    event = read_event("check_run", "g", body)
    assert isinstance(event, CheckAsked)
    assert (event.button, event.external_id, event.app_id) == (button, "check-1", 9)
    assert event.sender.login == "tom"


def test_what_other_apps_do_with_their_check_runs_is_passed_over() -> None:
    assert read_event("check_run", "g", check_run("completed")) is None


@pytest.mark.parametrize("action", ["labeled", "deleted", "assigned"])
def test_other_actions_are_passed_over(action: str) -> None:
    assert read_event("issues", "g", issues(action=action)) is None


def test_a_deleted_branch_and_a_tag_are_no_pushes() -> None:
    base = {
        "after": "a" * 40,
        "repository": {"full_name": "acme/catalog", "default_branch": "main"},
        "sender": {"id": 1, "login": "dana"},
    }
    for change in ({"ref": "refs/tags/v1"}, {"ref": "refs/heads/x", "deleted": True}):
        assert read_event("push", "g", json.dumps(base | change).encode()) is None


@pytest.mark.parametrize(
    "repository",
    [
        pytest.param({"full_name": "acme"}, id="no-slash"),
        pytest.param({"full_name": "acme/a/b"}, id="two-slashes"),
        pytest.param({"full_name": 7}, id="a-number"),
        pytest.param(None, id="nothing"),
    ],
)
def test_a_payload_of_another_shape_says_so_without_quoting_it(repository: Any) -> None:
    with pytest.raises(MalformedDelivery) as caught:
        read_event("issues", "g", issues(repository=repository))
    assert "acme" not in str(caught.value)


def test_an_ended_workflow_run_says_when_and_on_which_branch() -> None:
    def ended(branch: str) -> WorkflowRunEnded:
        run = {
            "id": 1,
            "html_url": "u",
            "event": "push",
            "head_sha": "a" * 40,
            "head_branch": branch,
            "path": ".github/workflows/ci.yml@main",
            "conclusion": "success",
            "updated_at": "2026-01-01T00:00:00Z",
        }
        body = {
            "action": "completed",
            "workflow_run": run,
            "repository": {"full_name": "acme/kit", "default_branch": "trunk"},
            "sender": {"id": 1, "login": "x", "type": "Bot"},
        }
        event = read_event("workflow_run", "g", json.dumps(body).encode())
        assert isinstance(event, WorkflowRunEnded)
        return event

    assert ended("trunk").on_default_branch
    assert not ended("main").on_default_branch
    assert ended("trunk").ended_at == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("action", "account", "organization"),
    [
        pytest.param("created", {"login": "acme"}, "acme", id="installed"),
        pytest.param("added", {"login": "acme"}, "acme", id="more-repositories"),
        pytest.param("new_permissions_accepted", {"login": "acme"}, "acme", id="accepted"),
        pytest.param("created", {"slug": "big-one"}, "", id="by-an-enterprise"),
        pytest.param("created", None, "", id="by-nobody"),
    ],
)
def test_an_installation_is_read(
    action: str, account: dict[str, str] | None, organization: str
) -> None:
    """Whatever makes the App reach or do more there than before."""
    sender = {"id": 3, "login": "petra", "type": "User"}
    told = {"action": action, "installation": {"account": account}, "sender": sender}
    event = read_event("installation", "g", json.dumps(told).encode())
    assert isinstance(event, AppInstalled)
    assert (event.organization, event.sender.login) == (organization, "petra")


@pytest.mark.parametrize("action", ["deleted", "suspend", "removed"])
def test_an_installation_that_ends_is_passed_over(action: str) -> None:
    sender = {"id": 3, "login": "petra", "type": "User"}
    told = {"action": action, "installation": {"account": None}, "sender": sender}
    assert read_event("installation_repositories", "g", json.dumps(told).encode()) is None
