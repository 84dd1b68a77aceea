"""Requests are read from API Gateway's events as they were sent, or refused in words."""

import base64
import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from bot.aws_lambda.http_event import MOST_BYTES, HttpRequest, answer_event, read_request
from bot.receive import Refusal
from tests.aws_lambda.events import http_event

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("version", "rawPath", "rawQueryString", "headers", "cookies", "requestContext", "body")


def changed(**fields: Any) -> dict[str, Any]:
    return http_event("POST", "/webhook", body=b"{}") | fields


def refusal(event: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_request(event)
    return caught.value


@given(st.binary(max_size=200))
def test_a_body_in_base64_is_the_bytes_that_were_sent(body: bytes) -> None:
    read = read_request(http_event("POST", "/webhook", body=body, as_base64=True))
    assert (read.method, read.path, read.body) == ("POST", "/webhook", body)


@given(st.text(max_size=200))
def test_a_body_in_text_is_its_bytes(text: str) -> None:
    body = text.encode(errors="ignore")
    assert read_request(http_event("POST", "/webhook", body=body)).body == body


def test_headers_of_the_connection_are_left_to_the_connection() -> None:
    headers = {"Content-Length": "99", "Transfer-Encoding": "chunked", "X-GitHub-Event": "ping"}
    read = read_request(http_event("POST", "/webhook", headers=headers, body=b"{}"))
    assert read.headers["X-GitHub-Event"] == "ping"
    assert not {"Content-Length", "Transfer-Encoding"} & set(map(str.title, read.headers))


def test_cookies_and_queries_reach_the_pages() -> None:
    event = http_event("GET", "/setup", query="code=a%20b&state=c") | {"cookies": ["a=1", "b=2"]}
    read = read_request(event)
    assert (read.query, read.headers["cookie"], read.body) == (
        "code=a%20b&state=c",
        "a=1; b=2",
        b"",
    )


@pytest.mark.parametrize(
    ("stage", "path", "expected"),
    [
        pytest.param("$default", "/webhook", "/webhook", id="default"),
        pytest.param("prod", "/prod/webhook", "/webhook", id="named"),
        pytest.param("prod", "/prod", "/", id="root"),
        pytest.param("prod", "/production", "/production", id="only-whole-names"),
    ],
)
def test_the_name_of_the_stage_is_no_part_of_the_path(stage: str, path: str, expected: str) -> None:
    event = http_event("GET", path)
    event["requestContext"]["stage"] = stage
    assert read_request(event).path == expected


@pytest.mark.parametrize(
    ("event", "status"),
    [
        pytest.param(None, 400, id="none"),
        pytest.param([], 400, id="list"),
        pytest.param({}, 400, id="empty"),
        pytest.param({"Records": []}, 400, id="of-sqs"),
        pytest.param(changed(version="1.0"), 400, id="format-1.0"),
        pytest.param(changed(headers=[]), 400, id="headers"),
        pytest.param(changed(headers={"a": ["b"]}), 400, id="many-values"),
        pytest.param(changed(headers={"a": "b\r\nc: d"}), 400, id="line-break"),
        pytest.param(changed(cookies=[1]), 400, id="cookies"),
        pytest.param(changed(rawPath="webhook"), 400, id="path"),
        pytest.param(changed(body={}), 400, id="body"),
        pytest.param(changed(body="%", isBase64Encoded=True), 400, id="no-base64"),
        pytest.param(changed(body="\ud800"), 400, id="half-a-character"),
        pytest.param(changed(body="x" * (MOST_BYTES + 1)), 413, id="6-MB"),
        pytest.param(changed(body="é" * (MOST_BYTES - 5)), 413, id="6-MB-in-bytes"),
    ],
)
def test_what_is_no_request_is_refused(event: Any, status: int) -> None:
    assert refusal(event).status == status


@given(field=st.sampled_from(FIELDS), value=JSON)
def test_any_field_may_hold_anything(field: str, value: Any) -> None:
    """A request or a refusal, whatever API Gateway or somebody in its place sends."""
    for event in (value, changed(**{field: value})):
        with contextlib.suppress(Refusal):
            assert isinstance(read_request(event), HttpRequest)


def test_an_answer_in_text_and_one_in_bytes() -> None:
    headers = CIMultiDict({"Content-Type": "text/html; charset=utf-8", "Connection": "close"})
    headers.add("Set-Cookie", "a=1")
    headers.add("Set-Cookie", "b=2")
    told = answer_event(302, CIMultiDictProxy(headers), "é".encode())
    assert (told["statusCode"], told["body"], told["isBase64Encoded"]) == (302, "é", False)
    assert told["headers"] == {"content-type": "text/html; charset=utf-8"}
    assert told["cookies"] == ["a=1", "b=2"]
    image = CIMultiDict({"Content-Type": "image/png"})
    told = answer_event(200, CIMultiDictProxy(image), b"\x89")
    assert base64.b64decode(told["body"]) == b"\x89"
    assert told["isBase64Encoded"]
