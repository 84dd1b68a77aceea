"""Forks, proposals, reviews and the buttons of checks in the browser."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.localhub.state.discussions import Issue
from tests.localhub.pages_scene import Scene, scene

CATALOG = "/acme/catalog"


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(tmp_path) as made:
        made.hub.update_repository(made.hub.user("dana"), "acme/catalog", {"allow_forking": True})
        yield made


def open_pull(acme: Scene, files: dict[str, bytes | None] | None = None) -> Issue:
    """wim, who may only read, asks for a change from a fork."""
    hub, wim = acme.hub, acme.hub.user("wim")
    fork = hub.fork(wim, "acme/catalog")
    start = hub.git(fork).branch("main")
    changed = files or {"README.md": b"# Other\n"}
    hub.commit_files(wim, fork, "idea", changed, message="An idea", start=start)
    return hub.create_pull_request(wim, "acme/catalog", title="Idea", head="wim:idea", base="main")


async def test_a_reader_proposes_a_change_from_a_fork_of_their_own(acme: Scene) -> None:
    """Edit, compare, open a pull request: the fork is made on the way."""
    async with acme.browser("wim") as browser:
        assert "Propose a change" in await browser.see(f"{CATALOG}/blob/main/README.md?plain=1")
        edit = f"{CATALOG}/edit/main/README.md"
        page = await browser.see(edit)
        assert "goes to a branch of your own fork" in page
        assert "Commit to" not in page
        seen = page.partition('name="seen" value="')[2].partition('"')[0]
        page = await browser.send(
            edit, edit, path="README.md", old_path="README.md", seen=seen, text="# Better\n"
        )
        assert browser.address == f"{CATALOG}/compare/main...wim:patch-1"
        assert "Create pull request" in page
        page = await browser.send(
            browser.address,
            f"{CATALOG}/pulls",
            base="main",
            head="wim:patch-1",
            title="Better words",
        )
        assert browser.address == f"{CATALOG}/pull/1"
        assert "wim:patch-1" in page
        assert 'href="/wim/catalog"' in page
    pull = acme.hub.pull("acme/catalog", 1).pull
    assert pull is not None
    assert pull.head_repository_id == acme.hub.repository("wim/catalog").id


async def test_nobody_proposes_where_forks_are_switched_off(acme: Scene) -> None:
    """As before: the write role is needed."""
    acme.hub.update_repository(acme.hub.user("dana"), "acme/catalog", {"allow_forking": False})
    async with acme.browser("wim") as browser:
        assert "Propose" not in await browser.see(f"{CATALOG}/blob/main/README.md?plain=1")
        for address in (f"{CATALOG}/edit/main/README.md", f"{CATALOG}/fork"):
            await browser.see(address)
            assert browser.status == 403


async def test_a_fork_is_made_and_offers_the_way_back(acme: Scene) -> None:
    """It says where it came from, how far it has gone, and leads to the comparison."""
    async with acme.browser("wim") as browser:
        page = await browser.send(f"{CATALOG}/fork", f"{CATALOG}/fork", owner="wim")
        assert browser.address == "/wim/catalog"
        assert 'forked from <a href="/acme/catalog">' in page
        assert "is even with" in page
        wim = acme.hub.user("wim")
        acme.hub.commit_files(wim, "wim/catalog", "main", {"a.txt": b"a"}, message="More")
        page = await browser.see("/wim/catalog")
        assert "1 commit ahead of" in page
        assert "/acme/catalog/compare/main...wim:main" in page
        assert "wim:main" in await browser.see(f"{CATALOG}/compare")
        assert "Create pull request" in await browser.see(f"{CATALOG}/compare/main...wim:main")
        await browser.see(f"{CATALOG}/compare/main...wim:nowhere")
        assert browser.status == 404
        assert "You have a copy everywhere" in await browser.see(f"{CATALOG}/fork")


async def test_somebody_elses_private_fork_is_not_compared(acme: Scene) -> None:
    """Only those who may see it."""
    open_pull(acme)
    async with acme.browser("petra") as browser:
        await browser.see(f"{CATALOG}/compare/main...wim:idea")
        assert browser.status == 404
        assert "wim:idea" not in await browser.see(f"{CATALOG}/compare")


async def test_a_review_is_given_and_shown(acme: Scene) -> None:
    """In the conversation with its words, and beside the merge button."""
    pull = open_pull(acme)
    assert pull.pull is not None
    address = f"{CATALOG}/pull/1"
    async with acme.browser("petra") as browser:
        assert 'id="review-box"' in await browser.see(f"{address}/files")
        page = await browser.send(
            address,
            f"{address}/reviews",
            verdict="REQUEST_CHANGES",
            body="Please **not**",
            seen=pull.pull.head_sha,
        )
        assert "<strong>not</strong>" in page
        assert page.count("requested changes") == 2
        page = await browser.send(address, f"{address}/reviews", verdict="APPROVE", body="")
        assert "approved these changes" in page
        await browser.send(address, f"{address}/reviews", verdict="COMMENT", body=" ")
        assert browser.status == 422
    async with acme.browser("wim") as browser:
        page = await browser.see(address)
        assert 'id="review-box"' not in page
        await browser.send(address, f"{address}/reviews", verdict="APPROVE", body="")
        assert browser.status == 422


async def test_a_rule_that_stands_in_the_way_is_told_instead_of_a_button(acme: Scene) -> None:
    """What is missing, in words; with the approval the button is there."""
    open_pull(acme)
    rules = [{"type": "pull_request", "parameters": {"required_approving_review_count": 1}}]
    names = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    acme.hub.create_ruleset(
        acme.hub.user("dana"),
        "acme/catalog",
        {"name": "r", "enforcement": "active", "conditions": names, "rules": rules},
    )
    address = f"{CATALOG}/pull/1"
    async with acme.browser("petra") as browser:
        page = await browser.see(address)
        assert "At least 1 approving review is required" in page
        assert "Merge pull request</button>" not in page
        acme.hub.review(acme.hub.user("dana"), "acme/catalog", 1, "APPROVE")
        assert "Merge pull request</button>" in await browser.see(address)


async def test_checks_are_asked_again_where_they_are_listed(acme: Scene) -> None:
    """On the pull request and its Checks tab, and one stays there."""
    pull = open_pull(acme)
    assert pull.pull is not None
    given: dict[str, Any] = {
        "name": "Template check",
        "head_sha": pull.pull.head_sha,
        "conclusion": "failure",
        "actions": [{"label": "Format", "description": "Formats all", "identifier": "fmt"}],
    }
    run = acme.hub.create_check_run(acme.bot, "acme/catalog", given)
    await acme.hub.idle()
    checks = f"{CATALOG}/pull/1/checks"
    async with acme.browser("petra") as browser:
        for address in (f"{CATALOG}/pull/1", checks):
            page = await browser.see(address)
            assert f'action="{CATALOG}/runs/{run.id}/rerequest"' in page
            assert ">Format</button>" in page
        await browser.send(checks, f"{CATALOG}/runs/{run.id}/rerequest", next=checks)
        assert browser.address == checks
        action = f"{CATALOG}/runs/{run.id}/actions"
        await browser.send(checks, action, identifier="fmt", next="//evil.example/")
        assert browser.address == "/"
    async with acme.browser("wim") as browser:
        assert ">Format</button>" not in await browser.see(checks)
    await acme.hub.idle()
    told = sorted(str(one.action) for one in acme.hub.deliveries_of(acme.app)[:2])
    assert told == ["requested_action", "rerequested"]


async def test_annotations_are_shown_at_their_lines(acme: Scene) -> None:
    """In the diff, beside it, or below for files that are not changed."""
    pull = open_pull(acme, {"new.txt": b"one\ntwo\n"})
    assert pull.pull is not None

    def note(path: str, line: int, message: str, level: str = "failure") -> dict[str, object]:
        where = {"path": path, "start_line": line, "end_line": line}
        return where | {"annotation_level": level, "message": message}

    output = {
        "title": "t",
        "summary": "s",
        "annotations": [
            note("new.txt", 2, "at <two>"),
            note("new.txt", 99, "beyond the end", "warning"),
            note("README.md", 1, "not changed", "notice"),
        ],
    }
    given = {"name": "Lint", "head_sha": pull.pull.head_sha, "conclusion": "failure"}
    acme.hub.create_check_run(acme.bot, "acme/catalog", given | {"output": output})
    async with acme.browser("petra") as browser:
        page = await browser.see(f"{CATALOG}/pull/1/files")
    diff, _, below = page.partition("About files that are not changed")
    first, _, after_two = diff.partition('<td class="text">two</td>')
    assert "beyond the end" in first
    assert "at &lt;two&gt;" in after_two
    assert "not changed" in below
    assert "README.md, line 1" in below
