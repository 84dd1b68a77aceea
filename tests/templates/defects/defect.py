"""A defect: a small change to the good template, and where an author has to look for it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.templates.checking import TOP, line_of
from tests.templates.defects.base import BASE

Texts = dict[str, str | bytes]


@dataclass(frozen=True, slots=True)
class Defect:
    """``change`` puts it in. It stands in ``path``, on the line with ``words`` (none: 1)."""

    id: str
    change: Callable[[Texts], None]
    rule: str
    path: str
    words: str = ""
    says: str = ""  # part of the message
    more: frozenset[str] = frozenset()  # rules of what comes with it
    linted: bool = False  # by the real linters

    def texts(self) -> Texts:
        texts = dict(BASE)
        self.change(texts)
        return texts

    def line(self) -> int:
        return line_of(self.texts()[self.path], self.words) if self.words else 1


def edit(path: str, old: str, new: str) -> Callable[[Texts], None]:
    """``old``, which stands there once, becomes ``new``."""

    def change(texts: Texts) -> None:
        text = texts[path]
        assert isinstance(text, str)
        assert text.count(old) == 1, (path, old)
        texts[path] = text.replace(old, new)

    return change


def add(path: str, content: str | bytes) -> Callable[[Texts], None]:
    def change(texts: Texts) -> None:
        texts[path] = content

    return change


def remove(path: str) -> Callable[[Texts], None]:
    def change(texts: Texts) -> None:
        del texts[path]

    return change


def both(*changes: Callable[[Texts], None]) -> Callable[[Texts], None]:
    def change(texts: Texts) -> None:
        for each in changes:
            each(texts)

    return change


def in_file(name: str, text: str | bytes, rule: str, words: str = "", **more: object) -> Defect:
    """A new file of the project is the defect."""
    path = f"{TOP}/{name}"
    id_ = str(more.pop("id"))
    return Defect(id_, add(path, text), rule, path, words, **more)  # type: ignore[arg-type]


MANIFEST, VARIABLES = "template.yml", "cookiecutter.json"
SETTINGS, CI = f"{TOP}/settings.yml", f"{TOP}/.github/workflows/ci.yml"
PACKAGE, MAIN = f"{TOP}/package.json", f"{TOP}/infra/main.tf"
FREE_TITLE = edit(MANIFEST, "pattern: '[A-Za-z][A-Za-z ]*'", "pattern: '.+'")
LOOPS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
