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
from urllib.parse import parse_qs, urlsplit

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

from bot.settings import Settings, environment
from bot.setup import EnvFileInTheWay, Registered, SetupFailed, run_setup

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
    async with TestServer(app) as server:
        here.url = str(server.make_url("")).rstrip("/")
        yield here


Visit = Callable[[aiohttp.ClientSession, str], Awaitable[object]]


async def set_up(github: GitHub, env_path: Path, visit: Visit, **more: Any) -> Registered:
    """Run setup with somebody at the browser who does ``visit``."""
    async with aiohttp.ClientSession() as browser, asyncio.TaskGroup() as tasks:
        return await run_setup(
            "acme",
            env_path=env_path,
            open_browser=lambda address: tasks.create_task(visited(visit, browser, address)),
            github_url=github.url,
            api_url=github.url,
            **{"webhook_url": WEBHOOK_URL} | more,
        )


async def visited(visit: Visit, browser: aiohttp.ClientSession, address: str) -> None:
    await visit(browser, address)


async def press_the_button(browser: aiohttp.ClientSession, address: str) -> str:
    """Open the page and send its form; returns the page on which that ends."""
    async with browser.get(address) as response:
        page = await response.text()
    action = html.unescape(re.search('action="([^"]+)"', page)[1])  # type: ignore[index]
    manifest = html.unescape(re.search('name="manifest" value="([^"]+)"', page)[1])  # type: ignore[index]
    async with browser.post(action, data={"manifest": manifest}) as response:
        return await response.text()


async def test_one_button_registers_the_app(github: GitHub, tmp_path: Path) -> None:
    """The owner presses the button; the bot's settings are complete."""
    seen: list[str] = []

    async def visit(browser: aiohttp.ClientSession, address: str) -> None:
        seen.append(await press_the_button(browser, address))

    registered = await set_up(github, tmp_path / ".env", visit)

    assert registered.app_id == 77
    assert registered.install_url == f"{github.url}/apps/paved-road-for-acme/installations/new"
    assert registered.install_url in seen[0]
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
    await set_up(
        github, tmp_path / ".env", press_the_button, webhook_url="https://road.acme.example/"
    )

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
            "acme", webhook_url=WEBHOOK_URL, env_path=tmp_path / ".env", open_browser=print
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
        for query in ("code=c0de", "code=c0de&state=", "code=c0de&state=é", "state=x"):
            async with browser.get(f"{address}registered?{query}") as response:
                statuses.append(response.status)
        assert not (tmp_path / ".env").exists()
        await press_the_button(browser, address)

    await set_up(github, tmp_path / ".env", visit)

    assert statuses == [400] * 4


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
            page = html.unescape(await response.text())
        action = re.search('action="([^"]+)"', page)[1]  # type: ignore[index]
        state = parse_qs(urlsplit(action).query)["state"][0]
        github.codes.add("c0de")
        github.manifests.append({"name": "x"})

        async def back() -> None:
            async with browser.get(
                f"{address}registered", params={"code": "c0de", "state": state}
            ) as response:
                statuses.append(response.status)

        await asyncio.gather(back(), back())

    await set_up(github, tmp_path / ".env", visit)

    assert statuses == [200, 200]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"conversion_status": 404}, "404", id="code-too-old"),
        pytest.param({"conversion_status": 500}, "500", id="github-broke"),
        pytest.param({"owner": "mona"}, "mona", id="registered-for-somebody-else"),
    ],
)
async def test_what_went_wrong_is_told(
    github: GitHub, tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    """The page and the terminal say what happened and what to do; no file is written."""
    for name, value in change.items():
        setattr(github, name, value)
    pages: list[str] = []

    async def visit(browser: aiohttp.ClientSession, address: str) -> None:
        pages.append(await press_the_button(browser, address))

    with pytest.raises(ExceptionGroup) as group:
        await set_up(github, tmp_path / ".env", visit)

    [failure] = group.value.exceptions
    assert isinstance(failure, SetupFailed)
    assert told in failure.problem
    assert "paved-road setup" in failure.fix
    assert "The App was not set up" in pages[0]
    assert not (tmp_path / ".env").exists()


async def test_nobody_comes_back(github: GitHub, tmp_path: Path) -> None:
    """Setup ends by itself and says so."""
    with pytest.raises(SetupFailed, match="Nobody came back"):
        await run_setup(
            "acme",
            webhook_url=WEBHOOK_URL,
            env_path=tmp_path / ".env",
            open_browser=lambda address: None,
            github_url=github.url,
            api_url=github.url,
            patience_s=0.01,
        )


@pytest.mark.parametrize(
    ("organization", "webhook_url"),
    [
        pytest.param("acme", "http://road.acme.example/webhook", id="plain-http"),
        pytest.param("acme", "road.acme.example", id="no-scheme"),
        pytest.param("acme/catalog", WEBHOOK_URL, id="a-repository"),
        pytest.param("", WEBHOOK_URL, id="nothing"),
    ],
)
async def test_what_github_would_refuse_is_refused_first(
    tmp_path: Path, organization: str, webhook_url: str
) -> None:
    """Before anybody is sent to GitHub."""
    with pytest.raises(SetupFailed):
        await run_setup(
            organization,
            webhook_url=webhook_url,
            env_path=tmp_path / ".env",
            open_browser=lambda address: pytest.fail("a page was opened"),
        )
