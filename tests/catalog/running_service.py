"""A generated service, started the way its image starts it."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.catalog.maven import environment, run

START_S = 120.0


def laid_out_as_in_the_image(project: Path, *, java: int) -> Path:
    """The folder that the Dockerfile's last stage runs in, made of the layers that it copies."""
    dockerfile = (project / "Dockerfile").read_text()
    extract = re.search(r"&& (java -Djarmode=tools .+)", dockerfile)
    assert extract is not None
    run(extract[1], project, java=java)
    application = project / "image"
    for layer in re.findall(r"COPY --from=build /build/(layers/\S+)/ \./", dockerfile):
        shutil.copytree(project / layer, application, dirs_exist_ok=True)
    return application


class RunningService:
    """A started process. Every line of its output is one JSON object, and is kept."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Reading begins at once, so that the process never waits for us."""
        self._process = process
        self._lines: list[dict[str, Any]] = []
        self._news = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())
        self.port = 0

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._news:
                self._lines.append(json.loads(line))
                self._news.notify_all()
        async with self._news:
            self._news.notify_all()

    async def logged(self, pattern: str) -> "re.Match[str]":
        """The first message that holds ``pattern``, waiting for it."""

        def found() -> "re.Match[str] | None":
            matches = (re.search(pattern, line["message"]) for line in self._lines)
            return next((match for match in matches if match), None)

        async with asyncio.timeout(START_S), self._news:
            await self._news.wait_for(lambda: found() or self._process.stdout.at_eof())  # type: ignore[union-attr]  # it is a pipe
        match = found()
        assert match, self._lines[-3:]
        return match

    def ask_to_stop(self) -> None:
        """Sends SIGTERM, as a platform does."""
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once, whatever it is doing."""
        self._process.kill()

    async def ended(self) -> int:
        """Its exit code, waiting for the end."""
        async with asyncio.timeout(START_S):
            await self._reading
            return await self._process.wait()


@contextlib.asynccontextmanager
async def started(
    command: Sequence[str], folder: Path, env: Mapping[str, str], *, port_said: str
) -> AsyncIterator[RunningService]:
    """The service, listening on a port of the system's choice; nothing is left afterwards.

    ``port_said`` finds the port in what it logs.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**env, "PORT": "0"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        limit=1 << 20,
    )
    try:
        service = RunningService(process)
        service.port = int((await service.logged(port_said))[1])
        yield service
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


@contextlib.asynccontextmanager
async def running(
    application: Path, *, java: int, env: Mapping[str, str] | None = None
) -> AsyncIterator[RunningService]:
    """A Spring Boot service, ready to be asked."""
    command, env = ("java", "-jar", "application.jar"), environment(java) | dict(env or {})
    async with started(command, application, env, port_said=r"started on port (\d+)") as service:
        await service.logged(r"^Started ")
        yield service
