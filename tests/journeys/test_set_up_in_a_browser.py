"""An owner sets the bot up: button, App, installation, first catalog, first repository."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port
from playwright.async_api import Browser, Page, expect

from bot.localhub import LocalHub
from tests.chromium import READY_MS, chromium, needs_chromium
from tests.journeys.world import PATIENCE_S
from tests.localhub.openapi import validate

pytestmark = needs_chromium

__all__ = ["chromium"]

CATALOG = "acme/catalog"
SHOTS = os.environ.get("SHOTS")  # a folder for pictures of every page, for those who change them


@dataclass
class Stage:
    """A GitHub with people and teams, and a folder and a port for a bot that is not set up."""

    hub: LocalHub
    folder: Path
    port: int

    @asynccontextmanager
    async def bot(self, *arguments: str) -> AsyncIterator[Process]:
        """The bot as a process of its own, started where its ``.env`` is or will be."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "PORT": str(self.port),
                "LOG_LEVEL": "warning",
                "PROGRESS_INTERVAL_MS": "500",
            },
            stdout=PIPE,
            stderr=None if os.environ.get("SHOW_BOT") else asyncio.subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    @asynccontextmanager
    async def setting_up(self) -> AsyncIterator[tuple[Process, str]]:
        """``paved-road setup`` with the address that it prints."""
        home = f"http://127.0.0.1:{self.port}"
        asked = ["--listen", f"127.0.0.1:{self.port}", "--url", home, "--github", self.hub.url]
        async with self.bot("setup", "acme", *asked) as process:
            assert process.stdout is not None
            async with asyncio.timeout(PATIENCE_S):
                printed = (await process.stdout.readline()).decode().split()
            assert printed[0] == "Open"
            yield process, printed[1]

    async def until_forms(self) -> None:
        """Return once the catalog's default branch has forms."""
        async with asyncio.timeout(PATIENCE_S):
            with self.hub.changes.subscribe(f"repo:{CATALOG}") as changes:
                while not self._has_form():
                    await anext(changes)

    def _has_form(self) -> bool:
        git = self.hub.git(self.hub.repository(CATALOG))
        head = git.branch("main")
        form = ".github/ISSUE_TEMPLATE/new-kotlin-library.yml"
        return head is not None and git.find(git.commit(head).tree, form) is not None

    async def until_offered(self) -> int:
        """The number of the pull request that starts the catalog."""
        async with asyncio.timeout(PATIENCE_S):
            with self.hub.changes.subscribe(f"repo:{CATALOG}") as changes:
                while self.hub.world.issues.find((self._catalog_id(), 1)) is None:
                    await anext(changes)
        return 1

    def _catalog_id(self) -> int:
        found = self.hub.world.repositories.find(CATALOG)
        return found.id if found else 0


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with LocalHub.start(tmp_path / "github", validator=validate) as hub:
        hub.add_organization("acme")
        hub.add_member("acme", "petra", role="admin")
        hub.add_team("acme", "platform", members=["petra"])
        hub.add_team("acme", "payments", members=["dana"])
        yield Stage(hub, tmp_path, unused_port())
        assert hub.problems == []


async def shot(page: Page, name: str) -> None:
    """A picture, where somebody asked for pictures."""
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


async def sign_in(page: Page, hub: LocalHub, login: str, *, to: str = "/") -> None:
    await page.goto(f"{hub.url}/signin?next={to}")
    await page.get_by_role("button", name=f"Sign in as {login}").click()


async def test_from_nothing_to_a_first_repository(stage: Stage, chromium: Browser) -> None:
    """Every click of an owner, and then those of the first developer."""
    page = await chromium.new_page()
    async with stage.setting_up() as (process, address):
        await _register_and_install(stage, page, address)
        assert await process.wait() == 0
    assert (stage.folder / ".env").stat().st_mode & 0o777 == 0o600
    async with stage.bot("serve"):
        await _merge_the_first_catalog(stage, page)
        await _ask_for_a_repository(stage, page)


async def _register_and_install(stage: Stage, page: Page, address: str) -> None:
    await page.goto(address.partition("?")[0])
    await expect(page.locator("h1")).to_have_text("Paved Road is not set up yet")
    await shot(page, "1-locked")
    await page.goto(address)
    await expect(page.locator("h1")).to_have_text("Set up Paved Road for acme")
    await shot(page, "2-setup")
    await page.get_by_role("button", name="Go on to GitHub").click()
    await page.get_by_role("button", name="Sign in as petra").click()
    await shot(page, "3-confirm")
    await page.get_by_role("button", name="Create GitHub App for acme").click()
    await expect(page.locator("h1")).to_have_text("Install Paved Road for acme")
    await shot(page, "4-install")
    await page.get_by_role("button", name="Install").click()
    await expect(page.locator("main")).to_contain_text("installed")
    await shot(page, "5-installed")


async def _merge_the_first_catalog(stage: Stage, page: Page) -> None:
    number = await stage.until_offered()
    await page.goto(f"http://127.0.0.1:{stage.port}/setup")
    await expect(page.locator("h1")).to_have_text("Paved Road is set up")
    await shot(page, "6-set-up")
    await page.get_by_role("link", name="Where it is installed").click()
    await expect(page.locator("main")).to_contain_text("Paved Road for acme")
    await shot(page, "7-installations")
    await page.goto(f"{stage.hub.url}/{CATALOG}/pull/{number}")
    await expect(page.locator("main")).to_contain_text("Start the catalog")
    await expect(page.locator("main")).to_contain_text("payments")
    await shot(page, "8-pull-request")
    await page.get_by_role("button", name="Merge pull request").click()
    await expect(page.locator("main")).to_contain_text("Merged")
    await stage.until_forms()


async def _ask_for_a_repository(stage: Stage, page: Page) -> None:
    await sign_in(page, stage.hub, "dana", to=f"/{CATALOG}/issues/new/choose")
    await shot(page, "9-forms")
    row = page.get_by_role("listitem").filter(has_text="New Kotlin library")
    await row.get_by_role("link", name="Get started").click()
    await page.get_by_label("Repository name").fill("money-kit")
    await page.get_by_label("Description").fill("Counts money")
    await page.get_by_label("Team").select_option("payments")
    await page.get_by_label("Cost center").select_option("CC-001")
    await page.get_by_role("button", name="Submit new issue").click()
    comment = page.locator("article, .comment").filter(has_text="[bot]").last
    await expect(comment).to_contain_text("acme/money-kit is ready", timeout=READY_MS)
    await shot(page, "10-ready")
