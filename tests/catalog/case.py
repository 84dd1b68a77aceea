"""What a project that tests make is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.thoroughness import THOROUGH

# Legal, and full of what means something to Maven, Jinja, Actions, XML, Markdown and shells.
HOSTILE = (
    '1) "Pay" <b>&amp; `id`</b> ${project.version} {{7*7}} {% raw %} ${{ github.token }} '
    "#1 \\ é's 😀 *_[a](b)_* -- $(id) <!-- ]]> | ~x~"
)


def built(*cases: "Case") -> "tuple[Case, ...]":
    """Those that are really built and tested: the last one, or all with ``THOROUGH=1``.

    Files of all are made and read in any case. Building each takes minutes.
    """
    return cases if THOROUGH else cases[-1:]


@dataclass(frozen=True, slots=True)
class Stack:
    """What every project of a template has: what Dependabot watches, what one types first."""

    watched: frozenset[str]
    first_command: str


@dataclass(frozen=True, slots=True)
class Case:
    """A project to make: ``answers`` by variable, the form's own defaults for the rest."""

    id: str
    template: str
    answers: Mapping[str, str] = field(hash=False)
    slug: str = "money-kit"

    @property
    def java(self) -> int:
        """The oldest JDK that builds it."""
        return int(self.answers.get("java_version", "17"))
