"""Accounts: who exists, who belongs where, and how strong a role is."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

AccountType = Literal["User", "Bot"]
Plan = Literal["free", "team", "enterprise"]
MemberRole = Literal["member", "admin"]


class Role(IntEnum):
    """Repository roles in order of power."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5

    @property
    def word(self) -> str:
        """The role as ``role_name`` spells it."""
        return self.name.lower()


# The words of team and collaborator grants. Source: GitHub REST docs, "Add or
# update team repository permissions"; the other spelling is accepted by git hosting
# settings and by our own Python API.
ROLE_OF_PERMISSION = {
    "none": Role.NONE,
    "pull": Role.READ,
    "read": Role.READ,
    "triage": Role.TRIAGE,
    "push": Role.WRITE,
    "write": Role.WRITE,
    "maintain": Role.MAINTAIN,
    "admin": Role.ADMIN,
}


@dataclass(slots=True, kw_only=True)
class User:
    """A person, or the bot account of an App (``type`` Bot, login ``slug[bot]``)."""

    id: int
    login: str
    name: str
    token: str  # personal token; empty for bots, which use installation tokens
    type: AccountType = "User"
    created_at_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class PropertyDefinition:
    """One custom property that an organisation defines for its repositories."""

    name: str
    value_type: str  # string, single_select, multi_select, true_false, url
    required: bool = False
    default_value: str | list[str] | None = None
    description: str | None = None
    allowed_values: list[str] | None = None
    values_editable_by: str = "org_actors"  # or org_and_repo_actors


@dataclass(slots=True, kw_only=True)
class Organization:
    """An organisation. ``members`` maps user ids to their role."""

    id: int
    login: str
    plan: Plan
    members: dict[int, MemberRole] = field(default_factory=dict)
    default_permission: str = "read"  # every member's role on every repository
    properties: dict[str, PropertyDefinition] = field(default_factory=dict)
    created_at_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Team:
    """A team. Members of a child team have what its parents are given."""

    id: int
    organization: str
    slug: str
    name: str
    description: str = ""
    parent_id: int | None = None
    members: dict[int, str] = field(default_factory=dict)  # user id -> member | maintainer
    repositories: dict[int, str] = field(default_factory=dict)  # repository id -> permission
    created_at_s: float = 0.0
