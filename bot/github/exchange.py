"""One HTTP exchange with GitHub: a request goes out, an answer comes back or does not.

Stands on gidgethub's I/O-free half, which writes URLs and headers. Its judgement of
refusals is not used: it takes only 403 for a rate limit, and fails on statuses and
bodies that proxies make up. Here every outcome is one of three: ``Answer``,
``Refusal``, ``NoAnswer``. Nothing is repeated at this level.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from gidgethub import sansio
from multidict import CIMultiDict
from yarl import URL

USER_AGENT = "paved-road"
ACCEPT = "application/vnd.github+json"
# The version that GitHub assumes without the header. It is supported until March 2028 at
# least, Enterprise Server knows it, and nothing that 2026-03-10 changes is of use to us.
API_VERSION = "2022-11-28"
LARGEST_ANSWER_BYTES = 32 * 1024 * 1024
TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10)


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx: its JSON (None without a body) and its headers, names in any case."""

    data: Any
    status: int
    headers: Mapping[str, str] = field(repr=False)


class Refusal(Exception):
    """GitHub answered with 3xx or 4xx. ``words`` is all that it said about why."""

    def __init__(self, status: int, words: str, headers: Mapping[str, str]) -> None:
        super().__init__(f"{status} {words}")
        self.status, self.words, self.headers = status, words, headers


class NoAnswer(Exception):
    """No usable answer. ``sent`` is False only where the request surely did not arrive."""

    def __init__(
        self,
        reason: str,
        *,
        status: int = 0,
        sent: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason, self.status, self.sent, self.headers = reason, status, sent, headers or {}


class TooLarge(Exception):
    """The answer is larger than we are willing to hold."""


class Exchange:
    """Talks to one API host only; a token goes nowhere else."""

    def __init__(self, session: aiohttp.ClientSession, api_url: str) -> None:
        self._session = session
        self._base = URL(api_url.rstrip("/") + "/")

    @property
    def host(self) -> str:
        """The name of the API's host."""
        return self._base.host or ""

    def url(self, template: str, variables: Mapping[str, Any]) -> URL:
        """The address of a route: variables are encoded, never spliced."""
        return URL(sansio.format_url(template, variables, base_url=str(self._base)), encoded=True)

    def redirected(self, location: str) -> URL | None:
        """Where a redirect leads, if that is this API again. GitHub names whole addresses."""
        try:
            target = URL(location, encoded=True)
            return target if target.absolute and self._is_ours(target) else None
        except ValueError:
            return None

    async def send(self, method: str, url: URL, *, bearer: str, body: Any = None) -> Answer:
        """Send it once. Raises Refusal, NoAnswer and TooLarge.

        ``Bearer`` suits the App's JWT and the tokens of installations alike.
        """
        if not self._is_ours(url):
            raise Refusal(400, "This address is not of the configured API.", {})
        headers = sansio.create_headers(USER_AGENT, accept=ACCEPT, jwt=bearer)
        headers["x-github-api-version"] = API_VERSION
        content = None
        if body is not None:
            # Half a character, which only an escape in somebody's JSON can make, becomes "?".
            content = json.dumps(body, ensure_ascii=False).encode(errors="replace")
            headers["content-type"] = "application/json; charset=utf-8"
        failure: NoAnswer
        try:
            return _judged(*await self._over_the_wire(method, url, headers, content))
        except aiohttp.ClientConnectorError as error:  # names, routes, TLS: nothing was sent
            failure = NoAnswer(f"GitHub cannot be reached ({type(error).__name__}).", sent=False)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failure = NoAnswer(f"The connection broke ({type(error).__name__}).")
        # Raised out here: aiohttp's error may hold our headers and must not hang on ours.
        raise failure

    def _is_ours(self, url: URL) -> bool:
        return (
            url.user is None
            and url.origin() == self._base.origin()
            and url.raw_path.startswith(self._base.raw_path)
            and ".." not in url.raw_parts
        )

    async def _over_the_wire(
        self, method: str, url: URL, headers: Mapping[str, str], content: bytes | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        async with self._session.request(
            method, url, headers=headers, data=content, timeout=TIMEOUT, allow_redirects=False
        ) as response:
            received = bytearray()
            async for chunk in response.content.iter_chunked(65_536):
                received += chunk
                if len(received) > LARGEST_ANSWER_BYTES:
                    raise TooLarge
            return response.status, CIMultiDict(response.headers), bytes(received)


def _judged(status: int, headers: Mapping[str, str], content: bytes) -> Answer:
    data = _json(content)
    if status >= 500:
        raise NoAnswer(f"GitHub answered {status}.", status=status, headers=headers)
    if status >= 300:
        raise Refusal(status, _words(data), headers)
    if data is NO_JSON:
        raise NoAnswer("The answer is no JSON.", status=status)
    return Answer(data, status, headers)


NO_JSON = object()


def _json(content: bytes) -> Any:
    if not content.strip():
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return NO_JSON


def _words(body: Any) -> str:
    """What GitHub says: the message and, in parentheses, what it says of each field."""
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors") or []
    details = [_detail(each) for each in (errors if isinstance(errors, list) else [errors])]
    message = str(body.get("message", ""))
    return f"{message} ({'; '.join(details)})" if details else message


def _detail(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    return " ".join(str(error[key]) for key in ("field", "code", "message") if error.get(key))
