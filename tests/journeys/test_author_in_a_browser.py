"""The life of a template as people see it in their browsers, from its first slip to its trouble."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.store.port import Documents
from bot.templates.health.evidence import EvidenceRecords, Source
from bot.templates.version_record import TemplateVersions
from tests.chromium import READY_MS, chromium, needs_chromium
from tests.journeys.welcomer import FORM, README, SLIP, pushed, verified, welcomer
from tests.journeys.world import CATALOG, World, catalog_files, open_world

pytestmark = needs_chromium

__all__ = ["chromium"]

TROUBLE = "`welcomer` 1.0.0 is unhealthy"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        world.hub.set_role(CATALOG, "dana", "write")
        yield world


async def tab(world: World, chromium: Browser, login: str) -> Page:
    """A tab of somebody who has signed in by clicking."""
    page = await (await chromium.new_context()).new_page()
    await page.goto(f"{world.hub.url}/signin")
    await page.get_by_role("button", name=f"Sign in as {login}").click()
    return page


def of_the_bot(page: Page) -> Locator:
    """The bot's newest comment on the page."""
    return page.locator(".said").filter(has_text="paved-road[bot]").last


async def ask(world: World, page: Page, name: str) -> None:
    """A developer files the welcomer's form and waits for the project."""
    await page.goto(f"{world.hub.url}/{CATALOG}/issues/new/choose")
    row = page.get_by_role("listitem").filter(has_text="Welcomer")
    await row.get_by_role("link", name="Get started").click()
    await page.get_by_label("Repository name").fill(name)
    await page.get_by_label("Description").fill("Counts money")
    await page.get_by_label("Team").select_option("payments")
    await page.get_by_label("Cost center").select_option("CC-100")
    await page.get_by_role("button", name="Submit new issue").click()
    await expect(of_the_bot(page)).to_contain_text(f"acme/{name} is ready", timeout=READY_MS)


def first_build_fails(world: World, name: str) -> None:
    """The workflow of the project's first commit ends badly, as nobody executes it here."""
    (run,) = world.hub.workflow_runs(f"acme/{name}")
    world.hub.conclude_run(f"acme/{name}", run.id, "failure")


async def three_builds_failed(documents: Documents) -> bool:
    (version,) = await TemplateVersions(documents).of_template("welcomer")
    found = await EvidenceRecords(documents).of_version(version.id)
    return [each.good for each in found if each.source is Source.FIRST_BUILD] == [False] * 3


async def test_from_a_slip_on_its_line_to_owners_who_hear_that_the_template_ails(
    world: World, chromium: Browser
) -> None:
    author = await tab(world, chromium, "dana")
    pushed(world, welcomer(readme=SLIP))
    await author.goto(f"{world.hub.url}/{CATALOG}/compare/main...offer")
    await author.get_by_role("button", name="Create pull request").click()
    comment = of_the_bot(author)
    await expect(comment).to_contain_text("1 problem to mend in welcomer", timeout=READY_MS)
    await author.get_by_role("link", name="Files").click()
    slip = author.get_by_role("row").filter(has_text="Owned by {{ cookiecutter.teem }}")
    below = slip.locator("xpath=following-sibling::tr[1]")
    await expect(below).to_contain_text("`cookiecutter.teem` is not defined")

    good = catalog_files()["templates/greeter/{{cookiecutter.project_slug}}/README.md"]
    mended = world.hub.commit_files(world.dana, CATALOG, "offer", {README: good}, message="Mend")
    await author.get_by_role("link", name="Conversation").click()
    await expect(comment).to_contain_text("running", timeout=READY_MS)
    await verified(world, mended)
    await expect(comment).to_contain_text("welcomer is ready to merge", timeout=READY_MS)
    await author.get_by_role("button", name="Merge pull request").click()
    await world.until_file(FORM, "New Welcomer")
    await author.goto(f"{world.hub.url}/{CATALOG}")
    await expect(author.locator("body")).to_contain_text("Welcomer")

    developer = await tab(world, chromium, "dana")
    for name in ("money-kit", "coin-kit", "cash-kit"):
        await ask(world, developer, name)
        first_build_fails(world, name)
    await developer.get_by_label("Add a comment").fill("/report `greet.sh` greets nobody")
    await developer.get_by_role("button", name="Comment", exact=True).click()
    await expect(of_the_bot(developer)).to_contain_text("Thank you", timeout=READY_MS)

    await world.until_recorded(three_builds_failed)
    await world.do_now("health")
    await world.until_issue(TROUBLE, "open")
    owner = await tab(world, chromium, "petra")
    await owner.goto(f"{world.hub.url}/{CATALOG}/issues")
    await owner.get_by_role("link", name=TROUBLE.replace("`", "")).click()
    told = owner.locator(".said").first
    await expect(told).to_contain_text("@acme/payments")
    await expect(told).to_contain_text("first build")
    await expect(told).to_contain_text("1 person has an open report")
