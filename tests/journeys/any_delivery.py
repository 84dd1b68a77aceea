"""Somebody's own delivery, played by the script of docs/any-delivery.md behind a webhook."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from markdown_it import MarkdownIt

from bot.localhub import LocalHub

PAGE = Path(__file__).parents[2] / "docs" / "any-delivery.md"
DEPLOY = """\
#!/bin/sh
printf '%s ' "$@" >> deployed
[ "$2" != production ] && ! grep --quiet --line-regexp "$1" refused
"""


def examples(language: str) -> list[str]:
    """The page's blocks in that language."""
    tokens = MarkdownIt("commonmark").parse(PAGE.read_text(encoding="utf-8"))
    return [each.content for each in tokens if each.type == "fence" and each.info == language]


@dataclass
class Delivery:
    """Somebody's server: hands each webhook's body to the page's script."""

    folder: Path
    environment: Mapping[str, str]
    said: str = ""

    @property
    def deployed(self) -> str:
        """What its ``deploy`` was told, one after the other."""
        log = self.folder / "deployed"
        return log.read_text() if log.exists() else ""

    def refuse(self, commit: str) -> None:
        """Nothing comes of that commit; nor of anything in production."""
        (self.folder / "refused").write_text(commit)

    async def hear(self, request: web.Request) -> web.Response:
        """A webhook; what the script prints is kept."""
        return web.Response(status=200 if await self.run(await request.read()) == 0 else 500)

    async def run(self, body: bytes) -> int:
        """How the page's script ended with that on its input."""
        process = await asyncio.create_subprocess_exec(
            *("bash", "deliver.sh"),
            cwd=self.folder,
            env=dict(self.environment),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate(body)
        self.said += said.decode()
        return process.returncode or 0


@asynccontextmanager
async def delivering(hub: LocalHub, folder: Path) -> AsyncIterator[Delivery]:
    """The page's script behind a webhook, with an App that may write deployments alone."""
    (folder / "deliver.sh").write_text(examples("sh")[0])
    (folder / "refused").touch()
    program = folder / "deploy"
    program.write_text(DEPLOY)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    app = hub.add_app(
        "jenkins",
        permissions={"deployments": "write", "metadata": "read"},
        events=["deployment"],
    )
    environment = {
        "PATH": os.environ["PATH"],
        "GITHUB_TOKEN": hub.mint_token(hub.install(app, "acme")).token,
        "GITHUB_API_URL": hub.api_url,
    }
    made = Delivery(folder, environment)
    application = web.Application()
    application.router.add_post("/deployments", made.hear)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    app.webhook_url = f"http://127.0.0.1:{runner.addresses[0][1]}/deployments"
    app.webhook_secret = "a-secret"
    try:
        yield made
    finally:
        await runner.cleanup()
