"""``python -m tests.benchmarks.claims COUNT`` sends so many messages and works them off.

The engine is chosen by the environment, as for the bot. Prints claims and
acknowledgements per second.
"""

import asyncio
import os
import sys
import time

from bot.app import open_store
from bot.queue.port import Message, Queue
from bot.settings import Settings

TOGETHER = 8


async def main(count: int) -> None:
    """Claim eight at a time and acknowledge them, until all are done."""
    async with open_store(Settings.from_env(os.environ)) as (_, queue):
        await queue.send([Message(f"run:{n}", f"key-{n}") for n in range(count)])
        started_s = time.perf_counter()
        done = 0
        while done < count:
            done += await _claim_and_ack(queue)
        print(done / (time.perf_counter() - started_s))


async def _claim_and_ack(queue: Queue) -> int:
    claims = await queue.claim(limit=TOGETHER, visibility_s=60)
    if not claims:
        await queue.wait(1)
    if not all(await asyncio.gather(*(queue.ack(claim) for claim in claims))):
        raise RuntimeError("a claim ran out while it was measured")
    return len(claims)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
