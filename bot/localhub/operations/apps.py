"""Apps: registering, installing, and the tokens that installations act with."""

import base64
import secrets
import zlib
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.localhub.actor import Actor
from bot.localhub.core import Outgoing
from bot.localhub.operations.accounts import AccountOperations
from bot.localhub.refusal import Refused, not_found
from bot.localhub.shapes.apps import installation as installation_shape
from bot.localhub.state.apps import App, Delivery, Installation, InstallationToken
from bot.localhub.webhooks.payloads import emit

TOKEN_LIFE_S = 3600
KEY_BITS = 2048
KEPT_FOR_S = 3 * 24 * 3600  # webhook deliveries, for reading and for delivering again
ACTIONS = "github-actions"  # the App that reports the jobs of workflows
ACTIONS_PERMISSIONS = ("actions", "checks", "contents", "deployments", "issues", "pull_requests")
RANKS = {"read": 1, "write": 2, "admin": 3}


class AppOperations(AccountOperations):
    """Registrations, installations, tokens."""

    def add_app(
        self,
        slug: str,
        *,
        permissions: Mapping[str, str],
        events: Sequence[str],
        webhook_url: str = "",
        webhook_secret: str = "",
        owner: str | None = None,
        name: str = "",
    ) -> App:
        """The App is registered with a fresh private key; a known slug keeps its key.

        A known App takes over the webhook address, secret, permissions and events, so
        that a sandbox restarted on its folder goes on with a new port. ``owner`` is a
        login; without one the first organisation, or a user of the App's own name.
        """
        known = self.world.apps.find(slug)
        if known is not None:
            known.permissions = {"metadata": "read"} | dict(permissions)
            known.events, known.webhook_url = list(events), webhook_url
            known.webhook_secret = webhook_secret
            return self.world.apps.put(known)
        bot = self.add_user(f"{slug}[bot]", kind="Bot")
        first = next(iter(self.world.organizations), None)
        app = App(
            id=self.world.next_id(),
            slug=slug,
            name=name or slug.replace("-", " ").title(),
            client_id=f"Iv23li{secrets.token_hex(7)}",
            owner=owner or (first.login if first else self.add_user(f"{slug}-owner").login),
            user_id=bot.id,
            permissions={"metadata": "read"} | dict(permissions),
            events=list(events),
            webhook_url=webhook_url,
            webhook_secret=webhook_secret,
            private_key_pem=_new_key(),
            created_at_s=self.now_s(),
        )
        return self.world.apps.put(app)

    def actions_app(self) -> App:
        """The App of GitHub Actions, which nobody registered and nobody can sign in as."""
        known = self.world.apps.find(ACTIONS)
        if known is not None:
            return known
        bot = self.add_user(f"{ACTIONS}[bot]", kind="Bot")
        first = next(iter(self.world.organizations), None)
        app = App(
            id=self.world.next_id(),
            slug=ACTIONS,
            name="GitHub Actions",
            client_id=f"Iv23li{secrets.token_hex(7)}",
            owner=first.login if first else bot.login,
            user_id=bot.id,
            permissions={"metadata": "read", "statuses": "write"}
            | dict.fromkeys(ACTIONS_PERMISSIONS, "write"),
            events=[],
            webhook_url="",
            webhook_secret="",
            private_key_pem="",
            created_at_s=self.now_s(),
        )
        return self.world.apps.put(app)

    def install(
        self, app: App, account: str, *, repository_ids: Sequence[int] | None = None
    ) -> Installation:
        """The App is installed on the account, with all it asks for.

        ``repository_ids`` None: on all of its repositories, those to come too.
        """
        known = self.world.installations.find((app.id, account.lower()))
        if known is not None:
            known.permissions, known.events = dict(app.permissions), list(app.events)
            return self.world.installations.put(known)
        made = Installation(
            id=self.world.next_id(),
            app_id=app.id,
            account=self.organization(account).login,
            permissions=dict(app.permissions),
            events=list(app.events),
            created_at_s=self.now_s(),
            repository_ids=None if repository_ids is None else list(repository_ids),
        )
        self.world.installations.put(made)
        self.tell_installation("created", app, made)
        return made

    def uninstall(self, installation: Installation) -> None:
        """The installation is gone and its tokens are worth nothing."""
        app = self.world.apps[installation.app_id]
        self.tell_installation("deleted", app, installation)
        for token in self.world.tokens:
            if token.installation_id == installation.id:
                self.world.tokens.drop(token)
        self.world.installations.drop(installation)

    def tell_installation(self, action: str, app: App, installation: Installation) -> None:
        """The App hears what became of one of its installations."""
        repositories = [
            {
                "id": r.id,
                "node_id": f"R_kwDO{r.id}",
                "name": r.name,
                "full_name": r.full_name,
                "private": r.private,
            }
            for r in self.world.repositories.of(installation.account.lower())
            if installation.reaches(r.id)
        ]
        about = {
            "installation": installation_shape(self, installation),
            "repositories": repositories,
            "requester": None,
        }
        emit(
            self,
            "installation",
            action,
            about,
            sender=self.app_actor(app),
            organization=installation.account,
            only_app=app.id,
        )

    def app_actor(self, app: App, token: InstallationToken | None = None) -> Actor:
        """The App as one who acts; with a token, within what the token allows."""
        installation = self.world.installations.get(token.installation_id) if token else None
        return Actor(self.world.users[app.user_id], app, installation, token)

    def mint_token(
        self,
        installation: Installation,
        *,
        permissions: Mapping[str, str] | None = None,
        repositories: Sequence[str] | None = None,
        repository_ids: Sequence[int] | None = None,
        old_format: bool = False,
    ) -> InstallationToken:
        """A new token, for one hour. Raises Refused 422 for more than the installation has.

        ``repositories`` are names without the owner. ``old_format`` gives the short
        ``ghs_…`` of 40 characters that GitHub is phasing out.
        """
        if installation.suspended_at_s is not None:
            raise Refused(403, "This installation has been suspended")
        chosen = self._chosen(installation, repositories, repository_ids)
        token = InstallationToken(
            id=self.world.next_id(),
            token=_new_token(installation.app_id, old_format=old_format),
            installation_id=installation.id,
            permissions=_subset(installation.permissions, permissions),
            repository_ids=chosen,
            expires_at_s=self.now_s() + TOKEN_LIFE_S,
        )
        self._forget_expired()
        return self.world.tokens.put(token)

    def _forget_expired(self) -> None:
        for token in self.world.tokens:
            if token.expires_at_s <= self.now_s():
                self.world.tokens.drop(token)

    def _chosen(
        self,
        installation: Installation,
        names: Sequence[str] | None,
        ids: Sequence[int] | None,
    ) -> list[int] | None:
        if names is None and ids is None:
            return None
        all_of = self.world.repositories.of(installation.account.lower())
        by_name = {each.name.lower(): each.id for each in all_of if installation.reaches(each.id)}
        wanted = [by_name.get(name.lower()) for name in names or ()]
        wanted += [i if i in by_name.values() else None for i in ids or ()]
        known = [found for found in wanted if found is not None]
        if len(known) < len(wanted):
            raise Refused(
                422,
                "There is at least one repository that does not exist or is not accessible "
                "to the parent installation.",
            )
        return list(dict.fromkeys(known))

    def revoke_token(self, token: InstallationToken) -> None:
        """The token is worth nothing from now on."""
        self.world.tokens.drop(token)

    def deliveries_of(self, app: App) -> list[Delivery]:
        """An App's webhook deliveries of the last three days, newest first.

        An attempt that was answered late stands where it began.
        """
        kept = filter(self._is_kept, self.world.deliveries.of(app.id))
        return sorted(kept, key=lambda one: one.id, reverse=True)

    def delivery(self, app: App, delivery_id: int) -> Delivery:
        """The App's delivery of that id. Raises Refused 404, also once it is too old."""
        found = self.world.deliveries.get(delivery_id)
        if found is None or found.app_id != app.id or not self._is_kept(found):
            raise not_found()
        return found

    def _is_kept(self, delivery: Delivery) -> bool:
        return delivery.delivered_at_s > self.now_s() - KEPT_FOR_S

    def redeliver(self, app: App, delivery_id: int) -> None:
        """The delivery is attempted again, under the same guid, to the App's address of now."""
        found = self.delivery(app, delivery_id)
        self.send(
            Outgoing(
                guid=found.guid,
                app=app,
                installation=self.world.installations.get(found.installation_id or 0),
                repository_id=found.repository_id,
                event=found.event,
                action=found.action,
                payload=zlib.decompress(found.payload),
                redelivery=True,
            )
        )


def _subset(given: Mapping[str, str], wanted: Mapping[str, str] | None) -> dict[str, str]:
    if not wanted:  # none named, or an empty object, which clients send for "all"
        return dict(given)
    for name, level in wanted.items():
        if RANKS.get(level, 9) > RANKS.get(given.get(name, ""), 0):
            raise Refused(422, "The permissions requested are not granted to this installation.")
    return {"metadata": "read"} | dict(wanted)


def _new_token(app_id: int, *, old_format: bool) -> str:
    """About 520 characters, with dots, of no fixed length.

    Source: GitHub changelog of 2026-05-15 on the format of installation tokens.
    """
    if old_format:
        return f"ghs_{secrets.token_hex(18)}"
    parts = (secrets.token_bytes(size) for size in (27, 220 + secrets.randbelow(30), 128))
    body = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    return f"ghs_{app_id}_{body}"


def _new_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return pem.decode()
