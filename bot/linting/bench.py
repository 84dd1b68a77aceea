"""Where a linter works: its program, a folder with the files under names of ours, its bounds."""

import asyncio
import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.linting.isolation import Bounds, Isolation, Order
from bot.linting.limits import Limits
from bot.linting.run_apart import CouldNotRun, Ended, run_apart
from bot.linting.tools import Tools


@dataclass(frozen=True, slots=True)
class Bench:
    """What all linters of a call share. ``slots`` bounds how many processes run at once."""

    tools: Tools
    isolation: Isolation
    limits: Limits
    slots: asyncio.Semaphore

    @property
    def isolated(self) -> bool:
        """Whether a linter can reach neither the network nor the disk."""
        return self.isolation.name == "bubblewrap"

    @property
    def bounds(self) -> Bounds:
        """Those of every linter but ``terraform validate``."""
        limits = self.limits
        return Bounds(
            wall_s=limits.wall_s,
            cpu_s=limits.cpu_s,
            memory_bytes=limits.memory_bytes,
            written_bytes=limits.written_bytes,
            output_bytes=limits.output_bytes,
        )

    @contextlib.asynccontextmanager
    async def laid_out(self, files: Mapping[str, bytes]) -> AsyncIterator[Path]:
        """A folder for one process with these files below ``work``; gone afterwards.

        Raises:
            CouldNotRun: there is no room on the disk, or a name is not one.
        """
        laying = asyncio.create_task(asyncio.to_thread(_lay_out, files))
        try:
            yield await asyncio.shield(laying)
        finally:
            await asyncio.shield(_remove(laying))

    async def run(self, order: Order) -> Ended:
        """See ``run_apart``; waits for a free slot first."""
        async with self.slots:
            return await run_apart(order, self.isolation)


def read_back(folder: Path, name: str, *, most_bytes: int) -> bytes:
    """What a linter has made of a file in ``work``, and nothing that it only points to.

    Raises:
        CouldNotRun: it is no plain file any more, or has grown beyond all measure.
    """
    try:
        work = os.open(folder / "work", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=work)
        finally:
            os.close(work)
        with os.fdopen(opened, "rb") as file:
            content = file.read(most_bytes + 1) if stat.S_ISREG(os.fstat(opened).st_mode) else None
    except OSError:
        content = None
    if content is None or len(content) > most_bytes:
        raise CouldNotRun("It has changed its files into something else.")
    return content


def _lay_out(files: Mapping[str, bytes]) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="lint-")).resolve()
    try:
        (folder / "home").mkdir()
        (folder / "work").mkdir()
        for path, content in files.items():
            place = folder / "work" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    except (OSError, ValueError):
        shutil.rmtree(folder, ignore_errors=True)
        raise CouldNotRun("Its files could not be laid out on the disk.") from None
    return folder


async def _remove(laying: "asyncio.Task[Path]") -> None:
    with contextlib.suppress(CouldNotRun):
        await asyncio.to_thread(shutil.rmtree, await laying, ignore_errors=True)
