"""``paved-road queue dead``: what was given up and why, and trying it once more."""

import argparse
import asyncio
import datetime as dt
import json
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any

import structlog

from bot.app import Bot, open_bot, open_store
from bot.queue.port import DeadMessage, Queue, QueueUnavailable
from bot.settings import Settings
from bot.store.port import Store, StoreUnavailable

OK, NOT_THERE, CANNOT_RUN = 0, 1, 2


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do one of list, show, redrive with the dead letters of the configured queue."""
    settings = Settings.from_env(environment)
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    try:
        return asyncio.run(_run(arguments, settings))
    except (QueueUnavailable, StoreUnavailable) as error:
        print(error, file=sys.stderr)
        return CANNOT_RUN


async def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.action == "redrive":
        async with open_bot(settings) as bot:
            return await (_redrive_all(bot) if arguments.all else _redrive(bot, arguments.id))
    async with open_store(settings) as (store, queue):
        if arguments.action == "list":
            return await _list(queue, as_json=arguments.json)
        return await _show(store, queue, arguments.id, as_json=arguments.json)


async def _dead(queue: Queue) -> AsyncIterator[DeadMessage]:
    after = ""
    while page := await queue.dead(after=after):
        for each in page:
            yield each
        after = page[-1].message.id


async def _find(queue: Queue, message_id: str) -> DeadMessage | None:
    async for each in _dead(queue):
        if each.message.id == message_id:
            return each
    print(
        f"There is no dead letter {message_id}; `paved-road queue dead list` names them.",
        file=sys.stderr,
    )
    return None


async def _list(queue: Queue, *, as_json: bool) -> int:
    found = [each async for each in _dead(queue)]
    if as_json:
        _print_json([_of(each) for each in found])
        return OK
    for each in found:
        words = (each.message.id, _when(each.died_at_s), each.message.key, each.reason)
        print("  ".join(map(_line, words)))
    if not found:
        print("No message was given up.")
    return OK


async def _show(store: Store, queue: Queue, message_id: str, *, as_json: bool) -> int:
    found = await _find(queue, message_id)
    if found is None:
        return NOT_THERE
    kind, _, id_ = message_id.partition(":")
    delivery = await store.deliveries.get(id_) if kind == "delivery" else None
    about: dict[str, Any] = {}
    if delivery is not None:
        about = {"event": delivery.event, "received_at": _when(delivery.received_at_s)}
    if as_json:
        _print_json(_of(found) | about)
        return OK
    told = {"message": message_id, "of": found.message.key, "given up": _when(found.died_at_s)}
    told |= {"attempts": str(found.attempts), "because": found.reason}
    told |= {name.replace("_at", ""): text for name, text in about.items()}
    for name, text in told.items():
        print(f"{name:<9} {_line(text)}")
    if kind == "delivery" and delivery is None:
        print("Its delivery is no longer kept, so there is nothing left to do again.")
    else:
        print(f"\nTry it again: paved-road queue dead redrive {_line(message_id)}")
    return OK


async def _redrive(bot: Bot, message_id: str) -> int:
    if await _find(bot.queue, message_id) is None:
        return NOT_THERE
    print(await _again(bot, message_id))
    return OK


async def _redrive_all(bot: Bot) -> int:
    """Those that are dead now: one that dies again meanwhile waits for the next time."""
    ids = [each.message.id async for each in _dead(bot.queue)]
    for message_id in ids:
        print(await _again(bot, message_id))
    if not ids:
        print("No message was given up.")
    return OK


async def _again(bot: Bot, message_id: str) -> str:
    """Its subject is opened again, then its message queued: a kill between leaves it dead."""
    kind, _, id_ = message_id.partition(":")
    if kind == "run":
        told = await _reopen_run(bot, id_)
    else:
        told = await _reopen_delivery(bot.store, id_)
    if not await bot.queue.redrive(message_id):
        return f"{_line(message_id)} was redriven by somebody else."
    return f"{_line(message_id)} is queued{told}"


async def _reopen_run(bot: Bot, run_id: str) -> str:
    found = await bot.runs.get(run_id)
    if found is None:
        return ", but there is no such run."
    if not found.may_be_retried:
        return f"; its run is {found.state.value}."
    await bot.engine.reopen(run_id)
    return "; a worker goes on from its failed step."


async def _reopen_delivery(store: Store, guid: str) -> str:
    delivery = await store.deliveries.get(guid)
    if delivery is None:
        return ", but its delivery is no longer kept: a worker lets it go."
    if delivery.outcome == "dead":
        await store.deliveries.finish(guid, "redriven")
    return "; a worker handles it again."


def _of(dead: DeadMessage) -> dict[str, Any]:
    return {
        "id": dead.message.id,
        "key": dead.message.key,
        "attempts": dead.attempts,
        "reason": dead.reason,
        "died_at": _when(dead.died_at_s),
    }


def _when(at_s: float) -> str:
    return dt.datetime.fromtimestamp(at_s, tz=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _line(text: str) -> str:
    """On one line, and without what would steer a terminal."""
    return "".join(each if each.isprintable() else " " for each in text)


def _print_json(told: object) -> None:
    print(json.dumps(told, indent=2, ensure_ascii=False))
