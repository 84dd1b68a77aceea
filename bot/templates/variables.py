"""``cookiecutter.json`` and the manifest → the variables of a template, in file order.

The file stays plain cookiecutter: a private name (``_x``) or a computed default
(``{{ … }}``) is not asked, a list is a choice. What cookiecutter cannot say (kind,
pattern, bounds) stands in ``template.yml``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from bot.problems import Problem, ProblemsFound
from bot.templates.manifest import PATH as MANIFEST_PATH
from bot.templates.manifest import ManifestFile, VariableRule
from bot.written import Source, Value, code, forbidden_character, near_miss, normal, read_json
from bot.written.source import Path

PATH: Final = "cookiecutter.json"
# Answers that every request has; a template that declares one of these receives it.
STANDARD: Final = (
    "project_slug",
    "description",
    "organization",
    "team",
    "business_unit",
    "cost_center",
    "visibility",
)
_LIMIT_BYTES: Final = 100_000
_MOST_VARIABLES: Final = 200
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PROMPTS: Final = "__prompts__"
_PROMPT: Final = "__prompt__"
_MOST_LABEL_CHARACTERS: Final = 120

# A line without a pattern of its own. Letters of every script are fine; what is
# left out ends a value or starts something new in YAML, HCL, shell, XML or an
# expression. A template that quotes what it writes may give `pattern: '.*'`.
SAFE_LINE: Final = r"""[^"'`\\$<>{}\[\]|;&#:*\-?!,~@=+% ][^"'`\\$<>{}\[\]|;&#:*]*"""
SAFE_LINE_SAYS: Final = (
    "starting with a letter, digit, dot, slash, bracket or underscore, "
    "and without any of `` \" ' ` \\ $ < > { } [ ] | ; & # : * ``"
)

VariableKind = Literal[
    "slug", "line", "text", "choice", "multi", "bool", "integer", "dict", "private", "computed"
]


@dataclass(frozen=True, slots=True)
class Option:
    """An allowed answer: what the template sees and what people read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable of a template.

    ``default`` is cookiecutter's, as it stands in the file. ``computed`` says that
    it is made from other answers. ``min`` and ``max`` bound an integer's value or
    the number of characters of a line or text.
    """

    name: str
    kind: VariableKind
    label: str
    help: str = ""
    default: Value = None
    computed: bool = False
    options: tuple[Option, ...] = ()
    pattern: str | None = None
    pattern_says: str = ""
    min: int | None = None
    max: int | None = None
    required: bool = False

    @property
    def asked(self) -> bool:
        """Whether the form has a question for it."""
        return self.kind not in ("private", "computed") and self.name not in STANDARD


def read_variables(text: str, manifest: ManifestFile) -> tuple[Variable, ...]:
    """The template's variables in the file's order.

    Raises ProblemsFound with every problem of the file, and of what the manifest
    says about its variables, each with line and column.
    """
    source = read_json(text, path=PATH, limit_bytes=_LIMIT_BYTES)
    if not isinstance(source.value, dict):
        raise ProblemsFound([source.problem((), "type", "The file must be one JSON object.")])
    reader = _Reader(source, source.value, manifest)
    variables = reader.read()
    if reader.problems:
        raise ProblemsFound(reader.problems)
    return variables


def in_words(name: str) -> str:
    """A variable's name as a heading: ``java_version`` → ``Java version``."""
    words = " ".join(name.replace("_", " ").split())
    return words[:1].upper() + words[1:]


def _is_template(value: Value) -> bool:
    """Whether cookiecutter would compute the value from other answers."""
    if isinstance(value, str):
        return "{{" in value or "{%" in value
    if isinstance(value, dict):
        return any(_is_template(each) or _is_template(key) for key, each in value.items())
    return isinstance(value, list) and any(map(_is_template, value))


@dataclass(slots=True)
class _Reader:
    """Reads one file and collects what is wrong on the way."""

    source: Source
    value: Mapping[str, Any]
    manifest: ManifestFile
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> tuple[Variable, ...]:
        names = [name for name in self.value if name != _PROMPTS]
        if len(names) > _MOST_VARIABLES:
            self._file((), "too-many", f"There are more than {_MOST_VARIABLES} variables.")
            return ()
        self._check_prompts(names)
        for name in self.manifest.manifest.variables:
            if name not in names:
                self._rule((name,), "unknown-variable", _no_variable(name, names), at_key=True)
            elif name in STANDARD:
                sentence = f"{code(name)} is answered for every project; it is not asked again."
                self._rule((name,), "standard-variable", sentence, at_key=True)
        found = [self._variable(name, self.value[name]) for name in names]
        return tuple(variable for variable in found if variable)

    def _file(self, path: Path, rule: str, message: str) -> None:
        self.problems.append(self.source.problem(path, rule, message, at_key=True))

    def _rule(self, path: Path, rule: str, message: str, *, at_key: bool = False) -> None:
        place = ("variables", *path)
        self.problems.append(self.manifest.source.problem(place, rule, message, at_key=at_key))

    def _variable(self, name: str, default: Value) -> Variable | None:
        if not _NAME.fullmatch(name) or name in dir(dict):
            self._file((name,), "name", _bad_name(name))
            return None
        label = self._label(name)
        if name.startswith("_"):
            return Variable(name=name, kind="private", label=label, default=default)
        if name in STANDARD:
            return self._standard(name, label, default)
        computed = _is_template(default)
        rule = self.manifest.manifest.variables.get(name)
        if computed and (rule is None or isinstance(default, list)):
            return self._computed(name, label, default)
        return self._question(name, label, default, rule or VariableRule(), computed=computed)

    def _standard(self, name: str, label: str, default: Value) -> Variable | None:
        if not isinstance(default, str):
            sentence = (
                f"{code(name)} is filled with the request's own answer; make its default text."
            )
            self._file((name,), "standard-variable", sentence)
            return None
        return Variable(name=name, kind="line", label=label, default=default)

    def _computed(self, name: str, label: str, default: Value) -> Variable | None:
        if isinstance(default, list):
            sentence = f"The options of {code(name)} are computed, so no form can show them."
            self._file((name,), "computed-options", sentence)
            return None
        return Variable(name=name, kind="computed", label=label, default=default, computed=True)

    def _question(
        self, name: str, label: str, default: Value, rule: VariableRule, *, computed: bool
    ) -> Variable | None:
        kind = rule.kind or _natural_kind(default, rule)
        wrong = _mismatch(kind, default, rule, computed=computed)
        if wrong:
            self._mismatched(name, wrong)
            return None
        options = self._options(name, kind, default, rule)
        if unknown := set(rule.via_deployment) - {option.value for option in options}:
            sentence = f"{code(min(unknown))} is no option of {code(name)}."
            self._rule((name, "via_deployment"), "via", sentence)
        empty = default in ("", None) or computed
        required = rule.required if rule.required is not None else not empty
        return Variable(
            name=name,
            kind=kind,
            label=label,
            help=normal(rule.help),
            default=default,
            computed=computed,
            options=options,
            pattern=rule.pattern or (SAFE_LINE if kind == "line" else None),
            pattern_says="" if rule.pattern else SAFE_LINE_SAYS,
            min=rule.min,
            max=rule.max,
            required=required and kind not in ("bool", "multi"),
        )

    def _mismatched(self, name: str, wrong: str) -> None:
        """The manifest is to blame where it speaks of the variable, else the default."""
        sentence = f"{code(name)} {wrong}."
        if name in self.manifest.manifest.variables:
            self._rule((name,), "kind", sentence, at_key=True)
        else:
            self._file((name,), "kind", sentence)

    # --- what people read -------------------------------------------------------

    def _prompt(self, name: str) -> str | dict[str, Any] | None:
        prompts = self.value.get(_PROMPTS, {})
        found = prompts.get(name) if isinstance(prompts, dict) else None
        return found if isinstance(found, str | dict) else None

    def _label(self, name: str) -> str:
        prompt = self._prompt(name)
        text = prompt.get(_PROMPT) if isinstance(prompt, dict) else prompt
        return normal(text) if isinstance(text, str) and text.strip() else in_words(name)

    def _options(
        self, name: str, kind: str, default: Value, rule: VariableRule
    ) -> tuple[Option, ...]:
        if kind not in ("choice", "multi"):
            return ()
        values = list(rule.options) or [_as_text(each) for each in _members(default)]
        prompt = self._prompt(name)
        labels = prompt if isinstance(prompt, dict) else {}
        return tuple(Option(each, normal(str(labels.get(each, each)))) for each in values)

    def _check_prompts(self, names: list[str]) -> None:
        prompts = self.value.get(_PROMPTS, {})
        if not isinstance(prompts, dict):
            self._file((_PROMPTS,), "prompts", "`__prompts__` must be an object.")
            return
        for name, prompt in prompts.items():
            path = (_PROMPTS, name)
            if name not in names:
                self._file(path, "unknown-variable", _no_variable(name, names))
            texts = list(prompt.values()) if isinstance(prompt, dict) else [prompt]
            if not all(isinstance(text, str) for text in texts):
                self._file(path, "prompts", f"The prompt of {code(name)} must be text.")
                continue
            for text in texts:
                self._check_line(path, text)

    def _check_line(self, path: Path, text: str) -> None:
        wrong = forbidden_character(text.strip())
        if wrong or len(text) > _MOST_LABEL_CHARACTERS:
            why = f"it holds {wrong}" if wrong else f"at most {_MOST_LABEL_CHARACTERS} characters"
            sentence = f"The prompt of {code(str(path[-1]))} must be one short line: {why}."
            self._file(path, "prompts", sentence)


def _members(default: Value) -> list[Value]:
    if isinstance(default, list):
        return default
    return list(default) if isinstance(default, dict) else []


def _as_text(value: Value) -> str:
    """How cookiecutter writes a value into a file."""
    return value if isinstance(value, str) else str(value)


def _no_variable(name: str, names: list[str]) -> str:
    return f"{code(name)} is not a variable of `{PATH}`.{near_miss(name, names)}"


def _bad_name(name: str) -> str:
    if name in dir(dict):
        return f"{code(name)} names a method of the context in Jinja; choose another name."
    return f"{code(name)} cannot be a variable: letters, digits and underscores make a name."


def _natural_kind(default: Value, rule: VariableRule) -> VariableKind:
    """The kind of a variable that the manifest gives none."""
    if isinstance(default, bool):
        return "bool"
    if isinstance(default, list) or rule.options:
        return "choice"
    if isinstance(default, dict):
        return "multi" if _is_switches(default) else "dict"
    return "integer" if isinstance(default, int) else "line"


def _is_switches(default: Value) -> bool:
    return (
        isinstance(default, dict)
        and bool(default)
        and all(isinstance(each, bool) for each in default.values())
    )


def _is_options(default: Value) -> bool:
    return (
        isinstance(default, list)
        and bool(default)
        and all(isinstance(each, str | int | float) for each in default)
        and not any(isinstance(each, bool) for each in default)
    )


def _mismatch(kind: str, default: Value, rule: VariableRule, *, computed: bool) -> str:
    """Why a default cannot belong to a variable of that kind; empty where it can."""
    if kind == "choice":
        return _choice_mismatch(default, rule)
    if rule.options:
        return f"has `options` in `{MANIFEST_PATH}`, which only a `choice` has"
    if kind == "multi":
        fits_multi = _is_switches(default) or _is_options(default)
        return "" if fits_multi else "is a `multi`: its default is a list or holds true and false"
    fits = {
        "bool": isinstance(default, bool),
        "dict": isinstance(default, dict),
        "integer": (isinstance(default, int) and not isinstance(default, bool))
        or (isinstance(default, str) and (computed or re.fullmatch(r"[0-9]{0,18}", default))),
    }.get(kind, isinstance(default, str | int | float | None) and not isinstance(default, bool))
    return "" if fits else f"is a `{kind}`, which its default in `{PATH}` is not"


def _choice_mismatch(default: Value, rule: VariableRule) -> str:
    if isinstance(default, list):
        if rule.options:
            return f"has its options in `{PATH}` already; remove `options`"
        if not _is_options(default):
            return "is a `choice`: its list holds at least one text or number, and nothing else"
        return ""
    if not rule.options:
        return f"is a `choice`: its default is a list, or `{MANIFEST_PATH}` gives `options`"
    allowed = (*rule.options, "")
    return "" if default in allowed else "has a default that is not one of its `options`"
