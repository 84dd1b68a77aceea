"""``organization.yml``: who owns projects, who pays for them, what is allowed."""

from bot.organization.parse import OrganizationInvalid, parse_organization
from bot.organization.value import (
    AllowedForTemplate,
    ApprovalNeeded,
    ApprovalRule,
    BusinessUnit,
    CommandPolicy,
    DeploymentApproval,
    DeploymentPolicy,
    HealthPolicy,
    Organization,
    Policies,
    Team,
)

__all__ = [
    "AllowedForTemplate",
    "ApprovalNeeded",
    "ApprovalRule",
    "BusinessUnit",
    "CommandPolicy",
    "DeploymentApproval",
    "DeploymentPolicy",
    "HealthPolicy",
    "Organization",
    "OrganizationInvalid",
    "Policies",
    "Team",
    "parse_organization",
]
