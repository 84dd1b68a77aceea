"""Webhooks as GitHub sends them: signed, once, recorded, and again only when asked."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator

import pytest

from bot.localhub import WebhookFault
from bot.localhub.core import Outgoing
from bot.localhub.state.apps import App
from bot.localhub.webhooks.deliver import webhook_headers
from tests.localhub.client import app_jwt, asking
from tests.localhub.fixtures import Scene
from tests.localhub.receiver import Receiver, receiving

SECRET = "a secret of more than sixteen"


@pytest.fixture
async def receiver(scene: Scene) -> AsyncIterator[Receiver]:
    """Where the App of the scene gets its webhooks."""
    async with receiving() as made:
        scene.app.webhook_url, scene.app.webhook_secret = made.url, SECRET
        yield made


def test_signatures_match_githubs_own_vector() -> None:
    """Secret and body of GitHub's documentation give the digest it prints."""
    app = App(
        id=1,
        slug="x",
        name="x",
        client_id="x",
        owner="x",
        user_id=1,
        permissions={},
        events=[],
        webhook_url="",
        webhook_secret="It's a Secret to Everybody",
        private_key_pem="",
    )
    headers = webhook_headers(
        Outgoing(
            guid="g",
            app=app,
            installation=None,
            repository_id=None,
            event="ping",
            action=None,
            payload=b"Hello, World!",
        )
    )
    assert headers["X-Hub-Signature-256"] == (
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    )


async def test_an_issue_tells_the_app_everything(scene: Scene, receiver: Receiver) -> None:
    """Headers, signature and the parts that every payload has."""
    scene.hub.create_issue(scene.developer, "acme/catalog", "Slow", "Very", from_form=True)
    await scene.hub.idle()
    told = receiver.of("issues.opened")
    digest = hmac.new(SECRET.encode(), told.body, hashlib.sha256).hexdigest()
    assert told.headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert told.headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert told.headers["X-GitHub-Hook-Installation-Target-ID"] == str(scene.app.id)
    payload = told.payload
    assert payload["issue"]["title"] == "Slow"
    assert payload["repository"]["full_name"] == "acme/catalog"
    assert payload["organization"]["login"] == "acme"
    assert payload["sender"]["login"] == "dana"
    assert payload["installation"]["id"] == scene.installation.id


async def test_each_thing_that_happens_has_its_event(scene: Scene, receiver: Receiver) -> None:
    """A day in a repository, told in events."""
    hub, owner = scene.hub, scene.owner
    issue = hub.create_issue(owner, "acme/catalog", "Slow", "Very", ["bug"])
    comment = hub.add_comment(owner, "acme/catalog", issue.number, "Why?")
    hub.edit_comment(owner, "acme/catalog", comment.id, "Why not?")
    hub.update_issue(owner, "acme/catalog", issue.number, state="closed")
    start = hub.git(hub.repository("acme/catalog")).branch("main")
    hub.commit_files(
        owner, "acme/catalog", "topic", {"a.txt": b"a\n"}, message="Add a", start=start
    )
    pull = hub.create_pull_request(owner, "acme/catalog", title="Add a", head="topic", base="main")
    hub.commit_files(owner, "acme/catalog", "topic", {"b.txt": b"b\n"}, message="Add b")
    hub.merge_pull_request(owner, "acme/catalog", pull.number)
    hub.grant_team(owner, "acme/catalog", hub.team("acme", "payments"), "push")
    hub.update_repository(owner, "acme/catalog", {"name": "shelf"})
    await hub.idle()
    for event in (
        "issues.opened",
        "issues.labeled",
        "issue_comment.created",
        "issue_comment.edited",
        "issues.closed",
        "create",
        "pull_request.opened",
        "pull_request.synchronize",
        "pull_request.closed",
        "team_add",
        "repository.renamed",
    ):
        assert event in receiver.events
    edited = receiver.of("issue_comment.edited").payload
    assert edited["changes"] == {"body": {"from": "Why?"}}
    merged = receiver.of("pull_request.closed").payload["pull_request"]
    assert (merged["merged"], merged["base"]["ref"]) == (True, "main")
    assert receiver.of("repository.renamed").payload["changes"]["repository"]["name"]["from"] == (
        "catalog"
    )


async def test_a_push_names_its_commits_and_files(scene: Scene, receiver: Receiver) -> None:
    """Added, changed and removed files, and the suite that GitHub opens for the App."""
    scene.hub.commit_files(
        scene.owner,
        "acme/catalog",
        "main",
        {"new.txt": b"n", "README.md": None},
        message="Swap",
    )
    await scene.hub.idle()
    push = receiver.of("push").payload
    assert push["ref"] == "refs/heads/main"
    assert [(c["added"], c["removed"]) for c in push["commits"]] == [(["new.txt"], ["README.md"])]
    assert push["head_commit"]["id"] == push["after"]
    suite = receiver.of("check_suite.requested").payload["check_suite"]
    assert suite["head_sha"] == push["after"]
    assert suite["app"]["id"] == scene.app.id


async def test_buttons_of_a_check_run_go_to_its_app_alone(scene: Scene, receiver: Receiver) -> None:
    """Re-run and actions are heard by the owner of the check, not by the other App."""
    hub = scene.hub
    async with receiving() as other:
        second = hub.add_app(
            "other",
            permissions={"checks": "write"},
            events=["check_run"],
            webhook_url=other.url,
        )
        hub.install(second, "acme")
        head = hub.git(hub.repository("acme/catalog")).branch("main")
        run = hub.create_check_run(
            hub.app_actor(scene.app),
            "acme/catalog",
            {
                "name": "Paved Road",
                "head_sha": head,
                "conclusion": "failure",
                "actions": [{"label": "Retry", "description": "Go on", "identifier": "retry"}],
            },
        )
        hub.request_action(scene.owner, "acme/catalog", run.id, "retry")
        hub.rerequest_check_run(scene.owner, "acme/catalog", run.id)
        await hub.idle()
    pressed = receiver.of("check_run.requested_action").payload
    assert pressed["requested_action"] == {"identifier": "retry"}
    assert "check_run.rerequested" in receiver.events
    assert hub.check_run("acme/catalog", run.id).status == "completed"
    assert "check_run.created" in other.events
    assert "check_run.requested_action" not in other.events


async def test_an_app_hears_only_what_it_asked_for_and_may_read(
    scene: Scene, receiver: Receiver
) -> None:
    """Not subscribed, or not permitted: silence."""
    hub = scene.hub
    async with receiving() as other:
        deaf = hub.add_app(
            "deaf", permissions={"contents": "read"}, events=["issues"], webhook_url=other.url
        )
        hub.install(deaf, "acme")
        hub.create_issue(scene.owner, "acme/catalog", "Slow")
        hub.commit_files(scene.owner, "acme/catalog", "main", {"a": b"a"}, message="a")
        await hub.idle()
    assert other.events == ["installation.created"]
    assert "issues.opened" in receiver.events


async def test_a_failed_delivery_stays_failed_until_asked_for_again(
    scene: Scene, receiver: Receiver
) -> None:
    """GitHub does not repeat by itself; a redelivery carries the same guid and body."""
    receiver.status = 503
    scene.hub.create_issue(scene.owner, "acme/catalog", "Slow")
    await scene.hub.idle()
    assert receiver.events == ["issues.opened"]
    receiver.status = 202
    async with asking(scene.hub, app_jwt(scene.app)) as app:
        failed = await app.ok("GET /app/hook/deliveries?status=failure")
        assert [(one["event"], one["status_code"]) for one in failed] == [("issues", 503)]
        whole = await app.ok(f"GET /app/hook/deliveries/{failed[0]['id']}")
        assert whole["request"]["payload"]["issue"]["title"] == "Slow"
        assert whole["response"]["payload"] == "thanks"
        again = await app(f"POST /app/hook/deliveries/{failed[0]['id']}/attempts")
        assert again.status == 202
        await scene.hub.idle()
        done = await app.ok("GET /app/hook/deliveries?status=success")
    first, second = receiver.received
    assert (first.guid, first.body) == (second.guid, second.body)
    assert [(one["guid"], one["redelivery"]) for one in done] == [(first.guid, True)]


async def test_deliveries_are_paged_by_cursor(scene: Scene, receiver: Receiver) -> None:
    """Link leads on to older deliveries."""
    for number in range(3):
        scene.hub.create_issue(scene.owner, "acme/catalog", f"Issue {number}")
    await scene.hub.idle()
    async with asking(scene.hub, app_jwt(scene.app)) as app:
        first = await app("GET /app/hook/deliveries?per_page=2")
        following = first.headers["Link"].split(">")[0].removeprefix(f"<{scene.hub.api_url}")
        rest = await app.ok(f"GET {following}")
    assert len({one["id"] for one in [*first.json, *rest]}) == 3


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ("drop", ["issues.closed"]),
        ("double", ["issues.opened", "issues.opened", "issues.closed"]),
        ("swap", ["issues.closed", "issues.opened"]),
    ],
)
async def test_faults_lose_double_and_reorder_webhooks(
    scene: Scene, receiver: Receiver, effect: str, expected: list[str]
) -> None:
    """Only the first matching one is struck."""
    fault = WebhookFault(event="issues", action="opened", effect=effect)  # type: ignore[arg-type]  # words of the table
    scene.hub.faults.webhooks.append(fault)
    issue = scene.hub.create_issue(scene.owner, "acme/catalog", "Slow")
    scene.hub.update_issue(scene.owner, "acme/catalog", issue.number, state="closed")
    await scene.hub.idle()
    assert sorted(receiver.events) == sorted(expected)
    if effect != "swap":
        return
    assert receiver.events == expected


async def test_a_webhook_can_be_held_until_the_test_lets_go(
    scene: Scene, receiver: Receiver
) -> None:
    """A delayed one arrives after the ones that came later."""
    go = asyncio.Event()
    scene.hub.faults.webhooks.append(WebhookFault(action="opened", until=go))
    issue = scene.hub.create_issue(scene.owner, "acme/catalog", "Slow")
    scene.hub.update_issue(scene.owner, "acme/catalog", issue.number, state="closed")
    await receiver.until("issues.closed")
    go.set()
    await scene.hub.idle()
    assert receiver.events == ["issues.closed", "issues.opened"]


async def test_a_receiver_that_is_gone_is_recorded(scene: Scene) -> None:
    """Nobody listens: the delivery failed without a status code."""
    async with receiving() as short_lived:
        scene.app.webhook_url = short_lived.url
    scene.hub.create_issue(scene.owner, "acme/catalog", "Slow")
    await scene.hub.idle()
    (delivery,) = scene.hub.deliveries_of(scene.app)
    assert (delivery.status_code, delivery.ok) == (0, False)
    assert delivery.status == "failed to connect to host"


async def test_closing_and_reopening_tell_the_reason_and_the_labels(
    scene: Scene, receiver: Receiver
) -> None:
    """By API with a reason, by page as completed; what is open again was reopened."""
    hub = scene.hub
    issue = hub.create_issue(scene.owner, "acme/catalog", "Slow", "", ["bug"])
    one = f"/repos/acme/catalog/issues/{issue.number}"
    async with asking(hub, scene.owner.token) as olga:
        await olga.ok(f"PATCH {one}", {"state": "closed", "state_reason": "not_planned"})
        await hub.idle()  # answers of deliveries may overtake each other
        await olga.ok(f"PATCH {one}", {"state": "open"})
        await hub.idle()
    hub.update_issue(scene.owner, "acme/catalog", issue.number, state="closed")  # as a page does
    await hub.idle()
    told = [
        (payload["action"], payload["issue"]["state_reason"], payload["issue"]["labels"][0]["name"])
        for payload in (each.payload for each in receiver.received)
        if payload.get("action") in {"closed", "reopened"}
    ]
    assert told == [
        ("closed", "not_planned", "bug"),
        ("reopened", "reopened", "bug"),
        ("closed", "completed", "bug"),
    ]
