"""A form as a value: what is asked, in which order, and what each answer may be."""

from dataclasses import dataclass
from typing import Final, Literal

from bot.templates import Option

Group = Literal["standard", "variable", "setting"]
Kind = Literal["slug", "line", "text", "choice", "multi", "bool", "integer", "dict"]

# GitHub refuses a longer issue body.
# Source: GitHub answers 422 "Body is too long" above it (REST, create an issue comment).
MOST_BODY_CHARACTERS: Final = 65_536
# A longer list is typed and checked instead: nobody scrolls it, and the file stays small.
MOST_OPTIONS: Final = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. ``label`` is its heading in the issue, by which its answer is found.

    ``default`` is what the form shows before anybody types: an option's value for a
    choice, a JSON list of values for a multi, text for the rest. ``min`` and ``max``
    bound an integer's value or the number of characters. ``is_number`` says that a
    choice's options are whole numbers, ``is_list`` that a multi's answer is the list
    of what was ticked.
    """

    group: Group
    name: str
    kind: Kind
    label: str
    help: str = ""
    options: tuple[Option, ...] = ()
    default: str = ""
    pattern: str | None = None
    pattern_says: str = ""
    min: int | None = None
    max: int | None = None
    required: bool = True
    is_number: bool = False
    is_list: bool = False

    @property
    def id(self) -> str:
        """The element's id in the form: letters, digits, ``-`` and ``_``, unique by group."""
        if self.group == "standard":
            return self.name.replace("_", "-")
        return f"{'answer' if self.group == 'variable' else 'setting'}-{self.name}"

    @property
    def is_typed(self) -> bool:
        """Whether a choice is too long for a list and is typed instead."""
        return self.kind == "choice" and len(self.options) > MOST_OPTIONS

    @property
    def boxes(self) -> tuple[str, ...]:
        """What stands beside each box to tick; none for other kinds."""
        if self.kind == "bool":
            return (f"Yes: {self.label}",)
        return tuple(option.label for option in self.options) if self.kind == "multi" else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The issue form of one template for one organisation."""

    template: str
    version: str
    name: str
    description: str
    title: str
    label: str
    intro: str
    questions: tuple[Question, ...]

    def question(self, group: Group, name: str) -> Question | None:
        """The question of that group and name, or None."""
        found = (each for each in self.questions if (each.group, each.name) == (group, name))
        return next(found, None)
