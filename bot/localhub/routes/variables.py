"""Variables of repositories, environments and organisations, as workflows read them."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from bot.localhub.refusal import Refused
from bot.localhub.routes.call import NO_CONTENT, Answer, Call
from bot.localhub.shapes import actions as shapes
from bot.localhub.shapes.basics import Json
from bot.localhub.state.actions import Setting
from bot.localhub.state.people import Role


class NewVariable(msgspec.Struct):
    """Body of "create a repository variable" and its like; ``visibility`` of organisations."""

    name: str
    value: str
    visibility: str | None = None
    selected_repository_ids: list[int] | None = None


class VariableChanges(msgspec.Struct):
    """Body of "update a repository variable" and its like."""

    name: str | UnsetType = UNSET
    value: str | UnsetType = UNSET
    visibility: str | None = None
    selected_repository_ids: list[int] | None = None


def _scope(call: Call, *, write: bool) -> str:
    """Where the path's variables belong; people read and write them by their role.

    Of a public repository, too, an App reads them only with the permission.
    """
    if "org" in call.params:
        return call.hub.scope(None, organization=call.params["org"])
    environment = call.params.get("environment_name", "")
    permission = "environments" if environment else "actions_variables"
    actor, level = call.actor, "write" if write else "read"
    if actor.app is not None and not actor.may(permission, level):
        raise Refused(403, "Resource not accessible by integration")
    call.hub.require(actor, call.repository, Role.ADMIN if write else Role.WRITE)
    return call.hub.scope(call.repository, environment)


def _shape(call: Call, found: Setting) -> dict[str, Any]:
    shape: Json = shapes.variable(found)
    if "org" in call.params:
        url = f"{call.hub.api_url}/orgs/{call.params['org']}/actions/variables/{found.name}"
        shape |= {"visibility": "all", "selected_repositories_url": f"{url}/repositories"}
    return shape


def list_variables(call: Call) -> Answer:
    """The variables, by name."""
    found = call.hub.world.settings.of((_scope(call, write=False), False))
    found.sort(key=lambda one: one.name)
    return call.page(found, lambda one: _shape(call, one), within="variables")


def create_variable(call: Call) -> Answer:
    """A new variable: 409 for one that is there. In an organisation every repository sees it."""
    body, scope = call.read(NewVariable), _scope(call, write=True)
    _check_visibility(body.visibility)
    if call.hub.world.settings.find((scope, False, body.name.upper())) is not None:
        raise Refused(409, "Already exists - Variable already exists")
    call.hub.put_setting(scope, body.name, body.value)
    return Answer(status=201, body={})


def _check_visibility(wanted: str | None) -> None:
    if wanted == "selected":
        raise Refused(422, "The local GitHub shows an organisation's variables to all of it.")


def get_variable(call: Call) -> Answer:
    """One variable."""
    found = call.hub.setting(_scope(call, write=False), call.params["name"])
    return Answer(body=_shape(call, found))


def update_variable(call: Call) -> Answer:
    """Change name or value."""
    body, scope = call.read(VariableChanges), _scope(call, write=True)
    _check_visibility(body.visibility)
    found = call.hub.setting(scope, call.params["name"])
    value = found.value if body.value is UNSET else body.value
    if body.name is not UNSET and body.name.upper() != found.name:
        call.hub.world.settings.drop(found)
    call.hub.put_setting(scope, found.name if body.name is UNSET else body.name, value)
    return NO_CONTENT


def delete_variable(call: Call) -> Answer:
    """Forget a variable."""
    found = call.hub.setting(_scope(call, write=True), call.params["name"])
    call.hub.world.settings.drop(found)
    return NO_CONTENT
