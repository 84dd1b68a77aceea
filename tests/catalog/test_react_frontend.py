"""Generated React projects pass their own checks, and their pages work in a real browser."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from re import search
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from tests.catalog.case import HOSTILE, Case
from tests.catalog.cases import CATALOG, read_yaml
from tests.catalog.node import copied, run
from tests.catalog.react_cases import (
    AT_ITS_OWN_ADDRESS,
    PLAIN,
    REACT_BUILT,
    REACT_CASES,
    THROUGH_ITS_SERVER,
)
from tests.catalog.running_page import Tasks, api, fails_to_start, served
from tests.chromium import chromium, needs_chromium

__all__ = ["chromium"]

pytestmark = pytest.mark.timeout(600)

every_project = pytest.mark.parametrize("case", REACT_CASES, ids=lambda case: case.id)
each_access = pytest.mark.parametrize(
    "case", [THROUGH_ITS_SERVER, AT_ITS_OWN_ADDRESS], ids=lambda case: case.answers["api_access"]
)
builds = pytest.mark.slow  # a first build fetches some 90 MB before it compiles anything
PUBLIC_REGISTRY = "https://registry.npmjs.org/"


# --- as it is made ----------------------------------------------------------------


def package(project: Path, name: str = "package.json") -> dict[str, Any]:
    """What package.json or its lock says."""
    found: dict[str, Any] = json.loads((project / name).read_text())
    return found


@every_project
def test_all_files_mean_the_same_node(case: Case, projects: Mapping[Case, Path]) -> None:
    project = projects[case]
    said = {
        (project / ".node-version").read_text().strip(),
        package(project)["engines"]["node"].removeprefix(">="),
        package(project, "package-lock.json")["packages"][""]["engines"]["node"].removeprefix(">="),
        search(r"FROM node:(\d+)-", (project / "Dockerfile").read_text())[1],  # type: ignore[index]  # it must be there
    }

    assert said == {case.answers.get("node_version", "24")}


@every_project
def test_the_lock_is_that_of_the_package(case: Case, projects: Mapping[Case, Path]) -> None:
    """``npm install`` leaves it alone: no first commit that nobody meant."""
    asked, locked = package(projects[case]), package(projects[case], "package-lock.json")
    root = locked["packages"][""]

    assert {locked["name"], root["name"], asked["name"]} == {case.slug}
    for kind in ("dependencies", "devDependencies"):
        assert root[kind] == asked[kind]


def test_the_lock_serves_every_machine_from_the_public_registry(
    projects: Mapping[Case, Path],
) -> None:
    """No host of the machine that wrote it, checksums for all, and each platform's binaries."""
    packages: dict[str, Any] = package(projects[PLAIN], "package-lock.json")["packages"]
    fetched = [each for path, each in packages.items() if path and not each.get("inBundle")]

    assert all(each["resolved"].startswith(PUBLIC_REGISTRY) for each in fetched)
    assert all(each["integrity"].startswith("sha512-") for each in fetched)
    for each in packages.values():
        for name in each.get("optionalDependencies", {}):
            assert any(path.endswith(f"node_modules/{name}") for path in packages), name


def test_a_hostile_description_is_text_in_package_and_page(projects: Mapping[Case, Path]) -> None:
    project = projects[THROUGH_ITS_SERVER]
    written = search(r'name="description" content="([^"]*)"', (project / "index.html").read_text())

    assert package(project)["description"] == HOSTILE
    assert written is not None
    assert unescape(written[1]) == HOSTILE
    files = (path for path in project.rglob("*") if path.is_file())
    holding = {path.name for path in files if "project.version" in path.read_text()}
    assert holding == {"package.json", "index.html", "README.md"}


# --- built ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(
    projects: Mapping[Case, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[Case, Path]:
    """Projects that have passed, each built when a test first asks for it."""
    return _Built(projects, tmp_path_factory.mktemp("pages"))


class _Built(dict[Case, Path]):
    def __init__(self, projects: Mapping[Case, Path], folder: Path) -> None:
        self._projects, self._folder = projects, folder

    def __missing__(self, case: Case) -> Path:
        project = copied(self._projects[case], self._folder / case.id)
        for command in read_yaml(CATALOG / "templates" / case.template / "template.yml")["verify"]:
            run(command, project)
        self[case] = project
        return project


@builds
@pytest.mark.parametrize("case", REACT_BUILT, ids=lambda case: case.id)
def test_a_new_project_passes_its_own_checks(case: Case, built: dict[Case, Path]) -> None:
    """Installed from its lock, formatted, linted, typed, tested and built, with each Node."""
    page = (built[case] / "dist" / "index.html").read_text()

    assert f"<title>{case.slug}</title>" in page
    assert "<style" not in page  # the security policy lets neither of them run
    assert "<script>" not in page


@builds
def test_what_browsers_get_holds_no_more_of_the_project_than_it_shows(
    built: dict[Case, Path],
) -> None:
    """Name and description, not the rest of package.json, and nothing of development."""
    code = "".join(
        path.read_text() for path in (built[AT_ITS_OWN_ADDRESS] / "dist" / "assets").glob("*.js")
    )

    assert "The tasks could not be loaded." in code
    for elsewhere in ("format:check", "devDependencies", "Send the invoices", "localhost"):
        assert elsewhere not in code


@builds
async def test_the_server_says_what_browsers_may_do_and_keep(built: dict[Case, Path]) -> None:
    project = built[THROUGH_ITS_SERVER]
    script = next((project / "dist" / "assets").glob("*.js")).name
    async with (
        api() as (tasks, origin),
        served(project, {"API_ORIGIN": origin}) as url,
        aiohttp.ClientSession(url) as session,
    ):
        kept = {}
        for path in ("/", f"/assets/{script}", "/api/tasks", "/healthz", "/nothing"):
            async with session.get(path) as answer:
                kept[path] = answer.status, answer.headers.get("Cache-Control", "")
                policy = answer.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'none'; script-src 'self';")
                assert "unsafe" not in policy
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Server"] == "nginx"

    assert kept == {
        "/": (200, "no-cache"),
        f"/assets/{script}": (200, "public, max-age=31536000, immutable"),
        "/api/tasks": (200, ""),
        "/healthz": (200, "no-cache"),
        "/nothing": (404, ""),
    }
    assert tasks.paths == ["/tasks"]


@builds
@each_access
async def test_a_server_that_was_not_told_where_the_api_is_does_not_start(
    case: Case, built: dict[Case, Path]
) -> None:
    assert 'unknown "api_origin" variable' in await fails_to_start(built[case], {})


# --- in a browser -----------------------------------------------------------------

SCREENS = [
    pytest.param(width_px, dark, id=f"{width_px}-{'dark' if dark else 'light'}")
    for width_px in (390, 1200)
    for dark in (False, True)
]


@asynccontextmanager
async def opened(
    chromium: Browser,
    project: Path,
    *,
    width_px: int = 1200,
    dark: bool = False,
    meant: str = "nothing",
) -> AsyncIterator[tuple[Page, Tasks]]:
    """The page, open, and the API behind it. Its console says nothing but what is ``meant``."""
    async with (
        api() as (tasks, origin),
        served(project, {"API_ORIGIN": origin}) as url,
        await chromium.new_context(
            color_scheme="dark" if dark else "light", viewport={"width": width_px, "height": 800}
        ) as context,
    ):
        page = await context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text))
        await page.goto(url)
        yield page, tasks
        assert [text for text in wrong if meant not in text] == []


async def faults(page: Page, project: Path) -> list[str]:
    """What axe finds in the page as it is painted, contrast included."""
    await page.evaluate((project / "node_modules" / "axe-core" / "axe.min.js").read_text())
    found = await page.evaluate("axe.run().then(found => found.violations)")
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]


@builds
@needs_chromium
@pytest.mark.parametrize(("width_px", "dark"), SCREENS)
@each_access
async def test_a_page_shows_what_the_api_says(
    case: Case,
    width_px: int,
    dark: bool,
    chromium: Browser,
    built: dict[Case, Path],
    tmp_path: Path,
) -> None:
    """Readable in light and dark, narrow and wide; its description is text."""
    async with opened(chromium, built[case], width_px=width_px, dark=dark) as (page, tasks):
        await expect(page.get_by_role("heading", level=1)).to_have_text(case.slug)
        await expect(page.get_by_role("banner")).to_contain_text(case.answers["description"])
        await expect(page.get_by_role("status")).to_have_text("1 task")
        await expect(page.get_by_role("listitem")).to_have_text(["Pay the rent"])
        await page.screenshot(path=tmp_path / "page.png")

        assert await page.evaluate("document.documentElement.scrollWidth") == width_px
        assert await faults(page, built[case]) == []
        assert tasks.paths == ["/tasks"]  # either way, what the API is asked for is the same


@builds
@needs_chromium
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_a_failure_is_told_and_mended_by_keyboard(
    dark: bool, chromium: Browser, built: dict[Case, Path], tmp_path: Path
) -> None:
    project = built[THROUGH_ITS_SERVER]
    async with opened(chromium, project, width_px=390, dark=dark, meant="503") as (page, tasks):
        tasks.status = 503
        await page.reload()
        await expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
        await page.screenshot(path=tmp_path / "failure.png")
        assert await faults(page, project) == []

        tasks.status, tasks.tasks = 200, []
        await page.keyboard.press("Tab")
        await expect(page.get_by_label("Show finished tasks")).to_be_focused()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_have_text("There is nothing left to do.")
        await page.screenshot(path=tmp_path / "empty.png")
        assert await faults(page, project) == []


@builds
@needs_chromium
async def test_the_browser_runs_nothing_that_was_put_into_the_page(
    chromium: Browser, built: dict[Case, Path]
) -> None:
    """The security policy is in force, not only sent."""
    project = built[AT_ITS_OWN_ADDRESS]
    async with opened(chromium, project, meant="Content Security Policy") as (page, _):
        await expect(page.get_by_role("status")).to_have_text("1 task")
        ran = await page.evaluate(
            """() => new Promise(done => {
                 document.addEventListener("securitypolicyviolation",
                   event => done(event.effectiveDirective));
                 const script = document.createElement("script");
                 script.textContent = "document.title = 'changed'";
                 document.head.append(script);
               })"""
        )
        assert (ran, await page.title()) == ("script-src-elem", AT_ITS_OWN_ADDRESS.slug)
