"""Processes of their own for the contract suites: they race, and they are killed.

``python -m tests.contract.processes WHAT ADAPTER PLACE`` prints a line for
everything that was acknowledged to it.
"""

import asyncio
import sys
import time
import uuid
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from itertools import count

import structlog

from bot.clock import SystemClock
from bot.errors import RetryLater
from bot.github.governor import Governor
from bot.github.paces import PUBLISHED
from bot.queue.port import Message
from bot.store.keep import change
from bot.store.port import Delivery, Document, Json, Store
from bot.work.holder import new_holder
from bot.work.lease import Lease, Leases
from tests.contract.adapters import open_queue, open_store

KEYS = 7
MESSAGES = {"sqlite": 120, "sqs": 42}  # a call to SQS is a request over HTTP
RACES = 15
LEASED = 40


async def start(what: str, adapter: str, place: str) -> Process:
    """The process, its lines to be read."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.contract.processes", what, adapter, place, stdout=PIPE
    )


async def run_all(what: str, adapter: str, place: str, *, times: int) -> list[list[str]]:
    """The lines of that many processes, which ran side by side to their end."""
    started = [await start(what, adapter, place) for _ in range(times)]
    outputs = await asyncio.gather(*(process.communicate() for process in started))
    assert [process.returncode for process in started] == [0] * times
    return [out.decode().splitlines() for out, _ in outputs]


async def kill_after_lines(what: str, adapter: str, place: str, *, lines: int) -> list[str]:
    """The lines of a process that was killed, without warning, after so many of them."""
    process = await start(what, adapter, place)
    assert process.stdout is not None
    seen = [await process.stdout.readline() for _ in range(lines)]
    process.kill()
    seen += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    return [line.decode().strip() for line in seen if line.endswith(b"\n")]


async def count_and_add(adapter: str, place: str) -> None:
    """Save 50 deliveries that the others save too, and count a record up 50 times."""
    store = open_store(adapter, place)
    for number in range(50):
        if await store.deliveries.add(_delivery(f"guid-{number}")):
            print(f"guid-{number}", flush=True)
        while not await _count_up(store):
            pass
    await store.close()


async def _count_up(store: Store) -> bool:
    counter = await store.documents.get("things", "counter")
    assert counter is not None
    size = counter.data["size"]
    assert isinstance(size, int)
    return await store.documents.replace(
        "things", "counter", {"size": size + 1}, version=counter.version
    )


async def race(adapter: str, place: str) -> None:
    """Want what the others want: prints what this process was told to have got."""
    store = open_store(adapter, place)
    me = str(uuid.uuid4())
    for number in range(RACES):
        if await store.documents.insert("things", f"new-{number}", {"color": me}):
            print(f"inserted {number}", flush=True)
        if await store.documents.delete("things", f"old-{number}", version=1):
            print(f"deleted {number}", flush=True)
        await store.documents.restore("things", Document(f"same-{number}", 3, {"size": number}))
        await change(store.documents, "things", "all", partial(_with_name, f"{me} {number}"))
        await store.deliveries.finish_handler("guid", f"{me} {number}")
    await store.close()


def _with_name(name: str, data: Mapping[str, Json] | None) -> Mapping[str, Json]:
    names = (data or {}).get("names", [])
    assert isinstance(names, list)
    return {"names": [*names, name]}


async def lease_each(adapter: str, place: str) -> None:
    """Do each job once an hour, unless another does; prints those that were done here."""
    store = open_store(adapter, place)
    leases = Leases(store.documents, clock=SystemClock(), holder=new_holder())
    for number in range(LEASED):
        lease = await leases.take(f"job-{number}", 3600)
        if isinstance(lease, Lease):
            print(lease.job, flush=True)
            assert await leases.done(lease)
    await store.close()


async def lease_and_hang(adapter: str, place: str) -> None:
    """Take a job and never let go of it."""
    store = open_store(adapter, place)
    leases = Leases(store.documents, clock=SystemClock(), holder=new_holder())
    lease = await leases.take("sweep", 1)
    assert isinstance(lease, Lease)
    print(lease.job, flush=True)
    await asyncio.Event().wait()


class StillClock(SystemClock):
    """A moment that all processes share; waiting still takes its time."""

    def now_s(self) -> float:
        return 1_700_000_000.0


async def take_turns(adapter: str, place: str) -> None:
    """Make as much content as is allowed at this moment; prints each turn."""
    store = open_store(adapter, place)
    governor = Governor(store.documents, StillClock(), PUBLISHED, longest_wait_s=0)
    with suppress(RetryLater):
        while True:
            await governor.turn("acme")
            print("turn", flush=True)
    await store.close()


async def add_for_ever(adapter: str, place: str) -> None:
    """Eight writers, each with one delivery under way until the process is killed."""
    store = open_store(adapter, place)

    async def add() -> None:
        while True:
            guid = str(uuid.uuid4())
            assert await store.deliveries.add(_delivery(guid))
            print(guid, flush=True)

    await asyncio.gather(*(add() for _ in range(8)))


async def send_for_ever(adapter: str, place: str) -> None:
    """Send until the process is killed."""
    queue = open_queue(adapter, place)
    for number in count():
        await queue.send([Message(f"run:{number}", f"key-{number % KEYS}")])
        print(f"run:{number}", flush=True)


async def work_off(adapter: str, place: str) -> None:
    """Claim and acknowledge until the queue is empty; prints when each was held."""
    queue = open_queue(adapter, place)
    while (await queue.stats()).depth:
        for claim in await queue.claim(limit=3, visibility_s=60):
            claimed_ns = time.monotonic_ns()
            await asyncio.sleep(0)
            let_go_ns = time.monotonic_ns()
            assert await queue.ack(claim)
            print(claim.message.key, claim.message.id, claimed_ns, let_go_ns, flush=True)
    await queue.close()


async def claim_and_hang(adapter: str, place: str) -> None:
    """Claim everything for a minute and never let go."""
    queue = open_queue(adapter, place)
    for claim in await queue.claim(limit=100, visibility_s=60):
        print(claim.message.id, flush=True)
    await asyncio.Event().wait()


def _delivery(guid: str) -> Delivery:
    body = guid.encode() * 100
    return Delivery(guid=guid, event="issues", body=body, key="acme/shop", received_at_s=1.0)


WHATS = {
    each.__name__: each
    for each in (
        *(add_for_ever, claim_and_hang, count_and_add, race, send_for_ever, work_off),
        *(lease_and_hang, lease_each, take_turns),
    )
}

if __name__ == "__main__":
    # Standard output is for what was acknowledged alone.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(WHATS[sys.argv[1]](*sys.argv[2:]))
