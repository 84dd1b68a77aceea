"""A person with a real browser watches a workflow run, reviews a change, proposes another."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.localhub.state.actions import WorkflowRun
from tests.chromium import chromium, needs_chromium
from tests.localhub.pages_scene import Scene, scene
from tests.localhub.test_pages_actions import ACTIONS, add_workflow, begin
from tests.localhub.test_pages_browser import tab

pytestmark = needs_chromium

__all__ = ["chromium"]


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(tmp_path) as made:
        made.hub.update_repository(made.hub.user("dana"), "acme/catalog", {"allow_forking": True})
        yield made


def at_work(acme: Scene) -> WorkflowRun:
    """A run whose first job is in the middle of a step."""
    run = begin(acme)
    (job,) = acme.hub.jobs_of(run)
    acme.hub.start_job(job)
    step = acme.hub.start_step(job, "Set up job")
    acme.hub.finish_step(job, step, "success")
    acme.hub.start_step(job, "Compile")
    acme.hub.log(job, "first line")
    acme.hub.wake_run(run.id)
    return run


async def test_a_run_is_watched_live(acme: Scene, chromium: Browser) -> None:
    """Lines, steps and jobs appear by themselves; what the reader opened stays open."""
    run = at_work(acme)
    (job,) = acme.hub.jobs_of(run)
    async with tab(chromium, acme, "petra") as page:
        await page.goto(f"{acme.hub.url}{ACTIONS}/runs/{run.id}")
        await expect(page.get_by_text("first line")).to_be_visible()
        await page.locator("summary", has_text="Set up job").click()
        await expect(page.get_by_text("This step printed nothing.")).to_be_visible()
        acme.hub.log(job, "##[error]second line")
        acme.hub.wake_run(run.id)
        await expect(page.locator(".log-error")).to_have_text("second line")
        await expect(page.get_by_text("This step printed nothing.")).to_be_visible()
        acme.hub.finish_step(job, job.steps[-1], "failure")
        acme.hub.finish_job(job, "failure")
        acme.hub.finish_run(run)
        await expect(page.get_by_role("button", name="Re-run failed jobs")).to_be_visible()
        await expect(page.locator("#job-list")).to_contain_text("deploy")
        await expect(page.get_by_text("second line")).to_be_visible()


async def test_a_workflow_is_started_and_ended_by_keyboard(acme: Scene, chromium: Browser) -> None:
    """The form opens with Enter, and the list of runs shows the outcome."""
    add_workflow(acme)
    async with tab(chromium, acme, "petra") as page:
        await page.goto(f"{acme.hub.url}{ACTIONS}?workflow=ci.yml")
        await page.locator("#run-form > summary").focus()
        await page.keyboard.press("Enter")
        await page.get_by_label("Where to").select_option("dev")
        await page.get_by_role("button", name="Run workflow").press("Enter")
        await page.get_by_role("button", name="All succeed").press("Enter")
        await expect(page.locator(".run-facts")).to_contain_text("Success")
        await page.goto(f"{acme.hub.url}{ACTIONS}")
        await expect(page.locator("#run-list .mark-success")).to_be_visible()
    (run,) = acme.hub.workflow_runs("acme/catalog")
    assert run.inputs["dry"] == "true"


async def test_a_reader_proposes_and_a_writer_reviews(acme: Scene, chromium: Browser) -> None:
    """From a pencil to an approved pull request, with two people."""
    async with tab(chromium, acme, "wim") as page:
        await page.goto(f"{acme.hub.url}/acme/catalog/blob/main/src/main/kotlin/Money.kt")
        await page.get_by_role("link", name="Propose a change").click()
        await page.get_by_label("Contents").fill("package acme\n")
        await page.get_by_role("button", name="Propose changes").click()
        await page.get_by_role("button", name="Create pull request").click()
        await expect(page.locator(".under-title")).to_contain_text("wim:patch-1")
    async with tab(chromium, acme, "petra") as page:
        await page.goto(f"{acme.hub.url}/acme/catalog/pull/1/files")
        await page.locator("#review-box > summary").click()
        await page.get_by_label("Your review").fill("Shorter is **better**.")
        await page.get_by_role("button", name="Approve").click()
        await expect(page.locator(".merge-reviews")).to_contain_text("petra approved")
        await expect(page.get_by_text("Shorter is better.")).to_be_visible()


@pytest.mark.parametrize("width_px", [390, 1280])
async def test_the_new_pages_fit_the_window(acme: Scene, chromium: Browser, width_px: int) -> None:
    """Nothing is cut off on a telephone, by day and by night."""
    run = at_work(acme)
    acme.hub.log(acme.hub.jobs_of(run)[0], "x" * 3000)
    wim = acme.hub.user("wim")
    fork = acme.hub.fork(wim, "acme/catalog")
    acme.hub.commit_files(wim, fork, "main", {"a.txt": b"a " * 900}, message="Long " + "w" * 90)
    acme.hub.create_pull_request(wim, "acme/catalog", title="W" * 90, head="wim:main", base="main")
    acme.hub.review(acme.hub.user("dana"), "acme/catalog", 1, "REQUEST_CHANGES", "n" * 300)
    addresses = [ACTIONS, f"{ACTIONS}?workflow=ci.yml", f"{ACTIONS}/runs/{run.id}"]
    addresses += ["/acme/catalog/pull/1", "/acme/catalog/pull/1/files", "/acme/catalog/fork"]
    addresses += ["/acme/catalog/pull/1/checks", "/acme/catalog/compare", "/acme/shop/actions"]
    for dark in (False, True):
        async with tab(chromium, acme, "petra", dark=dark, width_px=width_px) as page:
            for address in addresses:
                await page.goto(acme.hub.url + address)
                wide = await page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width_px, (address, wide)
