"""Reading and changing a repository's files in the browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.localhub.pages_scene import Scene, scene

HOSTILE = (
    b"# Hi\n\n<script>alert(1)</script>\n\n![x](https://evil.example/x.png)\n\n[a](docs/a.md)\n"
)


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(tmp_path) as made:
        yield made


def commit(acme: Scene, files: dict[str, bytes | None], branch: str = "main") -> str:
    git = acme.hub.git(acme.hub.repository("acme/catalog"))
    petra = acme.hub.user("petra")
    start = git.branch("main")
    return acme.hub.commit_files(
        petra, "acme/catalog", branch, files, message="Change\n\nDetails", start=start
    )


async def test_the_repository_page_shows_what_it_is(acme: Scene) -> None:
    """Files, README, topics, properties, teams, and the address to clone."""
    dana = acme.hub.user("dana")
    acme.hub.grant_team(dana, "acme/catalog", acme.hub.team("acme", "web"), "push")
    async with acme.browser("petra") as browser:
        page = await browser.see("/acme/catalog")
        for shown in (
            f'value="{acme.hub.url}/acme/catalog.git"',
            '<a class="grow" href="/acme/catalog/blob/main/README.md">README.md</a>',
            '<h1 id="user-content-catalog">Catalog</h1>',
            'href="/acme/catalog/blob/main/.github/ISSUE_TEMPLATE/new-kotlin-library.yml"',
            '<span class="topic">kotlin</span>',
            "<dt>cost-center</dt><dd>CC-100</dd>",
            "acme/web",
        ):
            assert shown in page, shown


async def test_files_are_read_with_numbered_lines(acme: Scene) -> None:
    """Each line can be linked to; Markdown is rendered and its source one click away."""
    async with acme.browser("petra") as browser:
        page = await browser.see("/acme/catalog/blob/main/src/main/kotlin/Money.kt")
        assert '<tr id="L3">' in page
        assert "data class Money(" in page
        assert "<h1" in await browser.see("/acme/catalog/blob/main/README.md")
        assert "# Catalog" in await browser.see("/acme/catalog/blob/main/README.md?plain=1")
        await browser.see("/acme/catalog/blob/main/src")
        assert browser.address == "/acme/catalog/tree/main/src"


async def test_branches_with_slashes_and_odd_names_are_found(acme: Scene) -> None:
    """The address of a file holds branch and path, both of which may have slashes."""
    commit(acme, {"docs/ä b#?.md": b"odd\n"}, branch="fix/one")
    async with acme.browser("petra") as browser:
        page = await browser.see("/acme/catalog/tree/fix/one/docs")
        address = page.partition('<a class="grow" href="/acme/catalog/blob')[2].partition('"')[0]
        assert "odd" in await browser.see("/acme/catalog/blob" + address)
        assert browser.status == 200
        assert "fix/one" in await browser.see("/acme/catalog/branches")
        await browser.see("/acme/catalog/tree/fix/none/docs")
        assert browser.status == 404


async def test_raw_files_never_run_as_pages(acme: Scene) -> None:
    """HTML and SVG of a repository are shown as text or shut in a sandbox."""
    commit(acme, {"x.html": b"<script>alert(1)</script>", "x.svg": b"<svg/>", "b.bin": b"\0\1"})
    async with acme.browser("petra") as browser:
        for name, kind in (
            ("x.html", "text/plain; charset=utf-8"),
            ("x.svg", "image/svg+xml"),
            ("b.bin", "application/octet-stream"),
        ):
            async with browser.session.get(f"/acme/catalog/raw/main/{name}") as answer:
                assert answer.headers["Content-Type"] == kind
                assert "sandbox" in answer.headers["Content-Security-Policy"]
                assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_hostile_readme_is_harmless(acme: Scene) -> None:
    """Scripts vanish, foreign pictures become links, own links lead to the file."""
    commit(acme, {"README.md": HOSTILE})
    async with acme.browser("petra") as browser:
        page = await browser.see("/acme/catalog")
        assert "alert(1)" not in page
        assert 'src="https://evil' not in page
        assert 'href="/acme/catalog/blob/main/docs/a.md"' in page


async def test_commits_show_their_checks(acme: Scene) -> None:
    """History with a mark for how each commit's checks stand, and the commit's own diff."""
    sha = commit(acme, {"README.md": b"# New\n", "gone.txt": b"x"})
    given = {"name": "Template check", "head_sha": sha, "conclusion": "failure"}
    acme.hub.create_check_run(acme.bot, "acme/catalog", given)
    async with acme.browser("petra") as browser:
        page = await browser.see("/acme/catalog/commits/main")
        assert "mark-failure" in page
        assert "Initial commit" in page
        page = await browser.see(f"/acme/catalog/commit/{sha[:10]}")
        assert "Template check" in page
        assert "Details" in page
        assert 'line-added"><td class="no"></td><td class="no">1</td>' in page


async def test_settings_show_rules_and_environments(acme: Scene) -> None:
    """What protects a repository can be read by everybody who sees it."""
    dana = acme.hub.user("dana")
    team = acme.hub.team("acme", "payments")
    acme.hub.grant_team(dana, "acme/catalog", team, "push")
    reviewers = [{"type": "Team", "id": team.id}]
    acme.hub.put_environment(dana, "acme/catalog", "production", {"reviewers": reviewers})
    rules = {
        "name": "Main stays whole",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
        "rules": [{"type": "non_fast_forward"}],
    }
    acme.hub.create_ruleset(dana, "acme/catalog", rules)
    async with acme.browser("petra") as browser:
        page = await browser.see("/acme/catalog/about")
        for shown in ("reviewed by @acme/payments", "Main stays whole", "non fast forward"):
            assert shown in page


async def test_a_file_is_edited_in_the_browser(acme: Scene) -> None:
    """The commit is on the branch, with plain line ends and the person as author."""
    edit = "/acme/catalog/edit/main/README.md"
    async with acme.browser("petra") as browser:
        page = await browser.see(edit)
        seen = page.partition('name="seen" value="')[2].partition('"')[0]
        fields = {"old_path": "README.md", "seen": seen, "message": "Say more"}
        await browser.send(edit, edit, path="docs/README.md", text="# A\r\nb\r\n", **fields)
        assert browser.address == "/acme/catalog/blob/main/docs/README.md"
    git = acme.hub.git(acme.hub.repository("acme/catalog"))
    head = git.commit(git.branch("main") or "")
    assert (head.message, head.author.name) == ("Say more", "petra")
    entry = git.find(head.tree, "docs/README.md")
    assert entry is not None
    assert git.blob(entry.sha) == b"# A\nb\n"
    assert git.find(head.tree, "README.md") is None


async def test_a_new_file_on_a_new_branch_leads_to_a_pull_request(acme: Scene) -> None:
    """A template author needs nothing but the browser."""
    new = "/acme/catalog/new/main/templates/rust"
    async with acme.browser("petra") as browser:
        assert 'value="templates/rust/"' in await browser.see(new)
        fields = {"where": "new", "new_branch": "petra-patch-1", "message": ""}
        page = await browser.send(new, new, path="templates/rust/t.yml", text="id: rust", **fields)
        assert browser.address == "/acme/catalog/compare/main...petra-patch-1"
        assert 'value="Create templates/rust/t.yml"' in page
        values = {"base": "main", "head": "petra-patch-1", "title": "Rust", "body": "New."}
        page = await browser.send(browser.address, "/acme/catalog/pulls", **values)
        assert browser.address == "/acme/catalog/pull/1"
        assert "No conflicts with main." in page


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("", "Give the file a name"),
        ("../up.md", "Give the file a name"),
        (".GIT/config", "Give the file a name"),
        ("a//b", "Give the file a name"),
        ("README.md", "README.md exists already"),
    ],
)
async def test_a_bad_file_name_is_explained_and_the_text_kept(
    acme: Scene, path: str, problem: str
) -> None:
    """The editor comes back with the reason and everything that was typed."""
    new = "/acme/catalog/new/main"
    async with acme.browser("petra") as browser:
        page = await browser.send(new, new, path=path, text="my <long> text")
        assert browser.status == 422
        assert problem in page
        assert "my &lt;long&gt; text" in page


async def test_nobody_overwrites_a_newer_state(acme: Scene) -> None:
    """Two people edit one file: the second is told instead of undoing the first."""
    edit = "/acme/catalog/edit/main/README.md"
    async with acme.browser("petra") as browser:
        page = await browser.see(edit)
        seen = page.partition('name="seen" value="')[2].partition('"')[0]
        commit(acme, {"README.md": b"# Somebody was faster\n"})
        fields = {"path": "README.md", "old_path": "README.md", "seen": seen}
        page = await browser.send(edit, edit, text="# Slower", **fields)
        assert "was changed while you edited it" in page
        assert "# Slower" in page


async def test_readers_do_not_write(acme: Scene) -> None:
    """No button, and a refusal in words for a hand-made address."""
    async with acme.browser("wim") as browser:
        assert "New file" not in await browser.see("/acme/catalog")
        page = await browser.see("/acme/catalog/edit/main/README.md")
        assert browser.status == 403
        assert "Must have write rights" in page


async def test_an_empty_repository_says_how_to_begin(acme: Scene) -> None:
    """Commands to copy, and the first file in the browser."""
    acme.hub.create_repository(acme.hub.user("dana"), "acme", "fresh", visibility="private")
    async with acme.browser("dana") as browser:
        page = await browser.see("/acme/fresh")
        assert f"git clone {acme.hub.url}/acme/fresh.git" in page
        new = "/acme/fresh/new/main"
        await browser.send(f"{new}?path=README.md", new, path="README.md", text="# Fresh")
        assert browser.address == "/acme/fresh/blob/main/README.md"


async def test_an_old_name_leads_to_the_new_one(acme: Scene) -> None:
    """Links into a renamed repository keep working."""
    acme.hub.update_repository(acme.hub.user("dana"), "acme/shop", {"name": "store"})
    async with acme.browser("dana") as browser:
        await browser.see("/acme/shop/blob/main/README.md")
        assert browser.address == "/acme/store/blob/main/README.md"
