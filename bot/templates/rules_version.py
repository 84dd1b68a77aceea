"""By which rules a template was checked: a verdict holds as long as they stay the same."""

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

from bot.organization import Organization

_PACKAGES = ("bot.templates", "bot.forms", "bot.linting", "bot.rendering", "bot.written")


def rules_version(organization: Organization) -> str:
    """Different whenever the bot's own code of the check, or what the organisation allows, is."""
    allowed = msgspec.json.encode(organization, order="deterministic")
    return f"{_code()}-{hashlib.sha256(allowed).hexdigest()[:12]}"


@cache
def _code() -> str:
    """A digest of the code that decides; read once, at the first check."""
    whole = hashlib.sha256()
    for package in _PACKAGES:
        for text in _sources(files(package)):
            whole.update(text)
    return whole.hexdigest()[:12]


def _sources(folder: Traversable) -> list[bytes]:
    found: list[bytes] = []
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if each.is_dir() and each.name != "__pycache__":
            found += _sources(each)
        elif each.name.endswith((".py", ".json")):
            found.append(each.read_bytes())
    return found
