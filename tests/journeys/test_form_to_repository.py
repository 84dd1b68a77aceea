"""A developer files a form and gets a finished repository, over HTTP, on real git objects."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.engines import engine_settings
from tests.journeys.world import CATALOG, FOLDER, World, body, catalog_files, open_world
from tests.localhub.openapi import validate


@pytest.fixture
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """On the embedded engine, or on the one that a test names."""
    elsewhere = getattr(request, "param", "") == "mongodb-sqs"
    settings = engine_settings(request) if elsewhere else {}
    async with open_world(tmp_path, validator=validate, settings=settings) as world:
        yield world
        await world.hub.idle()
        assert world.hub.problems == [], "\n".join(world.hub.problems)


@pytest.mark.parametrize("world", ["sqlite", "mongodb-sqs"], indirect=True)
async def test_a_filed_form_becomes_a_repository_that_git_can_clone(
    world: World, tmp_path: Path
) -> None:
    number = await world.file(body())
    text = await world.until(number, "is ready")
    assert len(await world.comments(number)) == 1
    url = world.hub.url.replace("://", f"://dana:{world.dana.token}@")
    clone = await asyncio.create_subprocess_exec(
        "git", "clone", "-q", f"{url}/acme/money-kit.git", str(tmp_path / "clone")
    )
    assert await clone.wait() == 0, text
    made = tmp_path / "clone"
    assert (made / "README.md").read_text() == "# money-kit\n\nOwned by payments.\n"
    assert (made / "src/logo.png").read_bytes().startswith(b"\x89PNG")
    assert (made / ".github/workflows/ci.yml").exists()
    assert os.access(made / "greet.sh", os.X_OK)
    assert not os.access(made / "README.md", os.X_OK)
    status, issue = await world.api("GET", f"/repos/{CATALOG}/issues/{number}")
    assert (status, issue["state"]) == (200, "closed")


async def test_undo_takes_back_what_the_request_made(world: World) -> None:
    number = await world.file(body())
    await world.until(number, "is ready")
    await world.comment(number, "/undo")
    assert "acme/money-kit" in await world.until(number, "`/undo confirm` removes it")
    await world.comment(number, "/undo confirm")
    await world.until(number, "was undone")
    assert await world.repositories() == [CATALOG]


async def test_a_public_repository_waits_for_a_second_person(world: World) -> None:
    number = await world.file(body(Visibility="public"))
    await world.until(number, "waits for approval by a member of `platform`")
    await world.comment(number, "/approve")
    await world.until(number, "Nobody approves their own request")
    await world.comment(number, "/approve", by=world.petra)
    await world.until(number, "is ready")
    _, made = await world.api("GET", "/repos/acme/money-kit")
    assert made["visibility"] == "public"


async def test_a_broken_organization_file_is_told_and_the_bot_goes_on(world: World) -> None:
    """The last good file stays in force; one issue opens and closes by itself."""
    good = (FOLDER / "organization.yml").read_bytes()
    for content in (b"teams: [\n", good):
        world.hub.commit_files(
            world.petra, CATALOG, "main", {"organization.yml": content}, message="Change"
        )
        state = "closed" if content == good else "open"
        await world.until_issue("organization.yml cannot be read", state)
    number = await world.file(body())
    await world.until(number, "is ready")


async def test_a_template_that_was_merged_unseen_is_offered_at_its_teams_word(
    world: World,
) -> None:
    """Who may push to the default branch has not yet the word of the owners."""
    files = {
        path.replace("greeter", "welcomer"): text.replace(b"greeter", b"welcomer")
        for path, text in catalog_files().items()
        if path.startswith("templates/greeter/")
    }
    head = world.hub.commit_files(world.petra, CATALOG, "main", files, message="Offer one")
    run = await world.until_check(head, "Paved Road: welcomer", conclusion="action_required")
    await world.until_issue("`welcomer` as it was merged is not offered", "open")
    world.hub.request_action(world.petra, CATALOG, run["id"], "approve")
    await world.until_file(".github/ISSUE_TEMPLATE/new-welcomer.yml", "New Greeter")
    await world.until_issue("`welcomer` as it was merged is not offered", "closed")
    number = await world.file(body(), template="welcomer")
    await world.until(number, "is ready")


async def test_an_operator_sees_the_figures_of_a_request(world: World) -> None:
    number = await world.file(body())
    await world.until(number, "is ready")
    async with world.session.get(f"http://127.0.0.1:{world.webhook_port}/metrics") as answer:
        text = await answer.text()
    for figure in (
        'paved_road_deliveries_received_total{event="issues",outcome="accepted"}',
        'paved_road_run_seconds_count{kind="generate",outcome="succeeded"} 1.0',
        'paved_road_step_seconds_count{kind="generate",outcome="done",step="push-content"} 1.0',
        'paved_road_render_seconds_count{outcome="ok"} 1.0',
        'method="POST",route="/orgs/{org}/repos",status="201"} 1.0',
        'paved_road_github_rate_limit_left{installation="acme"}',
        "paved_road_queue_depth",
    ):
        assert figure in text
    for secret in ("ghs_", "BEGIN", "money-kit"):
        assert secret not in text
