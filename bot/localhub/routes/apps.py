"""Apps by JWT: themselves, their installations, tokens and webhook deliveries."""

import msgspec

from bot.localhub.refusal import Refused, not_found
from bot.localhub.routes.call import NO_CONTENT, Answer, Call
from bot.localhub.shapes import apps as shapes
from bot.localhub.shapes.repositories import repository as repository_shape
from bot.localhub.state.apps import Installation
from bot.localhub.state.people import Role

CURSOR = "v1_"


class NewToken(msgspec.Struct):
    """Body of "create an installation access token"."""

    repositories: list[str] | None = None
    repository_ids: list[int] | None = None
    permissions: dict[str, str] | None = None


class HookChange(msgspec.Struct, omit_defaults=True):
    """Body of "update a webhook configuration for an app"."""

    url: str | None = None
    content_type: str | None = None
    secret: str | None = None
    insecure_ssl: str | float | None = None


def convert_manifest(call: Call) -> Answer:
    """A registration is completed: the one time that the App's secrets are told."""
    app = call.hub.convert_manifest(call.params["code"])
    return Answer(status=201, body=shapes.new_app(call.hub, app))


def get_hook_config(call: Call) -> Answer:
    """Where the App's webhooks go."""
    return Answer(body=shapes.hook_config(call.app))


def set_hook_config(call: Call) -> Answer:
    """Send them elsewhere, or sign them with another secret."""
    return Answer(body=shapes.hook_config(call.hub.set_hook(call.app, call.given(HookChange))))


def get_app(call: Call) -> Answer:
    """The App itself."""
    return Answer(body=shapes.app(call.hub, call.app, own=True))


def list_installations(call: Call) -> Answer:
    """Where the App is installed."""
    own = [i for i in call.hub.world.installations if i.app_id == call.app.id]
    return call.page(own, lambda one: shapes.installation(call.hub, one))


def get_installation(call: Call) -> Answer:
    """One of the App's installations."""
    return Answer(body=shapes.installation(call.hub, _own(call)))


def delete_installation(call: Call) -> Answer:
    """Uninstall."""
    call.hub.uninstall(_own(call))
    return NO_CONTENT


def _own(call: Call) -> Installation:
    found = call.hub.world.installations.get(call.number("installation_id"))
    if found is None or found.app_id != call.app.id:
        raise not_found()
    return found


def create_token(call: Call) -> Answer:
    """A token for one hour, for all or fewer repositories and permissions."""
    body = call.read(NewToken)
    token = call.hub.mint_token(
        _own(call),
        permissions=body.permissions,
        repositories=body.repositories,
        repository_ids=body.repository_ids,
        old_format=call.headers.get("X-GitHub-Stateless-S2S-Token") == "disabled",
    )
    return Answer(status=201, body=shapes.token(call.hub, token))


def revoke_token(call: Call) -> Answer:
    """The token that asks is worth nothing from now on."""
    if call.actor.token is None:
        raise Refused(403, "Resource not accessible by personal access token")
    call.hub.revoke_token(call.actor.token)
    return NO_CONTENT


def list_repositories(call: Call) -> Answer:
    """The repositories that the asking token reaches."""
    actor = call.actor
    if actor.installation is None:
        raise Refused(403, "Resource not accessible by personal access token")
    owned = call.hub.world.repositories.of(actor.installation.account.lower())
    reached = [repository for repository in owned if call.hub.in_scope(actor, repository)]
    answer = call.page(
        reached,
        lambda one: repository_shape(call.hub, one, role=Role.READ),
        within="repositories",
    )
    chosen = actor.token is not None and actor.token.repository_ids is not None
    answer.body["repository_selection"] = "selected" if chosen else "all"
    return answer


def organization_installation(call: Call) -> Answer:
    """The asking App's installation on an account."""
    return _installation_on(call, call.params.get("org") or call.params["username"])


def repository_installation(call: Call) -> Answer:
    """The asking App's installation that reaches a repository."""
    name = f"{call.params['owner']}/{call.params['repo']}"
    return _installation_on(call, call.hub.repository(name).owner)


def _installation_on(call: Call, account: str) -> Answer:
    found = call.hub.world.installations.find((call.app.id, account.lower()))
    if found is None:
        raise not_found()
    return Answer(body=shapes.installation(call.hub, found))


def list_deliveries(call: Call) -> Answer:
    """Webhook deliveries, newest first, page by page with a cursor that means nothing to others."""
    found = call.hub.deliveries_of(call.app)
    if "status" in call.query:
        found = [d for d in found if d.ok == (call.query["status"] == "success")]
    cursor = call.query.get("cursor", "")
    if cursor:
        before = cursor.removeprefix(CURSOR)
        if not (cursor.startswith(CURSOR) and before.isascii() and before.isdigit()):
            raise Refused(400, "Invalid cursor")
        found = [d for d in found if d.id < int(before)]
    size = min(int(call.query.get("per_page", "30")), 100)
    shown, more = found[:size], len(found) > size
    links = (
        f'<{call.url}?per_page={size}&cursor={CURSOR}{shown[-1].id}>; rel="next"' if more else ""
    )
    return Answer(
        body=[shapes.delivery_item(one) for one in shown],
        headers={"Link": links} if links else {},
    )


def get_delivery(call: Call) -> Answer:
    """One delivery with its request and answer."""
    found = call.hub.delivery(call.app, call.number("delivery_id"))
    return Answer(body=shapes.delivery(found))


def redeliver(call: Call) -> Answer:
    """Deliver it again, under the same guid."""
    call.hub.redeliver(call.app, call.number("delivery_id"))
    return Answer(status=202, body={})
