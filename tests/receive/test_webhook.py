"""What GitHub, and everybody else, is answered at ``/webhook``."""

import asyncio
import hashlib
import hmac
import json
import socket
import sqlite3
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest

from bot.clock import SystemClock
from bot.queue.port import Message, QueueUnavailable
from bot.queue.queue_sqlite import SqliteQueue
from bot.receive import BodyLimits
from bot.receive.signature import Signature
from bot.store.sqlite_file import SqliteFile
from tests.receive.payloads import account, issues_payload
from tests.receive.web_side import SECRET, Answer, WebSide, sign, signed_headers, web_side

MIB = 1024 * 1024
GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
BODY = issues_payload()


async def queued(side: WebSide) -> list[Message]:
    """What a worker would be handed now."""
    await side.queue.wait(5)
    return [claim.message for claim in await side.queue.claim(limit=10, visibility_s=1)]


async def test_a_delivery_is_kept_queued_and_accepted(side: WebSide) -> None:
    answer = await side.post(BODY, guid=GUID)

    assert (answer.status, json.loads(answer.text)) == (202, {"status": "accepted"})
    kept = await side.store.deliveries.get(GUID)
    assert kept is not None
    assert (kept.body, kept.event, kept.key) == (BODY, "issues", "octo-org/catalog#7")
    assert await queued(side) == [Message(f"delivery:{GUID}", "octo-org/catalog#7")]


async def test_the_same_delivery_twice_at_once_is_accepted_once(side: WebSide) -> None:
    answers = await asyncio.gather(*(side.post(BODY, guid=GUID) for _ in range(2)))

    assert sorted(answer.status for answer in answers) == [200, 202]
    assert len(await queued(side)) == 1
    assert (await side.post(BODY, guid=GUID.upper())).status == 200


async def test_what_nobody_works_on_is_kept_and_not_queued(side: WebSide) -> None:
    """Every step of every build of an organisation is told to its Apps."""
    noise = BODY.replace(b'"action": "opened"', b'"action": "pinned"')
    assert noise != BODY

    assert (await side.post(noise, guid=GUID)).status == 202
    assert (await side.post(BODY)).status == 202  # queued after it, if it was queued at all

    kept = await side.store.deliveries.get(GUID)
    assert kept is not None
    assert kept.outcome == "ignored"
    (message,) = await queued(side)
    assert message.id != f"delivery:{GUID}"


async def test_a_form_is_unpacked_after_its_signature_was_checked(side: WebSide) -> None:
    form = b"payload=" + quote_plus(BODY).encode()
    headers = {"Content-Type": "Application/X-WWW-Form-URLEncoded; charset=utf-8"}

    assert (await side.post(form, guid=GUID, headers=headers)).status == 202
    kept = await side.store.deliveries.get(GUID)
    assert kept is not None
    assert kept.body == BODY


SHA1 = "sha1=" + hmac.digest(SECRET.encode(), BODY, hashlib.sha1).hex()


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-Hub-Signature-256": None}, id="unsigned"),
        pytest.param({"X-Hub-Signature-256": ""}, id="blank"),
        pytest.param({"X-Hub-Signature-256": None, "X-Hub-Signature": SHA1}, id="sha1-alone"),
        pytest.param({"X-Hub-Signature-256": SHA1}, id="sha1-in-its-place"),
        pytest.param({"X-Hub-Signature-256": sign(BODY, "another secret, as long")}, id="other"),
        pytest.param({"X-Hub-Signature-256": sign(BODY + b" ")}, id="of-another-body"),
        pytest.param({"X-Hub-Signature-256": sign(BODY, "")}, id="blank-secret"),
        pytest.param({"X-Hub-Signature-256": sign(BODY).upper()}, id="upper-case"),
        pytest.param({"X-Hub-Signature-256": sign(BODY)[:-1]}, id="too-short"),
        pytest.param({"X-Hub-Signature-256": sign(BODY) + "0"}, id="too-long"),
        pytest.param({"X-Hub-Signature-256": sign(BODY)[7:]}, id="without-its-name"),
        pytest.param({"X-Hub-Signature-256": "sha256=" + "é" * 64}, id="not-ascii"),
        pytest.param({"X-Hub-Signature-256": "sha256=" + "٣" * 64}, id="digits-of-elsewhere"),
    ],
)
async def test_what_is_not_signed_by_github_is_refused(
    side: WebSide, headers: dict[str, str | None]
) -> None:
    answer = await side.post(BODY, guid=GUID, headers=headers)

    assert answer.status == 401
    assert json.loads(answer.text)["message"].endswith(".")
    assert await side.store.deliveries.get(GUID) is None


async def test_two_signatures_are_one_too_many(side: WebSide) -> None:
    head = (
        "POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(BODY)}\r\nX-GitHub-Delivery: {GUID}\r\nX-GitHub-Event: issues\r\n"
        + f"X-Hub-Signature-256: {sign(BODY)}\r\n"
        * 2
    )
    assert (await raw(side, head.encode() + b"\r\n" + BODY)).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize("secret", ["", " " * 20, "fifteen letters", "short\n" + " " * 20])
def test_a_blank_or_short_secret_stops_the_start(secret: str) -> None:
    with pytest.raises(ValueError, match="16 characters") as told:
        Signature(secret)
    assert secret not in str(told.value) or not secret.strip()


def test_githubs_own_example_of_a_signature_is_accepted() -> None:
    """Source: GitHub docs, "Validating webhook deliveries", "Testing the webhook payload"."""
    claimed = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    Signature("It's a Secret to Everybody\n").check(b"Hello, World!", bytes.fromhex(claimed))


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Content-Type": "text/plain"}, id="another-type"),
        pytest.param({"Content-Type": "multipart/form-data; boundary=x"}, id="multipart"),
        pytest.param({"Content-Type": "application/jsonp"}, id="nearly-json"),
        pytest.param({"Content-Encoding": "gzip"}, id="gzip"),
        pytest.param({"Content-Encoding": "identity"}, id="identity"),
        pytest.param({"Content-Encoding": ""}, id="blank-coding"),
        pytest.param({"X-GitHub-Delivery": None}, id="no-delivery"),
        pytest.param({"X-GitHub-Delivery": "1"}, id="no-guid"),
        pytest.param({"X-GitHub-Delivery": GUID + "/../x"}, id="more-than-a-guid"),
        pytest.param({"X-GitHub-Delivery": "٣" * 8 + GUID[8:]}, id="digits-of-elsewhere"),
        pytest.param({"X-GitHub-Event": None}, id="no-event"),
        pytest.param({"X-GitHub-Event": ""}, id="blank-event"),
        pytest.param({"X-GitHub-Event": "Issues"}, id="upper-case-event"),
        pytest.param({"X-GitHub-Event": "e" * 65}, id="long-event"),
    ],
)
async def test_headers_that_github_never_sends_are_malformed(
    side: WebSide, headers: dict[str, str | None]
) -> None:
    assert (await side.post(BODY, headers=headers)).status == 400


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[1]", id="a-list"),
        pytest.param(b'"text"', id="text"),
        pytest.param(BODY[:-1], id="cut-off"),
        pytest.param(BODY + b"}", id="too-much"),
        pytest.param(b'{"x": NaN}', id="nan"),
        pytest.param(b'{"x": Infinity}', id="infinity"),
        pytest.param(b'{"x": "\xff\xfe"}', id="not-utf-8"),
        pytest.param('{"x": "é"}'.encode("latin-1"), id="latin-1"),
        pytest.param('{"x": 1}'.encode("utf-16"), id="utf-16"),
        pytest.param(b"\xef\xbb\xbf{}", id="byte-order-mark"),
        pytest.param(b'{"x":' + b"[" * 200_000 + b"]" * 200_000 + b"}", id="nested-deeply"),
        pytest.param(b'{"x":' + b'{"a":' * 200_000, id="nested-and-cut-off"),
        pytest.param(issues_payload(action=["opened"]), id="action-is-a-list"),
        pytest.param(issues_payload(action={"a": 1}), id="action-is-an-object"),
        pytest.param(issues_payload(issue={"number": True}), id="number-is-a-boolean"),
        pytest.param(issues_payload(issue={"number": "7"}), id="number-is-text"),
        pytest.param(issues_payload(organization={"login": "octo-org", "id": True}), id="id-true"),
        pytest.param(issues_payload(installation={"id": 1.5}), id="id-is-no-integer"),
        pytest.param(issues_payload(repository=7), id="repository-is-a-number"),
        pytest.param(issues_payload(sender="mona"), id="sender-is-text"),
    ],
)
async def test_a_signed_body_of_the_wrong_shape_is_malformed(side: WebSide, body: bytes) -> None:
    """Never a 500, and the server answers the next one."""
    answer = await side.post(body, guid=GUID)

    assert answer.status == 400
    assert await side.store.deliveries.get(GUID) is None
    assert (await side.post(BODY, event="ping")).status == 202


@pytest.mark.parametrize(
    "form", [b"", b"payload", b"other=1", b"payload=%7B%7D&payload=%7B%7D", b"payload=", BODY]
)
async def test_a_form_without_one_payload_is_malformed(side: WebSide, form: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    assert (await side.post(form, headers=headers)).status == 400


async def test_no_answer_repeats_what_was_sent(side: WebSide) -> None:
    canary = "canary7f3a"
    answers = [
        await side.post(canary.encode()),
        await side.post(BODY, event=canary.upper()),
        await side.post(BODY, guid=canary),
        await side.post(BODY, headers={"Content-Type": f"text/{canary}"}),
        await side.post(BODY, headers={"X-Hub-Signature-256": canary}),
        await side.get(f"/{canary}"),
        await side.get(f"/webhook?{canary}"),
    ]
    assert [answer.status for answer in answers] == [400, 400, 400, 400, 401, 404, 405]
    assert all(canary not in answer.text.lower() for answer in answers)


def of(login: str, id_: int = 38302899, kind: str = "Organization") -> dict[str, Any]:
    """An account, ours unless said otherwise."""
    return account(login, id_, kind)


def repository(owner: dict[str, Any], name: str = "shop") -> dict[str, Any]:
    return {"id": 1, "full_name": f"{owner['login']}/{name}", "owner": owner}


STRANGER = of("stranger", 1)
OURS = of("octo-org")


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({"organization": STRANGER, "repository": repository(STRANGER)}, id="other"),
        pytest.param(
            {"organization": OURS, "repository": repository(STRANGER)}, id="owner-differs"
        ),
        pytest.param({"organization": STRANGER, "repository": repository(OURS)}, id="org-differs"),
        pytest.param(
            {"organization": of("octo-org", 7), "repository": repository(OURS)}, id="id-differs"
        ),
        pytest.param(
            {"organization": OURS, "repository": {**repository(OURS), "full_name": "stranger/x"}},
            id="name-differs",
        ),
        pytest.param(
            {"organization": OURS, "installation": {"id": 1, "account": STRANGER}},
            id="installation-differs",
        ),
        pytest.param({"repository": repository(of("octo-org", 2, "User"))}, id="personal-account"),
        pytest.param({"sender": of("octo-org")}, id="nobody"),
        pytest.param({"organization": {"login": "octo-org.evil", "id": 1}}, id="longer-name"),
    ],
)
async def test_deliveries_of_others_are_dropped_and_counted(
    side: WebSide, payload: dict[str, Any]
) -> None:
    body = json.dumps(payload).encode()

    answer = await side.post(body, guid=GUID)

    assert (answer.status, json.loads(answer.text)["status"]) == (200, "dropped")
    assert await side.store.deliveries.get(GUID) is None
    assert (
        'received_total{event="issues",outcome="not_served"} 1.0'
        in (await side.get("/metrics")).text
    )


async def test_a_blank_among_the_served_serves_nobody(tmp_path: Path) -> None:
    async with web_side(tmp_path / "bot.db", served=frozenset({""})) as side:
        assert (await side.post(b"{}")).status == 200
        assert (await side.queue.stats()).depth == 0


@pytest.mark.parametrize(
    ("event", "payload", "key"),
    [
        pytest.param("ping", {"zen": "Keep it simple.", "hook_id": 1}, "org:", id="ping"),
        pytest.param(
            "installation",
            {"action": "created", "installation": {"id": 5, "account": of("Octo-Org")}},
            "org:octo-org",
            id="installation",
        ),
        pytest.param(
            "installation_repositories",
            {"action": "added", "installation": {"id": 5, "account": OURS}},
            "org:octo-org",
            id="installation-repositories",
        ),
        pytest.param("team", {"organization": OURS}, "org:octo-org", id="organization-alone"),
        pytest.param("push", {"repository": repository(OURS)}, "octo-org/shop", id="owner-alone"),
        pytest.param(
            "push",
            {"organization": of("OCTO-org"), "repository": repository(OURS)},
            "octo-org/shop",
            id="any-case",
        ),
    ],
)
async def test_deliveries_of_served_organisations_are_accepted(
    side: WebSide, event: str, payload: dict[str, Any], key: str
) -> None:
    answer = await side.post(json.dumps(payload).encode(), guid=GUID, event=event)

    assert answer.status == 202
    kept = await side.store.deliveries.get(GUID)
    assert kept is not None
    assert kept.key == key


@pytest.mark.parametrize(
    ("size_bytes", "chunked", "status"),
    [
        pytest.param(24 * MIB, False, 202, id="24 MB"),
        pytest.param(24 * MIB, True, 202, id="24 MB in chunks"),
        pytest.param(25 * MIB, False, 202, id="the limit"),
        pytest.param(25 * MIB, True, 202, id="the limit in chunks"),
        pytest.param(25 * MIB + 1, False, 413, id="a byte more"),
        pytest.param(25 * MIB + 1, True, 413, id="a byte more in chunks"),
        pytest.param(28 * MIB, False, 413, id="28 MB"),
        pytest.param(28 * MIB, True, 413, id="28 MB in chunks"),
    ],
)
async def test_bodies_up_to_githubs_limit_are_taken(
    side: WebSide, size_bytes: int, chunked: bool, status: int
) -> None:
    body = issues_payload(size_bytes=size_bytes)
    assert len(body) == size_bytes

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, size_bytes, MIB):
            yield body[start : start + MIB]

    async with side.session.post(
        f"{side.url}/webhook",
        data=chunks() if chunked else body,
        headers={k: v for k, v in signed_headers(body, guid=GUID).items() if v},
    ) as answer:
        assert answer.status == status
    assert ((await side.store.deliveries.get(GUID)) is not None) is (status == 202)


async def test_a_declared_size_is_refused_before_anything_is_read(side: WebSide) -> None:
    answer = await raw(side, head(BODY, length=28 * MIB))  # and not one byte of it follows

    assert answer.startswith(b"HTTP/1.1 413")


async def test_large_bodies_wait_for_their_turn(tmp_path: Path) -> None:
    """One at a time here; a sender that never ends holds the turn only so long."""
    limits = BodyLimits(large_bytes=1000, large_at_once=1, read_s=2.0)
    async with web_side(tmp_path / "bot.db", limits=limits) as side:
        stuck = asyncio.create_task(raw(side, head(BODY) + BODY[:5000]))
        while not stuck.done() and side.port and not await _is_refused(side):
            pass
        assert (await stuck).startswith(b"HTTP/1.1 400")
        answers = await asyncio.gather(*(side.post(BODY) for _ in range(8)))
        assert [answer.status for answer in answers] == [202] * 8


async def _is_refused(side: WebSide) -> bool:
    """Whether a large body is turned away with 503 because another has the turn."""
    answer = await side.post(BODY)
    assert answer.status in (202, 503)
    return answer.status == 503


async def test_a_slow_sender_is_given_up(tmp_path: Path) -> None:
    async with web_side(tmp_path / "bot.db", limits=BodyLimits(read_s=0.2)) as side:
        began_s = time.monotonic()
        answer = await raw(side, head(BODY) + BODY[:100])

        assert answer.startswith(b"HTTP/1.1 400")
        assert b"did not arrive" in answer
        assert time.monotonic() - began_s < 5


async def test_a_sender_that_goes_away_leaves_nothing(side: WebSide) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", side.port)
    writer.write(head(BODY) + BODY[:5000])
    await writer.drain()
    writer.transport.abort()
    del reader

    assert (await side.post(BODY, event="ping")).status == 202
    assert await side.store.deliveries.get(GUID) is None


async def test_chunks_that_are_no_chunks_are_malformed(side: WebSide) -> None:
    lines = head(BODY).replace(b"Content-Length: %d" % len(BODY), b"Transfer-Encoding: chunked")

    answer = await raw(side, lines + b"not a size\r\n" + BODY)

    assert b" 400 " in answer.splitlines()[0]


async def test_a_locked_store_is_answered_with_503_and_nothing_is_kept(tmp_path: Path) -> None:
    """GitHub shows the delivery as failed; once the lock is gone it is accepted."""
    path = tmp_path / "bot.db"
    async with web_side(path, lock_wait_s=0.2) as side:
        with sqlite3.connect(path, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            locked = await side.post(BODY, guid=GUID)
            ready = await side.get("/readyz")
            other.execute("ROLLBACK")

        assert locked.status == 503
        assert ready == Answer(503, '{"status": "not ready", "failing": ["store"]}')
        assert (await side.post(BODY, guid=GUID)).status == 202
        assert (await side.get("/readyz")).status == 200


class QueueAway(SqliteQueue):
    """A queue that cannot be reached."""

    async def send(self, messages: object) -> None:
        raise QueueUnavailable("no route to it")


async def test_a_queue_that_is_away_leaves_the_delivery_to_the_sweep(tmp_path: Path) -> None:
    """It is safe in the store, so GitHub hears 202."""
    queue = QueueAway(SqliteFile(tmp_path / "queue.db"), clock=SystemClock())
    async with web_side(tmp_path / "bot.db", queue=queue) as side:
        assert (await side.post(BODY, guid=GUID)).status == 202
        left = await side.store.deliveries.unfinished(received_before_s=2e9, limit=10)
        assert [ref.guid for ref in left] == [GUID]
    assert (await queue.stats()).depth == 0
    await queue.close()


async def test_what_was_accepted_is_queued_before_the_server_ends(tmp_path: Path) -> None:
    async with web_side(tmp_path / "bot.db") as side:
        guids = [str(uuid.uuid4()) for _ in range(30)]
        await asyncio.gather(*(side.post(BODY, guid=guid) for guid in guids))
    async with web_side(tmp_path / "bot.db") as side:
        assert (await side.queue.stats()).depth == 30


def head(body: bytes, *, length: int | None = None) -> bytes:
    """The head of a signed request."""
    lines = ["POST /webhook HTTP/1.1", "Host: x"]
    lines += [f"{name}: {value}" for name, value in signed_headers(body, guid=GUID).items()]
    lines += [f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


async def raw(side: WebSide, request: bytes) -> bytes:
    """The first bytes that are answered to these, the connection left open meanwhile."""
    reader, writer = await asyncio.open_connection("127.0.0.1", side.port, family=socket.AF_INET)
    writer.write(request)
    answer = await reader.read(4096)
    writer.close()
    return answer
