"""Every command that the bot's code prints, found in the code itself.

Texts in the source, docstrings left out, are read for what stands in backticks and begins
with a slash, and for lines that begin with a verb of the table. A value that is filled in
counts as one word. Addresses such as `/webhook` are no commands: the packages that put them
in backticks are named.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.commands import COMMANDS

ROOT = Path(__file__).parents[2] / "bot"
# Who says `/webhook`, `/proc` or the paths of GitHub's API, and prints no command.
OF_ADDRESSES = ("github", "linting", "localhub", "receive", "rendering", "setup")
FILLED_IN = "zz"  # no verb begins so: a line that does has its verb from elsewhere

_IN_BACKTICKS = re.compile(r"(?<!`)`(/[A-Za-z][^`\n]*)`(?!`)")
_FIELD = re.compile(r"\{[a-z_]*\}")  # of a text that is filled in by ``format``
_VERBS = "|".join(row.name for row in COMMANDS)
_LINE = re.compile(rf"^ {{0,3}}(/(?:{_VERBS})(?: .*)?)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Printed:
    """A command as the source says it, and where."""

    place: str
    line: str

    def __str__(self) -> str:
        return f"{self.place}: {self.line}"


def printed() -> list[Printed]:
    """All of them, by place."""
    files = (path for path in sorted(ROOT.rglob("*.py")) if not _speaks_of_addresses(path))
    return [
        each
        for path in files
        for each in in_source(path.read_text(), path.relative_to(ROOT).as_posix())
    ]


def in_source(source: str, name: str = "") -> Iterator[Printed]:
    """Those of one module."""
    tree = ast.parse(source)
    silent = set(_docstrings(tree)) | set(_parts(tree))
    for node in ast.walk(tree):
        text = "" if id(node) in silent else _FIELD.sub(FILLED_IN, _text(node))
        found = [*_IN_BACKTICKS.findall(text), *_LINE.findall(text)]
        for line in found:
            if not line.startswith(f"/{FILLED_IN}"):
                yield Printed(f"{name}:{getattr(node, 'lineno', 0)}", line)


def _speaks_of_addresses(path: Path) -> bool:
    return path.relative_to(ROOT).parts[0] in OF_ADDRESSES


def _docstrings(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr):
                yield id(first.value)


def _parts(tree: ast.AST) -> Iterator[int]:
    """What stands in a larger text and is read with it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield from (id(part) for part in node.values)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or FILLED_IN for part in node.values)
    return ""
