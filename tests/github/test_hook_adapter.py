"""The list of deliveries, asking for one again, and what was updated since, on the local GitHub."""

from dataclasses import replace

import pytest

from bot.clock import SystemClock, seconds_of
from bot.github import hook as hook_adapter
from bot.github.paces import redelivery_paces_for
from bot.github.port import Attempt, Attempts, GitHub, NotFound, Rejected, RepositoryName
from bot.localhub import LocalHub
from tests.github.on_localhub import github, hub, scene
from tests.localhub.fixtures import Scene
from tests.localhub.receiver import receiving

__all__ = ["github", "hub", "scene"]

CATALOG = RepositoryName("acme", "catalog")
DAY_S = 24 * 3600.0


async def every(github: GitHub) -> list[Attempt]:
    """All pages, one after the other."""
    page = await github.hook.attempts()
    found = list(page.found)
    while page.older:
        page = await github.hook.attempts(cursor=page.older)
        found += page.found
    return found


async def fail(scene: Scene, *, times: int) -> None:
    """So many issues are opened while nobody answers."""
    async with receiving() as gone:
        scene.app.webhook_url, scene.app.webhook_secret = gone.url, "a secret of sixteen"
    for number in range(times):
        scene.hub.create_issue(scene.owner, "acme/catalog", f"Issue {number}")
    await scene.hub.idle()


async def test_every_page_is_read_newest_first(
    scene: Scene, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None twice, none left out; the last page says that it is the last."""
    monkeypatch.setattr(hook_adapter, "PAGE", 3)
    await fail(scene, times=7)
    found = await every(github)
    ids = [each.id for each in found]
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == 7
    assert {(each.event, each.action, each.is_ok) for each in found} == {
        ("issues", "opened", False)
    }
    assert await github.hook.attempts(cursor="") != Attempts(found=(), older="")


async def test_what_is_delivered_again_has_the_same_guid(scene: Scene, github: GitHub) -> None:
    await fail(scene, times=1)
    (failed,) = await every(github)
    async with receiving() as receiver:
        scene.app.webhook_url = receiver.url
        await github.hook.deliver_again(failed.id)
        await scene.hub.idle()
    newest, first = await every(github)
    assert (newest.guid, newest.is_ok) == (failed.guid, True)
    assert first == failed
    assert [each.guid for each in receiver.received] == [failed.guid]


async def test_github_forgets_after_three_days(hub: LocalHub, scene: Scene, github: GitHub) -> None:
    """Neither shown nor delivered again."""
    await fail(scene, times=2)
    old, young = hub.deliveries_of(scene.app)
    old.delivered_at_s -= 3 * DAY_S
    young.delivered_at_s -= 3 * DAY_S - 60
    assert [each.id for each in await every(github)] == [young.id]
    with pytest.raises(NotFound):
        await github.hook.deliver_again(old.id)


async def test_what_was_held_back_says_so(hub: LocalHub, scene: Scene, github: GitHub) -> None:
    await fail(scene, times=1)
    (delivery,) = hub.deliveries_of(scene.app)
    assert not (await every(github))[0].throttled
    delivery.throttled_at_s = delivery.delivered_at_s
    assert (await every(github))[0].throttled


async def test_a_cursor_that_is_none_is_refused(scene: Scene, github: GitHub) -> None:
    with pytest.raises(Rejected):
        await github.hook.attempts(cursor="yesterday")


def test_githubs_own_hosts_are_asked_at_a_pace() -> None:
    """Five points each of nine hundred a minute, and the rest for others."""
    (pace,) = redelivery_paces_for("api.github.com")
    assert pace.count * 5 < 900
    assert pace.window_s == 60
    assert redelivery_paces_for("127.0.0.1") == ()


async def test_issues_and_comments_are_read_since_a_time(scene: Scene, github: GitHub) -> None:
    """Oldest update first; closed issues and pull requests are left out."""
    hub = scene.hub
    old, closed, new = (
        hub.create_issue(scene.owner, "acme/catalog", title) for title in ("Old", "Closed", "New")
    )
    hub.update_issue(scene.owner, "acme/catalog", closed.number, state="closed")
    comment = hub.add_comment(scene.owner, "acme/catalog", new.number, "/status")
    later = hub.add_comment(scene.owner, "acme/catalog", old.number, "Soon")
    hub.edit_comment(scene.owner, "acme/catalog", later.id, "/undo")
    old.updated_at_s -= DAY_S
    everything = await github.issues.open_since(CATALOG, updated_since="")
    assert [each.number for each in everything] == [old.number, new.number]
    (fresh,) = await github.issues.open_since(CATALOG, updated_since=everything[1].updated_at)
    assert (fresh.number, fresh.author_is_person) == (new.number, True)
    assert abs(seconds_of(fresh.created_at) - SystemClock().now_s()) < 60
    found = await github.issues.comments_since(CATALOG, updated_since=everything[0].updated_at)
    written = {each.id: each for each in found}
    assert (written[comment.id].number, written[comment.id].body) == (new.number, "/status")
    assert not written[comment.id].is_edited
    assert replace(written[later.id], updated_at="2030-01-01T00:00:00Z").is_edited
    tomorrow = "2999-01-01T00:00:00Z"
    assert await github.issues.comments_since(CATALOG, updated_since=tomorrow) == []
