"""The verdict on one template folder: a value of its content alone, storable as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.problems import Problem, has_errors
from bot.store.port import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """One question of the form, in words for people: plain text, not Markdown."""

    label: str
    kind: str
    allowed: str
    default: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyCase:
    """A project that the template's own ``verify`` commands are run in.

    ``id`` is made of letters, digits and hyphens and unique in its template; ``said`` tells
    what is special about the answers (empty: nothing); ``answers`` is ``Answers.to_json()``.
    """

    id: str
    said: str = ""
    answers: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a full check found.

    Paths in ``problems`` are relative to the template's folder. ``tree`` holds the paths of
    a project made with the default answers, in order; ``form`` and ``form_yaml`` the issue
    form; both are empty where the template is too broken for them. ``left_out`` says, a
    sentence each, what could not be looked at on this machine and why.
    """

    template: str
    problems: tuple[Problem, ...] = ()
    tree: tuple[str, ...] = ()
    form: tuple[FormRow, ...] = ()
    form_yaml: str = ""
    renders: int = 0
    left_out: tuple[str, ...] = ()
    cases: tuple[VerifyCase, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether nothing worse than a warning was found."""
        return not has_errors(self.problems)
