"""Who gets in: App JWTs, installation tokens, people's tokens, nobody."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.clock import ManualClock
from bot.localhub import LocalHub
from tests.localhub.client import app_jwt, asking
from tests.localhub.fixtures import EVENTS, PERMISSIONS, Scene


def _other_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    ).decode()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        pytest.param({}, 200, id="by-app-id"),
        pytest.param({"age_s": -30}, 200, id="clock-a-little-ahead"),
        pytest.param({"age_s": -90}, 401, id="issued-in-the-future"),
        pytest.param({"life_s": -1}, 401, id="expired"),
        pytest.param({"life_s": 3600}, 401, id="lives-too-long"),
        pytest.param({"issuer": "12"}, 401, id="unknown-app"),
        pytest.param({"key": _other_key()}, 401, id="another-key"),
    ],
)
async def test_only_a_fresh_jwt_of_the_right_key_is_an_app(
    scene: Scene, given: dict[str, str], status: int
) -> None:
    """GET /app answers the App, and 401 to whoever only looks like it."""
    async with asking(scene.hub, app_jwt(scene.app, **given)) as app:  # type: ignore[arg-type]  # a table of keyword arguments
        assert (await app("GET /app")).status == status


async def test_the_client_id_names_the_app_as_well(scene: Scene) -> None:
    """GitHub recommends the client id as issuer."""
    async with asking(scene.hub, app_jwt(scene.app, issuer=scene.app.client_id)) as app:
        assert (await app.ok("GET /app"))["slug"] == "paved-road"


async def test_a_jwt_opens_nothing_but_the_apps_own_routes(scene: Scene) -> None:
    """With a JWT no repository can be read."""
    async with asking(scene.hub, app_jwt(scene.app)) as app:
        assert (await app("GET /repos/acme/catalog")).status in {401, 404}
        assert (await app("POST /orgs/acme/repos", {"name": "x"})).status == 401


async def test_installation_tokens_are_long_and_of_no_fixed_length(scene: Scene) -> None:
    """The format of 2026: App id, three parts with dots, about 520 characters."""
    tokens = [scene.token() for _ in range(20)]
    assert all(token.startswith(f"ghs_{scene.app.id}_") for token in tokens)
    assert all(token.count(".") == 2 and 450 < len(token) < 600 for token in tokens)
    assert len({len(token) for token in tokens}) > 1


async def test_the_old_short_format_can_still_be_asked_for(scene: Scene) -> None:
    """A header of GitHub's transition gives 40 characters without dots."""
    path = f"POST /app/installations/{scene.installation.id}/access_tokens"
    async with asking(scene.hub, app_jwt(scene.app)) as app:
        reply = await app(path, headers={"X-GitHub-Stateless-S2S-Token": "disabled"})
    assert len(reply.json["token"]) == 40


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param({"permissions": {"issues": "read"}}, 201, id="less"),
        pytest.param({"permissions": {"members": "write"}}, 422, id="more-of-one"),
        pytest.param({"permissions": {"packages": "read"}}, 422, id="one-it-has-not"),
        pytest.param({"repositories": ["catalog"]}, 201, id="one-repository"),
        pytest.param({"repositories": ["nowhere"]}, 422, id="unknown-repository"),
        pytest.param({"repository_ids": [1]}, 422, id="unknown-id"),
    ],
)
async def test_a_token_is_never_more_than_the_installation(
    scene: Scene, asked: dict[str, object], status: int
) -> None:
    """Less is given, more is refused with 422."""
    path = f"POST /app/installations/{scene.installation.id}/access_tokens"
    async with asking(scene.hub, app_jwt(scene.app)) as app:
        assert (await app(path, asked)).status == status


async def test_a_narrow_token_sees_only_its_repositories(scene: Scene) -> None:
    """Another private repository is 404 for it, as if it did not exist."""
    scene.hub.add_repository("acme/other", {"a": b"a"})
    token = scene.hub.mint_token(scene.installation, repositories=["catalog"]).token
    async with asking(scene.hub, token) as bot:
        assert (await bot("GET /repos/acme/catalog")).status == 200
        assert (await bot("GET /repos/acme/other")).status == 404
        listed = await bot.ok("GET /installation/repositories")
    assert [one["name"] for one in listed["repositories"]] == ["catalog"]
    assert listed["repository_selection"] == "selected"


async def test_a_token_ends_after_an_hour_or_when_revoked(tmp_path: Path) -> None:
    """401 "Bad credentials" from then on."""
    clock = ManualClock()
    async with LocalHub.start(tmp_path, clock=clock) as hub:
        hub.add_organization("acme")
        app = hub.add_app("paved-road", permissions=PERMISSIONS, events=EVENTS)
        installation = hub.install(app, "acme")
        lasting = hub.mint_token(installation).token
        async with asking(hub, lasting) as bot:
            clock.advance(3599)
            assert (await bot("GET /installation/repositories")).status == 200
            clock.advance(1)
            late = await bot("GET /installation/repositories")
            assert (late.status, late.json["message"]) == (401, "Bad credentials")
        async with asking(hub, hub.mint_token(installation).token) as bot:
            await bot.ok("DELETE /installation/token")
            assert (await bot("GET /installation/repositories")).status == 401


async def test_people_act_with_their_own_role(scene: Scene) -> None:
    """A member reads, an owner changes, a stranger does not even see it."""
    change = {"description": "New"}
    async with (
        asking(scene.hub, scene.owner.token) as owner,
        asking(scene.hub, scene.developer.token) as member,
        asking(scene.hub, scene.stranger.token) as stranger,
        asking(scene.hub, None) as nobody,
    ):
        assert (await owner("PATCH /repos/acme/catalog", change)).status == 200
        assert (await member("GET /repos/acme/catalog")).status == 200
        assert (await member("PATCH /repos/acme/catalog", change)).status == 403
        assert (await stranger("GET /repos/acme/catalog")).status == 404
        assert (await nobody("GET /repos/acme/catalog")).status == 404


async def test_public_repositories_are_for_everybody_to_read(scene: Scene) -> None:
    """Without signing in one reads, and cannot write."""
    scene.hub.add_repository("acme/open", {"a": b"a"}, private=False)
    async with asking(scene.hub, None) as nobody:
        assert (await nobody("GET /repos/acme/open")).status == 200
        assert (await nobody("POST /repos/acme/open/issues", {"title": "Hi"})).status == 401


async def test_a_wrong_token_is_bad_credentials(scene: Scene) -> None:
    """A token that nobody has is 401 everywhere, also where nobody would have to sign in."""
    async with asking(scene.hub, "ghp_0123456789") as nobody:
        assert (await nobody("GET /meta")).status == 401
