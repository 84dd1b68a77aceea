"""What ``organization.yml`` says, as values to ask: units, teams, cost centers, policies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Visibility = Literal["private", "internal", "public"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessUnit:
    """A part of the company with the accounts it pays from."""

    name: str
    cost_centers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team that owns projects: ``slug`` is GitHub's, ``cost_centers`` are of its unit."""

    slug: str
    business_unit: str
    cost_centers: tuple[str, ...]


class Approvable(Protocol):
    """What approval rules look at in a request."""

    @property
    def template(self) -> str:
        """The template's id."""
        ...

    @property
    def team(self) -> str:
        """The owning team's slug."""
        ...

    @property
    def cost_center(self) -> str:
        """The account that pays."""
        ...

    @property
    def visibility(self) -> str:
        """The new repository's visibility."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRule:
    """Requests that fit every given condition need ``count`` members of team ``by``."""

    by: str
    count: int = 1
    visibility: str | None = None
    template: str | None = None
    team: str | None = None
    cost_center: str | None = None

    def fits(self, request: Approvable) -> bool:
        """Whether all conditions that were given fit the request."""
        return all(wanted == found for _, wanted, found in self._conditions(request))

    def reason(self) -> str:
        """The conditions as a sentence for people."""
        given = {
            "visibility": self.visibility,
            "template": self.template,
            "team": self.team,
            "cost center": self.cost_center,
        }
        said = " and ".join(f"{name} `{value}`" for name, value in given.items() if value)
        return f"Policy asks for approval of requests with {said}."

    def _conditions(self, request: Approvable) -> list[tuple[str, str, str]]:
        pairs = [
            ("visibility", self.visibility, request.visibility),
            ("template", self.template, request.template),
            ("team", self.team, request.team),
            ("cost_center", self.cost_center, request.cost_center),
        ]
        return [(name, wanted, found) for name, wanted, found in pairs if wanted is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalNeeded:
    """``count`` different members of GitHub team ``by`` must approve, and why."""

    by: str
    count: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedForTemplate:
    """What the platform team allows one template: nothing, unless it says so."""

    hooks: bool = False
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandPolicy:
    """How a slash command is narrowed; None and empty narrow nothing."""

    role: Literal["write", "maintain", "admin"] | None = None
    teams: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPolicy:
    """What a template version's health leads to, 0 to 100; 0 means never.

    Below ``unhealthy_below`` its owners are told; below ``withdraw_below`` it is withdrawn.
    """

    unhealthy_below: int = 60
    withdraw_below: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentApproval:
    """Deployments to ``environment`` need ``count`` members of ``by`` beside who commands."""

    environment: str
    by: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentPolicy:
    """How deployments go in this organisation.

    ``environments`` is the ladder, lowest first. ``settings_direct``: where it is not
    empty, teams may commit settings without a pull request.
    """

    environments: tuple[str, ...] = ("dev", "staging", "production")
    default_branch_only: tuple[str, ...] = ("production",)
    approvals: tuple[DeploymentApproval, ...] = ()
    lock_hours: int = 72
    settings_direct: tuple[str, ...] = ()

    def before(self, environment: str) -> str:
        """The environment below that one; empty for the lowest."""
        place = self.environments.index(environment)
        return self.environments[place - 1] if place else ""

    def approvals_for(self, environment: str) -> tuple[DeploymentApproval, ...]:
        """Who must approve a deployment to that environment; empty: nobody."""
        return tuple(each for each in self.approvals if each.environment == environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What is allowed. ``create_teams`` empty means every listed team."""

    create_teams: tuple[str, ...] = ()
    visibility: tuple[Visibility, ...] = ("private", "internal")
    approval: tuple[ApprovalRule, ...] = ()
    templates: Mapping[str, AllowedForTemplate] = field(default_factory=dict)
    commands: Mapping[str, CommandPolicy] = field(default_factory=dict)
    health: HealthPolicy = field(default_factory=HealthPolicy)
    deployments: DeploymentPolicy = field(default_factory=DeploymentPolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """A checked ``organization.yml``: every name in it that must exist does."""

    organization: str
    platform_team: str
    business_units: tuple[BusinessUnit, ...]
    teams: tuple[Team, ...]
    policies: Policies = field(default_factory=Policies)

    def team(self, slug: str) -> Team | None:
        """The listed team with that slug, or None."""
        return next((team for team in self.teams if team.slug == slug), None)

    def unit_of(self, slug: str) -> BusinessUnit | None:
        """The business unit that the team belongs to; None for a team not listed."""
        team = self.team(slug)
        if team is None:
            return None
        return next(unit for unit in self.business_units if unit.name == team.business_unit)

    def cost_centers_for(self, slug: str) -> tuple[str, ...]:
        """The accounts that the team may book on; none for a team not listed."""
        team = self.team(slug)
        return team.cost_centers if team else ()

    def creating_teams(self) -> tuple[Team, ...]:
        """The teams that projects may be created for, in the file's order."""
        allowed = self.policies.create_teams
        return tuple(team for team in self.teams if not allowed or team.slug in allowed)

    def approval_needed(self, request: Approvable) -> tuple[ApprovalNeeded, ...]:
        """Who must approve, one entry a team with its highest count; empty: nobody."""
        needed: dict[str, ApprovalNeeded] = {}
        for rule in self.policies.approval:
            if rule.fits(request):
                before = needed.get(rule.by)
                needed[rule.by] = ApprovalNeeded(
                    by=rule.by,
                    count=max(rule.count, before.count if before else 0),
                    reasons=(*(before.reasons if before else ()), rule.reason()),
                )
        return tuple(needed.values())

    def allowed_for(self, template_id: str) -> AllowedForTemplate:
        """What the platform team allows that template."""
        return self.policies.templates.get(template_id, AllowedForTemplate())

    def command_policy(self, command: str) -> CommandPolicy:
        """How the command (without its slash) is narrowed."""
        return self.policies.commands.get(command, CommandPolicy())
