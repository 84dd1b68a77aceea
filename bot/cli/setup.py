"""``paved-road setup``: register the App at GitHub with one button and write ``.env``."""

import argparse
import asyncio
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from bot.errors import UserError
from bot.setup import run_setup

OK, FAILED = 0, 1


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Exit 0 when the App is registered and its settings are written."""
    try:
        registered = asyncio.run(
            run_setup(
                arguments.organization,
                webhook_url=arguments.url,
                env_path=Path(".env"),
                open_browser=print_only if arguments.no_browser else open_page,
                catalog=arguments.catalog,
                github_url=arguments.github,
                api_url=environment.get("GITHUB_API_URL", "https://api.github.com"),
            )
        )
    except UserError as error:
        print(f"{error.problem}\n{error.fix}", file=sys.stderr)
        return FAILED
    print(f"Registered. Install it on all repositories: {registered.install_url}")
    return OK


def print_only(address: str) -> None:
    """For machines without a browser: the person opens the page."""
    print(f"Open {address}", flush=True)


def open_page(address: str) -> None:
    """Open the page in the person's browser, and say where it is."""
    print_only(address)
    webbrowser.open(address)
