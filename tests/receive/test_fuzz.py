"""Whatever a stranger sends, signed or not, is answered with a sentence and never with a 5xx."""

import asyncio
import json
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.receive.web_side import WebSide, web_side

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
FIELDS = ("action", "issue", "repository", "organization", "installation", "sender")
INNER = ("id", "login", "full_name", "owner", "number", "account", "type")
PAYLOADS = st.dictionaries(
    st.sampled_from(FIELDS), JSON | st.dictionaries(st.sampled_from(INNER), JSON)
)
BODIES = st.binary(max_size=200) | PAYLOADS.map(lambda payload: json.dumps(payload).encode())

# What an HTTP client can send as a header's value.
VALUES = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), max_size=80)
HEADERS = st.dictionaries(
    st.sampled_from(
        (
            "Content-Type",
            "Content-Encoding",
            "X-GitHub-Delivery",
            "X-GitHub-Event",
            "X-Hub-Signature",
            "X-Hub-Signature-256",
        )
    ),
    st.none() | VALUES | st.sampled_from(("application/x-www-form-urlencoded; charset=bogus",)),
    max_size=2,
)


class Running:
    """A web side on a loop of its own, for tests that are no coroutines."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        folder = self._stack.enter_context(tempfile.TemporaryDirectory())
        entered = self._stack.enter_async_context(web_side(Path(folder) / "bot.db"))
        self._side: WebSide = self._runner.run(entered)

    def status(self, body: bytes, headers: dict[str, str | None]) -> tuple[int, str]:
        answer = self._runner.run(self._side.post(body, headers=headers))
        return answer.status, answer.text

    def close(self) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    running = Running()
    yield running
    running.close()


@settings(max_examples=400, deadline=None)
@given(body=BODIES, headers=HEADERS)
def test_nothing_breaks_the_server(
    running: Running, body: bytes, headers: dict[str, str | None]
) -> None:
    status, text = running.status(body, headers)

    assert status in (200, 202, 400, 401)
    assert json.loads(text)["status"]


@settings(max_examples=200, deadline=None)
@given(payload=PAYLOADS)
def test_a_signed_object_is_dropped_or_malformed_but_never_accepted_for_others(
    running: Running, payload: dict[str, object]
) -> None:
    status, _ = running.status(json.dumps(payload).encode(), {})

    assert status in (200, 400)
