"""One GitHub that plays and one client wired as ``app.py`` wires it, for each test."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.clock import ManualClock
from bot.github.auth import AppKey, Installations
from bot.github.client import Client
from bot.github.exchange import Exchange
from bot.github.governor import Governor
from bot.github.port import GitHub
from bot.github.redact import Redactor
from bot.github.wire import open_github
from tests.github.scripted_github import ScriptedGitHub, serving
from tests.store.memory import MemoryDocuments

APP_ID = 4711


@dataclass
class Watched:
    """What metrics would have been told."""

    requests: list[tuple[str, str, int]] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    retries: list[str] = field(default_factory=list)

    def github_request(self, method: str, route: str, status: int, seconds: float) -> None:
        self.requests.append((method, route, status))

    def rate_limit(self, installation: str, left: int) -> None:
        self.left[installation] = left

    def retried(self, of: str) -> None:
        self.retries.append(of)


@dataclass(frozen=True)
class Wiring:
    """The settings that concern GitHub."""

    private_key: str
    github_api_url: str
    app_id: int = APP_ID
    content_per_minute: int = 80
    content_per_hour: int = 500


@dataclass(frozen=True)
class Parts:
    """The lower half, for tests of waiting, repeating and tokens."""

    client: Client
    key: AppKey
    installations: Installations
    redactor: Redactor


@pytest.fixture(scope="session")
def pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
async def hub(clock: ManualClock) -> AsyncIterator[ScriptedGitHub]:
    played = ScriptedGitHub(clock)
    async with serving(played.handle) as url:
        played.url = url
        yield played


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def github(
    hub: ScriptedGitHub,
    session: aiohttp.ClientSession,
    clock: ManualClock,
    watched: Watched,
    pem: str,
) -> GitHub:
    wiring = Wiring(private_key=pem, github_api_url=hub.url)
    return open_github(wiring, session, documents=MemoryDocuments(), clock=clock, metrics=watched)


@pytest.fixture
def parts(
    hub: ScriptedGitHub,
    session: aiohttp.ClientSession,
    clock: ManualClock,
    watched: Watched,
    pem: str,
) -> Parts:
    redactor = Redactor(clock)
    client = Client(
        Exchange(session, hub.url),
        clock=clock,
        redactor=redactor,
        governor=Governor(MemoryDocuments(), clock, (), longest_wait_s=30),
        watch=watched,
        jitter=lambda: 1.0,
    )
    key = AppKey(APP_ID, pem, clock, redactor)
    return Parts(client, key, Installations(client, key, clock=clock, redactor=redactor), redactor)
