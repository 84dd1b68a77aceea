"""The files that every project gets from the bot, beside what its template renders."""

from collections.abc import Sequence
from io import StringIO

from ruamel.yaml import YAML

from bot.github.port import File
from bot.projects.deployment_files import deployment_files
from bot.projects.made_from_run import target
from bot.projects.settings.first_files import settings_files
from bot.runs import Run


def own_files(run: Run, rendered: Sequence[File]) -> Sequence[File]:
    """What every project gets; a file that the template brought is the template's."""
    paths = {file.path for file in rendered}
    intent = run.intent
    road = {
        "template": intent["template"],
        "version": intent["version"],
        "commit": intent["commit"],
        "project": run.facts["repository_id"],
        "answers": intent["answers"],
    }
    files = [File(path=".paved-road.yml", content=_yaml(road))]
    if not paths & {"CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"}:
        owners = f"* @{target(run).owner}/{intent['team']}\n"
        files.append(File(path=".github/CODEOWNERS", content=owners.encode()))
    if intent["deploys"]:
        files += settings_files(run)
    files += deployment_files(run)
    return [file for file in files if file.path not in paths or file.path == ".paved-road.yml"]


def _yaml(value: object) -> bytes:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # the file's order is ours
    text = StringIO()
    yaml.dump(value, text)
    return text.getvalue().encode()
