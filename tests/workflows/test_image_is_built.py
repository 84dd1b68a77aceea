"""The image of a generated service is really built from its Dockerfile, and really runs.

buildah builds without a daemon. The base images come from a registry that a machine may not
reach, so this machine's own Python and uv stand in for them, under their names.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from bot.localhub.actions.act import guard
from bot.rendering import Renderer
from bot.templates import offline
from tests.catalog.cases import CATALOG
from tests.catalog.needed_tools import missing, tool
from tests.catalog.running_service import RunningService

LIMIT_S = 240
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_NOT_COPIED = shutil.ignore_patterns(
    "__pycache__", "site-packages", "test", "tests", "idlelib", "config-*", "*.a", "lib2to3"
)
_LIBRARY = re.compile(r"(/\S+\.so\S*)")


class Buildah:
    """buildah with a storage of its own, as root and without a daemon."""

    def __init__(self, folder: Path) -> None:
        """``folder`` holds all that it keeps."""
        self._program = tool("buildah", install="apt-get install buildah")
        self._options = ("--root", str(folder / "root"), "--runroot", str(folder / "run"))

    def command(self, *words: str) -> list[str]:
        """The words as a command."""
        return [self._program, *self._options, "--storage-driver", "vfs", *words]

    def __call__(self, *words: str) -> str:
        """What it said; it must end well."""
        done = subprocess.run(
            self.command(*words),
            env={**os.environ, "BUILDAH_ISOLATION": "chroot"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-4_000:]
        return done.stdout


@pytest.fixture
def buildah(tmp_path: Path) -> Iterator[Buildah]:
    if os.geteuid() != 0:
        missing("needs root: buildah makes an image's root folder")
    yield Buildah(tmp_path / "storage")
    shutil.rmtree(tmp_path / "storage", ignore_errors=True)


def libraries(program: Path) -> Iterator[Path]:
    """The shared libraries that a program asks for."""
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    yield from (Path(found) for found in _LIBRARY.findall(said))


def root_folder(at: Path) -> None:
    """A root folder in which this machine's shell, Python and certificates work."""
    python = Path(sys.base_prefix)
    inside = at / python.relative_to("/")
    shutil.copytree(python / "lib", inside / "lib", ignore=_NOT_COPIED, symlinks=True)
    (inside / "bin").mkdir()
    shell = Path("/bin/sh").resolve()
    programs = {
        Path(sys.executable).resolve(): inside / "bin" / "python3.11",
        shell: at / "bin" / "sh",
    }
    needed = {CERTIFICATES, *(one for program in programs for one in libraries(program))}
    for module in (python / "lib").glob("python3.11/lib-dynload/*.so"):
        needed.update(libraries(module))
    needed.update(libraries(Path(tool("uv", install="pip install uv"))))
    for one in needed:
        if not one.is_relative_to(python):
            programs[one.resolve()] = at / one.relative_to("/")
    for source, target in programs.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    (at / "tmp").mkdir(mode=0o1777)
    (at / "usr" / "local" / "bin").mkdir(parents=True)
    for name in ("python", "python3", "python3.11"):
        (at / "usr" / "local" / "bin" / name).symlink_to(python / "bin" / "python3.11")
    (at / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")


def image(buildah: Buildah, name: str, folder: Path, *, path: str = "/usr/local/bin") -> None:
    """An image of that name that holds the folder."""
    made = buildah("from", "--name", "made", "scratch").strip()
    buildah("copy", "--quiet", made, str(folder), "/")
    buildah("config", "--env", f"PATH={path}:/usr/bin:/bin", made)
    buildah("config", "--env", f"SSL_CERT_FILE={CERTIFICATES}", made)
    buildah("commit", "--quiet", made, name)
    buildah("rm", made)


@pytest.mark.slow
async def test_the_dockerfile_of_a_service_builds_an_image_that_becomes_ready(
    buildah: Buildah, tmp_path: Path
) -> None:
    """As a user without rights, with the libraries of uv.lock and nothing of the build."""
    if sys.version_info[:2] != (3, 11):
        pytest.skip("the stand-in for the base image is Python 3.11")
    project = tmp_path / "project"
    async with Renderer() as renderer:
        given = {"project_slug": "money-kit", "python_version": "3.11", "package": "money_kit"}
        await offline.render_to(CATALOG / "templates" / "python-service", given, project, renderer)
    root_folder(tmp_path / "base")
    image(buildah, "docker.io/library/python:3.11-slim-trixie", tmp_path / "base")
    (tmp_path / "uv").mkdir()
    shutil.copy(tool("uv", install="pip install uv"), tmp_path / "uv" / "uv")
    dockerfile = project / "Dockerfile"
    (uv,) = re.findall(r"FROM (\S+) AS uv", dockerfile.read_text())
    image(buildah, uv, tmp_path / "uv")

    buildah(
        *("build", "--pull-never", "--isolation", "chroot", "--tag", "service:1"),
        *("--file", str(dockerfile), str(project)),
    )

    container = buildah("from", "--pull-never", "service:1").strip()
    configured = json.loads(buildah("inspect", container))["OCIv1"]["config"]
    assert configured["User"] == "10001:10001"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", guard.__file__),  # or the service would outlive buildah
        *buildah.command("run", "--isolation", "chroot", "--env", "PORT=0"),
        *("--env", "HOST=127.0.0.1", container, "--", *configured["Entrypoint"]),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    service = RunningService(process)
    try:
        port = (await service.logged(r"running on http://127\.0\.0\.1:(\d+)"))[1]
        ready = f"http://127.0.0.1:{port}/health/ready"
        async with aiohttp.ClientSession() as session, session.get(ready) as answer:
            assert answer.status == 200
    finally:
        process.stdin.close()
        await process.wait()
