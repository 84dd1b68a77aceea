"""A person with a real browser: signs in, files a form, watches it being answered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.chromium import chromium, needs_chromium
from tests.localhub.pages_scene import Scene, scene

pytestmark = needs_chromium

__all__ = ["chromium"]


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(tmp_path) as made:
        yield made


@asynccontextmanager
async def tab(
    chromium: Browser, acme: Scene, login: str, *, dark: bool = False, width_px: int = 1280
) -> AsyncIterator[Page]:
    """A tab of somebody who has signed in by clicking; nothing may go wrong in its console."""
    context = await chromium.new_context(
        color_scheme="dark" if dark else "light", viewport={"width": width_px, "height": 800}
    )
    page = await context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    await page.goto(f"{acme.hub.url}/signin")
    await page.get_by_role("button", name=f"Sign in as {login}").click()
    await expect(page.locator("header .me")).to_have_text(login[:1].upper() + login)
    yield page
    assert wrong == []
    await context.close()


async def test_a_form_is_filed_and_its_answer_ticks_live(acme: Scene, chromium: Browser) -> None:
    """From New issue to a comment that changes by itself, while half a comment stays typed."""
    async with tab(chromium, acme, "petra") as page:
        await page.goto(f"{acme.hub.url}/acme/catalog/issues")
        await page.get_by_role("link", name="New issue").click()
        await page.get_by_role("link", name="Get started with New Kotlin library").click()
        await page.get_by_label("Description").fill("Sums\nand more")
        await page.get_by_role("button", name="Submit new issue").click()
        name = page.get_by_label("Repository name")  # required: the browser does not send it yet
        assert not await name.evaluate("field => field.validity.valid")
        await name.fill("money-kit")
        await page.get_by_label("Team").select_option("payments")
        await page.get_by_label("Clouds").select_option(["aws", "azure"])
        await page.get_by_label("I have read the README").check()
        await page.get_by_role("button", name="Submit new issue").click()
        await expect(page).to_have_url(f"{acme.hub.url}/acme/catalog/issues/1")

        comment = acme.hub.add_comment(acme.bot, "acme/catalog", 1, "Creating **money-kit** …")
        await expect(page.get_by_text("Creating money-kit …")).to_be_visible()
        draft = page.get_by_label("Add a comment")
        await draft.fill("Half a thou")
        acme.hub.edit_comment(acme.bot, "acme/catalog", comment.id, "`money-kit` is ready")
        await expect(page.get_by_text("money-kit is ready")).to_be_visible()
        acme.hub.update_issue(acme.bot, "acme/catalog", 1, state="closed")
        await expect(page.locator(".state")).to_have_text("Closed")
        await expect(draft).to_have_value("Half a thou")
        await draft.press("Control+Enter")
        await expect(page.locator(".said").filter(has_text="Half a thou")).to_be_visible()

    body = acme.hub.issue("acme/catalog", 1).body or ""
    assert "### Description\n\nSums\r\nand more\n\n### Settings" in body
    assert "### Clouds\n\naws, azure\n\n### Promises\n\n- [x] I have read" in body


async def test_an_edit_in_progress_survives_what_happens_meanwhile(
    acme: Scene, chromium: Browser
) -> None:
    """Somebody edits their comment while the bot and others go on."""
    petra = acme.hub.user("petra")
    acme.hub.create_issue(petra, "acme/catalog", "Talk")
    mine = acme.hub.add_comment(petra, "acme/catalog", 1, "first words")
    async with tab(chromium, acme, "petra") as page:
        await page.goto(f"{acme.hub.url}/acme/catalog/issues/1")
        said = page.locator(f"#issuecomment-{mine.id}")
        draft = page.get_by_label("Add a comment")
        await draft.fill("for later")
        await said.get_by_role("link", name="Edit").click()
        await said.get_by_label("Text").fill("better words")
        acme.hub.react(acme.hub.user("dana"), "acme/catalog", 1, "heart", comment_id=mine.id)
        acme.hub.add_comment(acme.bot, "acme/catalog", 1, "meanwhile")
        await expect(page.get_by_text("meanwhile")).to_be_visible()
        await expect(said.get_by_label("Text")).to_have_value("better words")
        await expect(draft).to_have_value("for later")
        await draft.fill("")
        await said.get_by_role("button", name="Save").click()
        await expect(said.locator(".markdown")).to_have_text("better words")
        await expect(said.locator(".edited")).to_be_visible()


async def test_an_opened_fold_stays_open_when_its_comment_changes(
    acme: Scene, chromium: Browser
) -> None:
    """The reader of the details is not shut out by the next tick."""
    acme.hub.create_issue(acme.hub.user("petra"), "acme/catalog", "Fold")
    fold = "tick {}\n\n<details><summary>More</summary>\n\ninside {}\n\n</details>"
    comment = acme.hub.add_comment(acme.bot, "acme/catalog", 1, fold.format(1, 1))
    async with tab(chromium, acme, "petra") as page:
        await page.goto(f"{acme.hub.url}/acme/catalog/issues/1")
        await page.get_by_text("More", exact=True).click()
        acme.hub.edit_comment(acme.bot, "acme/catalog", comment.id, fold.format(2, 2))
        await expect(page.get_by_text("inside 2")).to_be_visible()


async def test_a_check_run_follows_along(acme: Scene, chromium: Browser) -> None:
    """The page of a running check completes by itself and then offers its buttons."""
    sha = acme.hub.git(acme.hub.repository("acme/catalog")).branch("main")
    given = {"name": "Template check", "head_sha": sha, "status": "in_progress"}
    run = acme.hub.create_check_run(acme.bot, "acme/catalog", given)
    async with tab(chromium, acme, "petra") as page:
        await page.goto(f"{acme.hub.url}/acme/catalog/runs/{run.id}")
        await expect(page.get_by_text("Nothing to read yet")).to_be_visible()
        output = {"title": "All well", "summary": "- [x] read\n- [x] rendered"}
        done = {"conclusion": "success", "output": output}
        acme.hub.update_check_run(acme.bot, "acme/catalog", run.id, done)
        await expect(page.get_by_text("rendered")).to_be_visible()
        await expect(page.get_by_role("button", name="Re-run")).to_be_visible()


async def test_a_hostile_comment_runs_nothing(acme: Scene, chromium: Browser) -> None:
    """A real browser is the judge of what is harmless."""
    acme.hub.create_issue(acme.hub.user("petra"), "acme/catalog", "<img src=x onerror=boom()>")
    hostile = (
        "<script>document.title = 'taken'</script>\n\n"
        "<img src=x onerror=\"document.title='taken'\">\n\n"
        "[a](javascript:document.title='taken')\n\n<svg onload=\"document.title='taken'\">\n\n"
        "<details open ontoggle=\"document.title='taken'\"><summary>s</summary></details>"
    )
    acme.hub.add_comment(acme.bot, "acme/catalog", 1, hostile)
    acme.hub.add_comment(acme.bot, "acme/catalog", 1, "the end")
    async with tab(chromium, acme, "petra") as page:
        await page.goto(f"{acme.hub.url}/acme/catalog/issues/1")
        await expect(page.get_by_text("the end")).to_be_visible()
        assert "taken" not in await page.title()
        assert await page.locator("#conversation script, #conversation svg[onload]").count() == 0


@pytest.mark.parametrize("width_px", [390, 1280])
async def test_pages_fit_the_window_and_differ_by_night(
    acme: Scene, chromium: Browser, tmp_path: Path, width_px: int
) -> None:
    """Nothing is cut off on a telephone, and dark is dark."""
    petra = acme.hub.user("petra")
    acme.hub.create_issue(petra, "acme/catalog", "Long " + "word" * 40, "`" + "x" * 300 + "`")
    addresses = ["/", "/acme", "/acme/catalog", "/acme/catalog/issues", "/acme/catalog/issues/1"]
    addresses += ["/acme/catalog/issues/new/choose", "/acme/catalog/blob/main/README.md?plain=1"]
    addresses += ["/acme/catalog/edit/main/README.md", "/apps/paved-road", "/acme/catalog/about"]
    backgrounds = set()
    for dark in (False, True):
        async with tab(chromium, acme, "petra", dark=dark, width_px=width_px) as page:
            for address in addresses:
                await page.goto(acme.hub.url + address)
                assert await page.evaluate("document.documentElement.scrollWidth") <= width_px
            backgrounds.add(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
            picture = tmp_path / f"{width_px}-{dark}.png"
            await page.screenshot(path=picture, full_page=True)
            assert picture.stat().st_size > 5_000
    assert len(backgrounds) == 2


async def test_everything_can_be_reached_by_keyboard(acme: Scene, chromium: Browser) -> None:
    """Tab reaches the way past the header first, and a blank issue is filed without a mouse."""
    async with tab(chromium, acme, "petra") as page:
        await page.goto(f"{acme.hub.url}/acme/shop/issues/new")
        await page.keyboard.type("By keyboard")
        await page.keyboard.press("Tab")
        await page.keyboard.type("No mouse")
        await page.keyboard.press("Control+Enter")
        await expect(page).to_have_url(f"{acme.hub.url}/acme/shop/issues/1")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
