"""``paved-road store copy FROM TO``: move what the bot knows to another engine."""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.app import open_store_at
from bot.audit import AuditLog
from bot.clock import SystemClock
from bot.settings import SettingsError, store_address
from bot.store.collections import COLLECTIONS
from bot.store.copy import Copied, StoresDiffer, copy_store
from bot.store.port import Store, StoreUnavailable

OK, DIFFERENT, CANNOT_RUN = 0, 1, 2


def run(arguments: argparse.Namespace, _environment: Mapping[str, str]) -> int:
    """Exit 0 when both stores hold the same, 1 when they do not, 2 when one is away."""
    try:
        return asyncio.run(_copy(*_addresses(arguments)))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return CANNOT_RUN
    except StoresDiffer as difference:
        print(difference, file=sys.stderr)
        return DIFFERENT
    except StoreUnavailable as error:
        print(f"{error}\nNothing is lost: the same command goes on from here.", file=sys.stderr)
        return CANNOT_RUN


def _addresses(arguments: argparse.Namespace) -> tuple[str, str]:
    """Where from and where to. Raises SettingsError."""
    source = store_address("FROM", arguments.source)
    target = store_address("TO", arguments.target)
    if source == target:
        raise SettingsError({"TO": "is the same store as FROM"})
    if source.startswith("sqlite:") and not Path(source.removeprefix("sqlite:///")).is_file():
        raise SettingsError({"FROM": "names a file that does not exist"})
    return source, target


async def _copy(source_url: str, target_url: str) -> int:
    async with open_store_at(source_url) as source, open_store_at(target_url) as target:
        await source.check()
        await target.check()
        copied = await copy_store(source, target, COLLECTIONS, tell=_tell)
        problem = await _audit_problem(source, target)
    if problem:
        print(problem, file=sys.stderr)
        return DIFFERENT
    print(
        f"\nBoth hold the same {sum(each.count for each in copied)} records; set STORE_URL to the"
    )
    print("new store and start the bot. What was unfinished goes on by itself.")
    return OK


def _tell(copied: Copied) -> None:
    print(f"{copied.name:<18} {copied.count:>9}  {copied.written:>9} written  {copied.sha256[:16]}")


async def _audit_problem(source: Store, target: Store) -> str:
    """Why the audit log is not the same unbroken chain on both sides; empty where it is."""
    clock = SystemClock()
    before, after = [
        await AuditLog(each.documents, clock=clock).verify() for each in (source, target)
    ]
    if not after.ok:
        return f"The audit log is broken after {after.count} entries: {after.problem}."
    print(f"audit chain: {after.count} entries hold, the last has the hash {after.head}")
    return "" if before == after else "The audit log of the source reads otherwise."
