"""The Terraform modules that tests make: every option at least once."""

from tests.catalog.case import HOSTILE, Case

OLDEST = Case(
    "terraform-1.9",
    "terraform-module",
    {"description": HOSTILE, "terraform_version": "1.9"},
    slug="t0-7he-longest-name-that-a-repository-may-have-0x1",  # 50 characters
)
NEWER = Case("terraform-1.11", "terraform-module", {"terraform_version": "1.11"}, slug="null")
PLAIN_MODULE = Case("terraform", "terraform-module", {})

TERRAFORM_CASES = (OLDEST, NEWER, PLAIN_MODULE)
