"""``deploy/settings.json`` → its settings, or everything that is wrong with it, by line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.deploy_settings.rules import Rules
from bot.deploy_settings.schema import SCHEMA_KEY
from bot.deploy_settings.table import ENVIRONMENTS, SETTINGS, Setting, Value
from bot.deploy_settings.together import Clash, clashes
from bot.deploy_settings.values import fits, must_be
from bot.problems import Problem, ProblemsFound
from bot.written import Source, code, near_miss, one_of, read_json
from bot.written.source import Path

PATH: Final = "deploy/settings.json"
LIMIT_BYTES: Final = 50_000
OVERRIDES: Final = "environments"
_LONGEST_KEY: Final = 100  # of a stranger's, in a sentence


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A file that is in order. ``value`` is what it says, ``rules`` what it was held against."""

    value: Mapping[str, Any]
    rules: Rules

    def in_environment(self, environment: str) -> dict[str, Value]:
        """Every setting as it counts in that environment; empty: as it counts by itself."""
        own = self.value.get(OVERRIDES, {}).get(environment, {})
        return self.rules.complete({**self.value, **own})


def parse_settings(content: bytes) -> Source:
    """The file with the places of what it says. Raises ProblemsFound where it is no JSON object."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProblemsFound([_problem(line, "encoding", "This is not UTF-8 text.")]) from None
    if text.startswith("\ufeff"):
        message = "The file begins with a byte order mark; save it as UTF-8 without one."
        raise ProblemsFound([_problem(1, "byte-order-mark", message)])
    source = read_json(text, path=PATH, limit_bytes=LIMIT_BYTES)
    if not isinstance(source.value, dict):
        raise ProblemsFound([_problem(1, "type", "The file must be a JSON object: `{ … }`.")])
    return source


def read_settings(content: bytes, rules: Rules) -> SettingsFile:
    """The settings of a file. Raises ProblemsFound with every problem at its line."""
    source = parse_settings(content)
    problems = list(_check(source, rules))
    if problems:
        raise ProblemsFound(problems)
    value: Any = source.value
    return SettingsFile(value, rules)


def _problem(line: int, rule: str, message: str) -> Problem:
    return Problem(path=PATH, line=line, column=1, rule=rule, message=message)


def _check(source: Source, rules: Rules) -> Iterator[Problem]:
    value: Any = source.value
    rows = {each.name: each for each in rules.settings}
    for name in rules.needed:
        if name not in value:
            yield source.problem((), "missing-key", f"The key {code(name)} is missing.")
    yield from _values(source, (), value, rows, beside=(SCHEMA_KEY, OVERRIDES))
    if not isinstance(value.get(SCHEMA_KEY, ""), str):
        yield source.problem((SCHEMA_KEY,), "type", f"{code(SCHEMA_KEY)} must be text.")
    good = _good(value, rows)
    for clash in clashes(rules.complete(good)):
        yield _clashing(source, (), clash, value)
    if OVERRIDES in value:
        yield from _environments(source, value[OVERRIDES], good, rules)


def _values(
    source: Source,
    path: Path,
    value: Mapping[str, Any],
    rows: Mapping[str, Setting],
    *,
    beside: tuple[str, ...] = (),
) -> Iterator[Problem]:
    for key, found in value.items():
        row = rows.get(key)
        if row is not None and not fits(row, found):
            yield source.problem((*path, key), "value", must_be(row))
        elif row is None and key not in beside:
            yield _unknown(source, (*path, key), [*rows, *beside])


def _unknown(source: Source, path: Path, known: list[str]) -> Problem:
    key = str(path[-1])
    everywhere = [each.name for each in SETTINGS]
    if key in everywhere:
        message = f"{code(key)} is the same in every environment; it stands at the top alone."
    else:
        hint = near_miss(key, known) or f" Known is {one_of(known, most=20)}."
        message = f"{code(key[:_LONGEST_KEY])} is not a setting.{hint}"
    return source.problem(path, "unknown-key", message, at_key=True)


def _environments(
    source: Source, value: Any, above: Mapping[str, Value], rules: Rules
) -> Iterator[Problem]:
    """What is wrong below ``environments``; clashes only where an override takes part."""
    if not isinstance(value, dict):
        message = f"{code(OVERRIDES)} must be a map of environments."
        yield source.problem((OVERRIDES,), "type", message)
        return
    rows = {each.name: each for each in rules.settings if each.per_environment}
    for name, own in value.items():
        path: Path = (OVERRIDES, name)
        if name not in ENVIRONMENTS:
            hint = near_miss(name, ENVIRONMENTS) or f" Known is {one_of(ENVIRONMENTS)}."
            message = f"{code(name[:_LONGEST_KEY])} is no environment.{hint}"
            yield source.problem(path, "unknown-key", message, at_key=True)
        elif not isinstance(own, dict):
            yield source.problem(path, "type", f"{code(name)} must be a map of settings.")
        else:
            yield from _values(source, path, own, rows)
            for clash in clashes(rules.complete({**above, **_good(own, rows)})):
                if {clash.name, *clash.others} & own.keys():
                    yield _clashing(source, path, clash, own)


def _good(value: Mapping[str, Any], rows: Mapping[str, Setting]) -> dict[str, Value]:
    """The values that are right by themselves."""
    return {key: found for key, found in value.items() if key in rows and fits(rows[key], found)}


def _clashing(source: Source, path: Path, clash: Clash, own: Mapping[str, Any]) -> Problem:
    """At the setting to change, or where that stands elsewhere, at one that it clashes with."""
    key = next((each for each in (clash.name, *clash.others) if each in own), clash.name)
    where = f" in {code(str(path[-1]))}" if path else ""
    message = f"{code(clash.name)}{where}: {clash.problem} Allowed is {clash.allowed}."
    return source.problem((*path, key), "together", message)
