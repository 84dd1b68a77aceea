"""A real browser for tests of pages: Debian's Chromium, driven headless."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# A test asks nothing of the network: no updates, no variations, no sync.
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

READY_MS = 120_000  # until the bot is through with what a person began
# What a page comes to show is waited for as long as a busy machine may need for it.
expect.set_options(timeout=60_000)

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("CI") != "true",
    reason="NO BROWSER: the pages go unseen. Install Debian's chromium: apt-get install chromium",
)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Chromium, one a test."""
    assert CHROMIUM is not None, "CI tests pages in a browser: apt-get install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()
