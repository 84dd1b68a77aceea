"""``paved-road work``: a worker alone; as many of them as there is work for."""

import argparse
from collections.abc import Mapping

from bot.app import open_bot, run_fast, working
from bot.cli.interrupt import told_to_stop
from bot.logs import start_logs
from bot.settings import Settings


def run(_arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Work until SIGTERM or SIGINT; what is under way may finish first."""
    run_fast(_work(Settings.from_env(environment)))
    return 0


async def _work(settings: Settings) -> None:
    stop = told_to_stop()
    async with open_bot(settings, redactor=start_logs(settings)) as bot, working(bot):
        await stop.wait()
