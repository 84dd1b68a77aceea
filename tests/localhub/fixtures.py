"""The local GitHub as tests use it: every exchange checked against GitHub's description.

Import ``hub`` (and ``scene`` where a ready organisation is enough) into a ``conftest.py``.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.localhub import LocalHub
from bot.localhub.state.apps import App, Installation
from bot.localhub.state.people import User
from tests.localhub.openapi import validate

PERMISSIONS = {
    "actions": "write",
    "actions_variables": "write",
    "administration": "write",
    "checks": "write",
    "contents": "write",
    "deployments": "write",
    "environments": "write",
    "issues": "write",
    "members": "read",
    "metadata": "read",
    "organization_actions_variables": "write",
    "organization_custom_properties": "admin",
    "pull_requests": "write",
    "repository_custom_properties": "write",
    "statuses": "write",
    "workflows": "write",
}
EVENTS = (
    "check_run",
    "check_suite",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "fork",
    "issue_comment",
    "issues",
    "label",
    "member",
    "membership",
    "organization",
    "pull_request",
    "pull_request_review",
    "push",
    "repository",
    "repository_dispatch",
    "status",
    "team",
    "team_add",
    "workflow_dispatch",
    "workflow_job",
    "workflow_run",
)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[LocalHub]:
    """A running local GitHub; the test fails when an exchange breaks GitHub's description."""
    async with LocalHub.start(tmp_path / "localhub", validator=validate) as running:
        yield running
        await running.idle()
    assert running.problems == [], "\n".join(running.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An enterprise organisation with people, an installed App and a catalog."""

    hub: LocalHub
    owner: User
    developer: User
    stranger: User
    app: App
    installation: Installation

    def token(self, **permissions: str) -> str:
        """A fresh installation token; without permissions it carries all of the App's."""
        wanted = permissions or None
        return self.hub.mint_token(self.installation, permissions=wanted).token


@pytest.fixture
def scene(hub: LocalHub) -> Scene:
    """Organisation acme: owner olga, developer dana of team payments, stranger sam."""
    hub.add_organization("acme")
    hub.add_member("acme", "olga", role="admin")
    hub.add_team("acme", "payments", members=["dana"])
    hub.add_repository("acme/catalog", {"README.md": b"# Catalog\n"}, private=True)
    app = hub.add_app("paved-road", permissions=PERMISSIONS, events=EVENTS)
    return Scene(
        hub=hub,
        owner=hub.user("olga"),
        developer=hub.user("dana"),
        stranger=hub.add_user("sam"),
        app=app,
        installation=hub.install(app, "acme"),
    )
