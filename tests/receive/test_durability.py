"""202 means that the delivery is on the disk, whatever happens to the process or the disk."""

import asyncio
import resource
import sys
import uuid
from asyncio.subprocess import PIPE, Process
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientConnectionError, ClientSession, TCPConnector

from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore
from tests.receive.payloads import issues_payload
from tests.receive.web_side import signed_headers

MIB = 1024 * 1024
BODY = issues_payload()


@asynccontextmanager
async def server(path: Path) -> AsyncIterator[tuple[Process, str]]:
    """A server process and the address of its webhook; killed in the end if it lives."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.receive.server_process", str(path), stdout=PIPE
    )
    assert process.stdout is not None
    try:
        yield process, f"http://127.0.0.1:{int(await process.stdout.readline())}/webhook"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def post(session: ClientSession, url: str, guid: str) -> int:
    """The status of one delivery; 0 where the connection broke."""
    headers = {k: v for k, v in signed_headers(BODY, guid=guid).items() if v}
    try:
        async with session.post(url, data=BODY, headers=headers) as answer:
            return answer.status
    except (ClientConnectionError, ConnectionError):
        return 0


async def missing(path: Path, guids: list[str]) -> list[str]:
    """Which of these are not in the store, after it was opened anew."""
    store = SqliteStore(SqliteFile(path))
    kept = [await store.deliveries.get(guid) for guid in guids]
    await store.close()
    return [
        guid for guid, each in zip(guids, kept, strict=True) if each is None or each.body != BODY
    ]


async def test_every_accepted_delivery_survives_a_kill_under_load(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    accepted: list[str] = []
    enough = asyncio.Event()

    async def send_until_it_breaks(session: ClientSession, url: str) -> None:
        while (status := await post(session, url, guid := str(uuid.uuid4()))) == 202:
            accepted.append(guid)
            if len(accepted) >= 300:
                enough.set()
        assert status == 0

    for _ in range(2):  # the second life begins with what the first left behind
        enough.clear()
        accepted_before = len(accepted)
        async with server(path) as (process, url), ClientSession() as session:
            senders = [asyncio.create_task(send_until_it_breaks(session, url)) for _ in range(16)]
            await enough.wait()
            process.kill()
            await asyncio.gather(*senders)
        assert len(accepted) > accepted_before

    assert await missing(path, accepted) == []


async def test_a_full_disk_is_answered_with_503_until_there_is_room_again(tmp_path: Path) -> None:
    """No file of the process may grow past a limit; then the limit is lifted."""
    path = tmp_path / "bot.db"
    guids: dict[int, list[str]] = defaultdict(list)
    async with server(path) as (process, url), ClientSession() as session:

        async def send(times: int) -> None:
            for _ in range(times):
                guid = str(uuid.uuid4())
                guids[await post(session, url, guid)].append(guid)

        await send(5)
        infinite = resource.RLIM_INFINITY
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (400_000, infinite))
        while 503 not in guids:
            await send(10)
        await asyncio.gather(*(send(5) for _ in range(8)))
        full = len(guids[202])
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (infinite, infinite))
        await send(20)

    assert set(guids) == {202, 503}
    assert len(guids[202]) == full + 20
    assert await missing(path, guids[202]) == []
    assert len(await missing(path, guids[503])) == len(guids[503])


async def test_many_large_bodies_at_once_do_not_fill_the_memory(tmp_path: Path) -> None:
    """40 bodies of 24 MB, sent at the same moment: 1 GB if each were held at once."""
    body = issues_payload(size_bytes=24 * MIB)
    async with (
        server(tmp_path / "bot.db") as (process, url),
        ClientSession(connector=TCPConnector(limit=0)) as session,
    ):

        async def send() -> int:
            headers = {k: v for k, v in signed_headers(body).items() if v}
            try:
                async with session.post(url, data=body, headers=headers) as answer:
                    return answer.status
            except (ClientConnectionError, ConnectionError):
                return 0  # it was told to come back while it was still sending

        statuses = await asyncio.gather(*(send() for _ in range(40)))
        most_mib = most_resident_mib(process.pid)

    assert 202 in statuses
    assert set(statuses) <= {202, 400, 503, 0}
    assert most_mib < 400


def most_resident_mib(pid: int) -> int:
    """The most memory that the process ever had, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    raise AssertionError("the system does not tell")
