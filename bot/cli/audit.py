"""``paved-road audit verify``: read the whole log and say whether it is as it was written."""

import argparse
import asyncio
import sys
from collections.abc import Mapping

from bot.app import open_store
from bot.audit import AuditLog
from bot.clock import SystemClock
from bot.settings import Settings


def run(_arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Exit 0 when every entry holds, 1 when one does not."""
    return asyncio.run(_verify(Settings.from_env(environment)))


async def _verify(settings: Settings) -> int:
    async with open_store(settings) as (store, _queue):
        verdict = await AuditLog(store.documents, clock=SystemClock()).verify()
    if verdict.ok:
        print(f"{verdict.count} entries hold. The last has the hash {verdict.head}.")
        return 0
    print(f"The log is broken after {verdict.count} entries: {verdict.problem}.", file=sys.stderr)
    return 1
