"""Users, organisations, teams and who has which role: what tests and the sandbox set up."""

import secrets
from collections.abc import Sequence

from bot.localhub.actor import Who, acting
from bot.localhub.core import HubCore
from bot.localhub.refusal import Refused, invalid
from bot.localhub.shapes.people import org_membership, simple_user, team_simple
from bot.localhub.shapes.repositories import full_repository
from bot.localhub.state.people import (
    ROLE_OF_PERMISSION,
    AccountType,
    MemberRole,
    Organization,
    Plan,
    PropertyDefinition,
    Role,
    Team,
    User,
)
from bot.localhub.state.repositories import Repository
from bot.localhub.webhooks.payloads import emit


class AccountOperations(HubCore):
    """Accounts and memberships. Those that take no actor are the setting of a scene."""

    def add_user(self, login: str, *, name: str = "", kind: AccountType = "User") -> User:
        """The user exists with a personal token; a known login is returned as it is."""
        known = self.world.users.find(login.lower())
        if known is not None:
            return known
        token = "" if kind == "Bot" else f"ghp_{secrets.token_hex(18)}"
        user = User(
            id=self.world.next_id(),
            login=login,
            name=name or login,
            token=token,
            type=kind,
            created_at_s=self.now_s(),
        )
        return self.world.users.put(user)

    def add_organization(self, login: str, plan: Plan = "enterprise") -> Organization:
        """The organisation exists; a known login is returned as it is."""
        known = self.world.organizations.find(login.lower())
        if known is not None:
            return known
        made = Organization(
            id=self.world.next_id(), login=login, plan=plan, created_at_s=self.now_s()
        )
        return self.world.organizations.put(made)

    def add_member(self, organization: str, login: str, role: MemberRole = "member") -> None:
        """The user belongs to the organisation with that role."""
        found, user = self.organization(organization), self.add_user(login)
        new = user.id not in found.members
        found.members[user.id] = role
        self.world.organizations.put(found)
        if new:
            membership = org_membership(self, found, user)
            emit(
                self,
                "organization",
                "member_added",
                {"membership": membership},
                sender=acting(user),
                organization=found.login,
            )

    def remove_member(self, organization: str, login: str) -> None:
        """The user leaves the organisation and its teams."""
        found, user = self.organization(organization), self.user(login)
        found.members.pop(user.id, None)
        self.world.organizations.put(found)
        for team in self.world.teams.of(found.login.lower()):
            if team.members.pop(user.id, None):
                self.world.teams.put(team)

    def add_team(
        self,
        organization: str,
        slug: str,
        members: Sequence[str] = (),
        *,
        name: str = "",
        parent: str | None = None,
    ) -> Team:
        """The team exists with at least these members, who belong to the organisation too."""
        found = self.world.teams.find((organization.lower(), slug))
        if found is None:
            found = Team(
                id=self.world.next_id(),
                organization=self.organization(organization).login,
                slug=slug,
                name=name or slug.replace("-", " ").title(),
                parent_id=self.team(organization, parent).id if parent else None,
                created_at_s=self.now_s(),
            )
            self.world.teams.put(found)
        for login in members:
            self.add_team_member(found, login)
        return found

    def add_team_member(self, team: Team, login: str, role: str = "member") -> None:
        """The user belongs to the team and to its organisation."""
        user = self.add_user(login)
        if user.id not in self.organization(team.organization).members:
            self.add_member(team.organization, login)
        new = user.id not in team.members
        team.members[user.id] = role
        self.world.teams.put(team)
        if new:
            self._tell_membership("added", team, user)

    def remove_team_member(self, team: Team, login: str) -> None:
        """The user is no member of this very team any more."""
        user = self.user(login)
        if team.members.pop(user.id, None) is not None:
            self.world.teams.put(team)
            self._tell_membership("removed", team, user)

    def _tell_membership(self, action: str, team: Team, user: User) -> None:
        about = {
            "scope": "team",
            "member": simple_user(self, user),
            "team": team_simple(self, team),
        }
        emit(
            self,
            "membership",
            action,
            about,
            sender=acting(user),
            organization=team.organization,
        )

    def set_role(self, repository: str | Repository, login: str, role: str) -> None:
        """The user is a collaborator with that role; ``none`` takes it away."""
        found, user = self.repository(repository), self.add_user(login)
        if ROLE_OF_PERMISSION[role] is Role.NONE:
            found.collaborators.pop(user.id, None)
            self.world.repositories.put(found)
            return
        new = user.id not in found.collaborators
        found.collaborators[user.id] = role
        self.world.repositories.put(found)
        if new:
            about = {"member": simple_user(self, user), "changes": {"permission": {"to": role}}}
            emit(self, "member", "added", about, sender=acting(user), repository=found)

    def grant_team(
        self, actor: Who, repository: str | Repository, team: Team, permission: str
    ) -> None:
        """The team has that permission. Raises Refused for an unknown word or no right to."""
        found = self.repository(repository)
        self.require(acting(actor), found, Role.ADMIN)
        if ROLE_OF_PERMISSION.get(permission, Role.NONE) is Role.NONE:
            raise invalid("Team", "permission", "invalid")
        if team.organization.lower() != found.owner.lower():
            raise Refused(422, "The repository is not owned by the team's organization.")
        new = found.id not in team.repositories
        team.repositories[found.id] = permission
        self.world.teams.put(team)
        self.tell(found, "teams")
        if new:
            about = {"team": team_simple(self, team, repository=found)}
            emit(self, "team_add", None, about, sender=acting(actor), repository=found)
            emit(
                self,
                "team",
                "added_to_repository",
                about | {"repository": full_repository(self, found, role=Role.READ)},
                sender=acting(actor),
                organization=team.organization,
            )

    def revoke_team(self, actor: Who, repository: str | Repository, team: Team) -> None:
        """The team has nothing of its own on the repository any more."""
        found = self.repository(repository)
        self.require(acting(actor), found, Role.ADMIN)
        if team.repositories.pop(found.id, None) is not None:
            self.world.teams.put(team)
            self.tell(found, "teams")

    def teams_of(self, repository: str | Repository) -> list[Team]:
        """Teams that have something of their own on the repository."""
        found = self.repository(repository)
        teams = self.world.teams.of(found.owner.lower())
        return [team for team in teams if found.id in team.repositories]

    def define_property(self, organization: str, definition: PropertyDefinition) -> None:
        """The organisation defines the property, new or changed."""
        found = self.organization(organization)
        found.properties[definition.name] = definition
        self.world.organizations.put(found)

    def organizations_of(self, user: User) -> list[Organization]:
        """The organisations that a person belongs to."""
        return [o for o in self.world.organizations if user.id in o.members]
