"""Every engine beside the embedded one: acknowledgements, claims, and workers side by side.

MongoDB is the Java test server and SQS is moto, both on this machine and its cores: the
figures say what the adapters cost, not what the real services reach.
"""

import asyncio
import os
import socket
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeAlias

import aiohttp
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.benchmarks.acknowledgements import load
from tests.benchmarks.figure import Figure
from tests.benchmarks.requests import finish_many
from tests.mongo.server import MongoTestServer
from tests.queue.sqs import credentials, sqs_server
from tests.receive.web_side import SECRET

CONNECTIONS = 16
MESSAGES = {"SQLite": 4_000, "SQS (moto)": 400}
REQUESTS = 100
WORKERS = (1, 2, 4)

Place: TypeAlias = Callable[[str], Mapping[str, str]]  # settings of an empty place of that name

SQLITE, ELSEWHERE = "SQLite", "MongoDB (Java test server) and SQS (moto)"


async def measure() -> Sequence[Figure]:
    """Acknowledgements, claims and workers, on the embedded engine and on the others."""
    with _servers() as (mongo, new_queue):

        def elsewhere(name: str) -> Mapping[str, str]:
            urls = {"STORE_URL": mongo.url(name), "QUEUE_URL": new_queue(name)}
            return {**urls, **credentials()}

        places: Mapping[str, Place] = {SQLITE: lambda _name: {}, ELSEWHERE: elsewhere}
        return [
            *await _acknowledgements({name: place("acks") for name, place in places.items()}),
            *await _claims({"SQLite": {}, "SQS (moto)": elsewhere("claims")}),
            *[figure for name, place in places.items() for figure in await _workers(name, place)],
        ]


@contextmanager
def _servers() -> Iterator[tuple[MongoTestServer, Callable[[str], str]]]:
    with tempfile.TemporaryDirectory() as folder, sqs_server(Path(folder) / "sqs.log") as sqs:
        mongo = MongoTestServer()
        try:
            yield mongo, sqs.queue
        finally:
            mongo.stop()


async def _acknowledgements(engines: Mapping[str, Mapping[str, str]]) -> Sequence[Figure]:
    """``serve`` takes signed deliveries and nobody works them off."""
    rates: dict[str, float] = {}
    for name, settings in engines.items():
        async with _serve(settings) as port:
            rates[name] = (await load(port, CONNECTIONS))["per_s"]
    return [
        Figure(
            name=f"durable acknowledgements, {CONNECTIONS} connections, {name}",
            value=rate,
            unit="per s",
            reference=rates[SQLITE],
            ratio=rate / rates[SQLITE],
        )
        for name, rate in rates.items()
    ]


async def _claims(engines: Mapping[str, Mapping[str, str]]) -> Sequence[Figure]:
    """One process claims eight at a time and acknowledges them."""
    rates = {name: await _claim_rate(name, settings) for name, settings in engines.items()}
    return [
        Figure(
            name=f"claimed and acknowledged, {name}",
            value=rate,
            unit="per s",
            reference=rates["SQLite"],
            ratio=rate / rates["SQLite"],
        )
        for name, rate in rates.items()
    ]


async def _claim_rate(name: str, settings: Mapping[str, str]) -> float:
    with _environment(settings) as environment:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.benchmarks.claims", str(MESSAGES[name])),
            env=environment,
            stdout=PIPE,
        )
        out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the claims did not come to their end; the reason is above")
    return float(out.split()[-1])  # behind what the store says of its indexes


async def _workers(name: str, place: Place) -> Sequence[Figure]:
    """Requests filed at once, worked off by one, two and four workers."""
    seconds = {
        workers: (await finish_many(REQUESTS, workers=workers, settings=place(f"w{workers}")))[0]
        for workers in WORKERS
    }
    return [
        Figure(
            name=f"{REQUESTS} requests at once, {workers} workers, {name}",
            value=REQUESTS / took_s,
            unit="per s",
            reference=REQUESTS / seconds[1],
            ratio=seconds[1] / took_s,
        )
        for workers, took_s in seconds.items()
    ]


@asynccontextmanager
async def _serve(settings: Mapping[str, str]) -> AsyncIterator[int]:
    """The port of ``paved-road serve --no-worker``, once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    with _environment({**settings, "PORT": str(port)}) as environment:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "serve", "--no-worker"),
            env=environment,
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
        try:
            await _answers(port)
            yield port
        finally:
            process.kill()
            await process.wait()


async def _answers(port: int) -> None:
    async with asyncio.timeout(30), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.02)  # a process says nothing when it begins to listen


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Settings that are complete, with an empty folder for what is embedded."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    with tempfile.TemporaryDirectory() as folder:
        yield {
            **os.environ,
            "APP_ID": "1",
            "PRIVATE_KEY": pem.decode(),
            "WEBHOOK_SECRET": SECRET,
            "ORGANIZATIONS": "octo-org",
            "CATALOG_REPOSITORY": "octo-org/catalog",
            "DATA_DIR": folder,
            **settings,
        }
