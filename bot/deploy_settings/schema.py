"""The JSON Schema that lies beside the settings in a project, made from the rules there.

Editors use it, the bot does not: what somebody changes in it changes nothing. What goes
together is beyond it, and the check run tells.
"""

from collections.abc import Mapping
from typing import Any, Final

from bot.deploy_settings.rules import Rules
from bot.deploy_settings.table import ENVIRONMENTS, Setting

SCHEMA_PATH: Final = "deploy/settings.schema.json"
SCHEMA_KEY: Final = "$schema"
SCHEMA_REFERENCE: Final = "./settings.schema.json"


def settings_schema(rules: Rules) -> Mapping[str, Any]:
    """The schema of ``deploy/settings.json`` under these rules."""
    overrides = [each for each in rules.settings if each.per_environment]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of this project",
        "description": "How the project runs. Change it here in a pull request, or by the "
        "comment /settings set. Written by Paved Road; what is changed in this schema changes "
        "nothing.",
        "type": "object",
        "additionalProperties": False,
        "required": list(rules.needed),
        "properties": {
            SCHEMA_KEY: {"type": "string"},
            **{each.name: _property(each) for each in rules.settings},
            "environments": {
                "description": "What is different in one environment.",
                "type": "object",
                "additionalProperties": False,
                "properties": {name: {"$ref": "#/$defs/overrides"} for name in ENVIRONMENTS},
            },
        },
        "$defs": {
            "overrides": {
                "type": "object",
                "additionalProperties": False,
                "properties": {each.name: _property(each, default=False) for each in overrides},
            }
        },
    }


def _property(row: Setting, *, default: bool = True) -> dict[str, Any]:
    said: dict[str, Any] = {"description": row.help}
    if row.options:
        said["enum"] = list(row.options)
    elif row.pattern:
        said |= {"type": "string", "maxLength": row.longest, "pattern": f"^({row.pattern})$"}
        said["patternErrorMessage"] = f"must be {row.pattern_says}"
    else:
        said |= {"type": "integer", "minimum": row.least, "maximum": row.most}
    if default and row.default is not None:
        said["default"] = row.default
    return said
