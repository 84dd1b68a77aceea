"""Clone, fetch and push over HTTP, for the git that everybody has.

Fetching is ``git upload-pack``. A push is taken apart here: ``git index-pack`` stores
its objects, then each ref moves by the hub's own rules and events, so that a push and
the REST API cannot disagree. Source: git's documentation, "gitprotocol-http" and
"gitprotocol-pack".
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import StreamReader, web

from bot.localhub.actor import Actor
from bot.localhub.auth import Door
from bot.localhub.faults import Faults
from bot.localhub.hub import Hub
from bot.localhub.operations.refs import NO_COMMIT
from bot.localhub.refusal import Refused
from bot.localhub.state.repositories import Repository

SERVICES = {"git-upload-pack": "read", "git-receive-pack": "write"}
CHUNK_BYTES = 65_515  # of side band 1: the largest packet without its five bytes of head
FLUSH = b"0000"
ASK = {"WWW-Authenticate": 'Basic realm="GitHub"'}
UNCACHED = {"Cache-Control": "no-cache, max-age=0, must-revalidate"}


@dataclass(frozen=True, slots=True)
class Command:
    """One line of a push: a ref, what the pusher saw, what it shall be."""

    before: str | None
    after: str | None
    ref: str


class SmartHttp:
    """The git side of the hub."""

    def __init__(self, hub: Hub, door: Door, faults: Faults) -> None:
        self._hub, self._door, self._faults = hub, door, faults

    def routes(self) -> list[web.RouteDef]:
        """The addresses git asks for, with and without ``.git``."""
        base = "/{owner}/{repo}"
        return [
            web.get(f"{base}/info/refs", self.advertise),
            web.post(f"{base}/git-upload-pack", self.fetch),
            web.post(f"{base}/git-receive-pack", self.push),
        ]

    async def advertise(self, request: web.Request) -> web.Response:
        """The refs, and what may be done with them."""
        service = request.query.get("service", "")
        if service not in SERVICES:
            return web.Response(status=403, text="Please upgrade your git client.")
        repository, _actor = self._enter(request, SERVICES[service])
        git = await self._start(request, repository, service, "--advertise-refs")
        refs, _ = await git.communicate()
        head = b"" if self._is_v2(request, service) else _packet(f"# service={service}\n") + FLUSH
        return web.Response(
            body=head + refs,
            content_type=f"application/x-{service}-advertisement",
            headers=UNCACHED,
        )

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        """The objects that a clone or fetch wants."""
        repository, _actor = self._enter(request, "read")
        git = await self._start(request, repository, "git-upload-pack")
        answer = web.StreamResponse(headers=UNCACHED)
        answer.content_type = "application/x-git-upload-pack-result"
        await answer.prepare(request)
        wants = asyncio.create_task(_feed(git, request.content))
        async for chunk in _output(git):
            await answer.write(chunk)
        await wants
        await git.wait()
        await answer.write_eof()
        return answer

    async def push(self, request: web.Request) -> web.Response:
        """Store the objects, move the refs, report on each."""
        repository, actor = self._enter(request, "write")
        if actor is None:
            raise web.HTTPUnauthorized(headers=ASK)
        commands, words = await read_commands(request.content)
        if any(command.after for command in commands):
            stored = await self._store_pack(request, repository)
        else:
            stored = "ok"
        lines = [f"unpack {stored}\n"]
        lines += [self._move(actor, repository, command, stored) for command in commands]
        report = b"".join(_packet(line) for line in lines) + FLUSH
        if "side-band-64k" in words:
            report = _banded(report) + FLUSH
        return web.Response(
            body=report, content_type="application/x-git-receive-pack-result", headers=UNCACHED
        )

    def _move(self, actor: Actor, repository: Repository, command: Command, stored: str) -> str:
        if stored != "ok":
            return f"ng {command.ref} unpacker error\n"
        try:
            self._hub.push_ref(actor, repository, command.ref, command.before, command.after)
        except Refused as refused:
            reason = " ".join(refused.message.split())
            if refused.status == 403 and actor.app is not None:
                reason = (
                    "refusing to allow a GitHub App to create or update workflow "
                    "without `workflows` permission"
                )
            return f"ng {command.ref} {reason}\n"
        return f"ok {command.ref}\n"

    async def _store_pack(self, request: web.Request, repository: Repository) -> str:
        git = await self._start(request, repository, "git-index-pack", "--stdin", "--fix-thin")
        output = asyncio.create_task(_drain(git))
        await _feed(git, request.content)
        await output
        return "ok" if await git.wait() == 0 else "index-pack failed"

    def _enter(self, request: web.Request, level: str) -> tuple[Repository, Actor | None]:
        """The repository, when the caller may. 401 asks for credentials, 404 hides."""
        if self._faults.down:
            raise web.HTTPServiceUnavailable(text="Service unavailable")
        name = request.match_info["repo"].removesuffix(".git")
        full_name = f"{request.match_info['owner']}/{name}"
        try:
            actor = self._door.caller(request.headers.get("Authorization")).actor
        except Refused as refused:
            raise web.HTTPUnauthorized(headers=ASK, text=refused.message) from refused
        found = self._hub.world.repositories.find(full_name.lower())
        found = found or self._hub.moved_to(full_name)
        visible = found is not None and self._hub.may_see(actor, found)
        if actor is None and (not visible or level == "write"):
            raise web.HTTPUnauthorized(headers=ASK, text="Repository not found.")
        if found is None or not visible:
            raise web.HTTPNotFound(text="Repository not found.")
        self._require_contents(found, actor, level)
        return found, actor

    def _require_contents(self, repository: Repository, actor: Actor | None, level: str) -> None:
        if actor is None or (level == "read" and not repository.private):
            return
        if actor.app is None:
            allowed = level == "read" or self._hub.role(actor.user, repository).word in {
                "write",
                "maintain",
                "admin",
            }
        else:
            allowed = self._hub.in_scope(actor, repository) and actor.may("contents", level)
        if not allowed:
            text = f"Permission to {repository.full_name}.git denied to {actor.user.login}."
            raise web.HTTPForbidden(text=text)

    async def _start(
        self, request: web.Request, repository: Repository, service: str, *options: str
    ) -> asyncio.subprocess.Process:
        folder = str(self._hub.git(repository).folder)
        name = service.removeprefix("git-")
        stateless = ("--stateless-rpc",) if name != "index-pack" else ()
        place = ("--git-dir", folder) if name == "index-pack" else ()
        where = () if name == "index-pack" else (folder,)
        return await asyncio.create_subprocess_exec(
            "git",
            *place,
            name,
            *stateless,
            *options,
            *where,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(request),
        )

    @staticmethod
    def _is_v2(request: web.Request, service: str) -> bool:
        asked = request.headers.get("Git-Protocol", "")
        return service == "git-upload-pack" and "version=2" in asked


def _environment(request: web.Request) -> dict[str, str]:
    """Nothing of the machine's own git configuration, and the protocol that was asked for."""
    protocol = request.headers.get("Git-Protocol", "")
    asked = {"GIT_PROTOCOL": protocol} if protocol in {"version=1", "version=2"} else {}
    return asked | {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
    }


async def read_commands(content: StreamReader) -> tuple[list[Command], frozenset[str]]:
    """The commands of a push and the capabilities its first line names.

    Raises:
        web.HTTPBadRequest: it is no push.
    """
    commands: list[Command] = []
    words: frozenset[str] = frozenset()
    try:
        while line := await _read_packet(content):
            text, _, named = line.decode().rstrip("\n").partition("\0")
            words |= frozenset(named.split())
            before, after, ref = text.split(" ", 2)
            commands.append(Command(_real(before), _real(after), ref))
    except (ValueError, asyncio.IncompleteReadError) as wrong:
        raise web.HTTPBadRequest(text="not a push") from wrong
    return commands, words


async def _read_packet(content: StreamReader) -> bytes:
    length = int(await content.readexactly(4), 16)
    return await content.readexactly(length - 4) if length > 4 else b""


def _real(sha: str) -> str | None:
    if len(sha) != len(NO_COMMIT):
        raise ValueError(sha)
    return None if sha == NO_COMMIT else sha


def _packet(line: str) -> bytes:
    data = line.encode()
    return f"{len(data) + 4:04x}".encode() + data


def _banded(report: bytes) -> bytes:
    pieces = (report[i : i + CHUNK_BYTES] for i in range(0, len(report), CHUNK_BYTES))
    return b"".join(f"{len(piece) + 5:04x}".encode() + b"\x01" + piece for piece in pieces)


async def _feed(git: asyncio.subprocess.Process, content: StreamReader) -> None:
    assert git.stdin is not None  # noqa: S101 -- opened with a pipe
    try:
        async for chunk in content.iter_chunked(CHUNK_BYTES):
            git.stdin.write(chunk)
            await git.stdin.drain()
        git.stdin.close()
    except (BrokenPipeError, ConnectionResetError):
        return  # git had read enough


async def _output(git: asyncio.subprocess.Process) -> AsyncIterator[bytes]:
    assert git.stdout is not None  # noqa: S101 -- opened with a pipe
    while chunk := await git.stdout.read(CHUNK_BYTES):
        yield chunk


async def _drain(git: asyncio.subprocess.Process) -> None:
    async for _ in _output(git):
        pass
