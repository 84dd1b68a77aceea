"""An author offers a template: told of a slip at its line, mends it, merges, and it is in use."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.welcomer import CHECK, FORM, README, SLIP, pushed, verified, welcomer
from tests.journeys.world import CATALOG, World, body, catalog_files, open_world
from tests.localhub.openapi import validate


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, validator=validate) as world:
        world.hub.set_role(CATALOG, "dana", "write")
        yield world
        await world.hub.idle()
        assert world.hub.problems == [], "\n".join(world.hub.problems)


async def offer(world: World, files: dict[str, bytes]) -> tuple[int, str]:
    """Push a branch and open a pull request as dana: its number and head."""
    head = pushed(world, files)
    new = {"title": "Offer the welcomer", "head": "offer", "base": "main", "body": ""}
    status, told = await world.api("POST", f"/repos/{CATALOG}/pulls", json=new, by=world.dana)
    assert status == 201, told
    return told["number"], head


async def merge(world: World, number: int) -> None:
    """Merge it as petra."""
    path = f"/repos/{CATALOG}/pulls/{number}/merge"
    status, told = await world.api("PUT", path, by=world.petra, json={})
    assert status == 200, told


async def test_a_slip_is_told_at_its_line_mended_merged_and_the_template_used(
    world: World,
) -> None:
    number, head = await offer(world, welcomer(readme=SLIP))
    run = await world.until_check(head, CHECK, conclusion="failure")
    assert await world.annotations(run) == [(README, 3, "undefined-variable")]
    await world.until(number, "1 problem to mend in `welcomer`")

    good = catalog_files()["templates/greeter/{{cookiecutter.project_slug}}/README.md"]
    mended = world.hub.commit_files(world.dana, CATALOG, "offer", {README: good}, message="Mend it")
    await world.until(number, "running")
    await verified(world, mended)
    await world.until_check(mended, CHECK, conclusion="success")
    await world.until_check(mended, "Paved Road", conclusion="success")
    assert "`welcomer` is ready to merge" in await world.until(number, "ready to merge")
    assert len(await world.comments(number)) == 1

    status, told = await world.api(
        "PUT", f"/repos/{CATALOG}/pulls/{number}/merge", by=world.petra, json={}
    )
    assert status == 200, told
    await world.until_file(FORM, "New Welcomer")
    await world.until_file("README.md", "[Welcomer](templates/welcomer)")

    issue = await world.file(body(), template="welcomer")
    await world.until(issue, "is ready")
    assert "acme/money-kit" in await world.repositories()


async def test_another_teams_member_from_a_fork_gets_in_by_that_teams_word(world: World) -> None:
    """Nothing of theirs runs or is offered before a member has approved the very head."""
    sam = world.hub.add_user("sam")
    world.hub.set_role(CATALOG, "sam", "read")
    allowed = {"allow_forking": True}
    status, told = await world.api("PATCH", f"/repos/{CATALOG}", json=allowed)
    assert status == 200, told
    fork = world.hub.fork(sam, CATALOG)
    head = world.hub.commit_files(sam, fork.full_name, "main", welcomer(), message="Offer it")
    new = {"title": "Offer", "head": "sam:main", "base": "main", "body": ""}
    status, told = await world.api("POST", f"/repos/{CATALOG}/pulls", json=new, by=sam)
    assert status == 201, told
    number = told["number"]
    await world.until_check(head, CHECK, conclusion="action_required")
    text = await world.until(number, "needs the word of `payments`")
    assert "wait for a member's approval" in text
    review = {"event": "APPROVE", "commit_id": head}
    path = f"/repos/{CATALOG}/pulls/{number}/reviews"
    status, told = await world.api("POST", path, json=review, by=world.dana)
    assert status == 200, told
    await world.until(number, "running")
    await verified(world, head)
    await world.until_check(head, CHECK, conclusion="success")


async def test_asked_again_by_githubs_own_buttons(world: World) -> None:
    number, head = await offer(world, welcomer())
    await world.until(number, "running")
    await verified(world, head)
    run = await world.until_check(head, CHECK, conclusion="success")
    path = f"/repos/{CATALOG}/check-suites/{run['check_suite']['id']}/rerequest"
    status, _ = await world.api("POST", path, by=world.petra)
    assert status == 201
    world.hub.request_action(world.petra, CATALOG, run["id"], "show-form")
    await world.until(number, "The form of `welcomer` 1.0.0")


async def test_a_bot_that_was_down_finds_the_merge_and_the_pull_request(tmp_path: Path) -> None:
    """Killed after the check began; the merge happened meanwhile; nothing is lost."""
    async with open_world(tmp_path, validator=validate, start_bot=False) as world:
        world.hub.set_role(CATALOG, "dana", "write")
        process = await world.start_process()
        await world.catalog_is_read()
        await world.kill(process)
        files = welcomer()
        manifest = "templates/welcomer/template.yml"
        files[manifest] = files[manifest].partition(b"verify:")[0]
        number, _ = await offer(world, files)
        await merge(world, number)
        await world.start_process()
        await world.until_file(FORM, "New Welcomer")
