"""A built page, served by a real nginx as its image serves it, and an API behind it."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.catalog.needed_tools import tool

# What the start script of nginx's own image does: variables that are set take their places.
_START = (
    "envsubst \"$(env | sed -n 's/=.*//;s/^[A-Z_]*$/${&}/p')\""
    ' < /etc/nginx/templates/nginx.conf.template > /tmp/nginx.conf; exec "$@"'
)


class Tasks:
    """An API whose next answers a test chooses; it keeps the paths that it was asked for."""

    def __init__(self) -> None:
        """There is one open task and one that is done."""
        self.paths: list[str] = []
        self.status = 200
        self.tasks: list[dict[str, object]] = [
            {"id": "1", "title": "Pay the rent", "done": False},
            {"id": "2", "title": "Call the tax office", "done": True},
        ]

    async def answer(self, request: web.Request) -> web.Response:
        """The tasks, to every origin."""
        self.paths.append(request.path)
        headers = {"Access-Control-Allow-Origin": "*"}
        return web.json_response(self.tasks, status=self.status, headers=headers)


@contextlib.asynccontextmanager
async def api() -> AsyncIterator[tuple[Tasks, str]]:
    """An API and its origin."""
    tasks = Tasks()
    application = web.Application()
    application.router.add_get("/{path:.*}", tasks.answer)
    async with TestServer(application) as server:
        yield tasks, f"http://{server.host}:{server.port}"


@contextlib.asynccontextmanager
async def served(project: Path, environment: Mapping[str, str]) -> AsyncIterator[str]:
    """Where the page is; no process is left afterwards."""
    with socket.create_server(("0.0.0.0", 0)) as listening:
        process = await _start(project, environment, listening)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def fails_to_start(project: Path, environment: Mapping[str, str]) -> str:
    """What nginx says while it refuses to start."""
    with socket.create_server(("0.0.0.0", 0)) as listening:
        process = await _start(project, environment, listening, stderr=asyncio.subprocess.PIPE)
        async with asyncio.timeout(60):
            _, said = await process.communicate()
    assert process.returncode not in (0, None)
    return said.decode()


async def _start(
    project: Path,
    environment: Mapping[str, str],
    listening: socket.socket,
    stderr: int | None = None,
) -> asyncio.subprocess.Process:
    """nginx with the image's files, user and command, in which only /tmp can be written to.

    It inherits a socket that listens already, as it does when it replaces itself: nobody has
    to wait for it, and no port is guessed.
    """
    nginx = tool("nginx", install="apt-get install nginx-light")
    tool("envsubst", install="apt-get install gettext-base")
    bwrap = tool("bwrap", install="apt-get install bubblewrap")
    command = json.loads(re.findall(r"^CMD (.*)$", (project / "Dockerfile").read_text(), re.M)[-1])
    assert command[0] == "nginx"
    descriptor = listening.fileno()
    return await asyncio.create_subprocess_exec(
        *(bwrap, "--unshare-all", "--share-net", "--die-with-parent"),
        *("--uid", "10001", "--gid", "10001", "--proc", "/proc", "--dev", "/dev"),
        *("--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin"),
        *("--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"),
        *("--ro-bind", "/etc/nginx/mime.types", "/etc/nginx/mime.types"),
        *("--ro-bind", "/etc/ssl/certs", "/etc/ssl/certs"),
        *("--ro-bind", str(project / "nginx.conf.template")),
        "/etc/nginx/templates/nginx.conf.template",
        *("--ro-bind", str(project / "dist"), "/srv", "--tmpfs", "/tmp"),
        *("bash", "-e", "-c", _START, "start", nginx, *command[1:]),
        env={
            "PATH": "/usr/bin:/usr/sbin",
            "PORT": str(listening.getsockname()[1]),
            "NGINX": f"{descriptor};",
            "NGINX_LOCAL_RESOLVERS": "127.0.0.1",
            **environment,
        },
        stdin=asyncio.subprocess.DEVNULL,
        stderr=stderr,
        pass_fds=(descriptor,),
        start_new_session=True,
    )
