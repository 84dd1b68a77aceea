"""Proof of being the App, and tokens that open no more than the job needs."""

import asyncio
import logging
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from bot.clock import ManualClock
from bot.errors import RetryLater
from bot.github.auth import AppKey
from bot.github.client import Request
from bot.github.port import Forbidden, NotFound, RepositoryName
from bot.github.redact import GONE, Redactor
from bot.github.scopes import CREATING, LOOKING, Scope, thread, writing
from tests.github.conftest import APP_ID, Parts
from tests.github.scripted_github import INSTALLATION, MINT, Reply, ScriptedGitHub

SHOP = RepositoryName("acme", "shop")
READING = Scope.of((SHOP,), {"contents": "read"})


async def test_the_proof_is_what_github_asks_for(
    parts: Parts, pem: str, clock: ManualClock
) -> None:
    """RS256, issued a minute ago, valid for less than ten, the App's number as a text."""
    proof = await parts.key.token()
    private = load_pem_private_key(pem.encode(), None)
    assert isinstance(private, RSAPrivateKey)
    claims = jwt.decode(
        proof, private.public_key(), algorithms=["RS256"], options={"verify_exp": False}
    )
    now_s = int(clock.now_s())
    assert claims == {"iat": now_s - 60, "exp": now_s + 540, "iss": str(APP_ID)}
    assert jwt.get_unverified_header(proof)["alg"] == "RS256"


async def test_a_proof_is_renewed_before_it_ends(parts: Parts, clock: ManualClock) -> None:
    """Whatever the time, the proof handed out lasts for two more minutes."""
    for _ in range(40):
        proof = await parts.key.token()
        claims = jwt.decode(proof, options={"verify_signature": False})
        assert claims["exp"] - clock.now_s() >= timedelta(minutes=2).total_seconds() - 1
        clock.advance(31)


@pytest.mark.parametrize("kind", ["nothing", "a text", "another kind of key"])
def test_a_wrong_key_is_told_and_not_shown(kind: str) -> None:
    """The message can go into a ticket."""
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    canary = {
        "nothing": "",
        "a text": "canary-canary-canary",
        "another kind of key": curve.decode(),
    }
    with pytest.raises(ValueError, match="not an RSA key") as told:
        AppKey(1, canary[kind], ManualClock(), Redactor())
    assert "canary" not in str(told.value)
    assert "PRIVATE" not in str(told.value)
    assert told.value.__cause__ is None


@pytest.mark.parametrize(
    ("scope", "body"),
    [
        pytest.param(
            Scope.of((5, 6), {"contents": "write"}),
            {"permissions": {"contents": "write"}, "repository_ids": [5, 6]},
            id="by-id",
        ),
        pytest.param(
            writing(SHOP, workflows=True),
            {
                "permissions": {"contents": "write", "workflows": "write"},
                "repositories": ["shop"],
            },
            id="a-commit-with-workflows",
        ),
        pytest.param(
            writing(SHOP, workflows=False),
            {"permissions": {"contents": "write"}, "repositories": ["shop"]},
            id="a-commit-without",
        ),
        pytest.param(
            thread(SHOP),
            {
                "permissions": {"contents": "read", "issues": "write", "pull_requests": "write"},
                "repositories": ["shop"],
            },
            id="a-thread",
        ),
        pytest.param(
            LOOKING,
            {
                "permissions": {
                    "members": "read",
                    "metadata": "read",
                    "organization_custom_properties": "read",
                }
            },
            id="looking-around",
        ),
    ],
)
async def test_a_token_opens_only_what_the_job_needs(
    hub: ScriptedGitHub, parts: Parts, scope: Scope, body: object
) -> None:
    """Read what was asked of GitHub, word for word."""
    await parts.installations.token("acme", scope)
    assert hub.mints == [body]


async def test_what_an_owner_has_not_granted_yet_is_not_asked_for(
    hub: ScriptedGitHub, parts: Parts
) -> None:
    """Asking for it would get no token at all; repositories can be made without it."""
    del hub.permissions["repository_custom_properties"]
    await parts.installations.token("acme", CREATING)
    assert hub.mints == [{"permissions": {"administration": "write"}}]


async def test_many_askers_cost_one_token(hub: ScriptedGitHub, parts: Parts) -> None:
    """A hundred runs that begin at once do not ask a hundred times."""
    gate = asyncio.Event()
    hub.on("POST", MINT, Reply(201, hub.mint(), wait=gate))
    asked = [asyncio.ensure_future(parts.installations.token("acme", READING)) for _ in range(100)]
    await hub.holds(1)
    asked[0].cancel()  # the one who came first gives up; the others still get theirs
    gate.set()
    got = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(got[0], asyncio.CancelledError)
    assert set(got[1:]) == {hub.tokens[0]}
    assert len(hub.mints) == 1
    assert len(hub.asked("GET", "/orgs/acme/installation")) == 1


async def test_a_failed_mint_fails_all_who_waited_and_is_not_remembered(
    hub: ScriptedGitHub, parts: Parts
) -> None:
    """The next asker tries anew."""
    hub.on("POST", MINT, *[Reply(503)] * 4, Reply(201, hub.mint()))
    waited = await asyncio.gather(
        *(parts.installations.token("acme", READING) for _ in range(5)), return_exceptions=True
    )
    assert all(isinstance(each, RetryLater) for each in waited)
    assert await parts.installations.token("acme", READING) == hub.tokens[0]


async def test_a_token_is_kept_until_shortly_before_its_end(
    hub: ScriptedGitHub, parts: Parts, clock: ManualClock
) -> None:
    """54 minutes from one; then a new one, well before GitHub would refuse the old."""
    first = await parts.installations.token("acme", READING)
    clock.advance(54 * 60)
    assert await parts.installations.token("ACME", READING) == first
    clock.advance(2 * 60)
    assert await parts.installations.token("acme", READING) != first
    assert len(hub.mints) == 2


async def test_each_scope_has_a_token_of_its_own(hub: ScriptedGitHub, parts: Parts) -> None:
    """The same scope, written another way round, shares one."""
    one = await parts.installations.token("acme", Scope.of((1,), {"a": "read", "b": "write"}))
    same = await parts.installations.token("acme", Scope.of([1], {"b": "write", "a": "read"}))
    other = await parts.installations.token("acme", Scope.of((2,), {"a": "read", "b": "write"}))
    assert one == same
    assert one != other


async def test_a_revoked_token_is_replaced_and_the_request_goes_on(
    hub: ScriptedGitHub, parts: Parts
) -> None:
    """401 in the middle of a run costs one request more and nobody notices."""
    hub.on("GET", "/repos/acme/shop", Reply(401, {"message": "Bad credentials"}), Reply(200, {}))
    access = parts.installations.access("acme", READING)
    request = Request("GET", "/repos/{owner}/{repo}", {"owner": "acme", "repo": "shop"})
    await parts.client.send(request, access)
    used = [s.headers["Authorization"] for s in hub.asked("GET", "/repos/acme/shop")]
    assert used == [f"bearer {hub.tokens[0]}", f"bearer {hub.tokens[1]}"]
    assert await access.token() == hub.tokens[1]


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        pytest.param(
            Reply(
                422,
                {
                    "message": "There is at least one repository that does not exist or is not "
                    "accessible to the parent installation."
                },
            ),
            NotFound,
            "repository",
            id="no-such-repository",
        ),
        pytest.param(
            Reply(
                422,
                {"message": "The permissions requested are not granted to this installation."},
            ),
            Forbidden,
            "not granted",
            id="permission-not-granted",
        ),
        pytest.param(
            Reply(403, {"message": "This installation has been suspended"}),
            Forbidden,
            "suspended",
            id="suspended",
        ),
        pytest.param(
            Reply(401, {"message": "A JSON web token could not be decoded"}),
            Forbidden,
            "web token",
            id="wrong-key",
        ),
    ],
)
async def test_why_there_is_no_token_is_told(
    hub: ScriptedGitHub, parts: Parts, reply: Reply, error: type[Exception], says: str
) -> None:
    """GitHub answers 422 for two very different things."""
    hub.on("POST", MINT, reply)
    with pytest.raises(error, match=says):
        await parts.installations.token("acme", READING)


async def test_an_organization_without_the_app_is_named(hub: ScriptedGitHub, parts: Parts) -> None:
    """The operator reads where to install it. Nothing there counts as gone because of it."""
    hub.on("GET", "/orgs/globex/installation", Reply(404, {"message": "Not Found"}))
    with pytest.raises(Forbidden, match="not installed in globex"):
        await parts.installations.token("globex", READING)


async def test_an_app_that_was_removed_is_looked_for_again(
    hub: ScriptedGitHub, parts: Parts
) -> None:
    """It may have been installed anew; if not, that is told."""
    hub.on("POST", MINT, Reply(404, {"message": "Not Found"}))
    with pytest.raises(RetryLater):
        await parts.installations.token("acme", READING)
    hub.on("GET", "/orgs/acme/installation", Reply(404, {"message": "Not Found"}))
    with pytest.raises(Forbidden, match="not installed in acme"):
        await parts.installations.token("acme", READING)


async def test_a_suspended_app_is_told(hub: ScriptedGitHub, parts: Parts) -> None:
    """Before any token is asked for."""
    hub.on(
        "GET",
        "/orgs/acme/installation",
        Reply(200, hub.installation() | {"suspended_at": "2026-01-01T00:00:00Z"}),
    )
    with pytest.raises(Forbidden, match="suspended"):
        await parts.installations.token("acme", READING)
    assert hub.mints == []


async def test_an_app_that_was_installed_anew_is_found(
    hub: ScriptedGitHub, parts: Parts, clock: ManualClock
) -> None:
    """Its installation has another id; the old tokens are refused."""
    access = parts.installations.access("acme", READING)
    await access.token()
    hub.on("GET", "/orgs/acme/installation", Reply(200, hub.installation() | {"id": 78}))
    hub.on("POST", "/app/installations/78/access_tokens", Reply(201, hub.mint()))
    hub.on("GET", "/repos/acme/shop", Reply(401, {"message": "Bad credentials"}), Reply(200, {}))
    request = Request("GET", "/repos/{owner}/{repo}", {"owner": "acme", "repo": "shop"})
    await parts.client.send(request, access)
    assert (await parts.installations.installation("acme")).id == 78 != INSTALLATION


async def test_tokens_and_keys_are_known_to_the_redactor(
    hub: ScriptedGitHub, parts: Parts, pem: str, caplog: pytest.LogCaptureFixture
) -> None:
    """From the moment they exist, whatever they look like."""
    hub.on("POST", MINT, Reply(201, hub.mint() | {"token": "v9.opaque~and:short"}))
    with caplog.at_level(logging.DEBUG):
        token = await parts.installations.token("acme", READING)
    proof = await parts.key.token()
    cleaned = parts.redactor.clean(f"{token} {proof} {pem}")
    assert cleaned.split() == [GONE, GONE, GONE]
    assert token not in caplog.text
    assert proof not in caplog.text
    assert token not in repr(vars(parts.installations))


async def test_an_error_never_shows_the_token(hub: ScriptedGitHub, parts: Parts) -> None:
    """Not even where GitHub's answer repeats it."""
    token = await parts.installations.token("acme", READING)
    hub.on("GET", "/repos/acme/shop", Reply(422, {"message": f"you sent {token}"}))
    request = Request("GET", "/repos/{owner}/{repo}", {"owner": "acme", "repo": "shop"})
    with pytest.raises(Exception, match="you sent") as told:
        await parts.client.send(request, parts.installations.access("acme", READING))
    assert token[:24] not in str(told.value)
    assert token[:24] not in getattr(told.value, "words", "")
