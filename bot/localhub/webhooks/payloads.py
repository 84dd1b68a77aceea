"""Builds what a webhook says and hands it to every App that listens.

The shape follows the documented examples: ``action``, what it is about, then
``repository``, ``organization``, ``sender`` and ``installation``.
Source: GitHub docs, "Webhook events and payloads".
"""

import uuid
from collections.abc import Callable, Iterator

import msgspec

from bot.localhub.actor import Actor
from bot.localhub.core import HubCore, Outgoing
from bot.localhub.shapes.basics import Json, node_id
from bot.localhub.shapes.people import organization_simple, simple_user
from bot.localhub.shapes.repositories import full_repository
from bot.localhub.state.apps import App, Installation
from bot.localhub.state.repositories import Repository

# What an App must be allowed to read before it hears of an event; an event without a
# line needs nothing but the subscription. Source: GitHub docs, "Webhook events and
# payloads", the availability note of each event.
PERMISSION_OF_EVENT = {
    "issues": "issues",
    "issue_comment": "issues",
    "label": "issues",
    "pull_request": "pull_requests",
    "pull_request_review": "pull_requests",
    "fork": "contents",
    "push": "contents",
    "create": "contents",
    "delete": "contents",
    "check_run": "checks",
    "check_suite": "checks",
    "status": "statuses",
    "deployment": "deployments",
    "deployment_status": "deployments",
    "repository_ruleset": "administration",
    "member": "members",
    "membership": "members",
    "team": "members",
    "team_add": "members",
    "organization": "members",
    "workflow_dispatch": "contents",
    "repository_dispatch": "contents",
    "workflow_run": "actions",
    "workflow_job": "actions",
}
UNSUBSCRIBED = {"installation", "installation_repositories", "ping"}  # sent in any case


def emit(
    hub: HubCore,
    event: str,
    action: str | None,
    about: Json | Callable[[], Json],
    *,
    sender: Actor,
    repository: Repository | None = None,
    organization: str | None = None,
    only_app: int | None = None,
) -> None:
    """Hand the event to each App that is installed, subscribed and allowed to read it.

    ``about`` may be a function, called only if somebody listens.
    ``organization`` names the account where no repository is meant. ``only_app`` keeps
    it between GitHub and one App, as for buttons of check runs.
    """
    account = repository.owner if repository is not None else organization or ""
    listeners = [
        each
        for each in _listeners(hub, account, event, only_app)
        if repository is None or each[1].reaches(repository.id)
    ]
    if not listeners:
        return
    payload: Json = {} if action is None else {"action": action}
    payload |= about() if callable(about) else about
    if repository is not None and "repository" not in payload:
        payload["repository"] = full_repository(hub, repository)
    owner = hub.world.organizations.find(account.lower())
    if owner is not None:
        payload["organization"] = organization_simple(hub, owner)
    payload["sender"] = simple_user(hub, sender.user)
    for app, installation in listeners:
        named = {"id": installation.id, "node_id": node_id("I", installation.id)}
        own = {"installation": named} | payload  # an installation event brings its own
        hub.send(
            Outgoing(
                guid=str(uuid.uuid4()),
                app=app,
                installation=installation,
                repository_id=repository.id if repository else None,
                event=event,
                action=action,
                payload=msgspec.json.encode(own),
            )
        )


def _listeners(
    hub: HubCore, account: str, event: str, only_app: int | None
) -> Iterator[tuple[App, Installation]]:
    needed = PERMISSION_OF_EVENT.get(event)
    for installation in hub.world.installations.of(account.lower()):
        app = hub.world.apps[installation.app_id]
        subscribed = event in installation.events or event in UNSUBSCRIBED
        allowed = needed is None or needed in installation.permissions
        wanted = only_app is None or only_app == app.id
        if subscribed and allowed and wanted and installation.suspended_at_s is None:
            yield app, installation
