"""Check runs and suites as Apps rely on them: batches add up, each App is asked."""

from typing import Any

from tests.localhub.client import asking
from tests.localhub.fixtures import Scene
from tests.localhub.receiver import receiving

CATALOG = "/repos/acme/catalog"


def annotation(number: int) -> dict[str, Any]:
    """A remark about one line."""
    where = {"path": "README.md", "start_line": number, "end_line": number}
    return where | {"annotation_level": "notice", "message": f"Remark {number}"}


async def test_annotations_of_later_updates_are_added(scene: Scene) -> None:
    """Fifty in each request; the run counts them all and pages through them."""
    head = scene.hub.git(scene.hub.repository("acme/catalog")).branch("main")
    batches = [[annotation(n) for n in range(start, start + 50)] for start in (1, 51)]
    output = {"title": "Lint", "summary": "Some"}
    async with asking(scene.hub, scene.token(checks="write")) as bot:
        new = {"name": "Lint", "head_sha": head, "output": output | {"annotations": batches[0]}}
        run = await bot.ok(f"POST {CATALOG}/check-runs", new)
        one = f"{CATALOG}/check-runs/{run['id']}"
        more = {"output": output | {"annotations": batches[1]}}
        await bot.ok(f"PATCH {one}", more)
        done = await bot.ok(f"PATCH {one}", {"conclusion": "neutral"})
        second_page = await bot.ok(f"GET {one}/annotations?per_page=50&page=2")
    assert done["output"]["annotations_count"] == 100
    assert [each["start_line"] for each in second_page] == list(range(51, 101))


async def test_every_app_that_may_write_checks_is_asked_for_its_own_suite(scene: Scene) -> None:
    """A push asks each; asking again reaches the owner of the suite alone; GitHub Actions,
    which runs nothing here, has no suite.
    """
    hub = scene.hub
    async with receiving() as first, receiving() as second, receiving() as reader:
        for slug, level, receiver in (
            ("one", "write", first),
            ("two", "write", second),
            ("reader", "read", reader),
        ):
            app = hub.add_app(
                slug,
                permissions={"checks": level},
                events=["check_suite"],
                webhook_url=receiver.url,
            )
            hub.install(app, "acme")
        hub.install(hub.actions_app(), "acme")
        sha = hub.commit_files(scene.owner, "acme/catalog", "main", {"a": b"a"}, message="a")
        await hub.idle()
        asked = [r.of("check_suite.requested").payload["check_suite"] for r in (first, second)]
        assert [one["app"]["slug"] for one in asked] == ["one", "two"]
        assert {one["head_sha"] for one in asked} == {sha}
        hub.rerequest_check_suite(scene.owner, "acme/catalog", asked[0]["id"])
        await hub.idle()
    assert "check_suite.rerequested" in first.events
    assert "check_suite.rerequested" not in second.events
    assert not [event for event in reader.events if event.startswith("check_suite")]
    repository = hub.repository("acme/catalog").id
    suites = hub.world.check_suites.of((repository, sha))
    assert {hub.world.apps[one.app_id].slug for one in suites} == {"one", "two", "paved-road"}


async def test_reactions_to_a_comment_are_counted_and_filtered(scene: Scene) -> None:
    """Each person counts once for each face."""
    hub = scene.hub
    hub.set_role("acme/catalog", "lena", "read")
    issue = hub.create_issue(scene.owner, "acme/catalog", "Slow")
    comment = hub.add_comment(scene.owner, "acme/catalog", issue.number, "Why?")
    for login, content in (
        ("olga", "+1"),
        ("olga", "+1"),
        ("lena", "+1"),
        ("dana", "-1"),
        ("dana", "eyes"),
    ):
        hub.react(hub.user(login), "acme/catalog", issue.number, content, comment_id=comment.id)
    one = f"{CATALOG}/issues/comments/{comment.id}"
    async with asking(hub, scene.token(issues="read")) as bot:
        counts = (await bot.ok(f"GET {one}"))["reactions"]
        (listed,) = await bot.ok(f"GET {CATALOG}/issues/{issue.number}/comments")
        liked = await bot.ok(f"GET {one}/reactions?content=%2B1")
        every = await bot.ok(f"GET {one}/reactions")
    assert (counts["+1"], counts["-1"], counts["eyes"], counts["total_count"]) == (2, 1, 1, 4)
    assert listed["reactions"] == counts
    assert [each["user"]["login"] for each in liked] == ["olga", "lena"]
    assert len(every) == 4
