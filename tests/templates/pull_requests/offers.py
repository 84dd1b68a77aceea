"""Offers of the greeter, and what people see of their check."""

from dataclasses import replace

from bot.github.port import CheckRun, File
from tests.bot_in_memory import CATALOG, BotWorld

MANIFEST = "templates/greeter/template.yml"
TOP = "templates/greeter/{{cookiecutter.project_slug}}"
TONE = f"{TOP}/src/tone.txt"
GREETER, ALL = "Paved Road: greeter", "Paved Road"


def manifest(world: BotWorld, **changed: str) -> File:
    """The greeter's manifest with other values of top-level keys; a new key comes last."""
    file = world.at_head(MANIFEST)
    lines = file.content.decode().splitlines()
    for key, value in changed.items():
        kept = [line for line in lines if not line.startswith(f"{key}:")]
        lines = [*kept, f"{key}: {value}"]
    return replace(file, content=("\n".join(lines) + "\n").encode())


def checks(world: BotWorld, name: str = GREETER) -> list[CheckRun]:
    """Check runs of that name, oldest first."""
    return [each for each in world.github.checks.values() if each.name == name]


def comment(world: BotWorld, number: int) -> str:
    """The pull request's one comment."""
    (text,) = world.github.texts(CATALOG, number)
    return text


def problems(check: CheckRun) -> list[tuple[str, int, str]]:
    return [(each.path, each.line, each.title) for each in check.annotations]


async def opened(world: BotWorld, *files: File, by: str = "petra") -> int:
    number = await world.open_pull(files, by=by)
    await world.idle()
    return number
