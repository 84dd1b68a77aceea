"""What goes into a render and what comes out: plain values, nothing on disk."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

JSON = str | int | float | bool | None | list["JSON"] | dict[str, "JSON"]

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A regular file of a template; ``path`` is relative to the template's folder."""

    path: str
    content: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """One state of a template folder: cookiecutter.json, ``{{cookiecutter.…}}/`` and so on.

    ``key`` names that state (a commit or tree id). It is a label and nothing is
    ever fetched by it; an address of any kind is refused with ValueError.
    """

    key: str
    files: tuple[TemplateFile, ...]

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise ValueError("a template's key is letters, digits, dot, dash and underscore")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the platform team lets a template do beyond rendering; by default nothing.

    ``extensions`` are import names of Jinja extensions that are installed with the
    bot. Hooks are programs: see ``RenderError`` for where they are refused anyway.
    """

    hooks: bool = False
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file of the new repository; ``path`` is relative to its root."""

    path: str
    content: bytes
    executable: bool


@dataclass(frozen=True, slots=True)
class Rendered:
    """The new repository's files in order of path.

    ``sources`` has, for each rendered path, the template path it came from; what a
    hook made is not in it.
    """

    files: tuple[RenderedFile, ...]
    sources: Mapping[str, str]
