"""The stage of every journey: a local GitHub over HTTP, people, a catalog, and the bot.

The bot is wired as in production and knows GitHub by its API alone. It runs in
this process, or as ``paved-road serve`` in one of its own that can be killed.
"""

import asyncio
import base64
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.app import Bot, listening_socket, open_bot, serving
from bot.localhub import LocalHub
from bot.settings import Settings
from bot.setup import read_manifest
from bot.store.port import Documents
from bot.templates.folder import read_folder

CATALOG = "acme/catalog"
FOLDER = Path(__file__).parents[1] / "data" / "catalog"
SECRET = "a-webhook-secret-for-tests"
PATIENCE_S = 180.0

ANSWERS = {
    "Repository name": "money-kit",
    "Description": "Counts money",
    "Team": "payments",
    "Cost center": "CC-100",
    "Visibility": "private",
    "Greeting": "Hello",
    "Tone": "formal",
}


def body(**changed: str) -> str:
    """The body of an issue filed with the greeter's form, as GitHub renders it."""
    answers = ANSWERS | changed
    return "\n\n".join(f"### {label}\n\n{answer}" for label, answer in answers.items())


def catalog_files() -> dict[str, bytes]:
    """The catalog's files by path."""
    return {file.path: file.content for file in read_folder(FOLDER)}


@dataclass
class World:
    """The local GitHub with an App whose webhooks go to one address."""

    hub: Any
    app: Any
    environment: dict[str, str]
    webhook_port: int
    dana: Any
    petra: Any
    session: aiohttp.ClientSession
    bot: Bot | None = None
    processes: list[Process] = field(default_factory=list)

    async def file(self, text: str, *, template: str = "greeter", by: Any = None) -> int:
        """File a form as the page does: its label counts whoever files it."""
        issue = self.hub.create_issue(
            by or self.dana,
            CATALOG,
            "New project",
            text,
            [f"template:{template}"],
            from_form=True,
        )
        number: int = issue.number
        return number

    async def api(
        self, method: str, path: str, *, by: Any = None, json: Any = None
    ) -> tuple[int, Any]:
        """Ask the REST API as a person."""
        headers = {
            "Authorization": f"Bearer {(by or self.petra).token}",
            "User-Agent": "a-person",
        }
        url = f"{self.hub.api_url}{path}"
        async with self.session.request(method, url, json=json, headers=headers) as answer:
            told = await answer.json() if answer.content_type == "application/json" else None
            return answer.status, told

    async def comment(self, number: int, text: str, *, by: Any = None) -> None:
        """Write a comment as a person."""
        path = f"/repos/{CATALOG}/issues/{number}/comments"
        status, told = await self.api("POST", path, by=by or self.dana, json={"body": text})
        assert status == 201, told

    async def edit(self, number: int, text: str, *, by: Any = None) -> None:
        """Edit the issue's text as a person."""
        path = f"/repos/{CATALOG}/issues/{number}"
        status, told = await self.api("PATCH", path, by=by or self.dana, json={"body": text})
        assert status == 200, told

    async def comments(self, number: int) -> list[str]:
        """The texts of the bot's comments on an issue, oldest first."""
        _, told = await self.api("GET", f"/repos/{CATALOG}/issues/{number}/comments?per_page=100")
        return [each["body"] for each in told if each["user"]["type"] == "Bot"]

    async def until(self, number: int, words: str, *, within_s: float = PATIENCE_S) -> str:
        """The first bot comment on the issue that holds ``words``, once there is one."""
        async with asyncio.timeout(within_s):
            with self.hub.changes.subscribe(f"issue:{CATALOG}#{number}") as changes:
                while True:
                    for text in await self.comments(number):
                        if words in text:
                            return text
                    await anext(changes)

    async def until_issue(self, title: str, state: str) -> None:
        """Return once the catalog has an issue of that title in that state."""
        path = f"/repos/{CATALOG}/issues?state={state}&per_page=100"
        async with asyncio.timeout(PATIENCE_S):
            with self.hub.changes.subscribe(f"repo:{CATALOG}") as changes:
                while title not in [each["title"] for each in (await self.api("GET", path))[1]]:
                    await anext(changes)

    async def until_check(
        self, sha: str, name: str, *, conclusion: str, within_s: float = PATIENCE_S
    ) -> dict[str, Any]:
        """The newest check run of that name on a commit, once it has that conclusion."""
        path = f"/repos/{CATALOG}/commits/{sha}/check-runs?per_page=100&check_name={quote(name)}"
        async with asyncio.timeout(within_s):
            with self.hub.changes.subscribe(f"checks:{CATALOG}@{sha}") as changes:
                while True:
                    _, told = await self.api("GET", path)
                    for run in told["check_runs"]:
                        if run["conclusion"] == conclusion:
                            found: dict[str, Any] = run
                            return found
                    await anext(changes)

    async def annotations(self, run: dict[str, Any]) -> list[tuple[str, int, str]]:
        """Path, line and rule of each annotation of a check run."""
        path = f"/repos/{CATALOG}/check-runs/{run['id']}/annotations?per_page=100"
        _, told = await self.api("GET", path)
        return [(each["path"], each["start_line"], each["title"]) for each in told]

    async def until_file(self, path: str, words: str) -> None:
        """Return once the catalog's default branch has the file with these words."""
        async with asyncio.timeout(PATIENCE_S):
            with self.hub.changes.subscribe(f"repo:{CATALOG}") as changes:
                while words not in await self.text(path):
                    await anext(changes)

    async def text(self, path: str) -> str:
        """A text file of the catalog's default branch; empty where there is none."""
        status, told = await self.api("GET", f"/repos/{CATALOG}/contents/{path}")
        return base64.b64decode(told["content"]).decode() if status == 200 else ""

    async def catalog_is_read(self) -> None:
        """Return once the bot has written the catalog's forms."""
        path = f"/repos/{CATALOG}/contents/.github/ISSUE_TEMPLATE"
        async with asyncio.timeout(PATIENCE_S):
            with self.hub.changes.subscribe(f"repo:{CATALOG}") as changes:
                while (await self.api("GET", path))[0] != 200:
                    await anext(changes)

    async def catalog_is_checked(self) -> None:
        """Return once the templates that were there from the beginning are checked and offered."""
        await self.catalog_is_read()
        _, commits = await self.api("GET", f"/repos/{CATALOG}/commits")
        await self.until_check(commits[-1]["sha"], "Paved Road: greeter", conclusion="success")

    async def until_recorded(self, ask: Callable[[Documents], Awaitable[bool]]) -> None:
        """Return once the bot's records say so."""
        assert self.bot is not None
        async with asyncio.timeout(PATIENCE_S):
            while not await ask(self.bot.store.documents):
                await self.bot.queue.wait(0.05)

    async def do_now(self, job: str) -> None:
        """What the bot does every so often is done at once."""
        assert self.bot is not None
        (found,) = [each for each in self.bot.jobs if each.name == job]
        await found.do()

    async def repositories(self) -> list[str]:
        """Full names of the organisation's repositories."""
        _, told = await self.api("GET", "/orgs/acme/repos?per_page=100")
        return sorted(each["full_name"] for each in told)

    async def repositories_by_page(self) -> list[str]:
        """Every repository of the organisation, however many."""
        names: list[str] = []
        page = 1
        while True:
            _, told = await self.api("GET", f"/orgs/acme/repos?per_page=100&page={page}")
            names += [each["full_name"] for each in told]
            if len(told) < 100:
                return names
            page += 1

    async def start_process(self, *arguments: str, **environment: str) -> Process:
        """Start ``paved-road serve``; returns once it answers."""
        process = await self._spawn("serve", *arguments, **environment)
        async with asyncio.timeout(PATIENCE_S):
            while not await self._answers():
                assert process.returncode is None, "the bot ended at its start"
                await asyncio.sleep(0.01)  # a process says nothing when it begins to listen
        return process

    async def start_worker(self, **environment: str) -> Process:
        """Start ``paved-road work``."""
        return await self._spawn("work", **environment)

    async def _spawn(self, *arguments: str, **environment: str) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            env=self.environment | environment,
            stderr=None if os.environ.get("SHOW_BOT") else asyncio.subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    async def kill(self, process: Process) -> None:
        """kill -9."""
        process.send_signal(signal.SIGKILL)
        await process.wait()

    async def _answers(self) -> bool:
        url = f"http://127.0.0.1:{self.webhook_port}/healthz"
        try:
            async with self.session.get(url) as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False


@asynccontextmanager
async def open_world(
    folder: Path,
    *,
    validator: Any = None,
    files: Mapping[str, bytes] | None = None,
    plan: str = "enterprise",
    start_bot: bool = True,
    settings: Mapping[str, str] | None = None,
    runner: Any = None,
) -> AsyncIterator[World]:
    """A GitHub with the organisation acme, and the bot unless a test starts it itself.

    ``runner`` executes workflows; without one they wait until the test says how they end.
    """
    async with AsyncExitStack() as stack:
        listening = listening_socket("127.0.0.1", 0)
        port = listening.getsockname()[1]
        hub = await stack.enter_async_context(
            LocalHub.start(folder / "github", validator=validator, runner=runner)
        )
        world = await _people(hub, folder, port, files, plan, settings or {}, stack)
        if start_bot:
            bot = await stack.enter_async_context(open_bot(Settings.from_env(world.environment)))
            await bot.registration.keep_in_line()
            await stack.enter_async_context(serving(bot, listening, worker=True))
            world.bot = bot
        else:
            listening.close()
        try:
            yield world
        finally:
            for process in world.processes:
                if process.returncode is None:
                    await world.kill(process)


async def _people(
    hub: Any,
    folder: Path,
    port: int,
    files: Mapping[str, bytes] | None,
    plan: str,
    settings: Mapping[str, str],
    stack: AsyncExitStack,
) -> World:
    hub.add_organization("acme", plan=plan)
    dana, petra = hub.add_user("dana"), hub.add_user("petra")
    hub.add_member("acme", "dana")
    hub.add_member("acme", "petra", role="admin")
    hub.add_team("acme", "payments", members=["dana"])
    hub.add_team("acme", "platform", members=["petra"])
    hub.add_repository(
        CATALOG,
        files=files or catalog_files(),
        private=True,
        executables=[file.path for file in read_folder(FOLDER) if file.executable],
    )
    hub.set_role(CATALOG, "dana", "read")
    manifest = read_manifest()
    app = hub.add_app(
        slug="paved-road",
        permissions=dict(manifest.permissions),
        events=list(manifest.events),
        webhook_url=f"http://127.0.0.1:{port}/webhook",
        webhook_secret=SECRET,
    )
    hub.install(app, "acme")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "APP_ID": str(app.id),
        "PRIVATE_KEY": app.private_key_pem,
        "WEBHOOK_SECRET": SECRET,
        "GITHUB_API_URL": hub.api_url,
        "ORGANIZATIONS": "acme",
        "CATALOG_REPOSITORY": CATALOG,
        "DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "FIRST_RETRY_MS": "50",
        "LOG_LEVEL": "warning",
        **settings,
    }
    return World(
        hub=hub,
        app=app,
        environment=environment,
        webhook_port=port,
        dana=dana,
        petra=petra,
        session=await stack.enter_async_context(aiohttp.ClientSession()),
    )
