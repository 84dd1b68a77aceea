"""cookiecutter.json and a person's answers → the values that a template sees.

Cookiecutter's own resolution renders whatever it is given, so an answer that
holds an expression would run. Here only defaults, which the template's author
wrote, are rendered; an answer goes in as it is.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from .fault import Fault
from .limits import Limits

FILE = "cookiecutter.json"
_NESTED = ("template", "templates")  # they point to other folders, and run their hooks
_JINJA_SWITCHES = frozenset({"trim_blocks", "lstrip_blocks"})
_YES = frozenset({"1", "true", "t", "yes", "y", "on"})  # the words cookiecutter takes
_NO = frozenset({"0", "false", "f", "no", "n", "off"})

Render = Callable[[str, str, Mapping[str, Any]], str]


def read_declared(content: bytes, limits: Limits) -> dict[str, Any]:
    """The variables that a template declares, in order, prompts left out.

    Raises:
        Fault: the file is too big, too deep, no object of JSON, names a variable
            twice, or uses a key that would reach outside the template.
    """
    if len(content) > limits.json_bytes:
        raise Fault("too-large", path=FILE)
    try:
        declared = json.loads(content, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError:
        raise Fault("too-deep", path=FILE) from None
    except json.JSONDecodeError as error:
        raise Fault("json", path=FILE, line=error.lineno) from None
    except ValueError:  # also bytes that are no UTF-8
        raise Fault("json", path=FILE) from None
    if not isinstance(declared, dict):
        raise Fault("json", path=FILE)
    if nesting(declared) > limits.depth:
        raise Fault("too-deep", path=FILE)
    declared.pop("__prompts__", None)
    if len(declared) > limits.variables:
        raise Fault("too-many-variables", path=FILE)
    _check_keys(declared)
    return cast("dict[str, Any]", declared)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_constant(_name: str) -> None:
    raise ValueError


def nesting(value: object) -> int:
    """How deep lists and objects lie in each other; 0 for a plain value."""
    deepest, layer = 0, [value]
    while nested := [each for each in layer if isinstance(each, dict | list)]:
        deepest += 1
        layer = [
            inner
            for outer in nested
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return deepest


def _check_keys(declared: Mapping[str, Any]) -> None:
    for key in _NESTED:
        if key in declared:
            raise Fault("forbidden-key", path=FILE, variable=key)
    switches = declared.get("_jinja2_env_vars", {})
    if not isinstance(switches, dict):
        raise Fault("wrong-type", path=FILE, variable="_jinja2_env_vars")
    for key, switch in switches.items():
        if key not in _JINJA_SWITCHES or not isinstance(switch, bool):
            raise Fault("forbidden-key", path=FILE, variable=key)
    for key in ("_copy_without_render", "_extensions"):
        if not _is_texts(declared.get(key, [])):
            raise Fault("wrong-type", path=FILE, variable=key)
    if declared.get("_new_lines", "\n") not in {"\n", "\r\n", False, ""}:
        raise Fault("wrong-type", path=FILE, variable="_new_lines")


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def resolve(
    declared: Mapping[str, Any], answers: Mapping[str, Any], render: Render
) -> dict[str, Any]:
    """One value for every declared variable, answers as they are and defaults rendered.

    Plain variables come in the file's order, then the objects, because those may
    mention any of the plain ones. A list is a choice: its first entry is the
    default. ``_name`` is the template's own constant, ``__name`` is rendered.

    Args:
        render: renders one default: the variable's name, its text, the values so far.

    Raises:
        Fault: an answer to nothing that was asked, or of the wrong kind; whatever
            ``render`` raises.
    """
    for key in answers:
        if key.startswith("_") or key not in declared:
            raise Fault("unknown-variable", variable=key)
    values: dict[str, Any] = {}
    objects = [k for k, v in declared.items() if isinstance(v, dict) and not k.startswith("_")]
    plain = [k for k in declared if k not in objects]
    for key in plain + objects:
        values[key] = _value(key, declared[key], answers, values, render)
    return values


def _is_constant(key: str) -> bool:
    return key.startswith("_") and not key.startswith("__")


def _value(
    key: str,
    default: Any,
    answers: Mapping[str, Any],
    values: Mapping[str, Any],
    render: Render,
) -> Any:
    if _is_constant(key):
        return default

    def rendered(raw: Any) -> Any:
        """As cookiecutter does it: numbers become text, the rest keeps its shape."""
        if raw is None or isinstance(raw, bool):
            return raw
        if isinstance(raw, dict):
            return {rendered(k): rendered(v) for k, v in raw.items()}
        if isinstance(raw, list):
            return [rendered(item) for item in raw]
        return render(key, str(raw), values)

    if isinstance(default, list) and not key.startswith("__"):
        return _choice(key, rendered(default), answers)
    if key not in answers:
        return rendered(default)
    return _literal(key, default, answers[key])


def _choice(key: str, options: list[Any], answers: Mapping[str, Any]) -> Any:
    if not options:
        raise Fault("not-a-choice", path=FILE, variable=key)
    if key not in answers:
        return options[0]
    answer = answers[key]
    by_text = {str(option): option for option in options}
    chosen = [str(one) for one in answer] if isinstance(answer, list) else [str(answer)]
    if not set(chosen) <= set(by_text) or len(set(chosen)) != len(chosen):
        raise Fault("not-a-choice", variable=key)
    if isinstance(answer, list):  # several may be chosen: in the order they were offered
        return [option for text, option in by_text.items() if text in chosen]
    return by_text[chosen[0]]


def _literal(key: str, default: Any, answer: Any) -> Any:
    if isinstance(default, bool):
        word = str(answer).strip().lower()
        if word not in _YES | _NO:
            raise Fault("wrong-type", variable=key)
        return word in _YES
    if isinstance(default, dict):
        if not isinstance(answer, dict):
            raise Fault("wrong-type", variable=key)
        return answer
    if isinstance(answer, dict | list) or answer is None:
        raise Fault("wrong-type", variable=key)
    return str(answer)
