"""What the bot does when GitHub stumbles, refuses or stays silent."""

import asyncio
import dataclasses
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from bot.clock import ManualClock
from bot.errors import RetryLater
from bot.github import exchange
from bot.github.client import MOST_AT_ONCE, Client, Renamed, Request
from bot.github.exchange import Exchange
from bot.github.governor import Governor
from bot.github.paces import Pace
from bot.github.port import Forbidden, GitHubError, NotFound, Rejected
from bot.github.redact import Redactor
from tests.github.conftest import Parts, Watched
from tests.github.scripted_github import Reply, ScriptedGitHub
from tests.store.memory import MemoryDocuments

REPOSITORY = {"owner": "acme", "repo": "shop"}
READ = Request("GET", "/repos/{owner}/{repo}", REPOSITORY)
COMMENT = Request(
    "POST",
    "/repos/{owner}/{repo}/issues/{number}/comments",
    REPOSITORY | {"number": 1},
    {"body": "hi"},
    repeatable=False,
)
TREE = Request("POST", "/repos/{owner}/{repo}/git/trees", REPOSITORY, {"tree": []})
FINE = Reply(200, {"id": 5})
COMMENTS = "/repos/acme/shop/issues/1/comments"


@dataclass
class Key:
    """An access whose tokens a test can follow."""

    payer: str = "acme"
    number: int = 1
    dropped: list[str] = field(default_factory=list)

    async def token(self) -> str:
        return f"token-{self.number}"

    def refused(self, token: str) -> None:
        self.dropped.append(token)
        self.number += 1


@pytest.mark.parametrize(
    "failures",
    [
        pytest.param([Reply(500)], id="500"),
        pytest.param([Reply(502, raw=b"<html>Unicorn!</html>")], id="502-a-page"),
        pytest.param([Reply(503), Reply(504)], id="503-then-504"),
        pytest.param([Reply(520)], id="a-proxys-own-status"),
        pytest.param([Reply(200, raw=b'{"id": 5')], id="answer-cut-short"),
        pytest.param([Reply(200, raw=b"<html>login</html>")], id="a-page-instead-of-json"),
        pytest.param([Reply(200, raw=b"[" * 100_000)], id="json-without-end"),
        pytest.param([Reply(500), Reply(504), Reply(502)], id="three-in-a-row"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_a_stumbling_github_is_asked_again(
    hub: ScriptedGitHub, parts: Parts, clock: ManualClock, failures: list[Reply], method: str
) -> None:
    """What may be repeated is repeated, with growing pauses."""
    hub.on(method, "/repos/acme/shop", *failures, FINE)
    request = Request(method, READ.template, REPOSITORY)
    assert await parts.client.send(request, Key()) == {"id": 5}
    assert len(hub.seen) == len(failures) + 1
    assert clock.slept_s == [0.5, 1.0, 2.0][: len(failures)]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_a_cut_connection_is_made_again(
    hub: ScriptedGitHub, parts: Parts, method: str
) -> None:
    """Twice in a row: aiohttp itself hides the first cut of some methods, not the second."""
    hub.on(method, "/repos/acme/shop", Reply(drop=True), Reply(drop=True), FINE)
    request = Request(method, READ.template, REPOSITORY)
    assert await parts.client.send(request, Key()) == {"id": 5}


async def test_an_outage_goes_back_to_the_queue(
    hub: ScriptedGitHub, parts: Parts, watched: Watched
) -> None:
    """After four tries the worker is free again; the queue decides when to come back."""
    hub.on("GET", "/repos/acme/shop", Reply(503))
    with pytest.raises(RetryLater, match="503"):
        await parts.client.send(READ, Key())
    assert len(hub.seen) == 4
    assert watched.retries == ["github"] * 3


async def test_a_github_that_is_not_there_goes_back_to_the_queue(
    session: aiohttp.ClientSession, clock: ManualClock, unused_tcp_port: int, watched: Watched
) -> None:
    """Nothing was sent, so even a comment may be tried again, and then waits."""
    client = Client(
        Exchange(session, f"http://127.0.0.1:{unused_tcp_port}"),
        clock=clock,
        redactor=Redactor(),
        governor=Governor(MemoryDocuments(), clock, (), longest_wait_s=30),
        watch=watched,
    )
    with pytest.raises(RetryLater, match="cannot be reached"):
        await client.send(COMMENT, Key())
    assert [status for _, _, status in watched.requests] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param(Reply(drop=True), id="connection-cut"),
        pytest.param(Reply(500), id="500"),
        pytest.param(Reply(502), id="502"),
        pytest.param(Reply(504), id="504"),
        pytest.param(Reply(201, raw=b'{"id'), id="answer-cut-short"),
    ],
)
async def test_a_comment_whose_answer_was_lost_is_not_written_twice(
    hub: ScriptedGitHub, parts: Parts, lost: Reply
) -> None:
    """It may be there already: whoever wanted it looks first."""
    hub.on("POST", COMMENTS, lost, FINE)
    with pytest.raises(RetryLater):
        await parts.client.send(COMMENT, Key())
    assert len(hub.seen) == 1


async def test_a_git_object_whose_answer_was_lost_is_written_again(
    hub: ScriptedGitHub, parts: Parts
) -> None:
    """The same tree twice is one tree."""
    hub.on("POST", "/repos/acme/shop/git/trees", Reply(drop=True), FINE)
    assert await parts.client.send(TREE, Key()) == {"id": 5}


LATER = "1700000020"  # 20 s ahead of the test's clock
MUCH_LATER = "1700000900"


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    ("headers", "slept_s"),
    [
        pytest.param({"Retry-After": "3"}, [3.0], id="retry-after"),
        pytest.param(
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": LATER}, [21.0], id="until-the-reset"
        ),
    ],
)
async def test_a_short_limit_is_waited_out(
    hub: ScriptedGitHub,
    parts: Parts,
    clock: ManualClock,
    status: int,
    headers: dict[str, str],
    slept_s: list[float],
) -> None:
    """A refused request had no effect, so even a comment is sent again."""
    hub.on("POST", COMMENTS, Reply(status, {"message": "slow"}, headers), FINE)
    assert await parts.client.send(COMMENT, Key()) == {"id": 5}
    assert clock.slept_s == slept_s


@pytest.mark.parametrize(
    ("refusal", "wait_s"),
    [
        pytest.param(Reply(429, {}, {"Retry-After": "120"}), 120.0, id="retry-after"),
        pytest.param(
            Reply(403, {}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": MUCH_LATER}),
            901.0,
            id="primary-limit",
        ),
        pytest.param(Reply(429), 60.0, id="no-word"),
        pytest.param(
            Reply(403, {"message": "You have exceeded a secondary rate limit. Please wait"}),
            60.0,
            id="secondary-limit-in-words",
        ),
    ],
)
async def test_a_long_limit_goes_back_to_the_queue_and_stops_the_rest(
    hub: ScriptedGitHub, parts: Parts, clock: ManualClock, refusal: Reply, wait_s: float
) -> None:
    """No worker sleeps, and nothing else runs into the same wall meanwhile."""
    hub.on("GET", "/repos/acme/shop", refusal, FINE)
    for _ in range(2):
        with pytest.raises(RetryLater) as later:
            await parts.client.send(READ, Key())
        assert later.value.wait_s == wait_s
    assert len(hub.seen) == 1
    assert clock.slept_s == []

    hub.on("GET", "/repos/globex/shop", FINE)
    globex = Request("GET", READ.template, {"owner": "globex", "repo": "shop"})
    assert await parts.client.send(globex, Key("globex"))  # another organisation's limit

    clock.advance(wait_s)
    assert await parts.client.send(READ, Key()) == {"id": 5}


async def test_an_answer_to_an_older_request_does_not_lift_the_pause(
    hub: ScriptedGitHub, parts: Parts
) -> None:
    """It was under way when another one was refused."""
    gate = asyncio.Event()
    hub.on("GET", "/repos/acme/shop", Reply(200, {"id": 5}, wait=gate), Reply(429), FINE)
    older = asyncio.ensure_future(parts.client.send(READ, Key()))
    await hub.holds(1)
    with pytest.raises(RetryLater):
        await parts.client.send(READ, Key())
    gate.set()
    assert await older == {"id": 5}
    with pytest.raises(RetryLater):
        await parts.client.send(READ, Key())
    assert len(hub.seen) == 2


async def test_a_limit_that_persists_is_asked_ever_less_often(
    hub: ScriptedGitHub, parts: Parts, clock: ManualClock
) -> None:
    """GitHub may ban an App that keeps knocking."""
    hub.on("GET", "/repos/acme/shop", Reply(429))
    waits = []
    for _ in range(4):
        with pytest.raises(RetryLater) as later:
            await parts.client.send(READ, Key())
        waits.append(later.value.wait_s)
        clock.advance(later.value.wait_s or 0)
    assert waits == [60.0, 120.0, 240.0, 480.0]


async def test_the_last_request_of_the_hour_is_the_last(
    hub: ScriptedGitHub, parts: Parts, watched: Watched
) -> None:
    """GitHub said that nothing is left: the next one is not even tried."""
    empty = {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": MUCH_LATER,
    }
    hub.on("GET", "/repos/acme/shop", Reply(200, {"id": 5}, empty))
    await parts.client.send(READ, Key())
    with pytest.raises(RetryLater) as later:
        await parts.client.send(READ, Key())
    assert later.value.wait_s == 901.0
    assert len(hub.seen) == 1
    assert watched.left == {"acme": 0}


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        pytest.param(Reply(404, {"message": "Not Found"}), NotFound, "Not Found", id="404"),
        pytest.param(
            Reply(410, {"message": "Issues are disabled"}), NotFound, "disabled", id="410"
        ),
        pytest.param(
            Reply(
                403,
                {"message": "Resource not accessible by integration"},
                {"X-Accepted-GitHub-Permissions": "issues=write"},
            ),
            Forbidden,
            "needs issues=write",
            id="403-names-the-permission",
        ),
        pytest.param(Reply(409, {"message": "Conflict"}), Rejected, "Conflict", id="409"),
        pytest.param(
            Reply(
                422,
                {
                    "message": "Validation Failed",
                    "errors": [{"field": "title", "code": "missing_field"}, "and more"],
                },
            ),
            Rejected,
            "title missing_field; and more",
            id="422-names-the-fields",
        ),
        pytest.param(
            Reply(422, {"message": "Bad", "errors": "one"}), Rejected, "one", id="422-text"
        ),
        pytest.param(Reply(422, raw=b"no json"), Rejected, "422", id="422-no-json"),
        pytest.param(Reply(400, ["list"]), Rejected, "400", id="400-a-list"),
        pytest.param(Reply(451, {"message": "Blocked"}), Rejected, "Blocked", id="451"),
        pytest.param(Reply(304), Rejected, "304", id="304-unasked"),
    ],
)
async def test_a_refusal_says_what_github_said(
    hub: ScriptedGitHub, parts: Parts, reply: Reply, error: type[GitHubError], says: str
) -> None:
    """Refusals are final: told once, not repeated."""
    hub.on("GET", "/repos/acme/shop", reply)
    with pytest.raises(error, match=says) as told:
        await parts.client.send(READ, Key())
    assert "GET /repos/{owner}/{repo}" in str(told.value)
    assert told.value.status == reply.status
    assert len(hub.seen) == 1


async def test_a_refused_token_is_replaced_once(hub: ScriptedGitHub, parts: Parts) -> None:
    """A token may be revoked before its hour is over."""
    hub.on("POST", COMMENTS, Reply(401, {"message": "Bad credentials"}), FINE)
    key = Key()
    assert await parts.client.send(COMMENT, key) == {"id": 5}
    assert key.dropped == ["token-1"]
    assert [s.headers["Authorization"] for s in hub.seen] == ["bearer token-1", "bearer token-2"]


async def test_a_second_refusal_of_a_token_is_told(hub: ScriptedGitHub, parts: Parts) -> None:
    """A key that GitHub does not know is not tried for ever."""
    hub.on("GET", "/repos/acme/shop", Reply(401, {"message": "Bad credentials"}))
    with pytest.raises(Forbidden, match="Bad credentials"):
        await parts.client.send(READ, Key())
    assert len(hub.seen) == 2


async def test_reading_follows_a_rename_and_writing_does_not(
    hub: ScriptedGitHub, parts: Parts
) -> None:
    """A write must never land in a repository that only an old name leads to."""
    moved = Reply(301, {"message": "Moved"}, {"Location": f"{hub.url}/repositories/9"})
    for method in ("GET", "PATCH", "DELETE", "PUT", "POST"):
        hub.on(method, "/repos/acme/shop", moved)
    hub.on("GET", "/repositories/9", FINE)
    assert await parts.client.send(READ, Key()) == {"id": 5}
    for method in ("PATCH", "DELETE", "PUT", "POST"):
        with pytest.raises(Renamed):
            await parts.client.send(Request(method, READ.template, REPOSITORY), Key())
    with pytest.raises(Renamed):
        await parts.client.send(Request("GET", READ.template, REPOSITORY, follow=False), Key())


async def test_redirects_in_a_circle_end(hub: ScriptedGitHub, parts: Parts) -> None:
    """A circle is no repository."""
    hub.on("GET", "/repos/acme/shop", Reply(302, None, {"Location": f"{hub.url}/repos/acme/shop"}))
    with pytest.raises(Renamed):
        await parts.client.send(READ, Key())
    assert len(hub.seen) == 4


async def test_an_answer_without_end_is_cut_off(
    hub: ScriptedGitHub, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server of many megabytes cannot fill the memory."""
    monkeypatch.setattr(exchange, "LARGEST_ANSWER_BYTES", 1000)
    hub.on("GET", "/repos/acme/shop", Reply(200, "x" * 5000))
    with pytest.raises(Rejected, match="too large"):
        await parts.client.send(READ, Key())


async def test_a_github_that_never_answers_is_given_up(
    hub: ScriptedGitHub, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker is not held for ever."""
    monkeypatch.setattr(exchange, "TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    never = asyncio.Event()
    hub.on("POST", COMMENTS, Reply(wait=never))
    with pytest.raises(RetryLater, match="Timeout"):
        await parts.client.send(COMMENT, Key())
    never.set()


async def test_half_a_character_does_not_stop_a_comment(hub: ScriptedGitHub, parts: Parts) -> None:
    """Somebody's JSON can hold what no text can."""
    hub.on("POST", COMMENTS, FINE)
    body = {"body": "half \ud83e, whole 🦊"}
    await parts.client.send(dataclasses.replace(COMMENT, body=body), Key())
    assert hub.seen[0].body == {"body": "half ?, whole 🦊"}


async def test_no_more_than_twenty_requests_are_under_way(
    hub: ScriptedGitHub, parts: Parts
) -> None:
    """GitHub allows 100 at once to all of an App's processes."""
    gate = asyncio.Event()
    hub.on("GET", "/repos/acme/shop", Reply(200, {"id": 5}, wait=gate))
    sent = [asyncio.ensure_future(parts.client.send(READ, Key())) for _ in range(50)]
    await hub.holds(MOST_AT_ONCE)
    gate.set()
    await asyncio.gather(*sent)
    assert hub.most_held == MOST_AT_ONCE


async def test_content_is_made_at_githubs_pace_and_reading_is_not_slowed(
    hub: ScriptedGitHub, session: aiohttp.ClientSession, clock: ManualClock, watched: Watched
) -> None:
    """The third comment within the window waits; a look does not."""
    client = Client(
        Exchange(session, hub.url),
        clock=clock,
        redactor=Redactor(),
        governor=Governor(MemoryDocuments(), clock, (Pace(2, 10.0),), longest_wait_s=30),
        watch=watched,
    )
    hub.on("POST", COMMENTS, FINE)
    hub.on("GET", "/repos/acme/shop", FINE)
    for _ in range(2):
        await client.send(COMMENT, Key())
    await client.send(READ, Key())
    assert clock.slept_s == []
    await client.send(COMMENT, Key())
    assert clock.slept_s == [10.0]


async def test_every_request_says_who_asks_and_which_version_it_speaks(
    hub: ScriptedGitHub, parts: Parts
) -> None:
    """GitHub demands a user agent, and keeps its promises by version."""
    hub.on("GET", "/repos/acme/shop", FINE)
    await parts.client.send(READ, Key())
    headers = hub.seen[0].headers
    assert headers["User-Agent"] == "paved-road"
    assert headers["Accept"] == "application/vnd.github+json"
    assert headers["X-GitHub-Api-Version"] == "2022-11-28"


async def test_metrics_see_routes_and_never_names(
    hub: ScriptedGitHub, parts: Parts, watched: Watched
) -> None:
    """A name in a label would make a time series for each repository, and tell it."""
    left = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4711", "X-RateLimit-Reset": "1"}
    hub.on("GET", "/repos/acme/shop/issues", Reply(502), Reply(200, [], left))
    listing = Request("GET", "/repos/{owner}/{repo}/issues{?labels}", REPOSITORY | {"labels": "x"})
    await parts.client.send(listing, Key())
    assert watched.requests == [
        ("GET", "/repos/{owner}/{repo}/issues", 502),
        ("GET", "/repos/{owner}/{repo}/issues", 200),
    ]
    assert watched.left == {"acme": 4711}


@pytest.mark.parametrize(
    "value",
    ["..", ".", "", "a/b", "web/../x", "a\\b", "a\nb", "a\x00b", ["ok", ".."], ["a/b"]],
)
async def test_a_value_cannot_lead_to_another_route(
    hub: ScriptedGitHub, parts: Parts, value: Any
) -> None:
    """``web/../x`` as a team would be asked for something else altogether."""
    with pytest.raises(NotFound):
        await parts.client.send(
            Request("GET", "/orgs/{org}/teams{/team*}", {"org": "acme", "team": value}), Key()
        )
    with pytest.raises(NotFound):
        await parts.client.send(Request("GET", "/orgs/{org}/teams/x", {"org": value}), Key())
    assert hub.seen == []


async def test_a_strange_but_harmless_value_is_encoded(hub: ScriptedGitHub, parts: Parts) -> None:
    """Bots' logins hold brackets; a question mark begins no query."""
    request = Request("GET", "/users/{login}{?q}", {"login": "a?b#c%2e[bot]", "q": "x&y=z"})
    with pytest.raises(NotFound):
        await parts.client.send(request, Key())
    assert hub.seen[0].path == "/users/a%3Fb%23c%252e%5Bbot%5D?q=x%26y%3Dz"
