"""Terraform modules are validated apart, once each, and only where an author can be to blame."""

from pathlib import Path

import pytest

from bot.linting import Limits, Linted, Linters, Tools
from tests.linting.conftest import Counting
from tests.linting.trees import tree

BUCKET = 'resource "aws_s3_bucket" "logs" {\n  bucket = "logs"\n}\n'
BOGUS = BUCKET.replace('"logs"\n', '"logs"\n  bogus  = 1\n')


def validations(linted: Linted) -> list[tuple[str, str, int]]:
    return [(f.tree, f.path, f.line) for f in linted.findings if f.rule == "terraform-validate"]


def reasons(linted: Linted) -> str:
    return "\n".join(each.reason for each in linted.left_out)


async def test_a_good_module_is_fine(terraform: Tools, scratch: Path) -> None:
    files = {
        "infra/main.tf": BUCKET + '\nmodule "more" {\n  source = "./more"\n  name   = "x"\n}\n',
        "infra/more/main.tf": 'variable "name" {\n  type = string\n}\n',
        "infra/versions.tf": 'terraform {\n  backend "s3" {}\n'
        '  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n'
        '      version = "~> 5.0"\n    }\n  }\n}\n',
        "infra/policy.json": '{"Version": "2012-10-17"}',
        "infra/read.tf": 'locals {\n  policy = file("${path.module}/policy.json")\n}\n',
    }

    assert await Linters(tools=terraform).lint({"a": tree(files)}) == Linted()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param('provider "google" {}\n', "has the provider hashicorp/google", id="provider"),
        pytest.param(
            'terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n'
            '      version = "~> 99.0"\n    }\n  }\n}\n',
            "has the provider hashicorp/aws in the version",
            id="version",
        ),
        pytest.param(
            'terraform {\n  required_version = ">= 99.0"\n}\n',
            "another version of Terraform",
            id="core",
        ),
        pytest.param(
            'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n',
            "not fetched",
            id="registry",
        ),
        pytest.param(
            'module "x" {\n  source = "git::ssh://git@x.example/y.git"\n}\n',
            "not fetched",
            id="git",
        ),
        pytest.param('module "x" {\n  source = "/etc"\n}\n', "not fetched", id="absolute"),
    ],
)
async def test_what_this_machine_lacks_is_no_error_of_the_author(
    text: str, reason: str, terraform: Tools
) -> None:
    linted = await Linters(tools=terraform).lint({"a": tree({"main.tf": text})})

    assert linted.findings == ()
    assert reason in reasons(linted)
    assert "x.example" not in reasons(linted)


async def test_without_a_mirror_it_is_said_how_to_have_one(terraform: Tools) -> None:
    without = Tools(terraform=terraform.terraform, detect_secrets=terraform.detect_secrets)
    linted = await Linters(tools=without).lint({"a": tree({"main.tf": BOGUS})})

    assert linted.findings == ()
    assert "TF_PLUGIN_MIRROR_DIR" in reasons(linted)


async def test_an_equal_module_is_validated_once_and_remembered(
    terraform: Tools, counting: Counting
) -> None:
    linters = Linters(tools=terraform, isolation=counting)
    infra = {"infra/main.tf": BOGUS}
    one = await linters.lint({"a": tree(infra), "b": tree(infra)})
    other = await linters.lint({"c": tree({**infra, "README.md": "# New\n"})})

    assert validations(one) == [("a", "infra/main.tf", 3)]
    assert validations(other) == [("c", "infra/main.tf", 3)]
    assert counting.started.count("sh") == 1


async def test_what_a_module_reads_is_a_part_of_it(terraform: Tools, counting: Counting) -> None:
    linters = Linters(tools=terraform, isolation=counting)
    reads = {"main.tf": 'output "x" {\n  value = jsondecode(file("x.json"))\n}\n'}
    fine = await linters.lint({"a": tree({**reads, "x.json": "{}"})})
    broken = await linters.lint({"a": tree({**reads, "x.json": "{"})})

    assert validations(fine) == []
    assert validations(broken) == [("a", "main.tf", 2)]


async def test_a_module_that_takes_too_long_is_left_out_and_tried_again(
    terraform: Tools, counting: Counting
) -> None:
    linters = Linters(tools=terraform, isolation=counting, limits=Limits(validate_wall_s=0.05))
    for _ in range(2):
        linted = await linters.lint({"a": tree({"main.tf": BUCKET})})
        assert "could not be validated: it took longer than 0.05 seconds" in reasons(linted)

    assert counting.started.count("sh") == 2


async def test_trees_with_different_modules_have_each_their_own_findings(terraform: Tools) -> None:
    trees = {
        "a": tree({"infra/main.tf": BUCKET}),
        "b": tree({"infra/main.tf": BUCKET, "infra/more.tf": BOGUS.replace("logs", "more")}),
    }

    assert validations(await Linters(tools=terraform).lint(trees)) == [("b", "infra/more.tf", 3)]
