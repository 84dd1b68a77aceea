"""What a project gets that is deployed: the workflows of its kind and the Terraform of its cloud.

Both are kept once, in ``workflows/`` and ``infra/service/`` of this repository, so that
mending them mends the next project of every template.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from ruamel.yaml import YAML

from bot.github.port import File
from bot.projects.made_from_run import target
from bot.runs import Run
from bot.shipped import SERVICE, WORKFLOWS
from bot.templates.folder import read_folder

ACTIONS: Final = "actions"  # GitHub Actions deploys; otherwise another system takes it up
DEPLOY_WORKFLOW: Final = "deploy.yml"
_TEMPLATE: Final = "template"  # in the table: not ours to bring
# A line that the steps of the project's cloud stand for; its words are the folder they are in.
_SIGN_IN: Final = re.compile(r"^ *# (sign in(?: to plan)?)\n", re.MULTILINE)
_NOT_OF_A_PROJECT: Final = ("bootstrap/", "tests/")  # what the platform team runs, and our own


def deployment_files(run: Run) -> Iterator[File]:
    """The workflows, ``infra/`` and who the project is to Terraform; nothing where none deploys."""
    if not run.intent["deploys"]:
        return
    cloud = str(run.intent["cloud_provider"])
    yield from _workflows(str(run.intent["kind"]), cloud, by_actions=_via(run) == ACTIONS)
    yield from _infra(cloud)
    yield File(path="infra/project.auto.tfvars.json", content=_project(run))


def workflow(folder: str, name: str, cloud: str) -> str:
    """A workflow of ``workflows/``, signing in to that cloud."""

    def steps(sign_in: re.Match[str]) -> str:
        place = WORKFLOWS / folder / sign_in[1].replace(" ", "-")
        return (place / f"{cloud}.yml").read_text(encoding="utf-8")

    text = (WORKFLOWS / folder / name).read_text(encoding="utf-8")
    return _SIGN_IN.sub(steps, text)


@cache
def table() -> Mapping[str, Mapping[str, str]]:
    """``workflows/table.yml``: kind → workflow → who brings it."""
    found: Mapping[str, Mapping[str, str]] = YAML(typ="safe", pure=True).load(
        WORKFLOWS / "table.yml"
    )
    return found


def _workflows(kind: str, cloud: str, *, by_actions: bool) -> Iterator[File]:
    for name, brought_by in table()[kind].items():
        if brought_by == _TEMPLATE or (name == DEPLOY_WORKFLOW and not by_actions):
            continue
        content = workflow(brought_by, name, cloud).encode()
        yield File(path=f".github/workflows/{name}", content=content)


def _infra(cloud: str) -> Iterator[File]:
    folder = SERVICE / cloud
    if not folder.is_dir():
        return
    for file in read_folder(folder):
        if not file.path.startswith(_NOT_OF_A_PROJECT):
            yield replace(file, path=f"infra/{file.path}")


def _project(run: Run) -> bytes:
    """Who the project is, as JSON: in it, Terraform evaluates nothing that people typed."""
    intent, name = run.intent, target(run)
    values = {
        "project": name.name,
        "repository": str(name),
        "organization": name.owner,
        "team": intent["team"],
        "business_unit": intent["business_unit"],
        "cost_center": intent["cost_center"],
        "cloud_provider": intent["cloud_provider"],
    }
    return (json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode()


def _via(run: Run) -> str:
    """Who deploys, as the settings say."""
    settings = run.intent["settings"]
    via = settings.get("via") if isinstance(settings, dict) else None
    return str(via or ACTIONS)
