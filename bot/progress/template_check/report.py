"""How far a check of templates has come, as values: what the comment and the check runs show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.problems import Problem

Conclusion = Literal["success", "failure", "neutral", "cancelled", "action_required"]


class Row(Protocol):
    """One question of the form."""

    @property
    def label(self) -> str: ...  # noqa: D102 - named as in the verdict
    @property
    def kind(self) -> str: ...  # noqa: D102 - named as in the verdict
    @property
    def allowed(self) -> str: ...  # noqa: D102 - named as in the verdict
    @property
    def default(self) -> str: ...  # noqa: D102 - named as in the verdict
    @property
    def required(self) -> bool: ...  # noqa: D102 - named as in the verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """How a template's own commands went: ``state`` is the verification's word for it."""

    state: Literal["nothing", "pending", "waits", "passed", "failed", "not-run"] = "nothing"
    note: str = ""
    url: str = ""
    cases: tuple[tuple[str, str, str], ...] = ()  # id, conclusion, where to look


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateReport:
    """One template as far as its check has come; paths are the catalog's.

    ``waits`` names the teams whose word is missing, ``projects`` how many projects came
    of a template that is removed.
    """

    id: str
    version: str = ""
    checked: bool = False
    removed: bool = False
    projects: int = 0
    problems: tuple[Problem, ...] = ()
    waits: tuple[str, ...] = ()
    commands: Commands = Commands()
    tree: tuple[str, ...] = ()
    form: Sequence[Row] = ()
    renders: int = 0
    left_out: tuple[str, ...] = ()

    @property
    def errors(self) -> int:
        """How many problems have to be mended."""
        return sum(each.severity == "error" for each in self.problems)

    @property
    def warnings(self) -> int:
        """How many problems are worth a look."""
        return len(self.problems) - self.errors

    @property
    def pending(self) -> bool:
        """Whether there is more to come by itself."""
        return not self.checked or (self.commands.state == "pending" and not self.errors)

    @property
    def conclusion(self) -> Conclusion:
        """How it stands once nothing is pending."""
        if self.errors or self.commands.state == "failed":
            return "failure"
        waits = self.waits or self.commands.state == "waits"
        return "action_required" if waits else "success"

    @property
    def name(self) -> str:
        """The template with its version, for people."""
        return f"`{self.id}` {self.version}".strip() if self.version else f"`{self.id}`"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """A whole check. ``broke`` says why it could not be finished, ``superseded`` that it
    need not be: a newer head took its place.
    """

    key: str  # names the check; its check runs are found again by it
    commit: str
    templates: tuple[TemplateReport, ...] = ()
    others: tuple[Problem, ...] = ()  # problems outside of templates
    waits: tuple[str, ...] = ()  # teams whose word is missing for what is no template
    of_platform: tuple[str, ...] = ()
    looked: bool = False
    finished: bool = False
    broke: str = ""
    superseded: str = ""
    on_pull_request: bool = True

    @property
    def conclusion(self) -> Conclusion:
        """The worst of all that was looked at."""
        if self.superseded:
            return "cancelled"
        said = [each.conclusion for each in self.templates]
        if self.broke or "failure" in said or any(p.severity == "error" for p in self.others):
            return "failure"
        return "action_required" if self.waits or "action_required" in said else "success"
