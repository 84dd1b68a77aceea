"""The doctor's ping tells apart why a webhook does not arrive."""

import asyncio
import datetime as dt
import hashlib
import hmac
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.doctor import PingSeen
from bot.doctor.ping import send_ping

SECRET = "a-secret-of-some-length"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


async def take(request: web.Request) -> web.Response:
    """Answer 202 where the signature fits, and 401 where it does not."""
    digest = hmac.digest(SECRET.encode(), await request.read(), hashlib.sha256).hex()
    fits = request.headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert request.headers["X-GitHub-Event"] == "ping"
    return web.Response(status=202 if fits else 401)


async def never(_request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


async def elsewhere(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/webhook")


async def cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def application() -> web.Application:
    app = web.Application()
    for path, handler in {
        "/webhook": take,
        "/never": never,
        "/elsewhere": elsewhere,
        "/cut": cut,
    }.items():
        app.router.add_post(path, handler)
    return app


@pytest.mark.parametrize(
    ("path", "secret", "seen"),
    [
        pytest.param("/webhook", SECRET, (202, ""), id="taken"),
        pytest.param("/webhook", "another-secret-of-them", (401, ""), id="another-secret"),
        pytest.param("/nowhere", SECRET, (404, ""), id="another-path"),
        pytest.param("/elsewhere", SECRET, (302, ""), id="redirect"),
        pytest.param("/never", SECRET, (0, "too-slow"), id="too-slow"),
        pytest.param("/cut", SECRET, (0, "broken"), id="broken"),
    ],
)
async def test_what_is_answered(
    session: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    secret: str,
    seen: tuple[int, str],
) -> None:
    patience_s = 0.05 if path == "/never" else 10.0
    monkeypatch.setattr("bot.doctor.ping.ANSWER", aiohttp.ClientTimeout(total=patience_s))
    async with TestServer(application()) as server:
        told = await send_ping(session, str(server.make_url(path)), secret=secret)
    assert (told.status, told.trouble) == seen


async def test_what_keeps_it_from_arriving(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    """A name that is not there, nobody who listens, no TLS, a certificate of one's own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_certificate(tmp_path))
    secure = TestServer(application(), scheme="https")
    async with TestServer(application()) as plain:
        await secure.start_server(ssl=context)
        told = {
            await trouble(session, "https://no-such-name.invalid/webhook"),
            await trouble(session, f"http://127.0.0.1:{unused_port()}/webhook"),
            await trouble(session, f"https://127.0.0.1:{plain.port}/webhook"),
            await trouble(session, f"https://127.0.0.1:{secure.port}/webhook"),
            await trouble(session, "https://[bad/webhook"),
        }
    await secure.close()
    assert told == {"no-name", "refused", "tls", "certificate"}


async def trouble(session: aiohttp.ClientSession, url: str) -> str:
    told: PingSeen = await send_ping(session, url, secret=SECRET)
    assert told.url == url
    return told.trouble


def own_certificate(folder: Path) -> Path:
    """A certificate that nobody else signed, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "road.example")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "own.pem"
    path.write_bytes(pem + certificate.public_bytes(Encoding.PEM))
    return path
