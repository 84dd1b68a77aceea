"""GitHub's App manifest flow on a page of this machine.

A page on the loopback address posts the manifest to GitHub; GitHub sends the
person back with a code; the code is exchanged for the App's key and secrets.
Source: GitHub docs, "Registering a GitHub App from a manifest": the code is good
for an hour and once.
"""

import asyncio
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
import jwt
import msgspec
from aiohttp import web

from bot.errors import UserError
from bot.setup.env_file import add_to_env_file, refuse_if_set
from bot.setup.manifest import Manifest, read_manifest
from bot.setup.pages import failed_page, register_page, registered_page, security_headers

PATIENCE_S = 3_600.0  # GitHub keeps the code for that long
ANSWER_S = 30.0  # for GitHub's API to answer
WRITTEN = ["APP_ID", "PRIVATE_KEY", "WEBHOOK_SECRET", "ORGANIZATIONS", "CATALOG_REPOSITORY"]
PUBLIC_API = "https://api.github.com"


class SetupFailed(UserError):
    """GitHub did not register the App, or not the one that was asked for."""

    code = "setup-failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The App on GitHub, whose key and secrets are in the file."""

    app_id: int
    name: str
    install_url: str
    env_path: Path


class _Owner(msgspec.Struct):
    login: str


class _App(msgspec.Struct):
    """What the conversion answers; ``webhook_secret`` may be null."""

    id: int
    slug: str
    name: str
    owner: _Owner
    html_url: str
    pem: str
    webhook_secret: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What is to be registered, and where."""

    organization: str
    webhook_url: str
    catalog: str  # name of the catalog repository in the organisation
    github_url: str
    api_url: str
    env_path: Path
    manifest: Manifest


async def run_setup(
    organization: str,
    *,
    webhook_url: str,
    env_path: Path,
    open_browser: Callable[[str], object],
    catalog: str = "catalog",
    github_url: str = "https://github.com",
    api_url: str = PUBLIC_API,
    manifest: Manifest | None = None,
    patience_s: float = PATIENCE_S,
) -> Registered:
    """The App is registered for the organisation and its settings are in ``env_path``.

    ``webhook_url`` is the bot's public address, with or without its ``/webhook``.
    ``open_browser`` is given the address of the page where it begins; ``manifest``
    is the checkout's own unless given. Raises EnvFileInTheWay and SetupFailed.
    """
    _check_name(organization)
    registration = Registration(
        organization=organization,
        webhook_url=_webhook_address(webhook_url),
        catalog=catalog,
        github_url=github_url.rstrip("/"),
        api_url=api_url.rstrip("/"),
        env_path=env_path,
        manifest=manifest or read_manifest(),
    )
    refuse_if_set(env_path, WRITTEN)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_S)) as session:
        pages = _Pages(registration, session)
        open_browser(await pages.start())
        try:
            return await asyncio.wait_for(pages.outcome, patience_s)
        except TimeoutError:
            raise SetupFailed(
                "Nobody came back from GitHub within the hour.",
                fix="Run `paved-road setup` again.",
            ) from None
        finally:
            await pages.stop()


def _check_name(organization: str) -> None:
    if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9-]{0,38}", organization):
        raise SetupFailed(
            "That is not the name of a GitHub organisation.",
            fix="Give it as in its address: `acme` of github.com/acme.",
        )


def _webhook_address(url: str) -> str:
    """The address as given, completed by the path of webhooks where it has none."""
    address = urlsplit(url)
    if address.scheme != "https" or not address.hostname or address.query or address.fragment:
        raise SetupFailed(
            "The webhook address must be an https:// address that GitHub can reach.",
            fix="Give the bot's public address: --url https://road.example.com",
        )
    return url if address.path.strip("/") else f"{url.rstrip('/')}/webhook"


class _Pages:
    """The two pages: one that leads to GitHub, one to which GitHub leads back."""

    def __init__(self, registration: Registration, session: aiohttp.ClientSession) -> None:
        self._registration = registration
        self._session = session
        self._state = secrets.token_urlsafe(32)
        self._one_at_a_time = asyncio.Lock()  # a reload must not use the code twice
        self._address = ""
        self._runner: web.AppRunner | None = None
        self.outcome: asyncio.Future[Registered] = asyncio.get_running_loop().create_future()

    async def start(self) -> str:
        """Serve on a free port of the loopback address; returns the first page's address."""
        app = web.Application()
        app.router.add_get("/", self._first)
        app.router.add_get("/registered", self._back_from_github)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port: int = self._runner.addresses[0][1]
        self._address = f"http://127.0.0.1:{port}"
        return f"{self._address}/"

    async def stop(self) -> None:
        """Answer what is under way and close."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _first(self, request: web.Request) -> web.Response:
        self._only_this_machine(request)
        asked = self._registration
        owner = quote(asked.organization, safe="")
        state = urlencode({"state": self._state})
        manifest = asked.manifest.for_registration(
            asked.organization,
            webhook_url=asked.webhook_url,
            redirect_url=f"{self._address}/registered",
        )
        page = register_page(
            asked.organization,
            action=f"{asked.github_url}/organizations/{owner}/settings/apps/new?{state}",
            manifest=manifest,
        )
        return _html(page, forms_to=asked.github_url)

    async def _back_from_github(self, request: web.Request) -> web.Response:
        self._only_this_machine(request)
        state, code = request.query.get("state", ""), request.query.get("code", "")
        if not hmac.compare_digest(state.encode(), self._state.encode()) or not code:
            page = failed_page(
                "This answer does not belong to the registration that was begun here.",
                fix="Start again from the address that `paved-road setup` printed.",
            )
            return _html(page, status=400)
        async with self._one_at_a_time:
            return await self._complete(code)

    async def _complete(self, code: str) -> web.Response:
        if self.outcome.done():
            return _html(failed_page("This registration has ended.", fix="Close this page."))
        try:
            registered = await _exchange(code, self._registration, self._session)
        except SetupFailed as failure:
            self.outcome.set_exception(failure)
            return _html(failed_page(failure.problem, fix=failure.fix), status=502)
        self.outcome.set_result(registered)
        page = registered_page(
            registered.name,
            install_url=registered.install_url,
            env_path=str(registered.env_path),
        )
        return _html(page)

    def _only_this_machine(self, request: web.Request) -> None:
        """A page elsewhere whose name leads to 127.0.0.1 learns nothing: its Host differs."""
        if f"http://{request.host}" != self._address:
            raise web.HTTPMisdirectedRequest(text="wrong host")


def _html(page: str, *, status: int = 200, forms_to: str = "'none'") -> web.Response:
    headers = security_headers(forms_to=forms_to)
    return web.Response(text=page, status=status, content_type="text/html", headers=headers)


async def _exchange(
    code: str, registration: Registration, session: aiohttp.ClientSession
) -> Registered:
    """Turn the code into the App's key and secrets and write them down."""
    answer = await _ask(
        session,
        "POST",
        f"{registration.api_url}/app-manifests/{quote(code, safe='')}/conversions",
        expected=201,
    )
    try:
        app = msgspec.json.decode(answer, type=_App)
    except msgspec.DecodeError:
        raise SetupFailed(
            "GitHub's answer was not an App.", fix="Try again; see githubstatus.com."
        ) from None
    if app.owner.login.lower() != registration.organization.lower():
        raise SetupFailed(
            f"The App was registered for {app.owner.login}, not {registration.organization}.",
            fix=f"Delete it at {app.html_url} and run `paved-road setup` again.",
        )
    secret = app.webhook_secret or await _set_secret(app, registration, session)
    _write(app, secret, registration)
    return Registered(
        app_id=app.id,
        name=app.name,
        install_url=f"{app.html_url}/installations/new",
        env_path=registration.env_path,
    )


async def _set_secret(app: _App, registration: Registration, session: aiohttp.ClientSession) -> str:
    """GitHub made no webhook secret: make one and tell GitHub, as the App itself."""
    secret = secrets.token_hex(32)
    now_s = int(time.time())
    claims = {"iat": now_s - 60, "exp": now_s + 540, "iss": str(app.id)}
    token = jwt.encode(claims, app.pem, algorithm="RS256")
    await _ask(
        session,
        "PATCH",
        f"{registration.api_url}/app/hook/config",
        expected=200,
        json={"secret": secret, "content_type": "json"},
        headers={"Authorization": f"Bearer {token}"},
    )
    return secret


async def _ask(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    expected: int,
    json: Any = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """One request to GitHub's API. Raises SetupFailed for any other answer, without its text."""
    own = {"Accept": "application/vnd.github+json", "User-Agent": "paved-road-setup"}
    try:
        async with session.request(
            method, url, json=json, headers={**own, **(headers or {})}, allow_redirects=False
        ) as response:
            if response.status == expected:
                return await response.read()
            status = response.status
    except (aiohttp.ClientError, TimeoutError) as error:
        raise SetupFailed(
            f"GitHub's API could not be reached ({type(error).__name__}).",
            fix="Check the connection and run `paved-road setup` again.",
        ) from None
    raise SetupFailed(
        f"GitHub answered {status} when the App was to be completed.",
        fix="If the App now exists on GitHub, delete it there; then run `paved-road setup` again.",
    )


def _write(app: _App, secret: str, registration: Registration) -> None:
    values = {
        "APP_ID": str(app.id),
        "PRIVATE_KEY": app.pem,
        "WEBHOOK_SECRET": secret,
        "ORGANIZATIONS": registration.organization,
        "CATALOG_REPOSITORY": f"{registration.organization}/{registration.catalog}",
    }
    if registration.api_url != PUBLIC_API:
        values["GITHUB_API_URL"] = registration.api_url
    try:
        add_to_env_file(
            registration.env_path, values, comment="Written by `paved-road setup`. Keep it secret."
        )
    except (OSError, ValueError, UserError) as error:
        raise SetupFailed(
            f"The App is registered, but {registration.env_path} could not be written "
            f"({type(error).__name__}).",
            fix=f"Delete the App at {app.html_url}, mend the file's folder, and run it again.",
        ) from None
