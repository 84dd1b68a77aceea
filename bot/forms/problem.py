"""What is wrong with a filed form, answer by answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.errors import UserError
from bot.written import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """One answer to mend, in Markdown sentences that hold none of the person's own text."""

    field_label: str
    problem: str
    allowed: str = ""
    fix: str = ""


class FormInvalid(UserError):
    """A filed form needs corrections; ``problems`` holds all of them, in the form's order.

    ``standard`` holds the standard answers that could be read, so that what only
    GitHub knows about them can be told in the same breath.
    """

    code = "form-invalid"

    def __init__(
        self, problems: Sequence[FieldProblem], *, standard: Mapping[str, Value] | None = None
    ) -> None:
        number = "One answer needs" if len(problems) == 1 else f"{len(problems)} answers need"
        super().__init__(
            f"{number} a correction.", fix="Edit the issue; it is checked again at once."
        )
        self.problems = tuple(problems)
        self.standard: Mapping[str, Value] = dict(standard or {})
