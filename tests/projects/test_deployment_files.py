"""What a deployed project gets beside its template: workflows, Terraform, who it is."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.github.port import File
from bot.projects.deployment_files import deployment_files, workflow
from bot.projects.own_files import own_files
from bot.runs import Cause, Run
from bot.store.port import Json
from tests.catalog.cases import HOSTILE

ROOT = Path(__file__).parents[2]
WORKFLOWS = {f".github/workflows/{name}.yml" for name in ("deploy", "plan", "monitor")}


def made(**changed: Any) -> Run:
    """A generate run whose repository is there."""
    intent: dict[str, Json] = {
        "template": "pinger",
        "version": "1.0.0",
        "commit": "c" * 40,
        "kind": "service",
        "deploys": True,
        "full_name": "Acme/money-kit",
        "team": "payments",
        "business_unit": "Payments",
        "cost_center": "CC-100",
        "cloud_provider": "aws",
        "settings": {"cloud_provider": "aws", "region": "eu-central-1"},
        "answers": {},
    }
    return Run(
        id="generate-1",
        kind="generate",
        subject="acme/catalog#1",
        token="t",
        intent={**intent, **changed},
        cause=Cause(delivery="d", actor="dana", actor_id=7, url="https://github.test"),
        created_at_s=1_000.0,
        steps=(),
        facts={"repository_id": "1"},
    )


def by_path(run: Run) -> dict[str, bytes]:
    return {file.path: file.content for file in deployment_files(run)}


def test_a_service_gets_workflows_terraform_and_who_it_is() -> None:
    files = by_path(made())
    assert files.keys() >= WORKFLOWS
    assert {"infra/versions.tf", "infra/registry/main.tf"} <= files.keys()
    assert not [path for path in files if path.startswith(("infra/tests/", "infra/bootstrap/"))]
    assert json.loads(files["infra/project.auto.tfvars.json"]) == {
        "project": "money-kit",
        "repository": "Acme/money-kit",
        "organization": "Acme",
        "team": "payments",
        "business_unit": "Payments",
        "cost_center": "CC-100",
        "cloud_provider": "aws",
    }


@pytest.mark.parametrize(
    ("cloud", "action"),
    [
        ("aws", b"aws-actions/configure-aws-credentials@"),
        ("google", b"google-github-actions/auth@"),
        ("azure", b"azure/login@"),
    ],
)
def test_its_workflows_sign_in_to_its_cloud_alone(cloud: str, action: bytes) -> None:
    files = by_path(made(cloud_provider=cloud))
    deploy, plan = (files[f".github/workflows/{name}.yml"] for name in ("deploy", "plan"))
    assert deploy.count(action) == 4  # to build, to try, to promote, to go back
    assert plan.count(action) == 1
    assert deploy.count(b"Sign in to") == 4
    assert b"PLAN_" in plan  # a role that only reads
    assert b"PLAN_" not in deploy


@pytest.mark.parametrize("kind", ["frontend", "pipeline"])
def test_every_deployed_kind_gets_them(kind: str) -> None:
    assert by_path(made(kind=kind)).keys() >= WORKFLOWS


@pytest.mark.parametrize("kind", ["library", "module", "service"])
def test_what_is_not_deployed_gets_nothing(kind: str) -> None:
    assert by_path(made(kind=kind, deploys=False, cloud_provider="", settings={})) == {}


def test_where_another_system_deploys_there_is_no_workflow_for_it() -> None:
    files = by_path(made(settings={"via": "deployment"}))
    assert ".github/workflows/deploy.yml" not in files
    assert ".github/workflows/plan.yml" in files


@pytest.mark.parametrize("unit", [HOSTILE, '"}\n$(id) ${var.x} %{if}', "Ünïts & \u2028 sons"])
def test_names_of_people_stay_text(unit: str) -> None:
    """JSON: Terraform evaluates nothing in it."""
    text = by_path(made(business_unit=unit))["infra/project.auto.tfvars.json"]
    assert json.loads(text)["business_unit"] == unit


def test_the_templates_own_file_wins() -> None:
    own = File(path=".github/workflows/deploy.yml", content=b"mine")
    paths = [file.path for file in own_files(made(), [own])]
    assert own.path not in paths
    assert ".github/workflows/plan.yml" in paths


def test_every_line_for_a_sign_in_is_replaced() -> None:
    for name in ("deploy.yml", "plan.yml"):
        assert "# sign in" not in workflow("service", name, "aws").replace("# to sign in", "")
