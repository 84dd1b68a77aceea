"""Users, organisations, teams, and who may what."""

import msgspec

from bot.localhub.refusal import Refused, invalid, not_found
from bot.localhub.routes.call import NO_CONTENT, Answer, Call
from bot.localhub.shapes import people as shapes
from bot.localhub.shapes.repositories import minimal_repository
from bot.localhub.shapes.repositories import repository as repository_shape
from bot.localhub.state.people import ROLE_OF_PERMISSION, PropertyDefinition, Role, Team, User
from bot.localhub.state.repositories import Repository

# What "update my name" of a custom property may carry; other fields are GitHub's.
PROPERTY_TYPES = {"string", "single_select", "multi_select", "true_false", "url"}


def get_user(call: Call) -> Answer:
    """The person who asks."""
    if call.actor.app is not None:
        raise Refused(403, "Resource not accessible by integration")
    return Answer(body=shapes.private_user(call.hub, call.actor.user))


def get_user_by_name(call: Call) -> Answer:
    """Any user or bot."""
    return Answer(body=shapes.public_user(call.hub, call.hub.user(call.params["username"])))


def get_organization(call: Call) -> Answer:
    """An organisation."""
    found = call.hub.organization(call.params["org"])
    return Answer(body=shapes.organization_full(call.hub, found))


def list_members(call: Call) -> Answer:
    """The members of an organisation."""
    members = call.hub.organization(call.params["org"]).members
    wanted = call.query.get("role", "all")
    users = [call.hub.world.users[i] for i, r in members.items() if wanted in {"all", r}]
    return call.page(users, lambda user: shapes.simple_user(call.hub, user))


def check_member(call: Call) -> Answer:
    """204 for a member, 404 for anybody else."""
    user = call.hub.user(call.params["username"])
    if user.id not in call.hub.organization(call.params["org"]).members:
        raise not_found()
    return NO_CONTENT


def get_membership(call: Call) -> Answer:
    """A person's place in an organisation."""
    organization = call.hub.organization(call.params["org"])
    user = call.hub.user(call.params["username"])
    if user.id not in organization.members:
        raise not_found()
    return Answer(body=shapes.org_membership(call.hub, organization, user))


def list_teams(call: Call) -> Answer:
    """The teams of an organisation."""
    organization = call.hub.organization(call.params["org"])
    teams = call.hub.world.teams.of(organization.login.lower())
    return call.page(teams, lambda team: shapes.team(call.hub, team))


def _team(call: Call) -> Team:
    return call.hub.team(call.params["org"], call.params["team_slug"])


def get_team(call: Call) -> Answer:
    """One team."""
    return Answer(body=shapes.team_full(call.hub, _team(call)))


def list_team_members(call: Call) -> Answer:
    """Members of a team and of its child teams."""
    members = call.hub.team_members(_team(call))
    wanted = call.query.get("role", "all")
    users = [call.hub.world.users[i] for i, role in members.items() if wanted in {"all", role}]
    return call.page(users, lambda user: shapes.simple_user(call.hub, user))


def list_child_teams(call: Call) -> Answer:
    """Teams directly below a team."""
    parent = _team(call)
    teams = call.hub.world.teams.of(parent.organization.lower())
    children = [team for team in teams if team.parent_id == parent.id]
    return call.page(children, lambda team: shapes.team(call.hub, team))


def get_team_membership(call: Call) -> Answer:
    """Whether and how a person belongs to a team; members of child teams do."""
    team, user = _team(call), call.hub.user(call.params["username"])
    role = call.hub.team_members(team).get(user.id)
    if role is None:
        raise not_found()
    return Answer(body=_membership(call, team, user, role))


class NewMembership(msgspec.Struct):
    """Body of "add or update a team membership"."""

    role: str = "member"


def put_team_membership(call: Call) -> Answer:
    """The person belongs to the team."""
    team, user = _team(call), call.hub.user(call.params["username"])
    role = call.read(NewMembership).role
    call.hub.add_team_member(team, user.login, role)
    return Answer(body=_membership(call, team, user, role))


def delete_team_membership(call: Call) -> Answer:
    """The person does not belong to the team."""
    call.hub.remove_team_member(_team(call), call.params["username"])
    return NO_CONTENT


def _membership(call: Call, team: Team, user: User, role: str) -> dict[str, str]:
    api = f"{call.hub.api_url}/organizations/{call.hub.organization(team.organization).id}"
    url = f"{api}/team/{team.id}/memberships/{user.login}"
    return {"state": "active", "role": role, "url": url}


# Teams and repositories.


def list_team_repositories(call: Call) -> Answer:
    """Repositories that a team has something of its own on."""
    granted = _team(call).repositories
    found = [r for i in granted if (r := call.hub.world.repositories.get(i))]
    return call.page(found, lambda one: minimal_repository(call.hub, one))


def get_team_repository(call: Call) -> Answer:
    """Whether a team manages a repository: 204, or with its role when asked for."""
    team, repository = _team(call), call.repository
    permission = team.repositories.get(repository.id)
    if permission is None:
        raise not_found()
    if "repository+json" not in call.accept:
        return NO_CONTENT
    role = ROLE_OF_PERMISSION[permission]
    shape = repository_shape(call.hub, repository, role=role) | {"role_name": role.word}
    return Answer(body=shape)


class Grant(msgspec.Struct):
    """Body of "add or update team repository permissions"; GitHub's default is push."""

    permission: str = "push"


def put_team_repository(call: Call) -> Answer:
    """The team has that permission on the repository."""
    permission = call.read(Grant).permission
    if permission not in {"pull", "triage", "push", "maintain", "admin"}:
        raise invalid("Team", "permission", "invalid")
    call.hub.grant_team(call.actor, call.repository, _team(call), permission)
    return NO_CONTENT


def delete_team_repository(call: Call) -> Answer:
    """The team has nothing of its own on the repository."""
    call.hub.revoke_team(call.actor, call.repository, _team(call))
    return NO_CONTENT


def list_repository_teams(call: Call) -> Answer:
    """Teams on a repository, with what each may do there."""
    repository = call.repository
    teams = call.hub.teams_of(repository)
    return call.page(teams, lambda team: shapes.team(call.hub, team, repository=repository))


# Collaborators.


def _collaborators(call: Call, repository: Repository) -> list[tuple[User, Role]]:
    roles = ((user, call.hub.role(user, repository)) for user in call.hub.world.users)
    owner = call.hub.world.organizations.find(repository.owner.lower())
    members = owner.members if owner else {}
    return [
        (user, role)
        for user, role in roles
        if role > Role.NONE and (user.id in members or user.id in repository.collaborators)
    ]


def list_collaborators(call: Call) -> Answer:
    """Everybody with a role of their own, by membership, team or grant."""
    pairs = _collaborators(call, call.repository)
    return call.page(pairs, lambda pair: shapes.collaborator(call.hub, *pair))


def check_collaborator(call: Call) -> Answer:
    """204 for a collaborator, 404 for anybody else."""
    login = call.params["username"].lower()
    if login not in {user.login.lower() for user, _ in _collaborators(call, call.repository)}:
        raise not_found()
    return NO_CONTENT


def get_permission(call: Call) -> Answer:
    """What a user may do here; "none" for a stranger."""
    user = call.hub.user(call.params["username"])
    role = call.hub.role(user, call.repository)
    return Answer(body=shapes.collaborator_permission(call.hub, user, role))


# Custom properties of an organisation.


class Definition(msgspec.Struct, omit_defaults=True):
    """One custom property's definition, as the API spells it."""

    property_name: str
    value_type: str
    required: bool = False
    default_value: str | list[str] | None = None
    description: str | None = None
    allowed_values: list[str] | None = None
    values_editable_by: str | None = None


class Definitions(msgspec.Struct):
    """Body of "create or update custom properties"."""

    properties: list[Definition]


class PropertyValue(msgspec.Struct):
    """One value; null unsets."""

    property_name: str
    value: str | list[str] | None = None


class Values(msgspec.Struct):
    """Body of "set values for repositories"."""

    repository_names: list[str]
    properties: list[PropertyValue]


def get_property_schema(call: Call) -> Answer:
    """The custom properties that the organisation defines."""
    return _schema(call)


def _schema(call: Call) -> Answer:
    organization = call.hub.organization(call.params["org"])
    api = f"{call.hub.api_url}/orgs/{organization.login}/properties/schema"
    body = [
        {
            "property_name": one.name,
            "url": f"{api}/{one.name}",
            "source_type": "organization",
            "value_type": one.value_type,
            "required": one.required,
            "default_value": one.default_value,
            "description": one.description,
            "allowed_values": one.allowed_values,
            "values_editable_by": one.values_editable_by,
        }
        for one in organization.properties.values()
    ]
    return Answer(body=body)


def patch_property_schema(call: Call) -> Answer:
    """Define these properties, new or changed."""
    for one in call.read(Definitions).properties:
        if one.value_type not in PROPERTY_TYPES:
            raise Refused(422, f"Invalid value type for {one.property_name}")
        definition = PropertyDefinition(
            name=one.property_name,
            value_type=one.value_type,
            required=one.required,
            default_value=one.default_value,
            description=one.description,
            allowed_values=one.allowed_values,
            values_editable_by=one.values_editable_by or "org_actors",
        )
        call.hub.define_property(call.params["org"], definition)
    return _schema(call)


def list_property_values(call: Call) -> Answer:
    """The values of every repository."""
    organization = call.hub.organization(call.params["org"])
    repositories = call.hub.world.repositories.of(organization.login.lower())
    return call.page(
        repositories,
        lambda one: {
            "repository_id": one.id,
            "repository_name": one.name,
            "repository_full_name": one.full_name,
            "properties": [
                {"property_name": name, "value": one.properties.get(name)}
                for name in organization.properties
            ],
        },
    )


def patch_property_values(call: Call) -> Answer:
    """Set values on up to 30 repositories."""
    body = call.read(Values)
    if len(body.repository_names) > 30:
        raise Refused(422, "At most 30 repositories can be updated at once.")
    values = {one.property_name: one.value for one in body.properties}
    for name in body.repository_names:
        call.hub.set_properties(call.actor, f"{call.params['org']}/{name}", values)
    return NO_CONTENT
