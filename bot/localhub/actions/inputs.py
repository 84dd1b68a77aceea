"""The inputs of a dispatched workflow, checked against what its file declares.

The words of the refusals are GitHub's, as clients report them.
"""

import json
from collections.abc import Mapping

from bot.localhub.actions.definition import Input, WorkflowFile
from bot.localhub.refusal import Refused

MOST_INPUTS = 25  # GitHub REST docs, "Create a workflow dispatch event"
LONGEST_INPUTS = 65_535  # characters, all together


def checked_inputs(file: WorkflowFile, given: Mapping[str, str]) -> dict[str, str]:
    """All declared inputs with their values, defaults included. Raises Refused 422."""
    if len(given) > MOST_INPUTS:
        raise Refused(422, "you may only define up to 25 `inputs` for a `workflow_dispatch` event")
    declared = {one.name: one for one in file.inputs}
    unknown = [name for name in given if name not in declared]
    if unknown:
        raise Refused(422, f"Unexpected inputs provided: {json.dumps(unknown)}")
    if sum(len(value) for value in given.values()) > LONGEST_INPUTS:
        raise Refused(422, "inputs are too large.")
    return {name: _value(one, given.get(name)) for name, one in declared.items()}


def _value(declared: Input, given: str | None) -> str:
    value = given if given is not None else declared.default
    if declared.required and not value:
        raise Refused(422, f"Required input '{declared.name}' not provided")
    if value is None:
        return "false" if declared.kind == "boolean" else ""
    if declared.kind == "choice" and value not in declared.options:
        raise _wrong(declared, value, "not in the list of allowed values")
    if declared.kind == "boolean" and value not in {"true", "false"}:
        raise _wrong(declared, value, "not a boolean")
    if declared.kind == "number" and value and not _is_number(value):
        raise _wrong(declared, value, "not a number")
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _wrong(declared: Input, value: str, why: str) -> Refused:
    return Refused(422, f"Provided value '{value[:100]}' for input '{declared.name}' {why}")
