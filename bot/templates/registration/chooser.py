"""``config.yml`` of the issue forms: without it, an issue without a form would answer nobody."""

from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

PATH: Final = ".github/ISSUE_TEMPLATE/config.yml"
_DEFAULT: Final = b"""\
# The other files in this folder are written by the bot, one form for each template.
blank_issues_enabled: false
"""


def chooser(current: bytes | None) -> bytes:
    """The file as it should read: what people wrote, unless GitHub could not read it.

    GitHub shows no chooser at all for a file that is no YAML map.
    """
    if current is None or not _is_map(current):
        return _DEFAULT
    return current


def _is_map(content: bytes) -> bool:
    try:
        value = YAML(typ="safe", pure=True).load(content.decode())
    except (YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        return False
    return isinstance(value, dict) and "blank_issues_enabled" in value
