"""An issue form as GitHub understands it: frozen values, already checked."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["markdown", "input", "textarea", "dropdown", "checkboxes", "upload"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One entry of a dropdown or one box; only boxes can be required by themselves."""

    label: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One entry of a form's body. ``key`` names it in addresses and is unique."""

    kind: Kind
    key: str
    label: str = ""
    description: str = ""
    placeholder: str = ""
    value: str = ""  # what a text starts with; the text of a markdown element
    render: str = ""  # language of the code block that a textarea becomes
    multiple: bool = False
    options: tuple[Option, ...] = ()
    default: int | None = None  # index of the option that is chosen at first
    required: bool = False
    accept: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueForm:
    """A form that GitHub would show. ``file_name`` is what addresses call it."""

    file_name: str
    name: str
    description: str
    title: str = ""
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    elements: tuple[Element, ...] = ()

    @property
    def questions(self) -> tuple[Element, ...]:
        """The elements that are answered."""
        return tuple(e for e in self.elements if e.kind != "markdown")


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenForm:
    """A form that GitHub would not show, and why."""

    file_name: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLink:
    """Somewhere else to turn to, from ``config.yml``."""

    name: str
    url: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """What *New issue* offers. ``problems`` are those of ``config.yml``."""

    forms: tuple[IssueForm | BrokenForm, ...] = ()
    links: tuple[ContactLink, ...] = ()
    blank_allowed: bool = True
    problems: tuple[str, ...] = ()
