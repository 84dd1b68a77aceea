"""The code that GitHub sends back → the App's key and secrets, once.

Source: GitHub docs, "Registering a GitHub App from a manifest": the code is good for an
hour and once.
"""

import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
import jwt
import msgspec

from bot.setup.credentials import Credentials
from bot.setup.plan import Plan, SetupFailed

ANSWER = aiohttp.ClientTimeout(total=30.0)  # for GitHub's API


class CodeRefused(SetupFailed):
    """GitHub does not know the code any more."""

    code = "setup-code-refused"


class _Owner(msgspec.Struct):
    login: str


class _App(msgspec.Struct):
    """What the conversion answers; ``webhook_secret`` may be null."""

    id: int
    name: str
    owner: _Owner
    html_url: str
    pem: str
    webhook_secret: str | None = None


async def convert(code: str, plan: Plan) -> Credentials:
    """The App of the code, its webhook secret set. Raises SetupFailed."""
    async with aiohttp.ClientSession(timeout=ANSWER) as session:
        address = f"{plan.api_url}/app-manifests/{quote(code, safe='')}/conversions"
        app = _app(await _ask(session, "POST", address, plan, expected=201))
        if app.owner.login.lower() != plan.organization.lower():
            raise SetupFailed(
                f"The App was registered for {app.owner.login}, not {plan.organization}.",
                fix=f"Delete it at {app.html_url}, then press the button again.",
            )
        secret = app.webhook_secret or await _set_secret(app, plan, session)
    return Credentials(
        app_id=app.id,
        name=app.name,
        html_url=app.html_url,
        private_key=app.pem,
        webhook_secret=secret,
    )


def _app(answer: bytes) -> _App:
    try:
        return msgspec.json.decode(answer, type=_App)
    except msgspec.DecodeError:
        raise SetupFailed(
            "GitHub's answer was not an App.", fix="Try again; see githubstatus.com."
        ) from None


async def _set_secret(app: _App, plan: Plan, session: aiohttp.ClientSession) -> str:
    """GitHub made no webhook secret: make one and tell GitHub, as the App itself."""
    secret = secrets.token_hex(32)
    now_s = int(time.time())
    claims = {"iat": now_s - 60, "exp": now_s + 540, "iss": str(app.id)}
    await _ask(
        session,
        "PATCH",
        f"{plan.api_url}/app/hook/config",
        plan,
        expected=200,
        json={"secret": secret, "content_type": "json"},
        headers={"Authorization": f"Bearer {jwt.encode(claims, app.pem, algorithm='RS256')}"},
    )
    return secret


async def _ask(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    plan: Plan,
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
            fix=_again(plan, "Check the connection"),
        ) from None
    if status in (404, 422):
        raise CodeRefused(
            "GitHub does not take this code: it was used before, or is older than an hour.",
            fix=_again(plan, "Nothing is lost"),
        )
    raise SetupFailed(
        f"GitHub answered {status} when the App was to be completed.",
        fix=_again(plan, "See githubstatus.com"),
    )


def _again(plan: Plan, first: str) -> str:
    return (
        f"{first}. If the App is listed at {plan.apps_address}, delete it there; then press the "
        "button again."
    )
