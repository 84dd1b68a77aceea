"""What following the catalog costs: a hundred templates, one commit, and GitHub's requests.

The local GitHub runs in this process and counts; nothing is delayed. Requests are the
promise here; the time is told beside it, against writing the same forms without GitHub.
"""

import logging
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import structlog

from bot.app import open_bot
from bot.forms import form_yaml
from bot.organization import parse_organization
from bot.settings import Settings
from bot.templates.registration.publish import form_of
from bot.templates.version_record import TemplateVersions
from tests.benchmarks.figure import Figure
from tests.journeys.world import CATALOG, World, catalog_files, open_world

TEMPLATES = 100
MOST_REQUESTS, MOST_IRRELEVANT = 6, 2


async def measure() -> list[Figure]:
    """A new cost center changes every form; then a push that concerns no template."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with open_world(folder, files=_catalog(), start_bot=False) as world:
            return await _measured(world)


async def _measured(world: World) -> list[Figure]:
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)
    async with open_bot(Settings.from_env(world.environment)) as bot:
        await bot.registration.keep_in_line()
        await bot.registration.refresh(anyway=True)
        organization = catalog_files()["organization.yml"]
        wider = organization.replace(b"[CC-100, CC-110]", b"[CC-100, CC-110, CC-120]")
        _push(world, {"organization.yml": wider})
        forms_s, requests = await _refreshed(world, bot.registration.refresh)
        versions = await TemplateVersions(bot.store.documents).all_offered()
        current = parse_organization(wider.decode())
        began_s = time.perf_counter()
        for version in versions:
            form_yaml(form_of(version, current))
        alone_s = time.perf_counter() - began_s
        await bot.registration.refresh(anyway=True)
        _push(world, {"docs/notes.md": b"Notes\n"})
        _, irrelevant = await _refreshed(world, bot.registration.refresh)
    return [
        Figure(
            name=f"forms of {len(versions)} templates, one commit",
            value=forms_s * 1000,
            unit="ms",
            reference=alone_s * 1000,
            ratio=forms_s / alone_s,
        ),
        Figure(
            name="the same, REST requests",
            value=requests,
            unit="",
            target=f"≤ {MOST_REQUESTS}",
            met=requests <= MOST_REQUESTS and len(versions) == TEMPLATES,
        ),
        Figure(
            name="a push that concerns no template, REST requests",
            value=irrelevant,
            unit="",
            target=f"≤ {MOST_IRRELEVANT}",
            met=irrelevant <= MOST_IRRELEVANT,
        ),
    ]


def _catalog() -> dict[str, bytes]:
    """The usual catalog with its greeter a hundred times over."""
    files = catalog_files()
    kept = {path: text for path, text in files.items() if not path.startswith("templates/")}
    for number in range(TEMPLATES):
        id_ = f"kit{number:03}"
        for path, text in files.items():
            if path.startswith("templates/greeter/"):
                kept[path.replace("greeter", id_)] = text.replace(
                    b"id: greeter", f"id: {id_}".encode()
                )
    return kept


def _push(world: World, files: Mapping[str, bytes]) -> None:
    world.hub.commit_files(world.petra, CATALOG, "main", dict(files), message="Change")


async def _refreshed(world: World, refresh: Callable[[], Awaitable[None]]) -> tuple[float, int]:
    """Seconds and requests of the bot; its token is there already, as it mostly is."""
    world.hub.requests.clear()
    began_s = time.perf_counter()
    await refresh()
    taken_s = time.perf_counter() - began_s
    asked = [call for call in world.hub.requests if "access_tokens" not in call.route]
    return taken_s, len(asked)
