"""``paved-road sandbox``: a GitHub on this machine and the bot beside it, in one process.

The bot is wired as in production and knows the local GitHub by its HTTP alone.
Stopped and started again on the same folder, it goes on where it was.
"""

import argparse
import asyncio
import errno
import json
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.app import listening_socket, open_bot, serving
from bot.cli.interrupt import told_to_stop
from bot.cli.sandbox_cloud import LocalCloud, local_cloud
from bot.errors import PortTaken
from bot.localhub import ActRunner, LocalHub, Unavailable
from bot.localhub.state.apps import App
from bot.logs import start_logs
from bot.settings import Settings
from bot.setup import read_manifest
from bot.shipped import CATALOG as SHIPPED_CATALOG
from bot.templates.folder import read_folder

CANNOT_RUN = 2
ORGANIZATION = "acme"
CATALOG = f"{ORGANIZATION}/catalog"
APP = "paved-road"
PEOPLE = {  # login: the teams of catalog/organization.yml they are in
    "dana": ("payments",),
    "petra": ("platform",),
    "tom": ("payments", "platform"),
    "sam": (),
}


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox: where to click, and the two halves for tests."""

    url: str
    bot_url: str
    hub: LocalHub
    cloud: LocalCloud | None = None


@asynccontextmanager
async def open_sandbox(
    folder: Path,
    *,
    port: int,
    actions: bool = False,
    cloud: bool = False,
) -> AsyncIterator[Sandbox]:
    """Run both until the block ends. ``folder`` exists; ``port`` 0 picks one for the pages.

    ``actions`` runs workflows on this machine, and ``cloud`` gives them an AWS to deploy
    to; raises Unavailable where what that needs is missing.
    """
    async with AsyncExitStack() as stack:
        aws = await stack.enter_async_context(local_cloud(folder)) if cloud else None
        runner = _runner(folder, aws) if actions or cloud else None
        yield await _open(folder, port, runner, aws, stack)


async def _open(
    folder: Path,
    port: int,
    runner: ActRunner | None,
    aws: LocalCloud | None,
    stack: AsyncExitStack,
) -> Sandbox:
    listening = listening_socket("127.0.0.1", 0)
    bot_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    hub = await stack.enter_async_context(
        LocalHub.start(folder / "github", port=port, runner=runner)
    )
    app = _people_and_app(hub, bot_url, _secret(folder))
    for name, value in (aws.variables if aws else {}).items():
        hub.set_variable(name, value, organization=ORGANIZATION)
    settings = Settings.from_env(_environment(hub, app, folder))
    bot = await stack.enter_async_context(open_bot(settings, redactor=start_logs(settings)))
    await bot.registration.keep_in_line()
    await stack.enter_async_context(serving(bot, listening, worker=True))
    return Sandbox(url=hub.url, bot_url=bot_url, hub=hub, cloud=aws)


def _runner(folder: Path, aws: LocalCloud | None) -> ActRunner:
    """act, to whom the sandbox's own records stay hidden. Raises Unavailable."""
    hidden = [folder.resolve()]
    if aws is None:
        return ActRunner(hidden=hidden)
    return ActRunner(hidden=hidden, environment=aws.environment, readable=aws.readable)


def run(arguments: argparse.Namespace, _environment: Mapping[str, str]) -> int:
    """Run until interrupted."""
    arguments.folder.mkdir(parents=True, exist_ok=True)
    try:
        asyncio.run(_run(arguments))
    except Unavailable as missing:
        wanted = "--cloud" if arguments.cloud else "--actions"
        print(f"{wanted} cannot be had: {missing}", file=sys.stderr)
        return CANNOT_RUN
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTaken(
            f"Port {arguments.port} is taken: another sandbox? Choose one with --port, 0 for any."
        ) from None
    return 0


async def _run(arguments: argparse.Namespace) -> None:
    stop, folder = told_to_stop(), arguments.folder
    async with open_sandbox(
        folder, port=arguments.port, actions=arguments.actions, cloud=arguments.cloud
    ) as sandbox:
        print(welcome(sandbox, folder), flush=True)
        await stop.wait()


def welcome(sandbox: Sandbox, folder: Path) -> str:
    """What is printed at the start: where to click, and what runs."""
    return f"""
Paved Road is running with a GitHub of its own. No account, no network.

  1. Open       {sandbox.url}/signin?next=/{CATALOG}/issues/new/choose
  2. Sign in    as dana, a developer of the payments team
  3. Choose     New Kotlin library, fill the form, submit
  4. Watch      one comment tick through the steps until it links your repository

  Others        petra approves for the platform team, tom writes templates, sam is in no team
  Clone it      git clone {sandbox.url}/{ORGANIZATION}/<name>.git
  Metrics       {sandbox.bot_url}/metrics
  Workflows     {_workflows(sandbox.hub)}
  Cloud         {_cloud(sandbox.cloud)}
  Data          {folder}  (delete it to start over)

Ctrl-C stops it; the next start goes on where this one ended.
"""


def _workflows(hub: LocalHub) -> str:
    """What happens to workflow runs here, as people have to know it."""
    runner = hub.runner
    if not isinstance(runner, ActRunner):
        return "wait until you say on their page how they end; --actions runs them for real"
    if runner.isolated:
        return "RUN ON THIS MACHINE, writing in a folder of their own, with its network"
    return "RUN ON THIS MACHINE WITHOUT ISOLATION, as you; bubblewrap would fence them in"


def _cloud(aws: LocalCloud | None) -> str:
    """Where deployments go, and how to see a bad one."""
    if aws is None:
        return "none; --cloud gives deployments an AWS on this machine"
    return f"an AWS at {aws.url}; while {aws.unwell} exists, every canary fails its health check"


def _people_and_app(hub: LocalHub, bot_url: str, secret: str) -> App:
    """Make what is missing: organisation, people, teams, catalog, App."""
    hub.add_organization(ORGANIZATION, plan="enterprise")
    for login in PEOPLE:
        hub.add_user(login)
        hub.add_member(ORGANIZATION, login, role="admin" if login == "petra" else "member")
    for team in _yaml(SHIPPED_CATALOG / "organization.yml")["teams"]:
        members = [login for login, teams in PEOPLE.items() if team["slug"] in teams]
        hub.add_team(ORGANIZATION, team["slug"], members=members)
    if hub.world.repositories.find(CATALOG) is None:
        _add_catalog(hub)
    manifest = read_manifest()
    app = hub.add_app(
        slug=APP,
        permissions=manifest.permissions,
        events=manifest.events,
        webhook_url=f"{bot_url}/webhook",
        webhook_secret=secret,
    )
    hub.install(app, ORGANIZATION)
    return app


def _add_catalog(hub: LocalHub) -> None:
    files = read_folder(SHIPPED_CATALOG)
    hub.add_repository(
        CATALOG,
        files={file.path: file.content for file in files},
        private=True,
        executables={file.path for file in files if file.executable},
    )
    for login in PEOPLE:
        hub.set_role(CATALOG, login, "admin" if login == "petra" else "read")
    hub.update_repository(hub.user("petra"), CATALOG, {"allow_forking": True})


def _environment(hub: LocalHub, app: App, folder: Path) -> dict[str, str]:
    return {
        "APP_ID": str(app.id),
        "PRIVATE_KEY": app.private_key_pem,
        "WEBHOOK_SECRET": app.webhook_secret,
        "GITHUB_API_URL": hub.api_url,
        "ORGANIZATIONS": ORGANIZATION,
        "CATALOG_REPOSITORY": CATALOG,
        "STORE_URL": f"sqlite:///{(folder / 'bot.db').resolve()}",
        "QUEUE_URL": f"sqlite:///{(folder / 'bot.db').resolve()}",
        "LOG_LEVEL": "warning",
        "LOG_FORMAT": "pretty",
        "PROGRESS_INTERVAL_MS": "500",
        "STOP_SECONDS": "2",
    }


def _secret(folder: Path) -> str:
    """The webhook secret of this sandbox, made once."""
    path = folder / "webhook-secret.json"
    if not path.exists():
        path.write_text(json.dumps(secrets.token_hex(32)))
        path.chmod(0o600)
    secret: str = json.loads(path.read_text())
    return secret


def _yaml(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text())
