"""Durable acknowledgements a second, beside an endpoint that keeps nothing.

Every server is a process of its own, and so is the load. The servers take turns,
every round with new ones on an empty file (nobody works the queue off here), and
the medians of all rounds are compared.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.benchmarks.figure import Figure
from tests.receive.payloads import issues_payload
from tests.receive.web_side import SECRET, sign

CONNECTIONS = (16, 64)
ROUNDS = 5
SECONDS = 2.0
LEAST_RATIO = 0.9
P99_BELOW_MS = 50.0


async def measure() -> Sequence[Figure]:
    """Ours against the bare endpoint, at 16 and 64 connections."""
    per_s: dict[tuple[str, int], list[float]] = defaultdict(list)
    p99_ms: dict[tuple[str, int], list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        async for name, connections, figures in _round():
            per_s[name, connections].append(figures["per_s"])
            p99_ms[name, connections].append(figures["p99_s"] * 1000)
    rates = {key: statistics.median(values) for key, values in per_s.items()}
    slow = {key: statistics.median(values) for key, values in p99_ms.items()}
    return [figure for each in CONNECTIONS for figure in _figures(each, rates, slow)]


async def _round() -> AsyncIterator[tuple[str, int, dict[str, float]]]:
    async with AsyncExitStack() as servers:
        folder = servers.enter_context(tempfile.TemporaryDirectory())
        ports = {
            name: await servers.enter_async_context(_server(*command))
            for name, command in _commands(Path(folder)).items()
        }
        for connections in CONNECTIONS:
            for name, port in ports.items():
                yield name, connections, await load(port, connections)


def _commands(folder: Path) -> dict[str, tuple[str, ...]]:
    return {
        "ours": ("tests.receive.server_process", str(folder / "bench.db")),
        "bare": ("tests.benchmarks.bare_endpoint",),
        "bare on uvloop": ("tests.benchmarks.bare_endpoint", "--uvloop"),
    }


def _figures(
    connections: int,
    rates: dict[tuple[str, int], float],
    slow: dict[tuple[str, int], float],
) -> Sequence[Figure]:
    ours, bare = rates["ours", connections], rates["bare", connections]
    faster = rates["bare on uvloop", connections]
    name = f"durable acknowledgements, {connections} connections"
    figures = [
        Figure(
            name=f"{name}, beside aiohttp + gidgethub",
            value=ours,
            unit="per s",
            reference=bare,
            ratio=ours / bare,
            target=f"ratio >= {LEAST_RATIO}",
            met=ours / bare >= LEAST_RATIO,
        ),
        Figure(
            name=f"{name}, beside the same on uvloop",
            value=ours,
            unit="per s",
            reference=faster,
            ratio=ours / faster,
        ),
    ]
    p99_ms, bare_ms = slow["ours", connections], slow["bare", connections]
    promised = connections == max(CONNECTIONS)
    figures.append(
        Figure(
            name=f"99th percentile, {connections} connections",
            value=p99_ms,
            unit="ms",
            reference=bare_ms,
            ratio=p99_ms / bare_ms,
            target=f"< {P99_BELOW_MS:g} ms" if promised else "",
            met=p99_ms < P99_BELOW_MS if promised else None,
        )
    )
    return figures


@asynccontextmanager
async def _server(module: str, *arguments: str) -> AsyncIterator[int]:
    """The port of a server in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdout=PIPE,
        env={**os.environ, "WEBHOOK_SECRET": SECRET},
    )
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()


async def load(port: int, connections: int) -> dict[str, float]:
    """``per_s`` and ``p99_s`` of signed deliveries sent for a while to the server there."""
    process: Process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.benchmarks.load",
        str(port),
        str(connections),
        str(SECONDS),
        stdin=PIPE,
        stdout=PIPE,
    )
    out, _ = await process.communicate(_request())
    if process.returncode:
        raise RuntimeError("the load did not come to its end; its reason is above")
    figures: dict[str, float] = json.loads(out)
    return figures


def _request() -> bytes:
    body = issues_payload()
    head = (
        "POST /webhook HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        "User-Agent: GitHub-Hookshot/044aadd\r\n"
        "Accept: */*\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "X-GitHub-Delivery: {guid}\r\n"
        "X-GitHub-Event: issues\r\n"
        "X-GitHub-Hook-ID: 292430182\r\n"
        "X-GitHub-Hook-Installation-Target-ID: 79929171\r\n"
        "X-GitHub-Hook-Installation-Target-Type: integration\r\n"
        f"X-Hub-Signature-256: {sign(body)}\r\n\r\n"
    )
    return head.encode() + body
