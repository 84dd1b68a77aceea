"""``terraform fmt`` over files: which of them it would write otherwise, and from which line on.

It rewrites copies, which are compared here; its own comparison needs a program ``diff``.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from bot.linting.bench import Bench, read_back
from bot.linting.distinct import Seen
from bot.linting.finding import Finding
from bot.linting.isolation import Order
from bot.linting.run_apart import CouldNotRun
from bot.linting.terraform_files import FORMATTED, SYNTAX

NAME: Final = "terraform fmt"
_UNFORMATTED: Final = "The file is not in Terraform's format; run terraform fmt."
_CANNOT_READ: Final = 2
_ERROR: Final = re.compile(
    r"^Error: (?P<what>.+)\n\n"
    r"  on (?P<place>f\d+)\S* line (?P<line>\d+)(?P<rest>[\s\S]*?)(?=^Error: |\Z)",
    re.MULTILINE,
)
_QUIET: Final = {
    "CHECKPOINT_DISABLE": "1",
    "TF_IN_AUTOMATION": "1",
    "TF_CLI_CONFIG_FILE": "/dev/null",
}


def concerns(file: Seen) -> bool:
    """Whether Terraform has a format for the file."""
    return file.path.endswith(FORMATTED)


async def lint(files: Sequence[Seen], bench: Bench) -> list[Finding]:
    """A finding for each file that is not in Terraform's format, or not in its language.

    Raises:
        CouldNotRun: it gave no answer.
    """
    if bench.tools.terraform is None:
        raise CouldNotRun("Terraform is not installed here.")
    places = {f"f{number}{_suffix(file)}": file for number, file in enumerate(files)}
    async with bench.laid_out({place: file.content for place, file in places.items()}) as folder:
        ended = await bench.run(
            Order(
                program=bench.tools.terraform,
                arguments=("fmt", "-list=false", "-write=true", "-no-color", "."),
                folder=folder,
                bounds=bench.bounds,
                environment=_QUIET,
                writes=True,
            )
        )
        if ended.code not in (0, _CANNOT_READ):
            raise CouldNotRun("It failed, and has looked at nothing.")
        found = list(_syntax(ended.complaint.decode("utf-8", "replace"), places))
        if ended.code == _CANNOT_READ and not found:
            raise CouldNotRun("It could not read the files, and did not say where.")
        return [*found, *await asyncio.to_thread(_changed, folder, places, bench)]


def _suffix(file: Seen) -> str:
    return next(suffix for suffix in FORMATTED if file.path.endswith(suffix))


def _changed(folder: Path, places: Mapping[str, Seen], bench: Bench) -> list[Finding]:
    found: list[Finding] = []
    for place, file in places.items():
        written = read_back(folder, place, most_bytes=2 * bench.limits.file_bytes)
        if written != file.content:
            line, count = _difference(file.content.splitlines(), written.splitlines())
            also = f" This line and {count - 1} more differ." if count > 1 else ""
            found.append(
                file.finding("terraform-fmt", "warning", f"{_UNFORMATTED}{also}", line=line)
            )
    return found


def _difference(before: Sequence[bytes], after: Sequence[bytes]) -> tuple[int, int]:
    """The first line that differs, and how many do where the lines can be told apart."""
    pairs = enumerate(zip(before, after, strict=False), 1)
    differing = [number for number, (old, new) in pairs if old != new]
    if not differing:
        return max(min(len(before), len(after)), 1), 1
    return differing[0], len(differing) if len(before) == len(after) else 1


def _syntax(complaint: str, places: Mapping[str, Seen]) -> Iterator[Finding]:
    by_number = {place.split(".")[0]: file for place, file in places.items()}
    for match in _ERROR.finditer(complaint):
        file = by_number.get(match["place"])
        if file is None:
            continue
        _excerpt, _, detail = match["rest"].partition("\n\n")
        message = " ".join(f"{match['what']}: {detail}".split())
        yield file.finding(SYNTAX, "error", message, line=int(match["line"]))
