"""The command line. Each command lives in a file of its own and is imported when it runs."""

import argparse
import importlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.errors import PortTaken
from bot.logs import quiet_logs
from bot.queue.port import QueueUnavailable
from bot.settings import SettingsError, environment
from bot.store.port import StoreUnavailable

CANNOT_RUN = 2
MOST_DAYS = 3660


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 fine, 1 problems found, 2 cannot run."""
    arguments = _parser().parse_args(argv)
    quiet_logs()  # a command that runs for long sets its own
    command = importlib.import_module(f"bot.cli.{arguments.command}")
    try:
        code: int = command.run(arguments, environment(Path()))
    except SettingsError as error:
        print(
            f"{error}\n\n`paved-road setup ORGANIZATION --url …` registers the App and",
            file=sys.stderr,
        )
        print("writes what is missing; `paved-road sandbox` needs nothing at all.", file=sys.stderr)
        return CANNOT_RUN
    except (PortTaken, StoreUnavailable, QueueUnavailable) as error:
        print(error, file=sys.stderr)
        return CANNOT_RUN
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="paved-road", description="A filed issue form becomes a finished repository."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _sandbox(commands)
    serve = commands.add_parser("serve", help="webhooks and worker in one process")
    serve.add_argument("--no-worker", action="store_true", help="take webhooks only")
    commands.add_parser("work", help="a worker alone")
    _setup(commands)
    doctor = commands.add_parser("doctor", help="check everything and say what to do")
    doctor.add_argument("--json", action="store_true", help="for programs")
    _template(commands)
    audit = commands.add_parser("audit", help="the log of every action")
    audit.add_argument("action", choices=["verify"])
    _runs(commands)
    _queue(commands)
    _deployments(commands)
    _store(commands)
    return parser


def _sandbox(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    sandbox = commands.add_parser(
        "sandbox", help="a GitHub on this machine with the bot beside it; no account, no network"
    )
    sandbox.add_argument("--port", type=int, default=4000, help="of the pages; 0 picks a free one")
    sandbox.add_argument("--folder", type=Path, default=Path("sandbox-data"), help="where it keeps")
    sandbox.add_argument(
        "--actions",
        action="store_true",
        help="run workflows on this machine with act, with its network; only for code you trust",
    )
    sandbox.add_argument(
        "--cloud",
        action="store_true",
        help="deploy for real to an AWS on this machine (moto) by Terraform; with --actions",
    )


def _setup(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    setup = commands.add_parser("setup", help="register the App and keep its credentials")
    setup.add_argument("organization", help="the organisation's login on GitHub")
    setup.add_argument(
        "--url", required=True, help="where GitHub reaches the bot: https://road.example.com"
    )
    setup.add_argument(
        "--listen",
        type=_host_and_port,
        metavar="HOST:PORT",
        help="serve the pages at --url instead of on this machine's own address",
    )
    kept = setup.add_mutually_exclusive_group()
    kept.add_argument("--env", type=Path, default=Path(".env"), help="the file to write (.env)")
    kept.add_argument("--secret", default="", help="a secret of AWS Secrets Manager, instead")
    setup.add_argument("--catalog", default="catalog", help="name of the catalog repository")
    setup.add_argument("--github", default="https://github.com", help="the GitHub to register at")
    setup.add_argument("--no-browser", action="store_true", help="print the page's address only")


def _host_and_port(typed: str) -> tuple[str, int]:
    """``HOST:PORT``, an IPv6 address in brackets. Raises ArgumentTypeError."""
    host, colon, port = typed.rpartition(":")
    if not colon or not host or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65_535:
        raise argparse.ArgumentTypeError("must be HOST:PORT, such as 0.0.0.0:3000")
    return host.strip("[]"), int(port)


def _template(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    template = commands.add_parser("template", help="what the bot does with a template, offline")
    actions = template.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="every problem of a template, with its line")
    check.add_argument("path", type=Path)
    check.add_argument("--json", action="store_true", help="for programs")
    form = actions.add_parser("form", help="the issue form that the template becomes")
    form.add_argument("path", type=Path)
    render = actions.add_parser("render", help="the repository that answers become")
    render.add_argument("path", type=Path)
    render.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="answers", help="an answer"
    )
    render.add_argument("--output", type=Path, required=True, help="a folder that is not there yet")


def _runs(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    runs = commands.add_parser("runs", help="look at runs and move stuck ones on")
    actions = runs.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="every run")
    for name, help_ in (
        ("show", "one run with its steps"),
        ("retry", "go on from the failed step"),
        ("undo", "remove what the run made"),
    ):
        actions.add_parser(name, help=help_).add_argument("id")


def _queue(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    queue = commands.add_parser("queue", help="what waits to be worked on, and what was given up")
    parts = queue.add_subparsers(dest="part", required=True, metavar="PART")
    dead = parts.add_parser("dead", help="the dead letters: messages that were given up")
    actions = dead.add_subparsers(dest="action", required=True, metavar="ACTION")
    list_ = actions.add_parser("list", help="each with its time, its key and its reason")
    show = actions.add_parser("show", help="one with all that is known of it")
    show.add_argument("id")
    for action in (list_, show):
        action.add_argument("--json", action="store_true", help="for programs")
    redrive = actions.add_parser("redrive", help="work on it again, as a first attempt")
    which = redrive.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", default="")
    which.add_argument("--all", action="store_true", help="every one that is dead now")


def _deployments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    deployments = commands.add_parser("deployments", help="what was deployed, and how well")
    actions = deployments.add_subparsers(dest="action", required=True, metavar="ACTION")
    list_ = actions.add_parser("list", help="deployments of the last days, oldest first")
    figures = actions.add_parser("figures", help="how often, how fast, how many failed")
    of = figures.add_mutually_exclusive_group()
    of.add_argument("--team", default="", metavar="SLUG")
    of.add_argument("--template", default="", metavar="ID")
    figures.add_argument("--environment", default="production")
    list_.add_argument("--project", default="", metavar="OWNER/NAME")
    of.add_argument("--project", default="", metavar="OWNER/NAME")
    for action in (list_, figures):
        action.add_argument("--days", type=_days, default=30, help="how far back (30)")
        action.add_argument("--json", action="store_true", help="for programs")


def _store(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    store = commands.add_parser("store", help="move what the bot knows to another engine")
    actions = store.add_subparsers(dest="action", required=True, metavar="ACTION")
    copy = actions.add_parser(
        "copy", help="verified, and resumed by the same command; stop the bot"
    )
    copy.add_argument("source", metavar="FROM", help="sqlite:///path or mongodb://host/database")
    copy.add_argument("target", metavar="TO", help="the same; empty, or begun by an earlier copy")


def _days(typed: str) -> int:
    """Raises ValueError, which argparse tells, for what is no number of days."""
    days = int(typed)
    if not 1 <= days <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"must be from 1 to {MOST_DAYS}")
    return days
