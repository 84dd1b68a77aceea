"""What API Gateway hands over goes through the web side of ``serve`` and, in time, to the queue."""

import asyncio
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bot.aws_lambda import receive
from bot.aws_lambda.http_event import MOST_BYTES
from bot.queue.port import Message, QueueUnavailable
from tests.aws_lambda.containers import SECRET, WEBHOOK_SECRET, Box, container
from tests.aws_lambda.events import http_event, sqs_event
from tests.receive.payloads import issues_payload

BODY = issues_payload()


def signed(body: bytes = BODY, *, secret: str = WEBHOOK_SECRET, **changed: str | None) -> Any:
    """A delivery as GitHub sends it; ``changed`` replaces headers by their names."""
    headers: dict[str, str | None] = {
        "x-github-delivery": str(uuid4()),
        "x-github-event": "issues",
        "x-hub-signature-256": "sha256=" + hmac.digest(secret.encode(), body, hashlib.sha256).hex(),
    }
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    return http_event("POST", "/webhook", headers=headers, body=body)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
def box(database: Path) -> Iterator[Box]:
    with container(receive, {"STORE_URL": f"sqlite:///{database}"}) as box:
        yield box


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Box, Path]]:
    """One container for everything that leaves nothing behind."""
    database = tmp_path_factory.mktemp("receive") / "bot.db"
    with container(receive, {"STORE_URL": f"sqlite:///{database}"}) as box:
        box.receive(http_event("GET", "/healthz"))
        yield box, database


def rows(database: Path, table: str) -> int:
    with sqlite3.connect(database) as db:
        (count,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)


def told(answer: dict[str, Any]) -> tuple[int, str]:
    return answer["statusCode"], json.loads(answer["body"])["status"]


def test_a_delivery_is_stored_and_queued_before_the_answer(box: Box, database: Path) -> None:
    """A frozen container sends nothing; so nothing is left to send, and no task either."""
    assert told(box.receive(signed())) == (202, "accepted")
    assert (rows(database, "deliveries"), rows(database, "messages")) == (1, 1)


def test_a_delivery_that_comes_twice_is_kept_once(box: Box, database: Path) -> None:
    event = signed()
    answers = [told(box.receive(event)) for _ in range(2)]
    assert answers == [(202, "accepted"), (200, "duplicate")]
    assert rows(database, "messages") == 1


def test_a_body_in_base64_is_as_good(box: Box) -> None:
    event = signed()
    again = http_event(
        "POST", "/webhook", headers=event["headers"], body=event["body"].encode(), as_base64=True
    )
    assert told(box.receive(again)) == (202, "accepted")


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(signed(x_hub_signature_256=None), (401, "unauthorized"), id="unsigned"),
        pytest.param(signed(secret="another"), (401, "unauthorized"), id="wrong-signature"),
        pytest.param(
            signed(x_hub_signature_256="sha256=00,sha256=11"),
            (401, "unauthorized"),
            id="two-signatures",
        ),
        pytest.param(
            signed(x_github_delivery=f"{uuid4()},{uuid4()}"), (400, "malformed"), id="two-guids"
        ),
        pytest.param(signed(x_github_event="issues,ping"), (400, "malformed"), id="two-events"),
        pytest.param(signed(content_encoding="gzip"), (400, "malformed"), id="compressed"),
        pytest.param(signed(content_type="text/plain"), (400, "malformed"), id="no-json"),
        pytest.param(signed(x_odd="a\r\nb: c"), (400, "malformed"), id="line-break"),
        pytest.param(signed() | {"isBase64Encoded": True}, (400, "malformed"), id="no-base64"),
        pytest.param(signed() | {"body": "x" * (MOST_BYTES + 1)}, (413, "too_large"), id="6-MB"),
        pytest.param(signed() | {"version": "1.0"}, (400, "malformed"), id="format-1.0"),
        pytest.param(sqs_event(), (400, "malformed"), id="of-sqs"),
        pytest.param(http_event("P\u00d6ST", "/webhook"), (400, "malformed"), id="odd-method"),
        pytest.param(http_event("GET", "/\ud800"), (404, "refused"), id="half-a-character"),
        pytest.param(http_event("GET", "/webhook"), (405, "refused"), id="read"),
        pytest.param(http_event("GET", "/metrics"), (404, "refused"), id="figures-of-one-of-many"),
        pytest.param(http_event("GET", "/../etc/passwd"), (404, "refused"), id="no-page"),
    ],
)
def test_what_is_no_delivery_is_refused(
    refusing: tuple[Box, Path], event: Any, expected: tuple[int, str]
) -> None:
    box, database = refusing
    assert told(box.receive(event)) == expected
    assert rows(database, "deliveries") == 0


def test_the_pages(box: Box) -> None:
    assert told(box.receive(http_event("GET", "/healthz"))) == (200, "alive")
    assert told(box.receive(http_event("GET", "/readyz"))) == (200, "ready")
    page = box.receive(http_event("GET", "/setup"))
    assert page["statusCode"] == 200
    assert "Paved Road is set up" in page["body"]
    assert page["headers"]["content-security-policy"].startswith("default-src 'none'")


def test_nothing_runs_between_two_invocations(box: Box) -> None:
    """The loop's own tasks after an answer; a pause of the outbox may be left, and matters not."""
    box.receive(signed())

    async def left() -> list[str]:
        await asyncio.sleep(0)
        names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]  # no task is without
        return [name for name in names if "left" not in name]

    for _ in range(3):
        found = box.container.run(left)
    assert set(found) <= {"Outbox._send", "RequestHandler.start"}


def test_one_container_opens_once(box: Box) -> None:
    box.receive(http_event("GET", "/healthz"))
    first = box.container._opened.value
    box.receive(signed())
    assert box.container._opened.value is first


def test_while_the_queue_is_away_a_delivery_is_accepted(
    box: Box, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stored; the sweep queues it. A queue that says nothing is not waited for."""
    box.receive(http_event("GET", "/healthz"))
    let_go = asyncio.Event()

    async def away(_self: object, _messages: list[Message]) -> None:
        raise QueueUnavailable("SQS does not answer.")

    async def silent(_self: object, _messages: list[Message]) -> None:
        await let_go.wait()

    monkeypatch.setattr(receive, "FLUSH_S", 0.05)
    for send in (away, silent):
        monkeypatch.setattr("bot.queue.queue_sqlite.SqliteQueue.send", send)
        assert told(box.receive(signed())) == (202, "accepted")
    assert (rows(database, "deliveries"), rows(database, "messages")) == (2, 0)

    async def thaw() -> None:
        let_go.set()

    box.container.run(thaw)


def test_an_invocation_without_time_is_answered_all_the_same(box: Box) -> None:
    """GitHub shows the delivery as failed, and the redelivery sweep brings it back."""
    assert told(box.receive(signed(), left_ms=1)) == (503, "unavailable")
    assert told(box.receive(signed())) == (202, "accepted")


def test_a_rotated_secret_is_taken_up_by_the_first_delivery_signed_with_it(box: Box) -> None:
    assert told(box.receive(signed())) == (202, "accepted")
    box.clock.advance(60)
    box.secret["WEBHOOK_SECRET"] = "another secret of sixteen"
    assert told(box.receive(signed(secret="another secret of sixteen"))) == (202, "accepted")
    assert told(box.receive(signed())) == (401, "unauthorized")


def test_a_secret_that_cannot_be_read(box: Box) -> None:
    """At the first invocation it is needed; afterwards what is known goes on serving."""
    box.is_away = True
    assert told(box.receive(signed())) == (503, "unavailable")
    box.is_away = False
    assert told(box.receive(signed())) == (202, "accepted")
    box.is_away = True
    box.clock.advance(3_600)
    assert told(box.receive(signed())) == (202, "accepted")


def test_before_the_app_is_registered(database: Path) -> None:
    """Alive, not ready, and the page that says how to go on; then credentials are taken up."""
    environment = {"STORE_URL": f"sqlite:///{database}"}
    with container(receive, environment, secret={}) as box:
        assert told(box.receive(http_event("GET", "/healthz"))) == (200, "alive")
        assert told(box.receive(http_event("GET", "/readyz"))) == (503, "not set up")
        assert told(box.receive(signed())) == (503, "not set up")
        page = box.receive(http_event("GET", "/setup"))["body"]
        assert "The bot has no App yet" in page
        assert "WEBHOOK_SECRET" in page
        box.secret |= SECRET
        box.clock.advance(60)
        assert told(box.receive(signed())) == (202, "accepted")


def test_the_app_can_be_registered_through_the_function() -> None:
    """With a key for the first page; the state that comes back is checked, whoever answers."""
    environment = {
        "SETUP_ORGANIZATION": "octo-org",
        "SETUP_URL": "https://road.example.com",
        "SETUP_KEY": "a-one-time-key-of-the-operator",
        "AWS_REGION": "eu-central-1",
    }
    with container(receive, environment, secret={}) as box:
        locked = box.receive(http_event("GET", "/setup", query="key=guessed"))
        assert locked["statusCode"] == 403
        back = box.receive(http_event("GET", "/setup/registered", query="code=c&state=1.0"))
        assert back["statusCode"] == 400
