"""The Terraform that is put into projects, without an account: read, validated, and tried dry."""

import itertools
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.linting import Linters, LintFile, detect_isolation, find_tools
from bot.reading.cost_tags import cost_tags
from bot.written import HclBlock, read_hcl
from tests.catalog.needed_tools import missing
from tests.catalog.terraform import attempt, run
from tests.infra.projects import ACCOUNT, CLOUDS, HERE, SERVICE, SETTINGS, project

TAGS = {"cost_center", "team", "business_unit", "application", "environment", "managed_by"}
OUTPUTS = {
    "url", "canary_url", "canary_header", "health_url",
    "image", "stable_image", "deployment_type", "log_group",
}  # fmt: skip
SHARED = ("settings.tf", "settings/main.tf", "registry/variables.tf")

every_cloud = pytest.mark.parametrize("cloud", CLOUDS)


def files(cloud: str) -> dict[str, str]:
    """The cloud's Terraform by path."""
    folder = SERVICE / cloud
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*.tf"))
    }


def blocks(cloud: str, kind: str, *, below: str = "") -> Iterator[HclBlock]:
    """The root module's own blocks of that kind, or those of a folder ``below`` it."""
    for path, text in files(cloud).items():
        if path.rpartition("/")[0] == below:
            body = read_hcl(text, path=path, limit_bytes=100_000)
            yield from (block for block in body.blocks if block.kind == kind)


# --- alike in every cloud ---------------------------------------------------------


@every_cloud
def test_outputs_are_the_same_everywhere(cloud: str) -> None:
    assert {block.labels[0] for block in blocks(cloud, "output")} == OUTPUTS


@every_cloud
def test_a_deployment_is_told_by_the_same_variables_everywhere(cloud: str) -> None:
    needed = {block.labels[0] for block in blocks(cloud, "variable") if not block.text("default")}
    needed -= {b.labels[0] for b in blocks(cloud, "variable") if "default" in b.arguments}
    assert needed == {
        "project", "organization", "repository", "team", "business_unit", "cost_center",
        "cloud_provider", "environment", "image", "deployment_type",
    }  # fmt: skip


@every_cloud
def test_every_variable_and_output_is_described(cloud: str) -> None:
    for folder in ("", "registry", "settings", "split"):
        told = [*blocks(cloud, "variable", below=folder), *blocks(cloud, "output", below=folder)]
        assert [block.labels for block in told if not block.text("description")] == []


@every_cloud
@pytest.mark.parametrize("path", SHARED)
def test_what_is_said_in_every_cloud_is_said_in_the_same_words(cloud: str, path: str) -> None:
    assert files(cloud)[path] == files("aws")[path]


@every_cloud
def test_every_variable_is_documented(cloud: str) -> None:
    told = (SERVICE / "README.md").read_text()
    its = [*blocks(cloud, "variable"), *blocks(cloud, "output")]
    assert [block.labels[0] for block in its if f"`{block.labels[0]}`" not in told] == []


# --- tags -------------------------------------------------------------------------


@every_cloud
def test_somebody_can_be_charged_for_everything(cloud: str) -> None:
    assert list(cost_tags(files(cloud))) == []


@every_cloud
@pytest.mark.parametrize("folder", ["", "registry"])
def test_the_tags_are_all_there(cloud: str, folder: str) -> None:
    keys = {
        key
        for block in blocks(cloud, "locals", below=folder)
        for name in ("tags", "tags_in_words")
        if name in block.arguments
        for key, _ in block.arguments[name].keys
    }
    assert keys >= TAGS


def test_azure_names_the_tags_at_everything_that_takes_them() -> None:
    """Its provider has no tags by default."""
    schemas = json.loads((HERE.parent / "data" / "provider_schemas.json").read_text())
    untagged = [
        block.labels
        for block in itertools.chain(
            blocks("azure", "resource"), blocks("azure", "resource", below="registry")
        )
        if "tags" in schemas.get(f"resource {block.labels[0]}", {"arguments": {}})["arguments"]
        and "local.tags" not in getattr(block.arguments.get("tags"), "references", ())
    ]
    assert untagged == []


# --- rights on AWS ----------------------------------------------------------------

ACTION = re.compile(r'\bAction\s*=\s*(\[[^\]]*\]|"[^"]*")')
STATEMENT = re.compile(r"\{[^{}]*\bAction\b[^{}]*\}", re.DOTALL)
NAMED = re.compile(r'"([a-z0-9-]+:[A-Za-z*]+|\*)"')


def test_no_role_may_do_everything_of_a_service() -> None:
    """An action with a star would grow by itself with every feature of AWS."""
    account = {path.name: path.read_text() for path in ACCOUNT.glob("*.tf")}
    denied = account["state.tf"]
    del account["state.tf"]  # what it says of the bucket denies
    texts = [*files("aws").values(), *account.values()]
    named = [
        name for text in texts for given in ACTION.findall(text) for name in NAMED.findall(given)
    ]
    named += [name for name in NAMED.findall(account["deploy_policy.tf"]) if name != "*"]

    assert len(named) > 100
    assert [name for name in named if "*" in name] == []
    assert denied.count("Effect") == denied.count('"Deny"') == 1


def test_only_what_cannot_be_narrowed_is_granted_for_all_resources() -> None:
    policy = files("aws")["roles.tf"]
    wide = [each for each in STATEMENT.findall(policy) if re.search(r'Resource\s*=\s*"\*"', each)]

    assert [ACTION.findall(each) for each in wide] == [['["ecr:GetAuthorizationToken"]']]


# --- the linters that every project meets -----------------------------------------


def tree(folder: Path) -> Iterator[LintFile]:
    """All that is in the folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield LintFile(path=path.relative_to(folder).as_posix(), content=path.read_bytes())


@every_cloud
async def test_our_own_check_of_projects_finds_nothing(cloud: str, tmp_path: Path) -> None:
    """It validates with the provider, where there is one: AWS in both of its folders."""
    tools = find_tools()
    if tools.terraform is None or not tools.mirrors:
        pytest.skip("needs terraform with a provider mirror (TF_PLUGIN_MIRROR_DIR)")
    if detect_isolation().name != "bubblewrap":
        missing("needs bubblewrap: apt-get install bubblewrap")
    project(cloud, tmp_path)

    linted = await Linters(tools=tools).lint({"project": list(tree(tmp_path))})

    assert linted.findings == ()
    left_out = [each.reason for each in linted.left_out if each.linter == "terraform validate"]
    assert left_out == [] if cloud == "aws" else "has the provider hashicorp/" in left_out[0]


# --- Terraform itself -------------------------------------------------------------


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The infra/ of a project on AWS, with its provider and the tests of ours."""
    infra = project("aws", tmp_path_factory.mktemp("aws"))
    shutil.copytree(HERE / "aws", infra / "tests")
    run("terraform init -backend=false -input=false >/dev/null", infra)
    return infra


def test_it_is_formatted(tmp_path: Path) -> None:
    for number, folder in enumerate((SERVICE.parent, HERE)):
        copy = Path(shutil.copytree(folder, tmp_path / str(number)))
        run("terraform fmt -check -diff -recursive .", copy)


def test_deployments_change_what_they_say(aws: Path) -> None:
    """First canary, promotion, canary, rollback: see tests/infra/aws/deployments.tftest.hcl."""
    assert "0 failed" in run("terraform test", aws)


def test_roles_are_for_one_repository_in_one_environment(tmp_path: Path) -> None:
    """What the platform applies once: see tests/infra/account/roles.tftest.hcl."""
    folder = Path(shutil.copytree(ACCOUNT, tmp_path / "account"))
    shutil.copytree(HERE / "account", folder / "tests")
    run("terraform init -backend=false -input=false >/dev/null", folder)
    assert "0 failed" in run("terraform test", folder)


# --- settings ---------------------------------------------------------------------

WRONG: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "region": ({"region": "EU!"}, "region must be the name of one of the cloud's regions"),
    "cpu": ({"cpu_millicores": 300}, "cpu_millicores must be 250, 500, 1000, 2000 or 4000"),
    "memory-low": ({"memory_mib": 256}, "memory_mib must be a whole number from 512 to 16384"),
    "memory-high": ({"memory_mib": 20000}, "memory_mib must be a whole number from 512 to 16384"),
    "memory-part": ({"memory_mib": 1024.5}, "memory_mib must be a whole number from 512 to 16384"),
    "memory-word": ({"memory_mib": "much"}, "a number is required"),
    "min": ({"min_replicas": 0}, "min_replicas must be a whole number from 1 to 50"),
    "max": ({"max_replicas": 51}, "max_replicas must be a whole number from min_replicas (2) to"),
    "max-below-min": ({"min_replicas": 3, "max_replicas": 2}, "from min_replicas (3) to 50"),
    "percent-low": ({"canary_percent": 0}, "canary_percent must be a whole number from 1 to 50"),
    "percent-high": ({"canary_percent": 51}, "canary_percent must be a whole number from 1 to 50"),
    "minutes": ({"canary_minutes": 61}, "canary_minutes must be a whole number from 1 to 60"),
    "path": ({"health_path": "health"}, "health_path must begin with / and have no query"),
    "query": ({"health_path": "/a?b=1"}, "health_path must begin with / and have no query"),
    "failures": ({"health_failures": 11}, "health_failures must be a whole number from 1 to 10"),
    "budget": ({"monthly_budget_usd": -1}, "monthly_budget_usd must be a whole number, 0 for no"),
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What Terraform says of all wrong settings at once; each is a call of the folder."""
    folder = tmp_path_factory.mktemp("settings") / "root"
    shutil.copytree(SERVICE / "aws" / "settings", folder / "settings")
    calls = {
        name: {"source": "./settings", "given": {"region": "eu-central-1"} | dict(wrong)}
        for name, (wrong, _) in WRONG.items()
    }
    (folder / "main.tf.json").write_text(json.dumps({"module": calls}))
    code, said = attempt("terraform init >/dev/null && terraform plan -input=false", folder)
    assert code == 1, said
    return " ".join(re.sub(r"[│╷╵]", " ", said).split())


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_refused_with_what_is_allowed(name: str, said: str) -> None:
    """Nothing is planned then, so nothing of it is ever applied."""
    told = said.split("Error: ")
    assert any(f"in module.{name}:" in each and WRONG[name][1] in each for each in told)


def test_settings_that_are_right_come_through(tmp_path: Path) -> None:
    """With the defaults, and without the keys that are for others."""
    folder = tmp_path / "settings"
    shutil.copytree(SERVICE / "aws" / "settings", folder)
    given = json.dumps({"region": "eu-central-1", "via": "actions", "environments": {}})
    command = f"terraform init >/dev/null && terraform plan -input=false -var 'given={given}'"
    said = " ".join(run(command, folder).split())

    assert "canary_percent = 10" in said
    assert 'health_path = "/health/ready"' in said
    assert "via" not in said


# --- the split of revisions, on Google and Azure ----------------------------------

ALONE = {"has_stable": False, "latest_percent": 100, "stable_revision": ""}
SPLITS: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "first-canary": ({"stable_image": "", "latest_revision": "", "remembered": {}}, ALONE),
    "canary-after-a-promotion": (
        {"remembered": {"deployment_type": "production", "stable_revision": ""}},
        {"has_stable": True, "latest_percent": 20, "stable_revision": "r7"},
    ),
    "canary-again": (
        {"remembered": {"deployment_type": "canary", "stable_revision": "r6"}},
        {"has_stable": True, "latest_percent": 20, "stable_revision": "r6"},
    ),
    "promotion": (
        {
            "deployment_type": "production",
            "remembered": {"deployment_type": "canary", "stable_revision": "r6"},
        },
        ALONE,
    ),
    "rollback-of-the-first": (
        {"deployment_type": "production", "stable_image": "", "remembered": {}},
        ALONE,
    ),
}
SPLIT = {
    "deployment_type": "canary",
    "stable_image": "registry.example.com/orders:1",
    "canary_percent": 20,
    "latest_revision": "r7",
}


def test_google_and_azure_split_alike() -> None:
    assert files("google")["split/main.tf"] == files("azure")["split/main.tf"]


def test_requests_are_split_between_the_latest_and_the_promoted_revision(tmp_path: Path) -> None:
    folder = tmp_path / "root"
    shutil.copytree(SERVICE / "google" / "split", folder / "split")
    calls = {n: {"source": "./split"} | SPLIT | dict(given) for n, (given, _) in SPLITS.items()}
    outputs = {name: {"value": f"${{module.{name}}}"} for name in SPLITS}
    (folder / "main.tf.json").write_text(json.dumps({"module": calls, "output": outputs}))
    run("terraform init >/dev/null && terraform apply -auto-approve >/dev/null", folder)

    told = json.loads(run("terraform output -json", folder))
    assert {n: each["value"] for n, each in told.items()} == {n: s for n, (_, s) in SPLITS.items()}


def test_a_canary_beside_nothing_is_refused(tmp_path: Path) -> None:
    """A stable image was named, but no revision was ever promoted."""
    folder = tmp_path / "root"
    shutil.copytree(SERVICE / "google" / "split", folder / "split")
    call = {"source": "./split", "remembered": {}} | SPLIT
    (folder / "main.tf.json").write_text(json.dumps({"module": {"split": call}}))

    code, said = attempt("terraform init >/dev/null && terraform plan -input=false", folder)
    assert code == 1
    assert "There is no promoted revision" in said


def test_the_settings_of_the_tests_are_of_every_kind() -> None:
    """One environment changes, one is wrong, one is as all."""
    assert set(SETTINGS["environments"]) == {"dev", "staging"}
