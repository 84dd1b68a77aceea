"""Google's and Azure's Terraform against what is known of their providers."""

import pytest

from tests.infra.projects import SERVICE
from tests.infra.schema_check import Fault, faults


def files(cloud: str) -> dict[str, str]:
    """The cloud's Terraform by path."""
    return {
        path.relative_to(SERVICE).as_posix(): path.read_text()
        for path in sorted((SERVICE / cloud).rglob("*.tf"))
    }


@pytest.mark.parametrize("cloud", ["google", "azure"])
def test_nothing_is_wrong(cloud: str) -> None:
    assert faults(files(cloud)) == []


PLANTED = [
    pytest.param(
        "google",
        'resource "google_service_account" "service" {',
        'resource "google_service_acount" "service" {',
        "resource google_service_acount is not known",
        id="a-resource-misspelled",
    ),
    pytest.param(
        "google",
        "    max_instance_count =",
        "    max_instances =",
        "resource google_cloud_run_v2_service, template, scaling: max_instances is not known",
        id="an-argument-deep-inside",
    ),
    pytest.param(
        "google",
        "      image = var.image\n",
        "",
        "resource google_cloud_run_v2_service, template, containers: image is required",
        id="a-required-argument-left-out",
    ),
    pytest.param(
        "google",
        "default_labels = local.tags",
        "default_tags = local.tags",
        "provider google: default_tags is not known",
        id="an-argument-of-the-provider",
    ),
    pytest.param(
        "google",
        "local.before.latest_ready_revision",
        "one(data.google_cloud_run_v2_service.before[*]).name + data.google_cloud_run_v2_service."
        "before[0].newest_revision",
        "data.google_cloud_run_v2_service.before has no newest_revision",
        id="an-attribute-that-is-not-there",
    ),
    pytest.param(
        "azure",
        "  time_period {",
        "  time_periods {",
        "resource azurerm_consumption_budget_resource_group: time_period is required",
        id="a-required-block-left-out",
    ),
    pytest.param(
        "azure",
        "  identity {",
        "  identities {",
        "resource azurerm_container_app: identities is not known",
        id="a-block-misspelled",
    ),
    pytest.param(
        "azure",
        "        revision_suffix = traffic_weight.value",
        "        revision = traffic_weight.value",
        "resource azurerm_container_app, ingress, traffic_weight: revision is not known",
        id="inside-a-dynamic-block",
    ),
    pytest.param(
        "azure",
        "    min_replicas = local.settings.min_replicas\n",
        "    container = local.settings\n",
        "resource azurerm_container_app, template: container is a block",
        id="a-block-given-as-argument",
    ),
    pytest.param(
        "azure",
        'revision_mode = module.split.has_stable ? "Multiple" : "Single"',
        'revision_mode = module.split.has_stabel ? "Multiple" : "Single"',
        "module.split has no output has_stabel",
        id="an-output-of-a-module",
    ),
    pytest.param(
        "azure",
        "retention_in_days   = var.log_retention_days",
        "retention_in_days   = var.log_retention",
        "var.log_retention is not declared",
        id="a-variable-that-is-not-declared",
    ),
    pytest.param(
        "azure",
        "azurerm_user_assigned_identity.service.principal_id",
        "azurerm_user_assigned_identity.services.principal_id",
        "azurerm_user_assigned_identity.services is not declared",
        id="a-resource-that-is-not-declared",
    ),
]


@pytest.mark.parametrize(("cloud", "right", "wrong", "message"), PLANTED)
def test_a_planted_fault_is_found_in_its_line(
    cloud: str, right: str, wrong: str, message: str
) -> None:
    given = files(cloud)
    path = next(path for path, text in given.items() if right in text)
    before = given[path]
    given[path] = before.replace(right, wrong, 1)

    told = [fault for fault in faults(given) if fault.message == message]

    assert len(told) == 1
    assert told[0] == Fault(path, _line(before, right, message), message)


def _line(text: str, fragment: str, message: str) -> int:
    """The line of the fragment; what is missing is told at the block that lacks it."""
    lines = text[: text.index(fragment)].split("\n")
    if not message.endswith("is required"):
        return len(lines)
    opened = [number for number, line in enumerate(lines, 1) if line.endswith("{")]
    return opened[-1]
