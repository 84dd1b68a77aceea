"""Apps, installations, tokens and webhook deliveries as JSON."""

import json
import zlib

from bot.localhub.core import HubCore
from bot.localhub.shapes.basics import Json, iso, iso_or_none, node_id
from bot.localhub.shapes.people import account
from bot.localhub.shapes.repositories import repository
from bot.localhub.state.apps import App, Delivery, Installation, InstallationToken


def app(hub: HubCore, found: App, *, own: bool = False) -> Json:
    """An App; ``own`` is what the App itself reads at ``/app``."""
    shape: Json = {
        "id": found.id,
        "slug": found.slug,
        "client_id": found.client_id,
        "node_id": node_id("A", found.id),
        "owner": account(hub, found.owner),
        "name": found.name,
        "description": found.description,
        "external_url": found.homepage or f"{hub.url}/apps/{found.slug}",
        "html_url": f"{hub.url}/apps/{found.slug}",
        "created_at": iso(found.created_at_s),
        "updated_at": iso(found.created_at_s),
        "permissions": found.permissions,
        "events": found.events,
    }
    if own:
        shape["installations_count"] = sum(i.app_id == found.id for i in hub.world.installations)
    return shape


def new_app(hub: HubCore, found: App) -> Json:
    """An App with its secrets, as they are told once, to whoever brings the code."""
    return app(hub, found) | {
        "client_secret": found.client_secret,
        "webhook_secret": found.webhook_secret,
        "pem": found.private_key_pem,
    }


def hook_config(found: App) -> Json:
    """Where an App's webhooks go; its secret is told as stars."""
    shape: Json = {
        "content_type": found.webhook_content_type,
        "insecure_ssl": "0",
        "url": found.webhook_url,
    }
    return shape | ({"secret": "********"} if found.webhook_secret else {})


def app_by_id(hub: HubCore, app_id: int | None) -> Json | None:
    """An App by id, or None."""
    found = None if app_id is None else hub.world.apps.get(app_id)
    return None if found is None else app(hub, found)


def installation(hub: HubCore, found: Installation) -> Json:
    """An installation."""
    owner = hub.world.apps[found.app_id]
    target = account(hub, found.account)
    return {
        "id": found.id,
        "client_id": owner.client_id,
        "account": target,
        "repository_selection": "all" if found.repository_ids is None else "selected",
        "access_tokens_url": f"{hub.api_url}/app/installations/{found.id}/access_tokens",
        "repositories_url": f"{hub.api_url}/installation/repositories",
        "html_url": f"{hub.url}/organizations/{found.account}/settings/installations/{found.id}",
        "app_id": owner.id,
        "app_slug": owner.slug,
        "target_id": target["id"],
        "target_type": target["type"],
        "permissions": found.permissions,
        "events": found.events,
        "created_at": iso(found.created_at_s),
        "updated_at": iso(found.created_at_s),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None,
        "suspended_at": iso_or_none(found.suspended_at_s),
    }


def token(hub: HubCore, found: InstallationToken) -> Json:
    """A fresh installation token; its repositories are listed where some were chosen."""
    shape: Json = {
        "token": found.token,
        "expires_at": iso(found.expires_at_s),
        "permissions": found.permissions,
        "repository_selection": "all" if found.repository_ids is None else "selected",
    }
    if found.repository_ids is not None:
        chosen = [hub.world.repositories[i] for i in found.repository_ids]
        shape["repositories"] = [repository(hub, one) for one in chosen]
    return shape


def delivery_item(found: Delivery) -> Json:
    """A delivery in the list."""
    return {
        "id": found.id,
        "guid": found.guid,
        "delivered_at": iso(found.delivered_at_s),
        "redelivery": found.redelivery,
        "duration": round(found.duration_s, 2),
        "status": found.status,
        "status_code": found.status_code,
        "event": found.event,
        "action": found.action,
        "installation_id": found.installation_id,
        "repository_id": found.repository_id,
        "throttled_at": iso_or_none(found.throttled_at_s),
    }


def delivery(found: Delivery) -> Json:
    """A delivery with its request and answer."""
    return delivery_item(found) | {
        "url": found.url,
        "request": {
            "headers": found.request_headers,
            "payload": json.loads(zlib.decompress(found.payload)),
        },
        "response": {"headers": found.response_headers, "payload": found.response_body},
    }
