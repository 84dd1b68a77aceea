"""Generated Terraform modules, tried by real Terraform with a mock of the provider."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.rendering import Allowed, Renderer
from bot.templates import offline
from bot.templates.check.renders import as_template
from tests.catalog.case import built
from tests.catalog.cases import CATALOG, HOSTILE, Case, computed, read_yaml
from tests.catalog.terraform import attempt, copied, run
from tests.catalog.terraform_cases import NEWER, OLDEST, PLAIN_MODULE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TEMPLATE = CATALOG / "templates" / "terraform-module"


@pytest.mark.parametrize("case", built(NEWER, OLDEST), ids=lambda case: case.id)
def test_a_new_module_passes_its_own_checks(
    case: Case, projects: Mapping[Case, Path], tmp_path: Path
) -> None:
    """Formatted, valid for the provider, and tested: nothing is created, nobody is asked to pay."""
    project = copied(projects[case], tmp_path / "project")
    for command in read_yaml(TEMPLATE / "template.yml")["verify"]:
        said = run(command, project)

    assert "0 failed" in said


@pytest.fixture(scope="module")
def initialised(projects: Mapping[Case, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A module with its provider."""
    project = copied(projects[PLAIN_MODULE], tmp_path_factory.mktemp("terraform") / "project")
    run("terraform init -backend=false -input=false", project)
    return project


def test_an_open_door_and_a_forgotten_input_are_found(initialised: Path, tmp_path: Path) -> None:
    """The module's own tests can fail."""
    project = copied(initialised, tmp_path / "project")
    readme, main = project / "README.md", project / "main.tf"
    kept = [line for line in readme.read_text().splitlines() if not line.startswith("| `tags`")]
    readme.write_text("\n".join(kept))
    main.write_text(main.read_text().replace("block_public_policy     = true", ""))
    tests = "-filter=tests/readme.tftest.hcl -filter=tests/bucket.tftest.hcl"
    code, said = attempt(f"terraform test {tests}", project)

    assert code != 0
    assert "The tables of README.md do not fit variables.tf and outputs.tf." in said
    assert "A door to the public is open." in said


async def test_hostile_answers_are_text_in_the_plan(initialised: Path, tmp_path: Path) -> None:
    """No organisation may call a unit that; if one could, nothing of it would be evaluated."""
    unit = '${file("main.tf")} %{ if true }"\\" \n é 😀'
    project = copied(initialised, tmp_path / "project")
    answers = {
        "project_slug": "null",
        "description": HOSTILE,
        "team": "payments",
        "cost_center": "CC-100",
        "business_unit": unit,
        "terraform_version": "1.9",
    }
    async with Renderer() as renderer:
        template = as_template("terraform-module", offline.load(TEMPLATE).files)
        rendered = await renderer.render(template, answers, allowed=Allowed())
    for file in rendered.files:
        (project / file.path).write_bytes(file.content)
    said = run("terraform test -verbose -filter=tests/example.tftest.hcl", project)

    tag = computed("terraform-module", "__business_unit_tag", business_unit=unit)
    assert f'"business_unit" = "{tag}"' in said
    assert '"application"   = "null"' in said
