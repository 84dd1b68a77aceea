"""zizmor over workflows, actions and Dependabot's configuration: what can be abused in them.

Every way in which a tree could silence it is closed: its own configuration, its ignore
comments and ``.gitignore`` are not asked, and files stand under names of ours.
"""

import posixpath
import re
import secrets
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from bot.linting.bench import Bench
from bot.linting.distinct import Seen
from bot.linting.finding import Finding
from bot.linting.github_files import is_action, is_dependabot, is_workflow
from bot.linting.isolation import Order
from bot.linting.run_apart import CouldNotRun
from bot.linting.zizmor_rules import told
from bot.problems import Severity

NAME: Final = "zizmor"
_OPTIONS: Final = (
    *("--offline", "--no-config", "--no-ignores", "--collect=all", "--persona", "auditor"),
    *("--format", "json", "--color", "never", "--no-progress"),
)
_FOUND: Final = range(10, 20)  # its exit codes where it found something
_NOTHING_READ: Final = 3
_UNREADABLE: Final = (
    "The file cannot be audited by zizmor, so nobody knows whether it is safe; write it in UTF-8 "
    "and as GitHub documents it."
)
_DONE: Final = re.compile(r"completed ([0-9a-f]+-\d+)/")


class _Point(msgspec.Struct):
    row: int
    column: int


class _Span(msgspec.Struct):
    start_point: _Point


class _Concrete(msgspec.Struct):
    location: _Span


class _Local(msgspec.Struct):
    verbatim_path: str


class _Key(msgspec.Struct):
    local: _Local = msgspec.field(name="Local")


class _Symbolic(msgspec.Struct):
    key: _Key
    annotation: str
    kind: str


class _Location(msgspec.Struct):
    symbolic: _Symbolic
    concrete: _Concrete


class _Determinations(msgspec.Struct):
    confidence: str
    severity: str


class _Found(msgspec.Struct):
    ident: str
    desc: str
    determinations: _Determinations
    locations: list[_Location]


def concerns(file: Seen) -> bool:
    """Whether zizmor has something to say about the file."""
    return is_workflow(file.path) or is_action(file.path) or is_dependabot(file.path)


async def lint(files: Sequence[Seen], bench: Bench) -> list[Finding]:
    """What zizmor found in all these files, read in one process.

    A file that it cannot read is a finding: nobody knows whether it is safe.

    Raises:
        CouldNotRun: it gave no answer.
    """
    if bench.tools.zizmor is None:
        raise CouldNotRun("It is not installed here.")
    token = secrets.token_hex(8)  # its complaints quote files: none can say that it was read
    places = {f"{token}-{n}": file for n, file in enumerate(files) if _is_text(file.content)}
    unread = [_unread(file) for file in files if not _is_text(file.content)]
    if not places:
        return unread
    names = {f"{place}/{_plain_name(file)}": file.content for place, file in places.items()}
    async with bench.laid_out(names) as folder:
        ended = await bench.run(
            Order(
                program=bench.tools.zizmor,
                arguments=(*_OPTIONS, *names),
                folder=folder,
                bounds=bench.bounds,
                environment={},
            )
        )
    if ended.code not in (0, _NOTHING_READ, *_FOUND):
        raise CouldNotRun("It failed, and has looked at nothing.")
    read = set(_DONE.findall(ended.complaint.decode("utf-8", "replace")))
    unread += [_unread(file) for place, file in places.items() if place not in read]
    if ended.code == _NOTHING_READ:
        return unread
    return [*unread, *_findings(ended.out, places)]


def _findings(answer: bytes, places: dict[str, Seen]) -> Iterator[Finding]:
    try:
        found = msgspec.json.decode(answer, type=list[_Found])
        for each in found:
            primary = next(at for at in each.locations if at.symbolic.kind == "Primary")
            place = primary.symbolic.key.local.verbatim_path
            finding = _finding(each, primary, places[posixpath.dirname(place)])
            if finding is not None:
                yield finding
    except (msgspec.MsgspecError, StopIteration, KeyError):
        raise CouldNotRun("Its answer is of a kind that this version does not know.") from None


def _finding(found: _Found, at: _Location, file: Seen) -> Finding | None:
    determined = found.determinations
    judged = told(
        found.ident,
        found.desc,
        severity=determined.severity,
        confidence=determined.confidence,
        said=at.symbolic.annotation,
    )
    if judged is None:
        return None
    point = at.concrete.location.start_point
    rule = f"{NAME}-{found.ident}"
    return file.finding(rule, *judged, line=point.row + 1, column=point.column + 1)


def _plain_name(file: Seen) -> str:
    """A name that says what the file is, and nothing of the stranger's choosing."""
    if is_workflow(file.path):
        return "workflow.yml"
    return "action.yml" if is_action(file.path) else "dependabot.yml"


def _is_text(content: bytes) -> bool:
    """One file that is not UTF-8 would end the whole run."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _unread(file: Seen) -> Finding:
    severity: Severity = "warning" if is_dependabot(file.path) else "error"
    return file.finding(f"{NAME}-unreadable", severity, _UNREADABLE)
