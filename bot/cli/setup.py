"""``paved-road setup``: register the App at GitHub with one button and keep its credentials."""

import argparse
import asyncio
import sys
import webbrowser
from collections.abc import Mapping

from bot.errors import UserError
from bot.setup import Credentials, EnvFile, Served, make_plan, run_setup
from bot.setup.secrets_manager import AwsSecret

OK, FAILED = 0, 1


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Exit 0 when the App is registered and its credentials are kept."""
    store = AwsSecret(arguments.secret) if arguments.secret else EnvFile(arguments.env)
    try:
        registered = asyncio.run(_run(arguments, environment, store))
    except UserError as error:
        told(error)
        return FAILED
    print(welcome(registered, store.place, public=arguments.listen is not None))
    return OK


async def _run(
    arguments: argparse.Namespace,
    environment: Mapping[str, str],
    store: AwsSecret | EnvFile,
) -> Credentials:
    plan = make_plan(
        arguments.organization,
        url=arguments.url,
        catalog=arguments.catalog,
        github_url=arguments.github,
        api_url=environment.get("GITHUB_API_URL", ""),
    )
    served = Served()
    if arguments.listen is not None:
        host, port = arguments.listen
        served = Served(host=host, port=port, public=True)
    quiet = arguments.no_browser or served.public
    return await run_setup(
        plan,
        store,
        open_browser=print_only if quiet else open_page,
        served=served,
        failed=told,
    )


def told(error: UserError) -> None:
    """The problem and what to do, for the terminal."""
    print(f"{error.problem}\n{error.fix}", file=sys.stderr, flush=True)


def welcome(app: Credentials, place: str, *, public: bool) -> str:
    """What was done, and what is left."""
    start = "restart it as `paved-road serve`" if public else "start `paved-road serve`"
    return f"""
{app.name} is registered. Its key and secrets are in {place}.

  1. Install it on all repositories, if you have not yet:  {app.install_url}
  2. Then {start}: it offers a first catalog by a pull request.
  3. `paved-road doctor` says whether anything is missing.
"""


def print_only(address: str) -> None:
    """For machines without a browser: the person opens the page."""
    print(f"Open {address}", flush=True)


def open_page(address: str) -> None:
    """Open the page in the person's browser, and say where it is."""
    print_only(address)
    webbrowser.open(address)
