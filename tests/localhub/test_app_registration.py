"""An owner registers an App by its manifest, installs it, and changes what it may do."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.localhub.state.apps import App
from tests.localhub.client import app_jwt, asking
from tests.localhub.pages_scene import Browser, Scene, scene
from tests.localhub.receiver import receiving

NEW = "/organizations/acme/settings/apps/new"
REGISTER = "/organizations/acme/settings/apps"


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(tmp_path) as made:
        yield made


def manifest(acme: Scene, **changed: Any) -> str:
    """What a site's form brings."""
    return json.dumps(
        {
            "name": "Road of acme",
            "url": "https://road.example/setup",
            "hook_attributes": {"url": "http://127.0.0.1:1/webhook", "active": True},
            "redirect_url": f"{acme.hub.url}/back?x=1",
            "description": "Makes repositories",
            "public": False,
            "default_permissions": {"contents": "write", "issues": "read"},
            "default_events": ["push"],
            **changed,
        }
    )


async def bring(browser: Browser, text: str, *, state: str = "s-1") -> str:
    """Send another site's form; returns the page on which that ends."""
    async with browser.session.post(f"{NEW}?state={state}", data={"manifest": text}) as answer:
        browser.status, browser.address = answer.status, answer.url.path_qs
        return await answer.text()


async def register(acme: Scene, **changed: Any) -> dict[str, list[str]]:
    """Dana confirms it; returns what her browser brings back to the site."""
    async with acme.browser("dana") as browser:
        await bring(browser, manifest(acme, **changed))
        confirm = browser.address
        waiting = parse_qs(urlsplit(confirm).query)["manifest"][0]
        name = changed.get("name", "Road of acme")
        await browser.send(confirm, REGISTER, manifest=waiting, state="s-1", name=name)
        return parse_qs(urlsplit(browser.address).query)


async def registered(acme: Scene, **changed: Any) -> App:
    """An App that was registered and completed."""
    code = (await register(acme, **changed))["code"][0]
    return acme.hub.convert_manifest(code)


async def test_a_manifest_becomes_an_app_whose_secrets_are_told_once(acme: Scene) -> None:
    """The code brings the key; a second time, or after an hour, it is not there."""
    came_back = await register(acme)

    assert (came_back["state"], came_back["x"]) == (["s-1"], ["1"])
    route = f"POST /app-manifests/{came_back['code'][0]}/conversions"
    async with asking(acme.hub, None) as anybody:
        told = (await anybody(route)).json
        again = await anybody(route)
    app = acme.hub.world.apps.find("road-of-acme")
    assert app is not None
    assert (told["id"], told["pem"]) == (app.id, app.private_key_pem)
    assert told["webhook_secret"] == app.webhook_secret != ""
    assert told["permissions"] == {"contents": "write", "issues": "read", "metadata": "read"}
    assert told["owner"]["login"] == "acme"
    assert again.status == 404

    late = (await register(acme, name="Another road"))["code"][0]
    acme.clock.advance(3_601)
    async with asking(acme.hub, None) as anybody:
        assert (await anybody(f"POST /app-manifests/{late}/conversions")).status == 404


async def test_who_is_not_signed_in_comes_back_to_the_same_manifest(acme: Scene) -> None:
    """The form of the other site is not lost on the way through the sign-in."""
    async with acme.browser() as browser:
        await bring(browser, manifest(acme))
        assert browser.address.startswith("/signin?next=")
        back = parse_qs(urlsplit(browser.address).query)["next"][0]
        page = await browser.send(browser.address, "/signin", login="dana", next=back)
        assert 'value="Road of acme"' in page
        assert "Create GitHub App for acme" in page


@pytest.mark.parametrize(
    ("login", "changed", "status", "words"),
    [
        pytest.param("petra", {}, 403, "Only an owner of acme", id="no-owner"),
        pytest.param("dana", {"callback": "x"}, 422, "callback", id="unknown-key"),
        pytest.param("dana", {"url": None}, 422, "not one that GitHub takes", id="no-address"),
    ],
)
async def test_what_is_refused_before_the_button(
    acme: Scene, login: str, changed: dict[str, Any], status: int, words: str
) -> None:
    """Nothing is registered, and the page says why."""
    async with acme.browser(login) as browser:
        page = await bring(browser, manifest(acme, **changed))
        assert browser.status == status
        assert words in page
    assert len(acme.hub.world.apps) == 1


async def test_a_name_that_is_taken_can_be_changed_on_the_page(acme: Scene) -> None:
    """The same page says so and keeps the rest."""
    async with acme.browser("dana") as browser:
        await bring(browser, manifest(acme, name="Paved Road"))
        confirm = browser.address
        waiting = parse_qs(urlsplit(confirm).query)["manifest"][0]
        fields = {"manifest": waiting, "state": "s-1"}
        page = await browser.send(confirm, REGISTER, name="Paved Road", **fields)
        assert browser.status == 422
        assert "The name Paved Road is already taken" in page
        await browser.send(confirm, REGISTER, name="Paved Road 2", **fields)
        assert "code" in parse_qs(urlsplit(browser.address).query)
        await browser.send("/signin", REGISTER, name="Paved Road 3", **fields)
        assert browser.status == 410  # it was used


async def test_another_site_cannot_press_the_button(acme: Scene) -> None:
    """What counts is a form of GitHub's own page."""
    async with acme.browser("dana") as browser:
        await bring(browser, manifest(acme))
        waiting = parse_qs(urlsplit(browser.address).query)["manifest"][0]
        data = {"manifest": waiting, "name": "Road of acme"}
        async with browser.session.post(REGISTER, data=data) as answer:
            assert answer.status == 403


async def test_the_page_may_lead_back_to_the_site_alone(acme: Scene) -> None:
    """Browsers hold the redirects of a form to the policy of its page."""
    async with acme.browser("dana") as browser:
        await bring(browser, manifest(acme, redirect_url="https://road.example:8/setup/registered"))
        async with browser.session.get(browser.address) as answer:
            policy = answer.headers["Content-Security-Policy"]
    assert "form-action 'self' https://road.example:8;" in policy


async def test_a_new_hook_is_pinged(acme: Scene) -> None:
    """The first delivery says that it is one; it is signed with the new secret."""
    async with receiving() as receiver:
        app = await registered(acme, hook_attributes={"url": receiver.url})
        await receiver.until("ping")
        ping = receiver.of("ping")
    digest = hmac.digest(app.webhook_secret.encode(), ping.body, hashlib.sha256).hex()
    assert ping.headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert ping.payload["hook"]["app_id"] == ping.payload["hook_id"] == app.id


async def test_the_app_changes_where_it_is_told_of_things(acme: Scene) -> None:
    """What is sent from now on goes there, signed with the secret that it gave."""
    app = await registered(acme)
    proof = app_jwt(app, now_s=acme.clock.now_s())
    async with receiving() as receiver, asking(acme.hub, proof) as bot:
        told = await bot.ok(
            "PATCH /app/hook/config", {"url": receiver.url, "secret": "a new secret"}
        )
        assert told["url"] == receiver.url
        assert "new secret" not in json.dumps(told)
        assert (await bot("PATCH /app/hook/config", {"url": "gopher://x"})).status == 422
        acme.hub.install(app, "acme")
        await receiver.until("installation.created")
        body = receiver.of("installation.created").body
        digest = hmac.digest(b"a new secret", body, hashlib.sha256).hex()
        signed = receiver.of("installation.created").headers["X-Hub-Signature-256"]
    assert signed == f"sha256={digest}"


async def test_an_app_sees_only_the_repositories_it_was_installed_on(acme: Scene) -> None:
    """The others are not there for it, and it hears nothing of them."""
    async with receiving() as receiver:
        app = await registered(acme, hook_attributes={"url": receiver.url})
        shop = acme.hub.repository("acme/shop")
        async with acme.browser("dana") as browser:
            new = f"/apps/{app.slug}/installations/new"
            await browser.send(new, new, account="acme", which="selected")
            assert browser.status == 422  # none was chosen
            page = await browser.send(
                new, new, account="acme", which="selected", repository=[str(shop.id)]
            )
            assert "installed" in page
            assert "Only these" in page
        installation = acme.hub.world.installations.find((app.id, "acme"))
        assert installation is not None
        token = acme.hub.mint_token(installation).token
        async with asking(acme.hub, token) as bot:
            assert (await bot("GET /repos/acme/catalog")).status == 404
            assert (await bot("GET /repos/acme/shop")).status == 200
        dana = acme.hub.user("dana")
        for place in ("acme/catalog", "acme/shop"):
            acme.hub.commit_files(dana, place, "main", {"a.txt": b"a\n"}, message="Add a")
        await acme.hub.idle()
    told = receiver.of("installation.created").payload
    assert [each["name"] for each in told["repositories"]] == ["shop"]
    assert told["installation"]["repository_selection"] == "selected"
    assert receiver.of("push").payload["repository"]["name"] == "shop"


async def test_who_installed_it_is_led_to_its_own_page(acme: Scene) -> None:
    """An App may name an address for people who have just installed it."""
    app = await registered(acme, setup_url=f"{acme.hub.url}/hello")
    async with acme.browser("dana") as browser:
        new = f"/apps/{app.slug}/installations/new"
        await browser.send(new, new, account="acme", which="all")
        query = parse_qs(urlsplit(browser.address).query)
    assert query["setup_action"] == ["install"]


async def test_only_owners_of_its_own_organisation_install_a_private_app(acme: Scene) -> None:
    """Others are told who can."""
    acme.hub.add_organization("other")
    acme.hub.add_member("other", "sam", role="admin")
    app = await registered(acme)
    new = f"/apps/{app.slug}/installations/new"
    for login in ("petra", "sam"):
        async with acme.browser(login) as browser:
            assert "An owner of <strong>acme</strong> installs it" in await browser.see(new)
            page = await browser.send("/signin", new, account="other", which="all")
            assert browser.status == 403
            assert "Only an owner of the account" in page


async def test_what_an_owner_takes_away_is_gone_at_once_and_what_is_added_waits(
    acme: Scene,
) -> None:
    """The installation follows downwards by itself and upwards when an owner accepts."""
    app = await registered(acme)
    installation = acme.hub.install(app, "acme")
    page = f"/organizations/acme/settings/apps/{app.slug}/permissions"
    async with acme.browser("dana") as browser:
        fields = {"permission-contents": "read", "permission-issues": "write"}
        fields |= {"permission-checks": "read"}  # it did not ask for that before
        await browser.send(page, page, **fields)
        assert installation.permissions == {
            "contents": "read",
            "issues": "read",
            "metadata": "read",
        }
        own = f"/organizations/acme/settings/installations/{installation.id}"
        assert "It asks for more" in await browser.see(own)
        await browser.send(own, own, do="accept")
        assert installation.permissions["issues"] == "write"
        assert installation.permissions["checks"] == "read"
        listed = await browser.see("/organizations/acme/settings/installations")
        assert own in listed
        assert page in await browser.see("/organizations/acme/settings/apps")
        await browser.send(own, own, do="uninstall")
    assert acme.hub.world.installations.get(installation.id) is None
