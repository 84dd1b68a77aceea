"""Reviewing and merging in the browser; check runs and the webhooks of an App."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.localhub.state.discussions import Issue
from tests.localhub.pages_scene import Scene, scene

PULL = "/acme/catalog/pull/1"


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(tmp_path) as made:
        yield made


def branch_off(acme: Scene, files: dict[str, bytes | None], branch: str = "change") -> None:
    start = acme.hub.git(acme.hub.repository("acme/catalog")).branch("main")
    petra = acme.hub.user("petra")
    acme.hub.commit_files(petra, "acme/catalog", branch, files, message="Change", start=start)


def open_pull(acme: Scene, files: dict[str, bytes | None] | None = None) -> Issue:
    branch_off(acme, files or {"README.md": b"# Other\n", "new.txt": b"one\n"})
    petra = acme.hub.user("petra")
    return acme.hub.create_pull_request(
        petra, "acme/catalog", title="A change", head="change", base="main", body="**Why**"
    )


def check(acme: Scene, sha: str, **given: Any) -> int:
    values = {"name": "Template check", "head_sha": sha, **given}
    return acme.hub.create_check_run(acme.bot, "acme/catalog", values).id


async def test_a_pull_request_is_read_and_merged(acme: Scene) -> None:
    """Conversation, commits, diff; one click merges, and the page says by whom."""
    open_pull(acme)
    async with acme.browser("petra") as browser:
        page = await browser.see(PULL)
        assert "<strong>Why</strong>" in page
        seen = page.partition('name="seen" value="')[2].partition('"')[0]
        page = await browser.see(f"{PULL}/files")
        assert "2 changed files" in page
        assert '<td class="text"># Other</td>' in page
        assert "Change" in await browser.see(f"{PULL}/commits")
        page = await browser.send(PULL, f"{PULL}/merge", seen=seen)
        assert "Merged</strong> by" in page
        assert "Merge pull request</button>" not in page
    git = acme.hub.git(acme.hub.repository("acme/catalog"))
    assert len(git.commit(git.branch("main") or "").parents) == 2


async def test_what_was_not_looked_at_is_not_merged(acme: Scene) -> None:
    """A commit that arrived after the page was opened stops the merge."""
    open_pull(acme)
    async with acme.browser("petra") as browser:
        page = await browser.see(PULL)
        seen = page.partition('name="seen" value="')[2].partition('"')[0]
        branch_off(acme, {"late.txt": b"late"})
        page = await browser.send(PULL, f"{PULL}/merge", seen=seen)
        assert browser.status == 409
        assert "Head branch was modified" in page


async def test_a_conflict_is_told_instead_of_a_merge_button(acme: Scene) -> None:
    """Both sides changed the same line."""
    open_pull(acme)
    petra = acme.hub.user("petra")
    files = {"README.md": b"# Third\n"}
    acme.hub.commit_files(petra, "acme/catalog", "main", files, message="Meanwhile")
    async with acme.browser("petra") as browser:
        page = await browser.see(PULL)
        assert "There are conflicts with main." in page
        assert f'action="{PULL}/merge"' not in page


async def test_readers_see_no_merge_button(acme: Scene) -> None:
    """Merging needs the write role; the page says so, and a hand-made request fails."""
    open_pull(acme)
    async with acme.browser("wim") as browser:
        page = await browser.see(PULL)
        assert "Merging needs the write role." in page
        await browser.send(PULL, f"{PULL}/merge")
        assert browser.status == 403
    assert acme.hub.pull("acme/catalog", 1).state == "open"


async def test_a_pull_request_is_closed_discussed_and_listed(acme: Scene) -> None:
    """It has a conversation like an issue, at its own address."""
    open_pull(acme)
    async with acme.browser("petra") as browser:
        assert "A change" in await browser.see("/acme/catalog/pulls")
        await browser.see("/acme/catalog/issues/1")
        assert browser.address == PULL
        page = await browser.send(PULL, PULL, body="Not now", wish="close")
        assert "without merging" in page
        assert "No open pull requests" in await browser.see("/acme/catalog/pulls")
        assert "A change" in await browser.see("/acme/catalog/pulls?state=closed")


async def test_comparing_offers_only_what_makes_sense(acme: Scene) -> None:
    """Nothing to compare, an existing pull request and an unknown branch are told apart."""
    async with acme.browser("petra") as browser:
        assert "There is only one branch" in await browser.see("/acme/catalog/compare")
        branch_off(acme, {"a.txt": b"a"})
        assert "main...change" in await browser.see("/acme/catalog/compare")
        assert "Create pull request" in await browser.see("/acme/catalog/compare/main...change")
        assert "Nothing to compare" in await browser.see("/acme/catalog/compare/change...main")
        await browser.see("/acme/catalog/compare/main...nowhere")
        assert browser.status == 404


async def test_a_check_run_is_read_and_its_buttons_reach_the_app(acme: Scene) -> None:
    """Report, annotations and buttons; a press is a webhook for the App alone."""
    pull = open_pull(acme)
    assert pull.pull is not None
    note = {"path": "new.txt", "start_line": 1, "end_line": 1, "annotation_level": "failure"}
    output = {
        "title": "1 problem",
        "summary": "**One** problem <script>x()</script>",
        "text": "| step | state |\n|---|---|\n| read | done |",
        "annotations": [note | {"message": "Missing <id>"}],
    }
    again = {"label": "Check again", "description": "Looks again", "identifier": "again"}
    run_id = check(acme, pull.pull.head_sha, conclusion="failure", output=output, actions=[again])
    await acme.hub.idle()
    run = f"/acme/catalog/runs/{run_id}"
    async with acme.browser("petra") as browser:
        page = await browser.see(run)
        for shown in ("<strong>One</strong>", "<td>done</td>", "Missing &lt;id&gt;", "new.txt:1"):
            assert shown in page, shown
        assert "x()" not in page
        assert "Template check" in await browser.see(f"{PULL}/checks")
        await browser.send(run, f"{run}/actions", identifier="again")
        await browser.send(run, f"{run}/rerequest")
    await acme.hub.idle()
    actions = [d.action for d in acme.hub.deliveries_of(acme.app)[:2]]
    assert sorted(map(str, actions)) == ["requested_action", "rerequested"]


async def test_readers_cannot_press_buttons_of_checks(acme: Scene) -> None:
    """Re-running needs the write role."""
    pull = open_pull(acme)
    assert pull.pull is not None
    run = f"/acme/catalog/runs/{check(acme, pull.pull.head_sha, conclusion='success')}"
    async with acme.browser("wim") as browser:
        assert "Re-run" not in await browser.see(run)
        await browser.send(run, f"{run}/rerequest")
        assert browser.status == 403


async def test_deliveries_are_listed_read_and_sent_again(acme: Scene) -> None:
    """Nobody listens in this scene: the page shows the failure, and a click tries again."""
    acme.hub.create_issue(acme.hub.user("petra"), "acme/catalog", "Tell the App")
    await acme.hub.idle()
    async with acme.browser("petra") as browser:
        page = await browser.see("/apps/paved-road")
        assert "issues.opened" in page
        assert "failed to connect" in page
        first = acme.hub.deliveries_of(acme.app)[0]
        delivery = f"/apps/paved-road/deliveries/{first.id}"
        page = await browser.see(delivery)
        assert "X-Hub-Signature-256" in page
        assert "Tell the App" in page
        page = await browser.send(delivery, delivery)
        await acme.hub.idle()
        assert "redelivery" in await browser.see("/apps/paved-road")
    again = acme.hub.deliveries_of(acme.app)[0]
    assert (again.guid, again.redelivery) == (first.guid, True)


async def test_deliveries_are_for_people_who_sign_in(acme: Scene) -> None:
    """What an App was told may be private."""
    async with acme.browser() as browser:
        await browser.see("/apps/paved-road")
        assert browser.address == "/signin?next=/apps/paved-road"
