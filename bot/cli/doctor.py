"""``paved-road doctor``: look at everything the bot leans on and say what to do."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.app import open_only_queue, open_renderer, open_store_at
from bot.clock import SystemClock
from bot.doctor import (
    AppSeen,
    Finding,
    InstallationSeen,
    PingSeen,
    Probes,
    all_well,
    as_json,
    as_text,
    examine,
)
from bot.doctor.ping import send_ping
from bot.errors import RetryLater
from bot.github.auth import AppKey
from bot.github.exchange import Answer, Exchange, NoAnswer, Refusal
from bot.github.redact import Redactor
from bot.linting import find_tools
from bot.queue.port import QueueStats
from bot.rendering import Template, TemplateFile
from bot.settings import Settings, SettingsError
from bot.setup import read_manifest, web_address

OK, PROBLEMS = 0, 1
SMALL = Template(
    "doctor",
    (
        TemplateFile("cookiecutter.json", b'{"name": "road"}'),
        TemplateFile("{{cookiecutter.name}}/README.md", b"# {{cookiecutter.name}}\n"),
    ),
)


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Exit 0 when nothing keeps the bot from working."""
    findings = asyncio.run(_examine(environment))
    print(as_json(findings) if arguments.json else as_text(findings))
    return OK if all_well(findings) else PROBLEMS


async def _examine(environment: Mapping[str, str]) -> list[Finding]:
    try:
        settings = Settings.from_env(environment)
        async with _probes(settings) as probes:
            return await examine(settings, probes, read_manifest())
    except SettingsError as error:
        return await examine(error, None, read_manifest())


@asynccontextmanager
async def _probes(settings: Settings) -> AsyncIterator[Probes]:
    clock = SystemClock()
    async with aiohttp.ClientSession() as session:
        github = _GitHub(settings, session, clock)

        async def ping() -> PingSeen:
            url = await github.hook_url()
            if not url:
                return PingSeen(url="")
            return await send_ping(session, url, secret=settings.webhook_secret)

        async def store() -> None:
            async with open_store_at(settings.store_url) as store:
                await store.check()

        async def queue() -> QueueStats:
            async with open_only_queue(settings, clock=clock) as queue:
                return await queue.stats()

        async def rendering() -> str:
            async with open_renderer(settings) as renderer:
                await renderer.render(SMALL, {})
                return renderer.isolation.name

        yield Probes(
            app=github.app,
            installed=github.installed,
            ping=ping,
            store=store,
            queue=queue,
            rendering=rendering,
            linters=_linters,
            clock=clock,
        )


class _GitHub:
    """GitHub asked as the App, once and without repeats."""

    def __init__(
        self, settings: Settings, session: aiohttp.ClientSession, clock: SystemClock
    ) -> None:
        self._exchange = Exchange(session, settings.github_api_url)
        self._key = AppKey(settings.app_id, settings.private_key, clock, Redactor(clock))
        self._web = web_address(settings.github_api_url)

    async def app(self) -> AppSeen:
        """Who we are."""
        try:
            answer = await self._get("/app")
        except Refusal as refusal:
            date = refusal.headers.get("date", "")
            return AppSeen(status=refusal.status, date=date, permissions={}, events=())
        told = answer.data
        return AppSeen(
            status=answer.status,
            date=answer.headers.get("date", ""),
            slug=told["slug"],
            html_url=told["html_url"],
            settings_url=self._settings_url(told["owner"], told["slug"]),
            permissions=told["permissions"],
            events=told["events"],
        )

    def _settings_url(self, owner: Mapping[str, Any], slug: str) -> str:
        """Where the App's owner changes it: an organisation's settings, or a person's."""
        of = f"/organizations/{owner['login']}" if owner.get("type") == "Organization" else ""
        return f"{self._web}{of}/settings/apps/{slug}"

    async def installed(self, organization: str) -> InstallationSeen | None:
        """The installation there. Raises RetryLater where GitHub says neither."""
        answer = await self._found("/orgs/{org}/installation", org=organization)
        if answer is None:
            return None
        told = answer.data
        return InstallationSeen(
            html_url=told["html_url"],
            permissions=told["permissions"],
            all_repositories=told["repository_selection"] == "all",
            suspended=bool(told.get("suspended_at")),
        )

    async def hook_url(self) -> str:
        """Where GitHub sends webhooks; empty where it has no address. Raises RetryLater."""
        answer = await self._found("/app/hook/config")
        return str(answer.data.get("url") or "") if answer else ""

    async def _found(self, template: str, **variables: str) -> Answer | None:
        """The answer, or None for what is not there. Raises RetryLater."""
        try:
            return await self._get(template, **variables)
        except Refusal as refusal:
            if refusal.status == 404:
                return None
            raise RetryLater(f"GitHub answered {refusal.status}.") from None

    async def _get(self, template: str, **variables: str) -> Answer:
        url = self._exchange.url(template, variables)
        try:
            return await self._exchange.send("GET", url, bearer=await self._key.token())
        except NoAnswer as error:
            raise RetryLater(error.reason) from None


async def _linters() -> Mapping[str, bool]:
    tools = await asyncio.to_thread(find_tools)
    return {
        "zizmor": tools.zizmor is not None,
        "actionlint": tools.actionlint is not None,
        "shellcheck": tools.shellcheck is not None,
        "detect-secrets": tools.detect_secrets is not None,
        "terraform": tools.terraform is not None,
        "a mirror of Terraform providers": bool(tools.mirrors),
    }
