"""``paved-road runs``: look at runs, move stuck ones on; for operators, beside the commands."""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping

import msgspec

from bot.app import Bot, open_bot
from bot.runs import Run, enqueue
from bot.settings import Settings

OK, NOT_THERE = 0, 1


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do one of list, show, retry, undo on the configured store."""
    return asyncio.run(_run(arguments, Settings.from_env(environment)))


async def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_bot(settings) as bot:
        if arguments.action == "list":
            await _list(bot)
            return OK
        found = await bot.runs.get(arguments.id)
        if found is None:
            print(
                f"There is no run {arguments.id}; `paved-road runs list` names them.",
                file=sys.stderr,
            )
            return NOT_THERE
        return await _ACTIONS[arguments.action](bot, found)


async def _list(bot: Bot) -> None:
    after = ""
    while page := await bot.runs.page(after=after):
        for each in page:
            print(f"{each.id}  {each.kind:<8} {each.state.value:<9} {each.subject}")
        after = page[-1].id


async def _show(_bot: Bot, found: Run) -> int:
    print(json.dumps(msgspec.to_builtins(found), indent=2, ensure_ascii=False))
    return OK


async def _retry(bot: Bot, found: Run) -> int:
    if not found.may_be_retried:
        print(f"{found.id} has not failed: it is {found.state.value}.", file=sys.stderr)
        return NOT_THERE
    await enqueue(bot.queue, await bot.engine.reopen(found.id))
    print(f"{found.id} is queued; a worker goes on from its failed step.")
    return OK


async def _undo(bot: Bot, found: Run) -> int:
    if not found.may_be_undone or not bot.engine.undoes(found):
        print(f"{found.id} cannot be undone: it is {found.state.value}.", file=sys.stderr)
        return NOT_THERE
    await enqueue(bot.queue, await bot.engine.begin_undo(found.id))
    print(f"{found.id} is queued; a worker removes what it made.")
    return OK


_ACTIONS = {"show": _show, "retry": _retry, "undo": _undo}
