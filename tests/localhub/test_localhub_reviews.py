"""Reviews: who may give which, what they add up to, and what the world hears."""

from collections.abc import AsyncIterator

import pytest

from bot.localhub.refusal import Refused
from bot.localhub.state.discussions import Issue
from tests.localhub.client import asking
from tests.localhub.fixtures import Scene
from tests.localhub.receiver import Receiver, receiving

CATALOG = "acme/catalog"
REVIEWS = f"/repos/{CATALOG}/pulls/1/reviews"
TWO_EYES = {
    "name": "two pairs of eyes",
    "enforcement": "active",
    "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
    "rules": [{"type": "pull_request", "parameters": {"required_approving_review_count": 1}}],
}


@pytest.fixture
def pull(scene: Scene) -> Issue:
    """A change by dana, who may write; lena may too."""
    hub = scene.hub
    hub.set_role(CATALOG, "dana", "write")
    hub.set_role(CATALOG, "lena", "write")
    hub.set_role(CATALOG, "sam", "read")
    start = hub.git(hub.repository(CATALOG)).branch("main")
    hub.commit_files(
        scene.developer, CATALOG, "change", {"a.txt": b"a\n"}, message="Add a", start=start
    )
    return hub.create_pull_request(scene.developer, CATALOG, title="A", head="change", base="main")


@pytest.fixture
async def receiver(scene: Scene) -> AsyncIterator[Receiver]:
    """Where the App of the scene gets its webhooks."""
    async with receiving() as made:
        scene.app.webhook_url, scene.app.webhook_secret = made.url, "s"
        yield made


@pytest.mark.parametrize(
    ("login", "body", "told"),
    [
        pytest.param("dana", {"event": "APPROVE"}, "approve your own", id="own-approval"),
        pytest.param(
            "dana", {"event": "REQUEST_CHANGES", "body": "x"}, "changes on your own", id="own-no"
        ),
        pytest.param("lena", {"event": "COMMENT"}, "Body can't be blank", id="no-words"),
        pytest.param("lena", {"event": "REQUEST_CHANGES", "body": " "}, "blank", id="no-reason"),
        pytest.param("lena", {"body": "x"}, "no pending reviews", id="pending"),
        pytest.param(
            "lena",
            {"event": "COMMENT", "body": "x", "comments": [{"path": "a", "body": "b"}]},
            "no review comments on lines",
            id="on-lines",
        ),
        pytest.param(
            "lena", {"event": "APPROVE", "commit_id": "0" * 40}, "not part of", id="strange-commit"
        ),
        pytest.param("lena", {"event": "APPROVE", "body": "x" * 65_537}, "too long", id="long"),
    ],
)
async def test_a_review_that_github_refuses_is_refused(
    scene: Scene, pull: Issue, login: str, body: dict[str, object], told: str
) -> None:
    """422, with the reason."""
    async with asking(scene.hub, scene.hub.user(login).token) as person:
        reply = await person(f"POST {REVIEWS}", body)
    assert reply.status == 422
    assert told in reply.json["message"] + "".join(reply.json.get("errors", []))
    assert scene.hub.world.reviews.of(pull.id) == []


async def test_an_author_may_comment_on_the_own_change(scene: Scene, pull: Issue) -> None:
    """That is no approval."""
    async with asking(scene.hub, scene.developer.token) as dana:
        made = await dana.ok(f"POST {REVIEWS}", {"event": "COMMENT", "body": "Ready"})
    assert (made["state"], made["commit_id"]) == ("COMMENTED", pull.pull and pull.pull.head_sha)


async def test_an_app_reviews_with_its_permission_alone(scene: Scene, pull: Issue) -> None:
    """pull_requests: write opens the door, read does not."""
    async with asking(scene.hub, scene.token(pull_requests="read")) as poor:
        assert (await poor(f"POST {REVIEWS}", {"event": "APPROVE"})).status == 403
        assert (await poor(f"GET {REVIEWS}")).status == 200
    async with asking(scene.hub, scene.token(pull_requests="write")) as rich:
        made = await rich.ok(f"POST {REVIEWS}", {"event": "APPROVE"})
    assert made["user"]["login"] == "paved-road[bot]"


async def test_a_review_is_told_with_its_state_in_small_letters(
    scene: Scene, pull: Issue, receiver: Receiver
) -> None:
    """Webhooks and REST differ there, as on GitHub."""
    hub = scene.hub
    review = hub.review(hub.user("lena"), CATALOG, pull.number, "APPROVE", "Good")
    hub.dismiss_review(scene.owner, CATALOG, pull.number, review.id)
    await hub.idle()
    told = receiver.of("pull_request_review.submitted").payload
    assert (told["review"]["state"], told["review"]["body"]) == ("approved", "Good")
    assert told["pull_request"]["number"] == pull.number
    assert receiver.of("pull_request_review.dismissed").payload["review"]["state"] == "dismissed"
    async with asking(hub, scene.owner.token) as person:
        (listed,) = await person.ok(f"GET {REVIEWS}")
    assert listed["state"] == "DISMISSED"


def test_rules_ask_for_approvals_of_those_who_may_write(scene: Scene, pull: Issue) -> None:
    """A reader's approval is friendly; one from the team counts; a dismissed one does not."""
    hub = scene.hub
    hub.create_ruleset(scene.owner, CATALOG, TWO_EYES)
    merge = (scene.developer, CATALOG, pull.number)
    with pytest.raises(Refused, match="At least 1 approving review is required"):
        hub.merge_pull_request(*merge)
    hub.review(scene.stranger, CATALOG, pull.number, "APPROVE")
    with pytest.raises(Refused, match="At least 1 approving"):
        hub.merge_pull_request(*merge)
    given = hub.review(hub.user("lena"), CATALOG, pull.number, "APPROVE")
    hub.dismiss_review(scene.owner, CATALOG, pull.number, given.id)
    with pytest.raises(Refused, match="At least 1 approving"):
        hub.merge_pull_request(*merge)
    hub.review(hub.user("lena"), CATALOG, pull.number, "APPROVE")
    hub.review(scene.owner, CATALOG, pull.number, "REQUEST_CHANGES", "Wait")
    with pytest.raises(Refused, match="Changes have been requested"):
        hub.merge_pull_request(*merge)
    hub.review(scene.owner, CATALOG, pull.number, "APPROVE")
    hub.merge_pull_request(*merge)


def test_a_comment_changes_no_opinion(scene: Scene, pull: Issue) -> None:
    """Who approved and then remarks something still approves."""
    hub = scene.hub
    hub.create_ruleset(scene.owner, CATALOG, TWO_EYES)
    hub.review(hub.user("lena"), CATALOG, pull.number, "APPROVE")
    hub.review(hub.user("lena"), CATALOG, pull.number, "COMMENT", "By the way")
    hub.merge_pull_request(scene.developer, CATALOG, pull.number)


def test_only_what_decided_can_be_dismissed_and_only_by_writers(scene: Scene, pull: Issue) -> None:
    """A mere comment stays what it was."""
    hub = scene.hub
    remark = hub.review(hub.user("lena"), CATALOG, pull.number, "COMMENT", "Hm")
    with pytest.raises(Refused, match="Unprocessable"):
        hub.dismiss_review(scene.owner, CATALOG, pull.number, remark.id)
    given = hub.review(hub.user("lena"), CATALOG, pull.number, "APPROVE")
    with pytest.raises(Refused, match="write rights"):
        hub.dismiss_review(scene.stranger, CATALOG, pull.number, given.id)


async def test_files_are_listed_with_the_names_that_they_had(scene: Scene) -> None:
    """A rename carries previous_filename; pages of a hundred lead to all of them."""
    hub = scene.hub
    words = b"".join(b"line %d of a long enough file\n" % n for n in range(40))
    many: dict[str, bytes | None] = {f"many/{n:03}.txt": b"%d\n" % n for n in range(120)}
    hub.commit_files(scene.owner, CATALOG, "main", {"old.txt": words}, message="Old")
    start = hub.git(hub.repository(CATALOG)).branch("main")
    moved = many | {"old.txt": None, "new.txt": words + b"one more\n"}
    hub.commit_files(scene.owner, CATALOG, "move", moved, message="Move", start=start)
    made = hub.create_pull_request(scene.owner, CATALOG, title="M", head="move", base="main")
    files = f"/repos/{CATALOG}/pulls/{made.number}/files?per_page=100"
    async with asking(hub, scene.token()) as bot:
        first = await bot(f"GET {files}")
        rest = await bot.ok(f"GET {files}&page=2")
    assert 'rel="next"' in first.headers["Link"]
    listed = {one["filename"]: one for one in [*first.json, *rest]}
    assert len(listed) == 121
    assert listed["new.txt"]["status"] == "renamed"
    assert listed["new.txt"]["previous_filename"] == "old.txt"
