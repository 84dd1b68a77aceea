"""Where what runs, in the browser: environments, deployments, what was said of each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.localhub.state.checks import Deployment
from tests.chromium import chromium, needs_chromium
from tests.localhub.pages_scene import Scene, scene
from tests.localhub.test_pages_browser import tab

__all__ = ["chromium"]

DEPLOYMENTS = "/acme/catalog/deployments"


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(tmp_path) as made:
        yield made


def deploy(acme: Scene, environment: str = "staging", **more: object) -> Deployment:
    given = {"ref": "main", "environment": environment, "required_contexts": []} | more
    return acme.hub.create_deployment(acme.hub.user("petra"), "acme/catalog", given)


def say(acme: Scene, made: Deployment, state: str, **more: object) -> None:
    given = {"state": state} | more
    acme.hub.create_deployment_status(acme.hub.user("petra"), "acme/catalog", made.id, given)


async def test_nothing_deployed_says_how_to_begin(acme: Scene) -> None:
    """No tab leads there before; GitHub's own address does."""
    async with acme.browser("petra") as browser:
        assert 'href="/acme/catalog/deployments"' not in await browser.see("/acme/catalog")
        assert "Nothing was deployed yet" in await browser.see(DEPLOYMENTS)
        await browser.see(f"{DEPLOYMENTS}/nowhere")
        assert browser.status == 404


async def test_what_was_deployed_is_told_with_what_was_said_of_it(acme: Scene) -> None:
    """The payload, every status, links to the web alone; strangers' text stays text."""
    first = deploy(acme, payload={"run": "r-1", "action": "<b>deploy</b>"})
    say(acme, first, "in_progress", description="canary: it <i>starts</i>")
    say(acme, first, "success", environment_url="https://staging.test", log_url="javascript:x")
    deploy(acme, "production")
    async with acme.browser("petra") as browser:
        page = await browser.see(DEPLOYMENTS)
        for shown in (
            "2 deployments",
            "canary: it &lt;i&gt;starts&lt;/i&gt;",
            "&lt;b&gt;deploy&lt;/b&gt;",
            'href="https://staging.test"',
            "runs nothing that succeeded",
        ):
            assert shown in page, shown
        assert "javascript:x" not in page
        page = await browser.see(f"{DEPLOYMENTS}/production")
        assert "1 deployment<" in page
        assert "r-1" not in page
        assert 'href="/acme/catalog/deployments"' in await browser.see("/acme/catalog")


async def test_a_private_repositorys_deployments_are_its_own_affair(acme: Scene) -> None:
    """Strangers are told that there is nothing."""
    deploy(acme)
    async with acme.browser("sam") as browser:
        await browser.see(DEPLOYMENTS)
        assert browser.status == 404


@needs_chromium
async def test_a_deployment_is_watched_live(acme: Scene, chromium: Browser) -> None:
    """Statuses appear by themselves; on a telephone nothing is cut off."""
    made = deploy(acme, description="D" * 90)
    for width_px, dark in ((1280, False), (390, True)):
        async with tab(chromium, acme, "petra", dark=dark, width_px=width_px) as page:
            await page.goto(f"{acme.hub.url}{DEPLOYMENTS}")
            await page.locator(f"#deployment-{made.id} > summary").click()
            said = f"health: seen at {width_px}"
            say(acme, made, "in_progress", description=said)
            await expect(page.get_by_text(said)).to_be_visible()
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width_px
