"""Apps registered by a manifest, and what their owners change of them later.

Source: GitHub docs, "Registering a GitHub App from a manifest" and "Modifying a GitHub
App registration".
"""

import re
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from bot.localhub.actor import Who, acting
from bot.localhub.core import Outgoing
from bot.localhub.operations.apps import RANKS, AppOperations
from bot.localhub.refusal import Refused, invalid, not_found
from bot.localhub.shapes.apps import hook_config
from bot.localhub.state.apps import App, Installation, ManifestCode
from bot.localhub.state.people import User

CODE_LIFE_S = 3600.0
MOST_WAITING = 100
LONGEST_NAME = 34
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


class HookAttributes(msgspec.Struct, forbid_unknown_fields=True):
    """Where a manifest wants its webhooks."""

    url: str
    active: bool = True


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """The keys that GitHub knows; another one is refused."""

    url: str
    name: str = ""
    hook_attributes: HookAttributes | None = None
    redirect_url: str = ""
    callback_urls: list[str] = []
    setup_url: str = ""
    description: str = ""
    public: bool = False
    default_events: list[str] = []
    default_permissions: dict[str, str] = {}
    request_oauth_on_install: bool = False
    setup_on_update: bool = False


def read_manifest(text: str) -> Manifest:
    """The manifest. Raises Refused 422 for what GitHub does not take."""
    try:
        return msgspec.json.decode(text, type=Manifest)
    except msgspec.DecodeError as wrong:
        raise Refused(422, f"The manifest is not one that GitHub takes: {wrong}.") from wrong


class RegistrationOperations(AppOperations):
    """From a manifest to an App, and its owner's settings."""

    def keep_manifest(self, text: str) -> str:
        """The name under which it waits for its button; a restart forgets it."""
        name = secrets.token_hex(16)
        self.waiting_manifests[name] = text
        for old in list(self.waiting_manifests)[:-MOST_WAITING]:
            del self.waiting_manifests[old]
        return name

    def require_owner(self, actor: Who, organization: str) -> User:
        """The person, who is an owner of the organisation. Raises Refused 403 and 404."""
        found, person = self.organization(organization), acting(actor).user
        if found.members.get(person.id) != "admin":
            raise Refused(403, f"Only an owner of {found.login} may do this.")
        return person

    def register_app(
        self, actor: Who, organization: str, manifest: Manifest, *, name: str
    ) -> ManifestCode:
        """The App exists under that name, and is completed with the code. Tells its hook.

        Raises Refused 403 for others than owners, 422 for a name that is taken.
        """
        self.require_owner(actor, organization)
        self._forget_old_codes()
        app = self._registered(organization, manifest, name.strip())
        code = ManifestCode(
            id=self.world.next_id(),
            code=secrets.token_hex(20),
            app_id=app.id,
            expires_at_s=self.now_s() + CODE_LIFE_S,
        )
        return self.world.manifest_codes.put(code)

    def _registered(self, organization: str, manifest: Manifest, name: str) -> App:
        slug = _NOT_IN_SLUG.sub("-", name.lower()).strip("-")
        if not slug or len(name) > LONGEST_NAME:
            raise Refused(422, f"The name of an App has 1 to {LONGEST_NAME} characters.")
        if self.world.apps.find(slug) is not None:
            raise Refused(422, f"The name {name} is already taken. Choose another one.")
        hook = manifest.hook_attributes
        app = self.add_app(
            slug,
            permissions=manifest.default_permissions,
            events=manifest.default_events,
            webhook_url=hook.url if hook and hook.active else "",
            webhook_secret=secrets.token_hex(20),
            owner=self.organization(organization).login,
            name=name,
        )
        app.description, app.homepage = manifest.description, manifest.url
        app.setup_url, app.public = manifest.setup_url, manifest.public
        app.client_secret = secrets.token_hex(20)
        self.world.apps.put(app)
        self.ping(app)
        return app

    def convert_manifest(self, code: str) -> App:
        """The App of the code, which is used up by it. Raises Refused 404."""
        self._forget_old_codes()
        found = self.world.manifest_codes.find(code)
        if found is None:
            raise not_found()
        self.world.manifest_codes.drop(found)
        return self.world.apps[found.app_id]

    def _forget_old_codes(self) -> None:
        for code in self.world.manifest_codes:
            if code.expires_at_s <= self.now_s():
                self.world.manifest_codes.drop(code)

    def set_hook(self, app: App, given: Mapping[str, Any]) -> App:
        """The App's webhooks go where, and are signed as, it says itself."""
        url = given.get("url", app.webhook_url)
        if not re.match("https?://", url):
            raise invalid("Hook", "url", "invalid")
        app.webhook_url = url
        app.webhook_secret = given.get("secret", app.webhook_secret)
        app.webhook_content_type = given.get("content_type", app.webhook_content_type)
        return self.world.apps.put(app)

    def ping(self, app: App) -> None:
        """Tell a new hook that it is one.

        Source: GitHub docs, "Webhook events and payloads", ``ping``.
        """
        hook = {
            "type": "App",
            "id": app.id,
            "name": "web",
            "active": True,
            "events": app.events,
            "config": hook_config(app),
            "app_id": app.id,
            "deliveries_url": f"{self.api_url}/app/hook/deliveries",
        }
        told = {"zen": "Keep it logically awesome.", "hook_id": app.id, "hook": hook}
        self.send(
            Outgoing(
                guid=str(uuid.uuid4()),
                app=app,
                installation=None,
                repository_id=None,
                event="ping",
                action=None,
                payload=msgspec.json.encode(told),
            )
        )

    def change_permissions(self, app: App, permissions: Mapping[str, str]) -> None:
        """The App asks for these from now on.

        What it asks for no more is gone everywhere at once; what is new waits in each
        installation until an owner accepts it. Source: GitHub docs, "Modifying a GitHub
        App registration", "Changing the permissions of a GitHub App".
        """
        app.permissions = {"metadata": "read"} | dict(permissions)
        self.world.apps.put(app)
        for installation in self.world.installations:
            if installation.app_id == app.id:
                installation.permissions = _lowered(installation.permissions, app.permissions)
                self.world.installations.put(installation)

    def accept_permissions(self, actor: Who, installation: Installation) -> None:
        """The installation has all that the App asks for, and the App is told."""
        self.require_owner(actor, installation.account)
        app = self.world.apps[installation.app_id]
        installation.permissions, installation.events = dict(app.permissions), list(app.events)
        self.world.installations.put(installation)
        self.tell_installation("new_permissions_accepted", app, installation)


def _lowered(given: Mapping[str, str], asked: Mapping[str, str]) -> dict[str, str]:
    """What was given, as far as it is still asked for."""
    return {
        name: min(level, asked[name], key=lambda each: RANKS[each])
        for name, level in given.items()
        if name in asked
    }
