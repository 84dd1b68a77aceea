"""``paved-road serve``: webhooks, and the worker unless it runs elsewhere."""

import argparse
from collections.abc import Mapping

from bot.app import listening_socket, open_bot, run_fast, serving
from bot.cli.interrupt import told_to_stop
from bot.logs import start_logs
from bot.settings import Settings


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Serve until SIGTERM or SIGINT; what is under way may finish first."""
    settings = Settings.from_env(environment)
    run_fast(_serve(settings, worker=not arguments.no_worker))
    return 0


async def _serve(settings: Settings, *, worker: bool) -> None:
    stop = told_to_stop()
    listening = listening_socket(settings.host, settings.port)
    async with (
        open_bot(settings, redactor=start_logs(settings)) as bot,
        serving(bot, listening, worker=worker),
    ):
        await stop.wait()
