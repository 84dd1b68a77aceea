"""JSON Schema's verdict in sentences, each at its line.

A schema may carry ``patternErrorMessage`` beside ``pattern`` (the keyword that
editors know): it becomes the sentence, because nobody should have to read a
regular expression to learn what a name looks like.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from bot.problems import Problem
from bot.written.plain_text import code, near_miss, one_of
from bot.written.source import Path, Source

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "a map of keys and values",
    "null": "empty",
}


_BOUNDS = {
    "minItems": "needs at least {} entries",
    "maxItems": "may have at most {} entries",
    "minLength": "needs at least {} characters",
    "maxLength": "may have at most {} characters",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "uniqueItems": "holds the same entry twice",
}


@cache
def shipped_schema(package: str, name: str) -> Mapping[str, Any]:
    """A schema file that lies in one of our packages."""
    schema: dict[str, Any] = json.loads(files(package).joinpath(name).read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return schema


def check_shape(source: Source, schema: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Every way in which the file is not what its schema describes; empty where it is."""
    problems: list[Problem] = []
    for error in Draft202012Validator(schema).iter_errors(source.value):
        problems.extend(_explain(source, error))
    return tuple(problems)


def _schema(error: ValidationError) -> Mapping[str, Any]:
    """The part of the schema that the error is about."""
    return error.schema if isinstance(error.schema, Mapping) else {}


def _explain(source: Source, error: ValidationError) -> list[Problem]:
    """One error of the validator as problems with a place."""
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        return _unknown_keys(source, path, error)
    if error.validator == "required":
        return [_missing_key(source, path, error)]
    if "propertyNames" in error.absolute_schema_path:
        return [_bad_key(source, path, error)]
    return [source.problem(path, _rule(error), f"{_what(path)} {_demand(error)}.")]


def _unknown_keys(source: Source, path: Path, error: ValidationError) -> list[Problem]:
    known = sorted(_schema(error).get("properties", {}))
    found: Any = error.instance
    return [
        source.problem(
            (*path, key),
            "unknown-key",
            f"{code(key)} is not a key here.{near_miss(key, known)}"
            + ("" if near_miss(key, known) else f" Known are {', '.join(map(code, known))}."),
            at_key=True,
        )
        for key in found
        if key not in known
    ]


def _missing_key(source: Source, path: Path, error: ValidationError) -> Problem:
    wanted: Any = error.validator_value
    # The validator reports each missing key by itself and names it only in its message.
    missing = next(key for key in wanted if error.message.startswith(f"{key!r} "))
    return source.problem(path, "missing-key", f"{_what(path)} needs the key {code(missing)}.")


def _bad_key(source: Source, path: Path, error: ValidationError) -> Problem:
    key = str(error.instance)
    known = _schema(error).get("enum", [])
    allowed = f" Allowed is {one_of(known, most=30)}." if known else _reason(error)
    sentence = f"{code(key)} is not a key here.{near_miss(key, known) or allowed}"
    return source.problem((*path, key), "unknown-key", sentence, at_key=True)


def _reason(error: ValidationError) -> str:
    told = _schema(error).get("patternErrorMessage", "")
    return f" A key here {told}." if told else ""


def _what(path: Path) -> str:
    """How to speak of a value: its key, or its place in a list."""
    if not path:
        return "The file"
    if isinstance(path[-1], int):
        owner = code(str(path[-2])) if len(path) > 1 else "the list"
        return f"Item {path[-1] + 1} of {owner}"
    return code(path[-1])


def _rule(error: ValidationError) -> str:
    names = {"type": "type", "enum": "choice", "const": "choice", "pattern": "pattern"}
    return names.get(str(error.validator), "bounds")


def _demand(error: ValidationError) -> str:
    """What is wrong with the value, to follow its name in a sentence."""
    wanted: Any = error.validator_value
    if error.validator == "type":
        return _type_demand(wanted, error.instance)
    if error.validator == "enum":
        guess = near_miss(str(error.instance), [str(each) for each in wanted])
        return f"must be {one_of(map(str, wanted), most=30)}{_inside(guess)}"
    if error.validator == "pattern":
        told = _schema(error).get("patternErrorMessage")
        return str(told) if told else f"must match {code(str(wanted))}"
    if wanted == 1 and str(error.validator).startswith("min"):
        return "may not be empty" if error.validator != "minimum" else "must be at least 1"
    return _BOUNDS.get(str(error.validator), "is not what belongs here").format(wanted)


def _inside(guess: str) -> str:
    """A near miss inside a sentence instead of after it."""
    return f" (d{guess.strip()[1:]})" if guess else ""


def _type_demand(wanted: str | list[str], found: object) -> str:
    names = [wanted] if isinstance(wanted, str) else wanted
    demand = f"must be {' or '.join(_TYPES[name] for name in names)}"
    if "string" in names and isinstance(found, bool | int | float):
        return f"{demand}; put it in quotes"
    return f"{demand}, and is empty" if found is None else demand
