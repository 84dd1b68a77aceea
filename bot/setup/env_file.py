"""The file that setup leaves behind: settings and secrets, readable by its owner alone."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import UserError
from bot.setup.credentials import NAMES, AlreadySetUp

COMMENT = "Written by `paved-road setup`. Keep it secret."


class EnvFileInTheWay(AlreadySetUp):
    """The file already sets what setup would write; it is never overwritten."""

    code = "env-file-in-the-way"

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        super().__init__(
            f"{path} already sets {', '.join(names)}.",
            fix="Nothing is left to do. To register another App, move the file away first.",
        )


@dataclass(frozen=True, slots=True)
class EnvFile:
    """A ``.env``. Is a ``CredentialStore``."""

    path: Path

    @property
    def place(self) -> str:
        """See the protocol."""
        return f"the file {self.path}, readable by its owner alone"

    async def refuse_if_set(self) -> None:
        """See the protocol. Raises EnvFileInTheWay."""
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        taken = [name for name in NAMES if re.search(rf"^\s*(export\s+)?{name}\s*=", text, re.M)]
        if taken:
            raise EnvFileInTheWay(self.path, taken)

    async def keep(self, values: Mapping[str, str]) -> None:
        """See the protocol: mode 0600, whole or not at all."""
        await self.refuse_if_set()
        try:
            _add(self.path, values)
        except (OSError, ValueError) as error:
            raise UserError(
                f"{self.path} could not be written ({type(error).__name__}).",
                fix="Make its folder one that this program may write to.",
            ) from None


def _add(path: Path, values: Mapping[str, str]) -> None:
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if before and not before.endswith("\n"):
        before += "\n"
    lines = [f"# {COMMENT}", *(_line(name, value) for name, value in values.items())]
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
