"""A small REST client for tests: says who asks, gives back status and JSON."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt
import msgspec

from bot.localhub import LocalHub
from bot.localhub.state.apps import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer as received."""

    status: int
    json: Any
    headers: Mapping[str, str]
    raw: bytes


class Client:
    """Asks one hub with one credential."""

    def __init__(self, session: aiohttp.ClientSession, root: str, credential: str | None) -> None:
        self._session, self._root = session, root
        self._headers = {"Authorization": f"Bearer {credential}"} if credential else {}

    async def __call__(
        self,
        line: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        redirects: bool = False,
    ) -> Reply:
        """Send ``METHOD /path`` with a JSON body and return the answer."""
        method, _, path = line.partition(" ")
        async with self._session.request(
            method,
            self._root + path,
            json=body,
            headers=self._headers | dict(headers or {}),
            allow_redirects=redirects,
        ) as answer:
            raw = await answer.read()
            is_json = raw and "json" in answer.content_type
            return Reply(
                status=answer.status,
                json=msgspec.json.decode(raw) if is_json else None,
                headers=answer.headers,
                raw=raw,
            )

    async def ok(self, line: str, body: object = None) -> Any:
        """The JSON of a call that has to succeed."""
        reply = await self(line, body)
        assert reply.status < 300, (line, reply.status, reply.raw[:500])
        return reply.json


@asynccontextmanager
async def asking(hub: LocalHub, credential: str | None) -> AsyncIterator[Client]:
    """A client with a token, a JWT or nothing."""
    async with aiohttp.ClientSession() as session:
        yield Client(session, hub.api_url, credential)


def app_jwt(
    app: App,
    *,
    now_s: float | None = None,
    life_s: int = 540,
    age_s: int = 60,
    issuer: str | None = None,
    key: str | None = None,
) -> str:
    """A JWT as an App signs it; every part may be made wrong."""
    now = int(time.time() if now_s is None else now_s)
    claims = {"iat": now - age_s, "exp": now + life_s, "iss": issuer or str(app.id)}
    return jwt.encode(claims, key or app.private_key_pem, algorithm="RS256")
