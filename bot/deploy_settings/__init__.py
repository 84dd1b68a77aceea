"""The settings of a project: what ``deploy/settings.json`` may say, read, judged and changed.

Everything here is pure. One table says what there is; the form's questions, the JSON
Schema in the project, the checks, the names that commands take and the page about them
all come from its rows.
"""

from bot.deploy_settings.change import Change, read_changes
from bot.deploy_settings.read import PATH, SettingsFile, read_settings
from bot.deploy_settings.rules import Narrowing, Rules, rules_for
from bot.deploy_settings.schema import SCHEMA_PATH, settings_schema
from bot.deploy_settings.table import ENVIRONMENTS, SETTINGS, Setting, Value, setting_of
from bot.deploy_settings.together import Clash, clashes
from bot.deploy_settings.write import apply_changes, new_file

__all__ = [
    "ENVIRONMENTS",
    "PATH",
    "SCHEMA_PATH",
    "SETTINGS",
    "Change",
    "Clash",
    "Narrowing",
    "Rules",
    "Setting",
    "SettingsFile",
    "Value",
    "apply_changes",
    "clashes",
    "new_file",
    "read_changes",
    "read_settings",
    "rules_for",
    "setting_of",
    "settings_schema",
]
