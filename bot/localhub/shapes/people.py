"""Users, organisations, teams and memberships as JSON."""

from bot.localhub.core import HubCore
from bot.localhub.shapes.basics import Json, iso, node_id
from bot.localhub.state.people import ROLE_OF_PERMISSION, Organization, Role, Team, User
from bot.localhub.state.repositories import Repository


def simple_user(hub: HubCore, user: User) -> Json:
    """A user inside something else."""
    return _account(hub, user.login, user.id, user.type)


def simple_organization(hub: HubCore, organization: Organization) -> Json:
    """An organisation in the place of a user, as an owner is shown."""
    return _account(hub, organization.login, organization.id, "Organization")


def account(hub: HubCore, login: str) -> Json:
    """The user or organisation of that login in the place of a user."""
    organization = hub.world.organizations.find(login.lower())
    if organization is not None:
        return simple_organization(hub, organization)
    return simple_user(hub, hub.user(login))


def user_by_id(hub: HubCore, user_id: int | None) -> Json | None:
    """A user by id, or None (GitHub shows a ghost)."""
    user = None if user_id is None else hub.world.users.get(user_id)
    return None if user is None else simple_user(hub, user)


def _account(hub: HubCore, login: str, account_id: int, kind: str) -> Json:
    api = f"{hub.api_url}/users/{login}"
    path = f"apps/{login.removesuffix('[bot]')}" if kind == "Bot" else login
    return {
        "login": login,
        "id": account_id,
        "node_id": node_id({"User": "U", "Bot": "BOT"}.get(kind, "O"), account_id),
        "avatar_url": f"{hub.url}/avatars/{account_id}",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{hub.url}/{path}",
        "followers_url": f"{api}/followers",
        "following_url": f"{api}/following{{/other_user}}",
        "gists_url": f"{api}/gists{{/gist_id}}",
        "starred_url": f"{api}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{api}/subscriptions",
        "organizations_url": f"{api}/orgs",
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events{{/privacy}}",
        "received_events_url": f"{api}/received_events",
        "type": kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def public_user(hub: HubCore, user: User) -> Json:
    """A user's own page, as anybody reads it."""
    return simple_user(hub, user) | {
        "name": user.name,
        "company": None,
        "blog": "",
        "location": None,
        "email": None,
        "hireable": None,
        "bio": None,
        "public_repos": 0,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": iso(user.created_at_s),
        "updated_at": iso(user.created_at_s),
    }


def private_user(hub: HubCore, user: User) -> Json:
    """The signed-in user."""
    return public_user(hub, user) | {
        "private_gists": 0,
        "total_private_repos": 0,
        "owned_private_repos": 0,
        "disk_usage": 0,
        "collaborators": 0,
        "two_factor_authentication": True,
    }


def organization_simple(hub: HubCore, organization: Organization) -> Json:
    """An organisation inside a webhook or membership."""
    login = organization.login
    api = f"{hub.api_url}/orgs/{login}"
    return {
        "login": login,
        "id": organization.id,
        "node_id": node_id("O", organization.id),
        "url": api,
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events",
        "hooks_url": f"{api}/hooks",
        "issues_url": f"{api}/issues",
        "members_url": f"{api}/members{{/member}}",
        "public_members_url": f"{api}/public_members{{/member}}",
        "avatar_url": f"{hub.url}/avatars/{organization.id}",
        "description": "",
    }


def organization_full(hub: HubCore, organization: Organization) -> Json:
    """An organisation's own page. ``plan`` is what its members and Apps see."""
    repositories = hub.world.repositories.of(organization.login.lower())
    private = sum(repository.private for repository in repositories)
    return organization_simple(hub, organization) | {
        "name": organization.login,
        "html_url": f"{hub.url}/{organization.login}",
        "has_organization_projects": False,
        "has_repository_projects": False,
        "public_repos": len(repositories) - private,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "type": "Organization",
        "default_repository_permission": organization.default_permission,
        "members_can_create_repositories": True,
        "plan": {
            "name": organization.plan,
            "space": 976562499,
            "private_repos": 999999,
            "filled_seats": len(organization.members),
            "seats": max(len(organization.members), 10),
        },
        "total_private_repos": private,
        "owned_private_repos": private,
        "created_at": iso(organization.created_at_s),
        "updated_at": iso(organization.created_at_s),
        "archived_at": None,
    }


def org_membership(hub: HubCore, organization: Organization, user: User) -> Json:
    """A person's place in an organisation."""
    return {
        "url": f"{hub.api_url}/orgs/{organization.login}/memberships/{user.login}",
        "state": "active",
        "role": organization.members[user.id],
        "organization_url": f"{hub.api_url}/orgs/{organization.login}",
        "user": simple_user(hub, user),
        "organization": organization_simple(hub, organization),
    }


def team_simple(hub: HubCore, team: Team, *, repository: Repository | None = None) -> Json:
    """A team without its parent; ``permission`` is about ``repository`` where one is meant."""
    organization = hub.organization(team.organization)
    api = f"{hub.api_url}/organizations/{organization.id}/team/{team.id}"
    permission = team.repositories.get(repository.id, "pull") if repository else "pull"
    return {
        "id": team.id,
        "node_id": node_id("T", team.id),
        "name": team.name,
        "slug": team.slug,
        "description": team.description,
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "url": api,
        "html_url": f"{hub.url}/orgs/{team.organization}/teams/{team.slug}",
        "members_url": f"{api}/members{{/member}}",
        "repositories_url": f"{api}/repos",
        "permission": permission,
        "type": "organization",
        "organization_id": organization.id,
    }


def team(hub: HubCore, found: Team, *, repository: Repository | None = None) -> Json:
    """A team with its parent, and with what it may do to ``repository``."""
    parent = hub.world.teams.get(found.parent_id) if found.parent_id else None
    shape = team_simple(hub, found, repository=repository)
    shape["parent"] = None if parent is None else team_simple(hub, parent)
    if repository is not None:
        role = ROLE_OF_PERMISSION[found.repositories.get(repository.id, "none")]
        shape["permissions"] = permissions(role)
    return shape


def team_full(hub: HubCore, found: Team) -> Json:
    """A team's own page."""
    return team(hub, found) | {
        "members_count": len(hub.team_members(found)),
        "repos_count": len(found.repositories),
        "created_at": iso(found.created_at_s),
        "updated_at": iso(found.created_at_s),
        "organization": organization_full(hub, hub.organization(found.organization)),
    }


def permissions(role: Role) -> dict[str, bool]:
    """What a role includes, in the five words of the API."""
    return {
        "admin": role >= Role.ADMIN,
        "maintain": role >= Role.MAINTAIN,
        "push": role >= Role.WRITE,
        "triage": role >= Role.TRIAGE,
        "pull": role >= Role.READ,
    }


def collaborator(hub: HubCore, user: User, role: Role) -> Json:
    """A user with their role on one repository."""
    return simple_user(hub, user) | {"permissions": permissions(role), "role_name": role.word}


def collaborator_permission(hub: HubCore, user: User, role: Role) -> Json:
    """The answer to "what may this user do here".

    Source: GitHub REST docs, "Get repository permissions for a user": maintain shows
    as write and triage as read in ``permission``; ``role_name`` is exact.
    """
    legacy = {Role.MAINTAIN: "write", Role.TRIAGE: "read"}.get(role, role.word)
    return {
        "permission": legacy,
        "role_name": role.word,
        "user": collaborator(hub, user, role),
    }
