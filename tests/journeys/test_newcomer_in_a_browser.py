"""A newcomer runs the sandbox, opens the page, files the form, and clones what comes of it."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.cli.sandbox import Sandbox, open_sandbox
from bot.localhub import Fault
from tests.chromium import READY_MS, chromium, needs_chromium

pytestmark = needs_chromium

__all__ = ["chromium"]


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with open_sandbox(tmp_path, port=0) as running:
        yield running


async def open_form(sandbox: Sandbox, chromium: Browser, name: str) -> Page:
    page = await chromium.new_page()
    await page.goto(f"{sandbox.url}/signin?next=/acme/catalog/issues/new/choose")
    await page.get_by_role("button", name="Sign in as dana").click()
    row = page.get_by_role("listitem").filter(has_text=name)
    await row.get_by_role("link", name="Get started").click()
    await page.get_by_label("Repository name").fill("money-kit")
    await page.get_by_label("Description").fill('Counts money "safely" & well')
    await page.get_by_label("Team").select_option("payments")
    return page


async def test_a_form_becomes_a_repository_before_ones_eyes(
    sandbox: Sandbox, chromium: Browser, tmp_path: Path
) -> None:
    page = await open_form(sandbox, chromium, "New Kotlin library")
    await page.get_by_label("Cost center").select_option("CC-900")  # another unit's
    await page.get_by_role("button", name="Submit new issue").click()
    comment = page.locator("article, .comment").filter(has_text="paved-road[bot]").last
    await expect(comment).to_contain_text("1 answer needs a correction", timeout=READY_MS)
    await expect(comment).to_contain_text("CC-100")

    slow = Fault(route="/repos/{owner}/{repo}/git/trees", method="POST", until=asyncio.Event())
    sandbox.hub.faults.rest.append(slow)
    await page.get_by_role("link", name="Edit", exact=True).first.click()
    box = page.get_by_label("Text", exact=True)
    await box.fill((await box.input_value()).replace("CC-900", "CC-100"))
    await page.get_by_role("button", name="Save", exact=True).last.click()
    await expect(comment).to_contain_text("Making acme/money-kit", timeout=READY_MS)
    await expect(comment).to_contain_text("Push the content")
    assert slow.until is not None
    slow.until.set()
    await expect(comment).to_contain_text("acme/money-kit is ready", timeout=READY_MS)

    await comment.get_by_role("link", name="acme/money-kit").first.click()
    await expect(page.get_by_role("heading", name="money-kit").last).to_be_visible()
    await expect(page.locator("body")).to_contain_text("Start from template kotlin-library")

    token = sandbox.hub.user("dana").token
    address = sandbox.url.replace("://", f"://dana:{token}@")
    folder = tmp_path / "clone"
    git = await asyncio.create_subprocess_exec(
        "git", "clone", "-q", f"{address}/acme/money-kit.git", str(folder)
    )
    assert await git.wait() == 0
    assert "money-kit" in (folder / "pom.xml").read_text()
    assert os.access(folder / "mvnw", os.X_OK)


async def test_a_service_asks_for_its_settings_too(sandbox: Sandbox, chromium: Browser) -> None:
    page = await open_form(sandbox, chromium, "New Kotlin web service")
    await page.get_by_label("Cost center").select_option("CC-100")
    await page.get_by_role("button", name="Submit new issue").click()
    comment = page.locator("article, .comment").filter(has_text="paved-road[bot]").last
    await expect(comment).to_contain_text("acme/money-kit is ready", timeout=READY_MS)
    await page.goto(f"{sandbox.url}/acme/money-kit")
    await expect(page.locator("body")).to_contain_text("deploy")
