"""Repositories and what is configured on them; their git objects live beside, on disk."""

from dataclasses import dataclass, field
from typing import Any, Literal

Visibility = Literal["public", "private", "internal"]


@dataclass(slots=True, kw_only=True)
class Repository:
    """A repository. ``collaborators`` maps user ids to a role's word."""

    id: int
    owner: str
    name: str
    visibility: Visibility
    description: str = ""
    homepage: str = ""
    default_branch: str = "main"
    archived: bool = False
    topics: list[str] = field(default_factory=list)
    properties: dict[str, str | list[str]] = field(default_factory=dict)
    collaborators: dict[int, str] = field(default_factory=dict)
    flags: dict[str, bool] = field(default_factory=dict)  # has_issues, allow_squash_merge, …
    parent_id: int | None = None  # the repository that it is a fork of
    network_id: int | None = None  # the first repository of all forks; None: its own id
    last_number: int = 0  # of issues and pull requests, which share one sequence
    created_at_s: float = 0.0
    updated_at_s: float = 0.0
    pushed_at_s: float = 0.0

    @property
    def full_name(self) -> str:
        """``owner/name``."""
        return f"{self.owner}/{self.name}"

    @property
    def network(self) -> int:
        """What it shares with its forks, and they with each other: their git objects."""
        return self.network_id or self.id

    @property
    def private(self) -> bool:
        """True for private and internal ones, as GitHub's ``private`` says."""
        return self.visibility != "public"


@dataclass(slots=True, kw_only=True)
class Redirect:
    """An old name of a renamed repository, kept until the name is used again."""

    id: int
    full_name: str
    repository_id: int


@dataclass(slots=True, kw_only=True)
class Label:
    """A label of one repository; names are unique without regard to case."""

    id: int
    repository_id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(slots=True, kw_only=True)
class Ruleset:
    """A repository ruleset; conditions, rules and bypass actors as the API spells them."""

    id: int
    repository_id: int
    name: str
    target: str = "branch"
    enforcement: str = "active"
    conditions: dict[str, Any] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)
    bypass_actors: list[dict[str, Any]] = field(default_factory=list)
    created_at_s: float = 0.0
    updated_at_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Environment:
    """A deployment environment; ``reviewers`` are ``{"type": "Team"|"User", "id": …}``."""

    id: int
    repository_id: int
    name: str
    wait_timer_min: int = 0
    prevent_self_review: bool = False
    reviewers: list[dict[str, Any]] = field(default_factory=list)
    branch_policy: dict[str, bool] | None = None
    branches: list[dict[str, Any]] = field(default_factory=list)  # id, name, type; of the policy
    created_at_s: float = 0.0
    updated_at_s: float = 0.0
