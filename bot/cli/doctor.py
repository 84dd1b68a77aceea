"""``paved-road doctor``: look at everything the bot leans on and say what to do."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp

from bot.app import open_store
from bot.clock import SystemClock
from bot.doctor import AppSeen, Finding, Probes, all_well, as_json, as_text, examine
from bot.errors import RetryLater
from bot.github.auth import AppKey
from bot.github.exchange import Exchange, NoAnswer, Refusal
from bot.github.redact import Redactor
from bot.linting import find_tools
from bot.rendering import detect_isolation
from bot.settings import Settings, SettingsError
from bot.setup import read_manifest

OK, PROBLEMS = 0, 1


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
    key = AppKey(settings.app_id, settings.private_key, clock, Redactor(clock))
    async with aiohttp.ClientSession() as session, open_store(settings) as (store, queue):
        exchange = Exchange(session, settings.github_api_url)

        async def isolation() -> str:
            return (await asyncio.to_thread(detect_isolation)).name

        async def linters() -> Mapping[str, bool]:
            tools = await asyncio.to_thread(find_tools)
            return {
                "zizmor": tools.zizmor is not None,
                "actionlint": tools.actionlint is not None,
                "shellcheck": tools.shellcheck is not None,
                "detect-secrets": tools.detect_secrets is not None,
                "terraform": tools.terraform is not None,
                "a mirror of Terraform providers": bool(tools.mirrors),
            }

        yield Probes(
            app=lambda: _app(exchange, key),
            installed=lambda organization: _installed(exchange, key, organization),
            store=store.check,
            queue=queue.stats,
            isolation=isolation,
            linters=linters,
            clock=clock,
        )


async def _app(exchange: Exchange, key: AppKey) -> AppSeen:
    """GitHub's answer to who we are, once and without repeats."""
    try:
        answer = await exchange.send("GET", exchange.url("/app", {}), bearer=await key.token())
    except Refusal as refusal:
        date = refusal.headers.get("date", "")
        return AppSeen(status=refusal.status, date=date, permissions={}, events=())
    except NoAnswer as error:
        raise RetryLater(error.reason) from None
    return AppSeen(
        status=answer.status,
        date=answer.headers.get("date", ""),
        slug=answer.data["slug"],
        permissions=answer.data["permissions"],
        events=answer.data["events"],
    )


async def _installed(exchange: Exchange, key: AppKey, organization: str) -> bool:
    url = exchange.url("/orgs/{org}/installation", {"org": organization})
    try:
        await exchange.send("GET", url, bearer=await key.token())
    except Refusal:
        return False
    except NoAnswer as error:
        raise RetryLater(error.reason) from None
    return True
