"""`python -m bot.localhub FOLDER`: the hub as a process of its own, for benchmarks.

Prints one line of JSON when it is ready (address, App, people with their tokens) and
runs until it is told to stop.
"""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from bot.localhub.server import LocalHub

EVERYTHING = dict.fromkeys(
    (
        "actions",
        "administration",
        "checks",
        "contents",
        "deployments",
        "environments",
        "issues",
        "members",
        "pull_requests",
        "repository_custom_properties",
        "statuses",
        "workflows",
    ),
    "write",
)
EVENTS = (
    "issues",
    "issue_comment",
    "push",
    "pull_request",
    "check_run",
    "check_suite",
    "repository",
)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.localhub", description=__doc__)
    parser.add_argument("folder", type=Path, help="keeps everything; made when missing")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--organization", default="acme")
    parser.add_argument("--user", default="dana", help="an owner of the organisation")
    parser.add_argument("--webhook-url", default="")
    parser.add_argument("--webhook-secret", default="")
    return parser.parse_args()


async def _serve(given: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for told in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(told, stop.set)
    async with LocalHub.start(given.folder, port=given.port) as hub:
        hub.add_organization(given.organization)
        user = hub.add_user(given.user)
        hub.add_member(given.organization, given.user, role="admin")
        app = hub.add_app(
            "paved-road",
            permissions=EVERYTHING | {"organization_custom_properties": "read"},
            events=EVENTS,
            webhook_url=given.webhook_url,
            webhook_secret=given.webhook_secret,
        )
        installation = hub.install(app, given.organization)
        ready = {
            "url": hub.url,
            "api_url": hub.api_url,
            "app_id": app.id,
            "private_key": app.private_key_pem,
            "installation_id": installation.id,
            "user": user.login,
            "token": user.token,
        }
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(_serve(_arguments()))
