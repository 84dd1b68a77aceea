"""The file that setup leaves behind: settings and secrets, readable by its owner alone."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from bot.errors import UserError


class EnvFileInTheWay(UserError):
    """The file already sets what setup would write; it is never overwritten."""

    code = "env-file-in-the-way"

    def __init__(self, path: Path, names: list[str]) -> None:
        super().__init__(
            f"{path} already sets {', '.join(names)}.",
            fix="Move the file away, or name another one with --env.",
        )


def refuse_if_set(path: Path, names: list[str]) -> None:
    """Raises EnvFileInTheWay where the file sets one of the names; no file is fine."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    taken = [name for name in names if re.search(rf"^\s*(export\s+)?{name}\s*=", text, re.M)]
    if taken:
        raise EnvFileInTheWay(path, taken)


def add_to_env_file(path: Path, values: Mapping[str, str], *, comment: str) -> None:
    """The file holds these values below whatever it held; mode 0600, whole or not at all.

    Raises EnvFileInTheWay, OSError, and ValueError for a value that no line can hold.
    """
    refuse_if_set(path, list(values))
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if before and not before.endswith("\n"):
        before += "\n"
    lines = [f"# {comment}", *(_line(name, value) for name, value in values.items())]
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(before + "\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _line(name: str, value: str) -> str:
    r"""``NAME=value``, unquoted so that Docker reads it too; line breaks as ``\n``."""
    escaped = value.strip().replace("\r", "").replace("\n", "\\n")
    if not re.fullmatch(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?", escaped) or " #" in escaped:
        raise ValueError(f"{name} cannot be written to a line")
    return f"{name}={escaped}"
