"""Terraform that nobody could be charged for is told at the line to mend."""

import pytest

from bot.reading.tasks import CostTags, answer

PROVIDER = 'provider "aws" {\n  region = "x"\n'
GOOD = "{\n    cost_center = var.c\n    team = var.t\n    owner = var.o\n  }"
BUCKET = 'resource "aws_s3_bucket" "b" {\n}\n'


def told(files: dict[str, str]) -> list[tuple[str, int]]:
    found = answer(CostTags({path: text.encode() for path, text in files.items()}))
    assert all(each.rule == "cost-tags" and each.message.endswith(".") for each in found)
    return [(each.path, each.line) for each in found]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"main.tf": f"{PROVIDER}}}\n{BUCKET}"}, [("main.tf", 1)], id="no-tags"),
        pytest.param(
            {"main.tf": f"{PROVIDER}  default_tags {{\n    tags = {GOOD}\n  }}\n}}\n{BUCKET}"},
            [],
            id="default-tags",
        ),
        pytest.param(
            {"main.tf": f"{PROVIDER}  default_tags {{\n    tags = {{ team = 1 }}\n  }}\n}}\n"},
            [("main.tf", 4)],
            id="tags-missing",
        ),
        pytest.param(
            {
                "main.tf": f"{PROVIDER}  default_tags {{\n    tags = local.all\n  }}\n}}\n",
                "locals.tf": ("locals {\n  some = "),
            },
            [],
            id="locals",
        ),
        pytest.param(
            {
                "main.tf": f"{PROVIDER}  default_tags {{\n    tags = local.all\n  }}\n}}\n",
                "locals.tf": "locals {\n  all = { CostCenter = 1, Team = 2, x = 3 }\n}\n",
            },
            [("main.tf", 4)],
            id="locals-without-an-owner",
        ),
        pytest.param(
            {"main.tf": f"{PROVIDER}  default_tags {{\n    tags = module.tags.all\n  }}\n}}\n"},
            [],
            id="from-elsewhere",
        ),
        pytest.param(
            {"main.tf": f'{PROVIDER}}}\nresource "aws_s3_bucket" "b" {{\n  tags = {GOOD}\n}}\n'},
            [],
            id="tags-of-their-own",
        ),
        pytest.param({"main.tf": f"{PROVIDER}}}\n"}, [], id="makes-nothing"),
        pytest.param({"main.tf": BUCKET}, [("main.tf", 1)], id="module-without-tags"),
        pytest.param(
            {"main.tf": BUCKET, "variables.tf": 'variable "tags" {\n}\n'}, [], id="module-with-tags"
        ),
        pytest.param(
            {
                "main.tf": f"{PROVIDER}  default_tags {{\n    tags = {GOOD}\n  }}\n}}\n"
                'module "m" {\n  source = "./modules/m"\n}\n',
                "modules/m/main.tf": BUCKET,
            },
            [],
            id="module-of-the-project",
        ),
        pytest.param(
            {"main.tf": f'provider "google" {{\n  default_labels = {GOOD}\n}}\n'}, [], id="google"
        ),
        pytest.param(
            {"main.tf": 'provider "google" {\n}\nresource "google_x" "y" {\n}\n'},
            [("main.tf", 1)],
            id="google-without",
        ),
        pytest.param(
            {
                "main.tf": 'provider "azurerm" {\n  features {}\n}\n'
                f'resource "azurerm_a" "a" {{\n  tags = {GOOD}\n}}\n'
                'resource "azurerm_b" "b" {\n}\n'
            },
            [],
            id="azure",
        ),
        pytest.param(
            {"main.tf": 'provider "azurerm" {\n}\nresource "azurerm_a" "a" {\n}\n'},
            [("main.tf", 1)],
            id="azure-without",
        ),
        pytest.param({"main.tf": 'resource "random_id" "x" {\n}\n'}, [], id="another-provider"),
        pytest.param({"examples/a/main.tf": f"{PROVIDER}}}\n{BUCKET}"}, [], id="example"),
        pytest.param({"main.tf": f"{PROVIDER}  x = [\n", "b.tf": BUCKET}, [], id="unreadable"),
        pytest.param({"main.yml": "a: 1\n"}, [], id="no-terraform"),
    ],
)
def test_what_has_no_tags_is_told(files: dict[str, str], expected: list[tuple[str, int]]) -> None:
    assert told(files) == expected
