"""What ``/settings set`` is given: ``memory=1024 replicas=2-6 staging.cpu=250`` → changes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.deploy_settings.rules import Rules
from bot.deploy_settings.table import Setting, Value
from bot.deploy_settings.values import allowed, value_of
from bot.errors import UserError
from bot.written import code, near_miss, one_of

REPLICAS: Final = "replicas"
_WORD: Final = re.compile(r"(?:([a-z]+)\.)?([A-Za-z_]{1,40})=([A-Za-z0-9._/@:=+-]*)")


@dataclass(frozen=True, slots=True)
class Change:
    """One value to set; ``environment`` is empty for the value that counts everywhere."""

    environment: str
    name: str
    value: Value


class ChangesInvalid(UserError):
    """What was typed sets nothing, or something that is not allowed; each is named."""

    code = "settings-invalid"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(
            "Nothing was changed: " + " ".join(dict.fromkeys(problems)),
            fix="Correct it and comment again; `/settings` shows what there is.",
        )


@dataclass(frozen=True, slots=True)
class _Wrong:
    problem: str


def read_changes(words: Sequence[str], rules: Rules) -> tuple[Change, ...]:
    """The changes that the words after ``set`` ask for, in their order.

    Raises ChangesInvalid, which names every word that is wrong and what is allowed.
    """
    read = [_read(word, rules) for word in words]
    problems = [each.problem for each in read if isinstance(each, _Wrong)]
    changes = [each for part in read if not isinstance(part, _Wrong) for each in part]
    places = [(each.environment, each.name) for each in changes]
    for environment, name in dict.fromkeys(each for each in places if places.count(each) > 1):
        problems.append(f"{_said(environment, name)} is given twice.")
    if not words:
        problems.append("Name what to set, for example `/settings set memory=1024`.")
    if problems:
        raise ChangesInvalid(problems)
    return tuple(changes)


def _read(word: str, rules: Rules) -> Sequence[Change] | _Wrong:
    match = _WORD.fullmatch(word)
    if match is None:
        return _Wrong("A change is written `NAME=VALUE` or `ENVIRONMENT.NAME=VALUE`.")
    environment, name, text = match[1] or "", match[2], match[3]
    known = rules.environments
    if environment and environment not in known:
        hint = near_miss(environment, known) or f" Known is {one_of(known)}."
        return _Wrong(f"{code(environment)} is no environment.{hint}")
    if name == REPLICAS:
        return _replicas(environment, text, rules)
    row = rules.of(name)
    if row is None:
        return _Wrong(_unknown(name, rules))
    return _one(environment, row, text)


def _one(environment: str, row: Setting, text: str) -> Sequence[Change] | _Wrong:
    if row.fixed:
        return _Wrong(f"{code(row.short)} stays as it was when the project was made.")
    if environment and not row.per_environment:
        return _Wrong(f"{code(row.short)} is the same in every environment; set it without one.")
    value = value_of(row, text)
    if value is None:
        return _Wrong(f"{code(row.short)} must be {allowed(row)}.")
    return [Change(environment, row.name, value)]


def _replicas(environment: str, text: str, rules: Rules) -> Sequence[Change] | _Wrong:
    """``3`` sets both ends, ``2-6`` one each."""
    low, dash, high = text.partition("-")
    rows = [row for row in map(rules.of, ("min_replicas", "max_replicas")) if row is not None]
    pairs = zip(rows, (low, high if dash else low), strict=True)
    read = [(row, value_of(row, end)) for row, end in pairs]
    changes = [Change(environment, row.name, value) for row, value in read if value is not None]
    if len(changes) < len(read):
        ends = " and ".join(dict.fromkeys(allowed(row) for row in rows))
        return _Wrong(f"`replicas` must be {ends}, or two of them such as `2-6`.")
    if int(changes[0].value) > int(changes[1].value):
        return _Wrong("`replicas` gives the fewest first, for example `2-6`.")
    return changes


def _unknown(name: str, rules: Rules) -> str:
    known = [*(each.short for each in rules.settings if not each.fixed), REPLICAS]
    hint = near_miss(name, known) or f" Known is {one_of(known, most=20)}."
    return f"{code(name)} is not a setting.{hint}"


def _said(environment: str, name: str) -> str:
    return code(f"{environment}.{name}" if environment else name)
