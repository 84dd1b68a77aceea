"""A real Kafka broker, out of what the tests of a generated project run with."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.catalog.maven import environment

PROGRAM = Path(__file__).with_name("Broker.java")
ANSWER_S = 60.0


@dataclass(frozen=True, slots=True)
class Record:
    """What somebody committed to a topic."""

    topic: str
    key: str
    value: str


class RunningBroker:
    """A started broker that keeps every committed record of its topics."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Reading begins at once, so that the process never waits for us."""
        self._process = process
        self._news = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())
        self._records: list[Record] = []
        self.address = ""

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._news:
                self._take(line.decode().rstrip("\n"))
                self._news.notify_all()

    def _take(self, line: str) -> None:
        if line.startswith("listening "):
            self.address = line.removeprefix("listening ")
        elif line.startswith("record\t"):
            self._records.append(Record(*line.split("\t")[1:]))

    async def until(self, true: Callable[[], bool]) -> None:
        """Waits for ``true``, asking whenever the broker says something."""
        async with asyncio.timeout(ANSWER_S), self._news:
            await self._news.wait_for(true)

    def records(self, topic: str) -> tuple[Record, ...]:
        """What was committed to the topic so far, in order."""
        return tuple(record for record in self._records if record.topic == topic)

    def send(self, topic: str, key: str, value: str) -> None:
        """Sends a record on its way; all that one test sends have the same time."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{topic}\t{key}\t{value}\n".encode())

    def fall_silent(self) -> None:
        """Connections stay open, and nobody answers."""
        self._process.send_signal(signal.SIGSTOP)

    def answer_again(self) -> None:
        """As before."""
        self._process.send_signal(signal.SIGCONT)


@contextlib.asynccontextmanager
async def running_broker(class_path: str, *topics: str, java: int) -> AsyncIterator[RunningBroker]:
    """A broker with these topics; no process is left afterwards."""
    process = await asyncio.create_subprocess_exec(
        "java",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xmx512m",
        "-cp",
        class_path,
        str(PROGRAM),
        *topics,
        env=environment(java),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        broker = RunningBroker(process)
        await broker.until(lambda: bool(broker.address))
        yield broker
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
