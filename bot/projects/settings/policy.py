"""What ``organization.yml`` says about settings."""

from bot.organization import Organization


def settings_direct(organization: Organization) -> tuple[str, ...]:
    """Environments whose settings a command commits without a pull request; none at first."""
    deployments = getattr(organization.policies, "deployments", None)
    return tuple(getattr(deployments, "settings_direct", ()))
