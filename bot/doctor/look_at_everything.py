"""Everything is looked at, side by side, and told in the order in which it is best mended."""

import asyncio
from collections.abc import Awaitable

from bot.doctor.finding import NETWORK, Finding
from bot.doctor.look_at_app import look_at_app, look_at_installation
from bot.doctor.look_at_engines import (
    look_at_linters,
    look_at_queue,
    look_at_rendering,
    look_at_store,
)
from bot.doctor.look_at_webhook import look_at_webhook
from bot.doctor.probes import Probes
from bot.settings import Settings, SettingsError
from bot.setup import Manifest

PATIENCE_S = 15.0  # for one check


async def examine(
    settings: Settings | SettingsError, probes: Probes | None, manifest: Manifest
) -> list[Finding]:
    """Everything that was found.

    Without settings (``probes`` is then None) only the settings are judged.
    """
    if isinstance(settings, SettingsError) or probes is None:
        problems = settings.problems if isinstance(settings, SettingsError) else {}
        return [_setting(name, what) for name, what in problems.items()]
    checks = {"GitHub": look_at_app(probes, manifest)}
    for organization in settings.organizations:
        name = f"installation in {organization}"
        checks[name] = look_at_installation(probes, organization, manifest)
    checks |= {
        "webhook": look_at_webhook(probes),
        "store": look_at_store(probes, settings.store_url),
        "queue": look_at_queue(probes, settings.queue_url),
        "rendering": look_at_rendering(probes, settings.render_function),
        "linters": look_at_linters(probes),
    }
    found = await asyncio.gather(*(_in_time(name, check) for name, check in checks.items()))
    complete = Finding("settings", True, "Complete.")
    return [complete, *(finding for findings in found for finding in findings)]


def _setting(name: str, what: str) -> Finding:
    return Finding(
        f"setting {name}",
        False,
        f"{name} {what}.",
        "`paved-road setup` registers the App and writes the settings; or set it yourself.",
    )


async def _in_time(name: str, check: Awaitable[list[Finding]]) -> list[Finding]:
    try:
        return await asyncio.wait_for(check, PATIENCE_S)
    except TimeoutError:
        return [Finding(name, False, f"No answer within {PATIENCE_S:.0f} seconds.", NETWORK)]
