"""The throwaway folder of one run: the commit, the event, what it may know."""

import asyncio
import base64
import json
import os
import shutil
import stat
import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

GIT_TAKES_S = 120


class CannotPrepare(Exception):
    """git could not check the commit out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A folder with ``work`` (the checkout), ``home``, ``tmp``, and files for act."""

    folder: Path

    @property
    def work(self) -> Path:
        """The checkout, where act starts."""
        return self.folder / "work"

    @property
    def made(self) -> Path:
        """Where stand-ins that say no are made."""
        return self.folder / "made"

    def file(self, name: str) -> str:
        """A file beside the checkout, as act is told of it."""
        return str(self.folder / name)

    async def prepare(
        self, *, objects: Path, sha: str, branch: str, origin: str, payload: bytes
    ) -> None:
        """The commit is checked out from the bare repository, the event is a file.

        Raises CannotPrepare.
        """
        for name in ("work", "home", "tmp", "made", "artifacts"):
            (self.folder / name).mkdir(parents=True)
        event = zlib.decompress(payload) if payload else b"{}"
        (self.folder / "event.json").write_bytes(event)
        await self._git("init", "--quiet", f"--initial-branch={branch}")
        await self._git("remote", "add", "origin", origin)
        await self._git("fetch", "--quiet", "--no-tags", str(objects), sha)
        await self._git("reset", "--quiet", "--hard", sha)

    def write_settings(
        self,
        *,
        environment: Mapping[str, str],
        variables: Mapping[str, str],
        secrets: Mapping[str, str],
    ) -> None:
        """act's files of names and values; JSON, which is YAML, keeps every character."""
        ours = {
            "LOCALHUB_ARTIFACTS": str(self.folder / "artifacts"),
            "LOCALHUB_PYTHON": sys.executable,
        }
        files = {
            "env.yml": ours | dict(environment),
            "vars.yml": dict(variables),
            "secrets.yml": dict(secrets),
        }
        for name, values in files.items():
            path = self.folder / name
            path.touch(mode=0o600)
            path.write_text(json.dumps(values))

    def write_git_credentials(self, address: str, token: str) -> None:
        """git in the run acts with its token at that address, as after actions/checkout."""
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        config = self.folder / "home" / ".gitconfig"
        config.touch(mode=0o600)
        config.write_text(f'[http "{address}/"]\n\textraheader = AUTHORIZATION: basic {basic}\n')

    def environment(self) -> dict[str, str]:
        """What act itself is started with: nothing of the machine's but the PATH."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "LANG": "C.UTF-8",
        }

    async def remove(self) -> None:
        """Nothing of it is left."""
        await asyncio.to_thread(shutil.rmtree, self.folder, onerror=_make_writable)

    async def _git(self, *words: str) -> None:
        """One git command in the checkout, with nobody's configuration."""
        process = await asyncio.create_subprocess_exec(
            "git",
            *("-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*"),
            *words,
            cwd=self.work,
            env=self.environment() | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(GIT_TAKES_S):
                _, told = await process.communicate()
        except TimeoutError as late:
            raise CannotPrepare(f"git {words[0]} took too long") from late
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode:
            raise CannotPrepare(told.decode(errors="replace").strip()[:500])


def _make_writable(remove: Callable[[str], None], path: str, _error: object) -> None:
    """Folders that forbid it (caches of Go) are opened, then the removal is tried once more."""
    try:
        Path(path).parent.chmod(stat.S_IRWXU)
        Path(path).chmod(stat.S_IRWXU)
        remove(path)
    except OSError:
        return  # a leftover is no reason to fail; the folder is not used again
