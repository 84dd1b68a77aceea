"""Every error as a problem of RFC 9457 (``application/problem+json``).

A refused request names each field that has to change. An error of ours is told in
general; the server logs it whole.
"""

import http.client
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
_TEXT = {"type": "string"}
_FIELD = {"type": "object", "properties": {"field": _TEXT, "message": _TEXT}}
_SCHEMA = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "errors": {"type": "array", "items": _FIELD},
    },
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {"description": "A problem", "content": {MEDIA_TYPE: {"schema": _SCHEMA}}}
}


def tell_by(app: FastAPI) -> None:
    """From now on the application tells its errors this way."""
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_refused)
    app.exception_handler(Exception)(_unexpected)


async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return _problem(400, "The body is not readable as JSON.")
    fields = [{"field": _field(each["loc"]), "message": each["msg"]} for each in found]
    return _problem(422, "Some fields have to change.", errors=fields)


async def _refused(_: Request, error: HTTPException) -> JSONResponse:
    return _problem(error.status_code, error.detail, headers=error.headers)


async def _unexpected(_: Request, __: Exception) -> JSONResponse:
    return _problem(500, "Something broke on our side.")


def _field(place: Sequence[str | int]) -> str:
    """``("body", "lines", 0, "price")`` → ``lines.0.price``; empty for the body as a whole."""
    return ".".join(str(part) for part in place[1:])


def _problem(
    status: int,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    content: dict[str, Any] = {
        "title": http.client.responses.get(status, "Error"),
        "status": status,
        "detail": detail,
    }
    if errors:
        content["errors"] = errors
    return JSONResponse(content, status, headers, media_type=MEDIA_TYPE)
