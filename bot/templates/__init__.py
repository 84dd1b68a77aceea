"""Templates: what ``template.yml`` and ``cookiecutter.json`` say, checked by line."""

from bot.templates.definition import TemplateDefinition, TemplateInvalid, load_template
from bot.templates.manifest import Cloud, Manifest, UpgradePolicy, VariableRule, parse_manifest
from bot.templates.variables import STANDARD, Option, Variable, read_variables

__all__ = [
    "STANDARD",
    "Cloud",
    "Manifest",
    "Option",
    "TemplateDefinition",
    "TemplateInvalid",
    "UpgradePolicy",
    "Variable",
    "VariableRule",
    "load_template",
    "parse_manifest",
    "read_variables",
]
