"""Who deploys a new project: its template says so, or an answer to its form."""

import json
from pathlib import Path

import pytest

from bot.github.port import File
from bot.templates.folder import read_folder
from tests.bot_in_memory import FOLDER, open_bot_world
from tests.requests_in_memory import RequestWorld, form

PINGER = "templates/pinger"
SETTINGS = {
    "Cloud provider": "Amazon Web Services",
    "Region": "eu-central-1",
    "CPU": "0.5 vCPU",
    "Memory": "1 GiB",
    "Fewest replicas": "1",
    "Most replicas": "3",
}
CHOICE = '{"project_slug": "pinger", "delivery": ["github-actions", "jenkins"], "cost_center": ""}'
BY_ANSWER = "variables: {delivery: {kind: choice, via_deployment: [jenkins]}}\n"


def filled_in(**answers: str) -> str:
    common = form().partition("\n\n### Greeting")[0]
    asked = [f"### {label}\n\n{answer}" for label, answer in (answers | SETTINGS).items()]
    return "\n\n".join([common, *asked])


@pytest.mark.parametrize(
    ("more", "variables", "answers", "via"),
    [
        pytest.param("via: deployment\n", "", {}, "deployment", id="template"),
        pytest.param(BY_ANSWER, CHOICE, {"Delivery": "jenkins"}, "deployment", id="answer"),
    ],
)
async def test_the_setting_via_is_what_template_and_answers_make_it(
    tmp_path: Path, more: str, variables: str, answers: dict[str, str], via: str
) -> None:
    """So that exactly one system deploys from the first day on."""
    catalog = {file.path: file for file in read_folder(FOLDER)}
    manifest = catalog[f"{PINGER}/template.yml"].content + more.encode()
    changed = [File(path=f"{PINGER}/template.yml", content=manifest)]
    if variables:
        changed.append(File(path=f"{PINGER}/cookiecutter.json", content=variables.encode()))
    catalog |= {file.path: file for file in changed}
    async with open_bot_world(tmp_path, catalog=list(catalog.values())) as opened:
        world = RequestWorld(opened.github, opened.bot)
        number = await world.file(filled_in(**answers), template="pinger")
        await world.idle()
        assert "is ready" in world.texts(number)[0], world.texts(number)[0]
        tree = world.github.trees[world.github.heads["acme/money-kit"]]
        settings = json.loads(tree["deploy/settings.json"].content)
        assert settings.get("via", "actions") == via
