"""A token goes to the configured API and nowhere else."""

import aiohttp
import pytest
from yarl import URL

from bot.github.client import Renamed, Request
from bot.github.exchange import Exchange, Refusal
from tests.github.conftest import Parts
from tests.github.scripted_github import Reply, ScriptedGitHub, serving
from tests.github.test_client import Key


@pytest.mark.parametrize(
    "location",
    [
        "http://evil.test/steal",
        "https://127.0.0.1/steal",
        "//evil.test/steal",
        "http://127.0.0.1:1/steal",
        "http://user@evil.test/",
        "file:///etc/passwd",
        "http://[",
        "",
    ],
)
async def test_a_redirect_to_elsewhere_is_not_followed(
    hub: ScriptedGitHub, parts: Parts, location: str
) -> None:
    """Whoever answers cannot send the token on."""
    hub.on("GET", "/repos/acme/shop", Reply(302, None, {"Location": location}))
    request = Request("GET", "/repos/{owner}/{repo}", {"owner": "acme", "repo": "shop"})
    with pytest.raises(Renamed):
        await parts.client.send(request, Key())
    assert len(hub.seen) == 1


async def test_a_redirect_to_another_server_does_not_reach_it(
    hub: ScriptedGitHub, parts: Parts
) -> None:
    """A second, real server on this machine hears nothing."""
    other = ScriptedGitHub(hub.clock)
    async with serving(other.handle) as url:
        hub.on("GET", "/repos/acme/shop", Reply(301, None, {"Location": f"{url}/repos/acme/shop"}))
        request = Request("GET", "/repos/{owner}/{repo}", {"owner": "acme", "repo": "shop"})
        with pytest.raises(Renamed):
            await parts.client.send(request, Key())
    assert other.seen == []


@pytest.mark.parametrize(
    "template",
    ["http://evil.test/x", "//evil.test/x", "https://evil.test", "/../../x", "/a/../../../x"],
)
async def test_an_address_in_place_of_a_route_is_refused(
    hub: ScriptedGitHub, session: aiohttp.ClientSession, template: str
) -> None:
    """Addresses come in payloads too; none of them is ever asked."""
    exchange = Exchange(session, f"{hub.url}/api/v3")
    with pytest.raises(Refusal):  # ours before it is sent, or the API's own 404
        await exchange.send("GET", exchange.url(template, {}), bearer="secret")
    assert all(seen.path.startswith("/api/v3/") for seen in hub.seen)


@pytest.mark.parametrize(
    ("api", "address", "ours"),
    [
        pytest.param("https://api.github.com", "https://api.github.com/x", True, id="ours"),
        pytest.param("https://api.github.com", "http://api.github.com/x", False, id="no-tls"),
        pytest.param("https://api.github.com", "https://api.github.com:8443/x", False, id="port"),
        pytest.param(
            "https://api.github.com", "https://api.github.com.evil.test/x", False, id="tail"
        ),
        pytest.param("https://ghes.test/api/v3", "https://ghes.test/api/v3/x", True, id="server"),
        pytest.param("https://ghes.test/api/v3", "https://ghes.test/api/v30", False, id="beside"),
        pytest.param("https://ghes.test/api/v3", "https://ghes.test/login", False, id="page"),
        pytest.param("https://ghes.test/api/v3/", "https://ghes.test/api/v3/x", True, id="slash"),
    ],
)
async def test_only_the_configured_api_is_ours(
    session: aiohttp.ClientSession, api: str, address: str, ours: bool
) -> None:
    """Host, port, scheme and path all count."""
    exchange = Exchange(session, api)
    assert (exchange.redirected(address) == URL(address)) is ours
