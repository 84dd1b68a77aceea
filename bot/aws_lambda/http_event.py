"""A request as API Gateway tells it, and an answer as it wants it: payload format 2.0.

Source: Amazon API Gateway Developer Guide, "Create AWS Lambda proxy integrations
for HTTP APIs". Header names are in lower case, and what was sent twice is joined
by a comma; so a header of which exactly one is asked for does not fit any more.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from multidict import CIMultiDict, CIMultiDictProxy

from bot.receive import Refusal, malformed, too_large

# Source: AWS Lambda Developer Guide, "Lambda quotas": 6 MB for the whole event.
# API Gateway turns away what is larger before we see it.
MOST_BYTES = 6 * 1024 * 1024

# Of the connection that ended at API Gateway, or told anew to ours.
_OF_THE_CONNECTION = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_TEXT = ("text/", "application/json")


class _Http(msgspec.Struct, frozen=True):
    method: str


class _Context(msgspec.Struct, frozen=True):
    http: _Http
    stage: str = "$default"


class _Event(msgspec.Struct, frozen=True, rename="camel"):
    """What of the event concerns us; there is more in it."""

    version: Literal["2.0"]
    request_context: _Context
    path: str = msgspec.field(name="rawPath")
    query: str = msgspec.field(name="rawQueryString", default="")
    headers: dict[str, str] = {}
    cookies: list[str] = []
    body: str | None = None
    is_base64: bool = msgspec.field(name="isBase64Encoded", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request, its body as the sender sent it."""

    method: str
    path: str
    query: str
    headers: CIMultiDict[str]
    body: bytes


def read_request(event: Any) -> HttpRequest:
    """The request of the event. Raises Refusal: 400 for another shape, 413 for its size."""
    try:
        told = msgspec.convert(event, _Event)
    except msgspec.ValidationError:
        raise _other_shape() from None
    kept = {
        name: value
        for name, value in told.headers.items()
        if name.lower() not in _OF_THE_CONNECTION
    }
    if told.cookies:
        kept["cookie"] = "; ".join(told.cookies)
    if any("\r" in value or "\n" in value or "\0" in value for value in kept.values()):
        raise malformed("A header holds a line break.")
    return HttpRequest(
        method=told.request_context.http.method,
        path=_without_stage(told.path, told.request_context.stage),
        query=told.query,
        headers=CIMultiDict(kept),
        body=_body(told.body or "", is_base64=told.is_base64),
    )


def answer_event(status: int, headers: CIMultiDictProxy[str], body: bytes) -> dict[str, Any]:
    """The answer for API Gateway; cookies travel beside the headers."""
    kind = headers.get("Content-Type", "").lower()
    is_text = kind.startswith(_TEXT)
    told = {
        name.lower(): ", ".join(headers.getall(name))
        for name in headers
        if name.lower() not in (*_OF_THE_CONNECTION, "set-cookie", "date", "server")
    }
    answer: dict[str, Any] = {
        "statusCode": status,
        "headers": told,
        "isBase64Encoded": not is_text,
        "body": body.decode() if is_text else base64.b64encode(body).decode("ascii"),
    }
    if cookies := headers.getall("Set-Cookie", []):
        answer["cookies"] = cookies
    return answer


def _body(text: str, *, is_base64: bool) -> bytes:
    if len(text) > MOST_BYTES:
        raise too_large(MOST_BYTES)
    try:
        body = base64.b64decode(text, validate=True) if is_base64 else text.encode()
    except (binascii.Error, ValueError):  # half characters are a ValueError, too
        raise malformed("The body is not the base64 that it is said to be.") from None
    if len(body) > MOST_BYTES:
        raise too_large(MOST_BYTES)
    return body


def _without_stage(path: str, stage: str) -> str:
    """Any stage but ``$default`` stands at the beginning of the path."""
    prefix = f"/{stage}"
    if stage != "$default" and (path == prefix or path.startswith(f"{prefix}/")):
        return path.removeprefix(prefix) or "/"
    if not path.startswith("/"):
        raise _other_shape()
    return path


def _other_shape() -> Refusal:
    return malformed("The event is not one of an API Gateway HTTP API (payload format 2.0).")
