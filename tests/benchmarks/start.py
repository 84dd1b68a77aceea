"""How soon ``paved-road serve`` answers after its process began."""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figure import Figure
from tests.journeys.world import open_world

TURNS = 7


async def measure() -> list[Figure]:
    """Median seconds from the start of the process to its first ``/healthz``."""
    taken_s: list[float] = []
    python_s: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        async with open_world(Path(folder), start_bot=False) as world:
            for _ in range(TURNS):
                python_s.append(await _python())
                started_s = time.perf_counter()
                process = await world.start_process()
                taken_s.append(time.perf_counter() - started_s)
                await world.kill(process)
    value_s, reference_s = statistics.median(taken_s), statistics.median(python_s)
    return [
        Figure(
            name="start of `serve` to its first /healthz",
            value=value_s,
            unit="s",
            reference=reference_s,
            ratio=value_s / reference_s,
            target="within 1.5 s (reference: python importing aiohttp)",
            met=value_s < 1.5,
        )
    ]


async def _python() -> float:
    started_s = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "import aiohttp.web")
    await process.wait()
    return time.perf_counter() - started_s
