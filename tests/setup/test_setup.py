"""`paved-road setup`: from a button to an App whose settings are in a file."""

import asyncio
import base64
import hashlib
import html
import json
import re
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from bot.errors import UserError
from bot.settings import Settings, environment
from bot.setup import (
    Credentials,
    EnvFile,
    EnvFileInTheWay,
    Plan,
    Served,
    SetupFailed,
    make_plan,
    run_setup,
    web_address,
)

WEBHOOK_URL = "https://road.acme.example/webhook"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@dataclass
class GitHub:
    """The two endpoints of GitHub that take part, and the state they leave."""

    url: str = ""
    manifests: list[dict[str, Any]] = field(default_factory=list)
    owner: str = "acme"
    webhook_secret: str | None = "made-by-github-itself"
    hook_secret: str = ""
    conversion_status: int = 201
    codes: set[str] = field(default_factory=set)

    async def new_app(self, request: web.Request) -> web.Response:
        """The page that the button leads to; sends the person back with a code."""
        manifest = json.loads(str((await request.post())["manifest"]))
        self.manifests.append(manifest)
        self.codes.add("c0de")
        back = f"{manifest['redirect_url']}?code=c0de&state={request.query['state']}"
        raise web.HTTPFound(back)

    async def convert(self, request: web.Request) -> web.Response:
        code = request.match_info["code"]
        if code not in self.codes:
            return web.json_response({"message": "Not Found"}, status=404)
        self.codes.discard(code)
        if self.conversion_status != 201:
            return web.json_response({"message": "no"}, status=self.conversion_status)
        app = {
            "id": 77,
            "slug": "paved-road-for-acme",
            "name": self.manifests[-1]["name"],
            "owner": {"login": self.owner},
            "html_url": f"{self.url}/apps/paved-road-for-acme",
            "pem": PEM,
            "webhook_secret": self.webhook_secret,
            "client_id": "Iv1.x",
            "client_secret": "unused",
        }
        return web.json_response(app, status=201)

    async def install(self, _request: web.Request) -> web.Response:
        """Where the person is led at last."""
        return web.Response(text="Install Paved Road")

    async def hook_config(self, request: web.Request) -> web.Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, KEY.public_key(), algorithms=["RS256"])
        assert claims["iss"] == "77"
        self.hook_secret = (await request.json())["secret"]
        return web.json_response({"url": WEBHOOK_URL})


@pytest.fixture
async def github() -> AsyncIterator[GitHub]:
    here = GitHub()
    app = web.Application()
    app.router.add_post("/organizations/{org}/settings/apps/new", here.new_app)
    app.router.add_post("/app-manifests/{code}/conversions", here.convert)
    app.router.add_patch("/app/hook/config", here.hook_config)
    app.router.add_get("/apps/{slug}/installations/new", here.install)
    async with TestServer(app) as server:
        here.url = str(server.make_url("")).rstrip("/")
        yield here


Visit = Callable[[aiohttp.ClientSession, str], Awaitable[object]]


def plan(github: GitHub, **changed: Any) -> Plan:
    asked: dict[str, Any] = {"url": WEBHOOK_URL, "github_url": github.url, "api_url": github.url}
    return make_plan("acme", **(asked | changed))


async def set_up(
    github: GitHub,
    env_path: Path,
    visit: Visit,
    *,
    failed: Callable[[UserError], None] = lambda _told: None,
    **changed: Any,
) -> Credentials:
    """Run setup with somebody at the browser who does ``visit``."""
    jar = aiohttp.CookieJar(unsafe=True)  # of an address that is a number, too
    async with aiohttp.ClientSession(cookie_jar=jar) as browser, asyncio.TaskGroup() as tasks:
        return await run_setup(
            plan(github, **changed),
            EnvFile(env_path),
            open_browser=lambda address: tasks.create_task(visited(visit, browser, address)),
            failed=failed,
        )


async def visited(visit: Visit, browser: aiohttp.ClientSession, address: str) -> None:
    await visit(browser, address)


async def press_the_button(browser: aiohttp.ClientSession, address: str) -> str:
    """Open the page and send its form; returns the page on which that ends."""
    async with browser.get(address) as response:
        page = await response.text()
    async with browser.post(action_of(page), data={"manifest": manifest_of(page)}) as response:
        return await response.text()


def action_of(page: str) -> str:
    """Where the page's form goes."""
    return html.unescape(re.search('action="([^"]+)"', page)[1])  # type: ignore[index]


def manifest_of(page: str) -> str:
    """What it carries."""
    return html.unescape(re.search('name="manifest" value="([^"]+)"', page)[1])  # type: ignore[index]


def registered_at(address: str, **query: str) -> str:
    """Where GitHub leads back to, with what somebody puts after it."""
    base = str(address).partition("/setup")[0]
    return f"{base}/setup/registered?{urlencode(query)}"


async def test_one_button_registers_the_app(github: GitHub, tmp_path: Path) -> None:
    """The owner presses the button; the bot's settings are complete."""
    seen: list[str] = []

    async def visit(browser: aiohttp.ClientSession, address: str) -> None:
        seen.append(await press_the_button(browser, address))

    registered = await set_up(github, tmp_path / ".env", visit)

    assert registered.app_id == 77
    assert registered.install_url == f"{github.url}/apps/paved-road-for-acme/installations/new"
    assert seen == ["Install Paved Road"]  # where the browser was led by itself
    settings = Settings.from_env(environment(tmp_path))
    assert settings.app_id == 77
    assert settings.webhook_secret == "made-by-github-itself"
    assert str(settings.catalog_repository) == "acme/catalog"
    assert settings.github_api_url == github.url
    assert load_pem_private_key(settings.private_key.encode(), None)


async def test_the_app_gets_our_address_and_permissions(github: GitHub, tmp_path: Path) -> None:
    """What GitHub is asked for is app.yml with this installation's address in it."""
    await set_up(github, tmp_path / ".env", press_the_button)

    [manifest] = github.manifests
    assert manifest["hook_attributes"] == {"url": WEBHOOK_URL, "active": True}
    assert manifest["default_permissions"]["contents"] == "write"
    assert manifest["public"] is False
    assert manifest["name"] == "Paved Road for acme"


async def test_the_bots_address_is_enough(github: GitHub, tmp_path: Path) -> None:
    """Nobody has to know the path on which webhooks are taken."""
    await set_up(github, tmp_path / ".env", press_the_button, url="https://road.acme.example/")

    assert github.manifests[0]["hook_attributes"]["url"] == WEBHOOK_URL


async def test_the_page_can_load_nothing_and_post_to_github_alone(
    github: GitHub, tmp_path: Path
) -> None:
    """The browser itself holds the page to its one style and its one form."""
    policies: list[str] = []
    styles: list[str] = []

    async def visit(browser: aiohttp.ClientSession, address: str) -> None:
        async with browser.get(address) as response:
            policies.append(response.headers["Content-Security-Policy"])
            styles.append(re.search("<style>(.*)</style>", await response.text(), re.S)[1])  # type: ignore[index]
        await press_the_button(browser, address)

    await set_up(github, tmp_path / ".env", visit)

    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policies[0]
    assert "default-src 'none'" in policies[0]
    assert f"form-action {github.url};" in policies[0]


async def test_secrets_are_for_their_owner_alone(github: GitHub, tmp_path: Path) -> None:
    """Another user of the machine cannot read the key; no other file is left."""
    await set_up(github, tmp_path / ".env", press_the_button)

    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert names_in(tmp_path) == [".env"]


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_secret_is_made_where_github_made_none(github: GitHub, tmp_path: Path) -> None:
    """GitHub may answer without a webhook secret; both sides then get one of ours."""
    github.webhook_secret = None

    await set_up(github, tmp_path / ".env", press_the_button)

    assert len(github.hook_secret) == 64
    assert Settings.from_env(environment(tmp_path)).webhook_secret == github.hook_secret


async def test_settings_that_are_there_are_never_overwritten(
    github: GitHub, tmp_path: Path
) -> None:
    """Somebody who runs setup a second time keeps the first App's key."""
    (tmp_path / ".env").write_text("APP_ID=1\n")

    with pytest.raises(EnvFileInTheWay) as told:
        await run_setup(
            make_plan("acme", url=WEBHOOK_URL), EnvFile(tmp_path / ".env"), open_browser=print
        )

    assert "APP_ID" in told.value.problem
    assert (tmp_path / ".env").read_text() == "APP_ID=1\n"


async def test_other_settings_in_the_file_stay(github: GitHub, tmp_path: Path) -> None:
    """What the operator wrote before is still there."""
    (tmp_path / ".env").write_text("PORT=8080")

    await set_up(github, tmp_path / ".env", press_the_button)

    assert Settings.from_env(environment(tmp_path)).port == 8080


async def test_an_answer_with_another_state_is_refused(github: GitHub, tmp_path: Path) -> None:
    """A link that somebody else sent cannot plant their App here."""
    statuses: list[int] = []

    async def visit(browser: aiohttp.ClientSession, address: str) -> None:
        async with browser.get(address) as response:
            state = parse_qs(urlsplit(action_of(await response.text())).query)["state"][0]
        for query in (
            {"code": "c0de"},
            {"code": "c0de", "state": ""},
            {"code": "c0de", "state": "é.x"},
            {"code": "c0de", "state": f"9{state}"},
            {"state": state},
        ):
            async with browser.get(registered_at(address, **query)) as response:
                statuses.append(response.status)
        async with (
            aiohttp.ClientSession() as another,
            another.get(registered_at(address, code="c0de", state=state)) as response,
        ):
            statuses.append(response.status)
        assert not (tmp_path / ".env").exists()
        await press_the_button(browser, address)

    await set_up(github, tmp_path / ".env", visit)

    assert statuses == [400] * 6


async def test_a_page_elsewhere_cannot_read_the_state(github: GitHub, tmp_path: Path) -> None:
    """A foreign name that resolves to this machine is turned away."""
    statuses: list[int] = []

    async def visit(browser: aiohttp.ClientSession, address: str) -> None:
        async with browser.get(address, headers={"Host": "evil.example"}) as response:
            statuses.append(response.status)
        await press_the_button(browser, address)

    await set_up(github, tmp_path / ".env", visit)

    assert statuses == [421]


async def test_a_reload_uses_the_code_once(github: GitHub, tmp_path: Path) -> None:
    """Two requests with the same code register one App and both get an answer."""
    statuses: list[int] = []

    async def visit(browser: aiohttp.ClientSession, address: str) -> None:
        async with browser.get(address) as response:
            state = parse_qs(urlsplit(action_of(await response.text())).query)["state"][0]
        github.codes.add("c0de")
        github.manifests.append({"name": "x"})

        async def back() -> None:
            async with browser.get(registered_at(address, code="c0de", state=state)) as response:
                statuses.append(response.status)
                assert await response.text() == "Install Paved Road"

        await asyncio.gather(back(), back())

    await set_up(github, tmp_path / ".env", visit)

    assert statuses == [200, 200]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"conversion_status": 404}, "older than an hour", id="code-too-old"),
        pytest.param({"conversion_status": 500}, "answered 500", id="github-broke"),
        pytest.param({"owner": "mona"}, "for mona, not acme", id="registered-for-somebody-else"),
    ],
)
async def test_what_went_wrong_is_told_and_can_be_tried_again(
    github: GitHub, tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    """The page and the terminal say what happened and what to do; the next try works."""
    pages: list[str] = []
    printed: list[UserError] = []

    async def visit(browser: aiohttp.ClientSession, address: str) -> None:
        before = {name: getattr(github, name) for name in change}
        for name, value in change.items():
            setattr(github, name, value)
        pages.append(await press_the_button(browser, address))
        assert not (tmp_path / ".env").exists()
        for name, value in before.items():
            setattr(github, name, value)
        pages.append(await press_the_button(browser, address))

    registered = await set_up(github, tmp_path / ".env", visit, failed=printed.append)

    assert "The App is not set up yet" in pages[0]
    assert told in pages[0]
    assert "press the button again" in pages[0]
    assert [told in each.problem for each in printed] == [True]
    assert pages[1] == "Install Paved Road"
    assert registered.app_id == 77


async def test_a_code_used_twice_changes_nothing(github: GitHub, tmp_path: Path) -> None:
    """Somebody else's browser that got hold of the code before is not in our file."""
    pages: list[str] = []

    async def visit(browser: aiohttp.ClientSession, address: str) -> None:
        async with browser.get(address) as response:
            page = await response.text()
        state = parse_qs(urlsplit(action_of(page)).query)["state"][0]
        async with browser.get(registered_at(address, code="us3d", state=state)) as response:
            pages.append(await response.text())
            assert response.status == 502
        await press_the_button(browser, address)

    await set_up(github, tmp_path / ".env", visit)

    assert "it was used before" in pages[0]
    assert "us3d" not in (tmp_path / ".env").read_text()


async def test_credentials_that_cannot_be_kept_are_kept_by_a_reload(
    github: GitHub, tmp_path: Path
) -> None:
    """A folder that is not there yet: made, the same page is loaded again, and all is well."""
    folder = tmp_path / "not-yet"
    pages: list[str] = []

    async def visit(browser: aiohttp.ClientSession, address: str) -> None:
        async with browser.get(address) as response:
            page = await response.text()
        async with browser.post(action_of(page), data={"manifest": manifest_of(page)}) as response:
            pages.append(await response.text())
            last = str(response.url)
        folder.mkdir()
        async with browser.get(last) as response:
            pages.append(await response.text())

    await set_up(github, folder / ".env", visit)

    assert "reload this page" in pages[0]
    assert PEM[100:160] not in pages[0]
    assert pages[1] == "Install Paved Road"
    assert Settings.from_env(environment(folder)).app_id == 77


async def test_without_the_key_the_page_only_says_how_to_get_it(
    github: GitHub, tmp_path: Path
) -> None:
    """Whoever finds the address cannot register an App in its owner's name."""
    pages: list[str] = []

    async def visit(browser: aiohttp.ClientSession, address: str) -> None:
        base = address.partition("?")[0]
        for query in ("", "?key=", "?key=é", f"?key={address[-5:]}"):
            async with browser.get(f"{base}{query}") as response:
                assert response.status == 403
                pages.append(await response.text())
        await press_the_button(browser, address)

    await set_up(github, tmp_path / ".env", visit)

    assert len(set(pages)) == 1
    assert "one-time key" in pages[0]
    assert "<form" not in pages[0]
    assert "acme" not in pages[0]


async def test_the_cookie_is_for_our_pages_and_comes_back_from_github(
    github: GitHub, tmp_path: Path
) -> None:
    """No script reads it, no other page gets it, and it travels where GitHub leads back."""
    cookies: list[str] = []

    async def visit(browser: aiohttp.ClientSession, address: str) -> None:
        async with browser.get(address) as response:
            cookies.append(response.headers["Set-Cookie"])
        await press_the_button(browser, address)

    await set_up(github, tmp_path / ".env", visit)

    assert "Path=/setup; " in cookies[0]
    assert "HttpOnly; SameSite=Lax" in cookies[0]
    assert "Secure" not in cookies[0]  # plain http, on this machine


async def test_a_bot_that_is_not_set_up_yet_is_alive_and_takes_nothing_in(
    github: GitHub, tmp_path: Path
) -> None:
    """GitHub's early deliveries fail, so that they are redelivered later."""
    statuses: dict[str, int] = {}

    async def visit(browser: aiohttp.ClientSession, address: str) -> None:
        base = address.partition("/setup")[0]
        for path in ("/healthz", "/readyz", "/setup/other"):
            async with browser.get(f"{base}{path}") as response:
                statuses[path] = response.status
        async with browser.post(f"{base}/webhook") as response:
            statuses["/webhook"] = response.status
        async with browser.get(f"{base}/") as response:
            assert "one-time key" in await response.text()
        await press_the_button(browser, address)

    await set_up(github, tmp_path / ".env", visit)

    assert statuses == {"/healthz": 200, "/readyz": 503, "/setup/other": 404, "/webhook": 503}


async def test_nobody_comes_back(github: GitHub, tmp_path: Path) -> None:
    """Setup ends by itself and says so."""
    with pytest.raises(SetupFailed, match="Nobody came back"):
        await run_setup(
            plan(github),
            EnvFile(tmp_path / ".env"),
            open_browser=lambda address: None,
            served=Served(patience_s=0.01),
        )


@pytest.mark.parametrize(
    ("organization", "url", "catalog"),
    [
        pytest.param("acme", "http://road.acme.example/webhook", "catalog", id="plain-http"),
        pytest.param("acme", "http://127.0.0.1:3000", "catalog", id="http-for-the-real-github"),
        pytest.param("acme", "road.acme.example", "catalog", id="no-scheme"),
        pytest.param("acme", "https://road.acme.example:x", "catalog", id="no-port"),
        pytest.param("acme", "https://user@road.acme.example", "catalog", id="a-user"),
        pytest.param("acme/catalog", WEBHOOK_URL, "catalog", id="a-repository"),
        pytest.param("", WEBHOOK_URL, "catalog", id="nothing"),
        pytest.param("acme", WEBHOOK_URL, "acme/catalog", id="catalog-with-owner"),
        pytest.param("acme", WEBHOOK_URL, "..", id="catalog-of-dots"),
    ],
)
def test_what_github_would_refuse_is_refused_first(
    organization: str, url: str, catalog: str
) -> None:
    """Before anybody is sent to GitHub."""
    with pytest.raises(SetupFailed):
        make_plan(organization, url=url, catalog=catalog)


@pytest.mark.parametrize(
    ("api", "web"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://api.acme.ghe.com", "https://acme.ghe.com"),
        ("https://github.acme.example/api/v3", "https://github.acme.example"),
        ("http://127.0.0.1:4000/api/v3", "http://127.0.0.1:4000"),
    ],
)
def test_pages_of_github_lie_beside_its_api(api: str, web: str) -> None:
    """Links in what we write lead to the GitHub that is served."""
    assert web_address(api) == web
