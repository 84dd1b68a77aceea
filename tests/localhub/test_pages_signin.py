"""Who one is on the pages, and what nobody can do in another's name."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from yarl import URL

from bot.localhub.pages.session import Session, Sessions
from tests.localhub.pages_scene import Scene, scene


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(tmp_path) as made:
        yield made


async def test_a_person_signs_in_switches_and_signs_out(acme: Scene) -> None:
    """One click makes one somebody, without a password."""
    async with acme.browser() as browser:
        assert "Sign in" in await browser.see("/")
        home = await browser.send("/signin", "/signin", login="petra", next="/")
        assert 'href="/petra"' in home
        assert "acme/catalog" in home
        home = await browser.send("/signin", "/signin", login="sam", next="/")
        assert "acme/catalog" not in home
        home = await browser.send("/signin", "/signout")
        assert 'href="/sam"' not in home


async def test_the_first_page_says_what_to_do_when_it_is_empty(tmp_path: Path) -> None:
    """A visitor without a repository is told how to get to one."""
    async with scene(tmp_path) as acme:
        dana = acme.hub.user("dana")
        acme.hub.delete_repository(dana, "acme/shop")
        async with acme.browser("sam") as browser:
            assert "You can see no repository yet" in await browser.see("/")


async def test_a_private_repository_is_not_there_for_others(acme: Scene) -> None:
    """Visitors and strangers read the same 404 as for an address that never was."""
    addresses = ["", "/issues", "/pulls", "/about", "/branches", "/commits/main"]
    addresses += ["/tree/main", "/blob/main/README.md", "/raw/main/README.md", "/live?t=repo"]
    for login in ("", "sam"):
        async with acme.browser(login) as browser:
            for rest in addresses:
                page = await browser.see(f"/acme/catalog{rest}")
                assert (browser.status, "There is nothing here" in page) == (404, True), rest


async def test_signing_in_brings_one_back_to_the_page(acme: Scene) -> None:
    """Who needs an account for a page lands on it afterwards, and never on another site."""
    async with acme.browser() as browser:
        await browser.see("/acme/shop/issues/new")
        assert browser.address == "/signin?next=/acme/shop/issues/new"
        await browser.send(browser.address, "/signin", login="sam", next="/acme/shop/issues/new")
        assert browser.address == "/acme/shop/issues/new"
        for away in ("https://evil.example/", "//evil.example", "/\\evil.example"):
            await browser.send("/signin", "/signin", login="sam", next=away)
            assert browser.address == "/"


async def test_a_form_from_elsewhere_changes_nothing(acme: Scene) -> None:
    """Without the page's own token, and with somebody else's, a form is refused."""
    async with acme.browser("dana") as browser, acme.browser("sam") as other:
        token = (await other.see("/signin")).partition('name="form_token" value="')[2][:64]
        for forged in ({}, {"form_token": ""}, {"form_token": "0" * 64}, {"form_token": token}):
            fields = {"title": "Forged", "body": "x", **forged}
            async with browser.session.post("/acme/shop/issues/new", data=fields) as answer:
                assert answer.status == 403
                assert "out of date" in await answer.text()
    assert acme.hub.world.issues.of(acme.hub.repository("acme/shop").id) == []


async def test_the_cookie_is_strict_and_out_of_reach_of_scripts(acme: Scene) -> None:
    """No other site can send it along, no script can read it."""
    async with acme.browser() as browser, browser.session.get("/") as answer:
        cookie = answer.headers["Set-Cookie"]
        assert "SameSite=Strict" in cookie
        assert "HttpOnly" in cookie


async def test_every_page_forbids_what_is_not_its_own(acme: Scene) -> None:
    """Scripts, styles and pictures come from this site alone, and no site frames it."""
    async with acme.browser("dana") as browser:
        for address in ("/", "/acme/catalog", "/nothing/at/all"):
            async with browser.session.get(address) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                html = await answer.text()
                assert "<style" not in html
                assert " style=" not in html
                assert 'src="http' not in html


async def test_people_teams_and_organisations_have_pages(acme: Scene) -> None:
    """Who belongs where, and what a team may do; a repository that one may not see is left out."""
    dana = acme.hub.user("dana")
    acme.hub.grant_team(dana, "acme/catalog", acme.hub.team("acme", "payments"), "push")
    async with acme.browser("petra") as browser, acme.browser("sam") as stranger:
        organization = await browser.see("/acme")
        for shown in ("Payments", "dana", "acme/catalog", "Paved Road"):
            assert shown in organization, shown
        team = await browser.see("/orgs/acme/teams/payments")
        assert '<a class="grow strong" href="/acme/catalog">' in team
        assert "petra" in team
        assert "acme/catalog" not in await stranger.see("/orgs/acme/teams/payments")
        assert acme.hub.user("petra").token in await browser.see("/petra")
        assert acme.hub.user("petra").token not in await stranger.see("/petra")
        await browser.see("/paved-road[bot]")
        assert browser.address == "/apps/paved-road"


ODD = [
    *("/%00", "/acme/%00", "/acme/catalog/tree/%00", "/acme/catalog/tree/..%2f..%2fetc/passwd"),
    *("/acme/catalog/blob/main/../../../journal.jsonl", "/acme/catalog/raw/main/%2e%2e/x"),
    *("/acme/catalog/tree/refs/heads/main", "/acme/catalog/tree/HEAD", "/acme/catalog/tree/ffff"),
    *(
        "/acme/catalog/tree/main%0a",
        "/acme/catalog/blob/main/%ff%fe",
        "/acme/catalog/tree/@%7B1%7D",
    ),
    *("/acme/catalog/issues?after=%C2%B2", "/acme/catalog/issues?after=" + "9" * 5000),
    *("/acme/catalog/issues/999999999999999", "/acme/catalog/commit/abcd", "/assets/../page.py"),
    *("/acme/catalog/compare/main...", "/acme/catalog/compare/...", "/acme/catalog/compare/a..b"),
    *("/acme/catalog/issues/new?template=../config.yml", "/acme/catalog/runs/1", "/apps/nobody"),
    *("/orgs/acme/teams/nobody", "/acme/catalog/edit/main/src", "/acme/catalog/new/nowhere"),
    *("/acme/catalog/commits/main/gone.txt", "/acme/catalog.git", "/signin?next=" + "/" * 3000),
]


@pytest.mark.parametrize("address", ODD, ids=range(len(ODD)))
async def test_an_odd_address_is_answered_with_a_page(acme: Scene, address: str) -> None:
    """However an address is twisted, somebody reads a page of ours, never a crash."""
    whole = URL(acme.hub.url + address, encoded=True)
    async with acme.browser("petra") as browser, browser.session.get(whole) as answer:
        assert answer.status < 500
        assert '"put"' not in await answer.text()  # a line of the hub's own journal


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--c\r\n\r\nx"),
        ("application/x-www-form-urlencoded; charset=rot13", b"a=b"),
        ("application/x-www-form-urlencoded", b"a=\xff&b=%ff&form_token=%00"),
        ("application/x-www-form-urlencoded", "form_token=é".encode()),
        ("application/json", b'{"form_token": 1}'),
    ],
)
async def test_a_malformed_form_is_refused(acme: Scene, kind: str, body: bytes) -> None:
    """What no browser sends is answered with a no, not with a crash."""
    async with acme.browser("petra") as browser:
        headers = {"Content-Type": kind}
        async with browser.session.post("/signin", data=body, headers=headers) as answer:
            assert answer.status in {400, 403}


async def test_a_bot_cannot_be_signed_in_as(acme: Scene) -> None:
    """Apps act with their keys, people with their clicks."""
    async with acme.browser() as browser:
        page = await browser.send("/signin", "/signin", login="paved-road[bot]")
        assert browser.status == 422
        assert "no such account" in page


def test_a_cookie_that_was_touched_is_nobodys(tmp_path: Path) -> None:
    """A changed login, a changed mark and rubbish are all the same: not signed in."""
    sessions = Sessions(tmp_path / "key")
    cookie = sessions.cookie(Session("abc", "sam"))

    assert sessions.read(cookie) == Session("abc", "sam")
    other_mark = ("1" if cookie[0] == "0" else "0") + cookie[1:]
    for touched in (cookie.replace("sam", "dana"), other_mark, "", "é.x.y", None):
        assert sessions.read(touched) is None


def test_sessions_outlive_a_restart(tmp_path: Path) -> None:
    """The key stays in the hub's folder, readable by its owner alone."""
    cookie = Sessions(tmp_path / "key").cookie(Session("abc", "sam"))

    assert Sessions(tmp_path / "key").read(cookie) == Session("abc", "sam")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
