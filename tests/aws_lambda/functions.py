"""The three functions as Lambda runs them: a process each, with its own environment."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

RUNTIME = Path(__file__).with_name("runtime.py")
LINE_BYTES = 64 * 1024 * 1024


class FunctionError(Exception):
    """The handler raised: Lambda tells type and message."""

    def __init__(self, type_: str, message: str) -> None:
        super().__init__(f"{type_}: {message}")
        self.type, self.message = type_, message


class Function:
    """One function with at most one container, started by the first invocation."""

    def __init__(self, name: str, environment: Mapping[str, str], log: Path) -> None:
        self.name, self.environment, self.log = name, dict(environment), log
        self._process: Process | None = None
        self._free = asyncio.Lock()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def invoke(self, event: Any, *, left_ms: int = 60_000) -> Any:
        """The handler's result. Raises FunctionError, ConnectionError where it was killed."""
        async with self._free:
            if self._process is None:
                self._process = await self._start()
            process = self._process
            assert process.stdin is not None
            assert process.stdout is not None
            line = json.dumps({"event": event, "left_ms": left_ms})
            process.stdin.write(line.encode() + b"\n")
            told = await process.stdout.readline()
        if not told:
            raise ConnectionError(f"{self.name} was killed; see {self.log}")
        answer = json.loads(told)
        if "errorType" in answer:
            raise FunctionError(answer["errorType"], answer["errorMessage"])
        return answer["result"]

    async def kill(self) -> None:
        """The container is gone in the middle of whatever it does."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def _start(self) -> Process:
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                str(RUNTIME),
                f"bot.aws_lambda.{self.name}",
                env=self.environment,
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                limit=LINE_BYTES,
            )


@asynccontextmanager
async def function(name: str, environment: Mapping[str, str], log: Path) -> AsyncIterator[Function]:
    """A function for as long as the block lasts."""
    made = Function(name, environment, log)
    try:
        yield made
    finally:
        await made.kill()
