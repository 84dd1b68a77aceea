"""Reads what was rendered: each text once, apart, and answers that must stay what they are."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from bot.forms import Question
from bot.problems import Problem
from bot.reading.apart import Apart, TooHeavy
from bot.reading.formats import Format, format_of
from bot.reading.free_text import concerns, sentence
from bot.reading.tasks import CostTags, FreeText, Look, Reached, Seen, Stay
from bot.templates.check.blame import such_as
from bot.templates.check.contents import Contents
from bot.templates.check.free_variables import computed_defaults, free_variables
from bot.templates.check.hostile import Odd
from bot.templates.check.odd_answers import OddAnswers
from bot.templates.check.projects import holders
from bot.templates.check.renders import Made
from bot.templates.check.rules import breaks
from bot.templates.check.spots import Spot
from bot.templates.definition import TemplateDefinition
from bot.written import code

_MOST_BYTES: Final[Mapping[Format | None, int]] = {
    "yaml": 300_000,
    "json": 2_000_000,
    "jsonc": 1_000_000,
    "toml": 1_000_000,
    None: 2_000_000,
}
_SAYS: Final[Mapping[str, str]] = {
    "yaml": "What this renders to is not YAML: {}.",
    "json": "What this renders to is not JSON: {}.",
    "toml": "What this renders to is not TOML: {}.",
}
_TOO_HEAVY: Final = "The file takes too long, or too much memory, to be read; make it simpler."
_HARM: Final[Mapping[str, tuple[str, str]]] = {
    "breaks": ("answer-breaks-file", "breaks out of its value here"),
    "cut": ("answer-breaks-file", "is cut off here, or read as something else"),
    "kind": ("answer-changes-type", "is read as something other than text here"),
}


@dataclass(slots=True)
class Reader:
    """Asks about rendered files and turns what is seen into spots. ``skipped`` were too large."""

    apart: Apart
    contents: Contents
    definition: TemplateDefinition
    skipped: set[str] = field(default_factory=set)

    async def free_text(self, copied: Collection[str]) -> list[Problem]:
        """Where free text reaches the template's files; ``copied`` ones are not rendered."""
        free = dict(free_variables(self.definition.variables))
        if not free:
            return []
        computed = computed_defaults(self.definition.variables)
        problems: list[Problem] = []
        for file in self.definition.files:
            if not concerns(file.path, len(file.content)) or file.path in copied:
                continue
            task = FreeText(file.path, file.content, free, computed)
            found = await self._ask(task)
            problems += [_free_text(file.path, seen.line, seen.message) for seen in found]
        return problems

    async def looks(self, made: Sequence[Made]) -> list[Spot]:
        """What is wrong with rendered files by themselves, whoever reads them."""
        spots: list[Spot] = []
        for (path, number), who in holders(made).items():
            content = self.contents[number]
            if not self._is_read(path, content):
                continue
            trials = frozenset(each.trial.number for each in who)
            try:
                found = await self.apart.ask(Look(path, content))
            except TooHeavy:
                if self.apart.is_worn_out:
                    self.skipped.add(path)
                    continue
                found = [Seen(line=1, rule="unreadable", message=_TOO_HEAVY)]
            spots += [_spot(who[0], path, seen, trials) for seen in found]
        return spots

    def _is_read(self, path: str, content: bytes) -> bool:
        format_ = format_of(path)
        if format_ is None and b"cookiecutter" not in content:
            return False
        if len(content) > _MOST_BYTES[format_]:
            self.skipped.add(path)
            return False
        return format_ is not None or b"\0" not in content

    async def cost_tags(self, made: Sequence[Made]) -> list[Spot]:
        """What Terraform would make without tags, each different project once."""
        spots: list[Spot] = []
        known: dict[tuple[tuple[str, int], ...], list[Made]] = {}
        for each in made:
            files = tuple(item for item in sorted(each.files.items()) if item[0].endswith(".tf"))
            if files:
                known.setdefault(files, []).append(each)
        for files, who in known.items():
            texts = {path: self.contents[number] for path, number in files}
            trials = frozenset(each.trial.number for each in who)
            found = await self._ask(CostTags(texts))
            spots += [_spot(who[0], seen.path, seen, trials) for seen in found]
        return spots

    def left_out(self) -> list[str]:
        """What was not read, in a sentence."""
        if not self.skipped:
            return []
        more = f" and {len(self.skipped) - 1} more" if len(self.skipped) > 1 else ""
        return [f"Too large to be read: {code(min(self.skipped))}{more}."]

    # --- answers that must stay what they are ---------------------------------------

    async def odd(self, made: Sequence[Made], odd: OddAnswers) -> list[Spot]:
        """Where an odd answer does not stay one value, and where free text reaches GitHub."""
        by_number = {each.trial.number: each for each in made}
        spots: list[Spot] = []
        for each in made:
            twin = by_number.get(each.trial.twin) if each.trial.twin is not None else None
            if twin is None or not each.trial.odd or each.error or twin.error:
                continue
            if await self._is_harmed(each, twin):
                for alone in (await odd.alone(each)).values():
                    if alone.error is None:
                        spots += await self._harm(alone, twin, odd)
        return spots

    async def _is_harmed(self, made: Made, twin: Made) -> bool:
        for path in _differing(made, twin):
            if _is_for_github(path) and made.trial.round == "marks":
                return True
            if await self._stay(made, twin, path):
                return True
        return False

    async def _harm(self, made: Made, twin: Made, odd: OddAnswers) -> list[Spot]:
        question, answer = odd.odd(made)
        spots: list[Spot] = []
        for path in _differing(made, twin):
            if _is_for_github(path) and made.trial.round == "marks":
                task = Reached(self._content(twin, path), self._content(made, path))
                spots += [_to_github(made, path, seen.line, question)
                          for seen in await self._ask(task)]  # fmt: skip
            for seen in await self._stay(made, twin, path):
                spots.append(_harmed(made, path, seen, question, answer))
        return spots

    async def _stay(self, made: Made, twin: Made, path: str) -> list[Seen]:
        format_ = format_of(path)
        content = self._content(made, path)
        if format_ is None or len(content) > _MOST_BYTES[format_]:
            return []
        answers = [(o.twin, o.text) for o in made.trial.odd.values() if o.twin is not None]
        return await self._ask(Stay(path, self._content(twin, path), content, answers))

    def _content(self, made: Made, path: str) -> bytes:
        return self.contents[made.files[path]]

    async def _ask(self, task: FreeText | CostTags | Reached | Stay) -> list[Seen]:
        """What is seen; of a file that is too heavy nothing (``looks`` says that it is)."""
        try:
            return await self.apart.ask(task)
        except TooHeavy:
            return []


def _spot(made: Made, path: str, seen: Seen, trials: frozenset[int]) -> Spot:
    message = _SAYS.get(seen.rule, "{}").format(seen.message)
    problem = breaks(seen.rule, path, message)
    return Spot(
        made=made,
        path=path,
        line=seen.line,
        column=seen.column,
        rule=seen.rule,
        severity=problem.severity,
        message=message,
        trials=trials,
    )


def _differing(made: Made, twin: Made) -> Iterator[str]:
    """Paths that both have, with different contents."""
    for path, number in made.files.items():
        if twin.files.get(path, number) != number:
            yield path


def _is_for_github(path: str) -> bool:
    return ".github" in PurePosixPath(path).parts


def _free_text(path: str, line: int, message: str) -> Problem:
    severity = breaks("free-text", path, message).severity if _is_for_github(path) else "warning"
    return breaks("free-text", path, message, line=line, severity=severity)


def _to_github(made: Made, path: str, line: int, question: Question) -> Spot:
    return Spot(
        made=made,
        path=path,
        line=line,
        rule="free-text",
        severity="error",
        message=sentence(question.name, path),
    )


def _harmed(made: Made, path: str, seen: Seen, question: Question, answer: Odd) -> Spot:
    rule, does = _HARM[seen.rule]
    what = such_as(question, answer)
    message = f"{what[:1].upper()}{what[1:]} {does}: {_mend(question, rule)}."
    severity = breaks(rule, path, message).severity
    return Spot(made=made, path=path, line=seen.line, rule=rule, severity=severity, message=message)


def _mend(question: Question, rule: str) -> str:
    name = "project_slug" if question.name == "repository_name" else question.name
    ways = [f"write `{{{{ cookiecutter.{name} | tojson }}}}` without quotes around it"]
    if rule == "answer-changes-type":
        ways.append("put quotes around it")
    elif question.group == "variable" and question.kind in ("line", "text"):
        ways.append(f"give `{name}` a `pattern` in `template.yml` that allows less")
    return ", or ".join(ways)
