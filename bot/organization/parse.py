"""``organization.yml`` → ``Organization``, or everything that is wrong with it, by line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.organization.value import (
    AllowedForTemplate,
    ApprovalRule,
    BusinessUnit,
    CommandPolicy,
    DeploymentApproval,
    DeploymentPolicy,
    HealthPolicy,
    Organization,
    Policies,
    Team,
)
from bot.problems import Problem, ProblemsFound
from bot.written import Source, check_shape, code, forbidden_character, near_miss, one_of, read_yaml
from bot.written.schema import shipped_schema
from bot.written.source import Path

PATH: Final = "organization.yml"
_LIMIT_BYTES: Final = 1_000_000


class OrganizationInvalid(ProblemsFound):
    """``organization.yml`` cannot be used; the last good one stays in force."""


def parse_organization(text: str) -> Organization:
    """The checked value of an ``organization.yml``.

    Raises OrganizationInvalid with every problem, each with line and column. Pure
    CPU, about 3 s a megabyte: a large file belongs on a thread.
    """
    try:
        source = read_yaml(text, path=PATH, limit_bytes=_LIMIT_BYTES)
    except ProblemsFound as error:
        raise OrganizationInvalid(error.problems) from error
    schema = shipped_schema("bot.organization", "organization.schema.json")
    problems = check_shape(source, schema)
    if problems:  # names can be compared only where the shape is right
        raise OrganizationInvalid(problems)
    crossed = _CrossCheck(source).run()
    if crossed:
        raise OrganizationInvalid(crossed)
    return _build(_as_map(source.value))


def _as_map(value: object) -> Mapping[str, Any]:
    """The shape was checked, so a map is a map; this tells the type checker."""
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


@dataclass(slots=True)
class _CrossCheck:
    """Names that must be unique, and names that must exist elsewhere in the file."""

    source: Source
    problems: list[Problem] = field(default_factory=list)

    def run(self) -> list[Problem]:
        value = _as_map(self.source.value)
        units = self._units(value["business_units"])
        self._teams(value["teams"], units)
        slugs = [team["slug"] for team in value["teams"]]
        centers = [center for owned in units.values() for center in owned]
        self._policies(value.get("policies", {}), slugs, centers)
        return self.problems

    def _add(self, path: Path, rule: str, message: str) -> None:
        self.problems.append(self.source.problem(path, rule, message))

    def _units(self, units: list[dict[str, Any]]) -> dict[str, list[str]]:
        known: dict[str, list[str]] = {}
        owner: dict[str, str] = {}
        for i, unit in enumerate(units):
            name, path = unit["name"], ("business_units", i, "name")
            if name != name.strip() or forbidden_character(name):
                self._add(path, "text", "The name holds invisible characters or outer spaces.")
            if name in known:
                self._add(path, "duplicate", f"The business unit {code(name)} stands here twice.")
            known.setdefault(name, []).extend(unit["cost_centers"])
            for j, center in enumerate(unit["cost_centers"]):
                self._own(("business_units", i, "cost_centers", j), center, name, owner)
        return known

    def _own(self, path: Path, center: str, unit: str, owner: dict[str, str]) -> None:
        self._reserved(path, center)
        if owner.setdefault(center, unit) != unit:
            sentence = f"The cost center {code(center)} already belongs to {code(owner[center])}."
            self._add(path, "duplicate", sentence)

    def _reserved(self, path: Path, name: str) -> None:
        if name.lower() == "none":  # GitHub's word for an empty dropdown
            self._add(path, "reserved", "`None` is reserved by GitHub's forms; rename it.")

    def _teams(self, teams: list[dict[str, Any]], units: Mapping[str, list[str]]) -> None:
        seen: set[str] = set()
        for i, team in enumerate(teams):
            slug, unit = team["slug"], team["business_unit"]
            self._reserved(("teams", i, "slug"), slug)
            if slug in seen:
                message = f"The team {code(slug)} stands here twice."
                self._add(("teams", i, "slug"), "duplicate", message)
            seen.add(slug)
            if unit not in units:
                self._unknown(("teams", i, "business_unit"), "business unit", unit, list(units))
                continue
            for j, center in enumerate(team["cost_centers"]):
                if center not in units[unit]:
                    self._foreign(("teams", i, "cost_centers", j), center, unit, units)

    def _foreign(self, path: Path, center: str, unit: str, units: Mapping[str, list[str]]) -> None:
        owner = next((name for name, owned in units.items() if center in owned), None)
        where = f"it belongs to {code(owner)}" if owner else "no unit has it"
        message = (
            f"The cost center {code(center)} is not one of {code(unit)}: {where}. "
            f"Allowed is {one_of(units[unit])}."
        )
        self._add(path, "foreign-cost-center", message)

    def _unknown(self, path: Path, kind: str, name: str, known: list[str]) -> None:
        hint = near_miss(name, known) or f" Known is {one_of(known)}."
        self._add(path, "unknown-name", f"There is no {kind} {code(name)} in this file.{hint}")

    def _policies(self, policies: Mapping[str, Any], slugs: list[str], centers: list[str]) -> None:
        for i, slug in enumerate(policies.get("create", {}).get("teams", [])):
            if slug not in slugs:
                self._unknown(("policies", "create", "teams", i), "team", slug, slugs)
        for i, rule in enumerate(policies.get("approval", [])):
            path: Path = ("policies", "approval", i, "when")
            when = rule["when"]
            if when.get("team", slugs[0]) not in slugs:
                self._unknown((*path, "team"), "team", when["team"], slugs)
            if when.get("cost_center", centers[0]) not in centers:
                self._unknown((*path, "cost_center"), "cost center", when["cost_center"], centers)
        self._health(HealthPolicy(**policies.get("health", {})))
        self._deployments(policies.get("deployments", {}), slugs)

    def _deployments(self, given: Mapping[str, Any], slugs: list[str]) -> None:
        here: Path = ("policies", "deployments")
        ladder = list(_build_deployments(given).environments)
        for key in ("default_branch_only", "settings_direct"):
            for i, environment in enumerate(given.get(key, [])):
                self._on_the_ladder((*here, key, i), environment, ladder)
        for i, rule in enumerate(given.get("approvals", [])):
            path: Path = (*here, "approvals", i)
            self._on_the_ladder((*path, "environment"), rule["environment"], ladder)
            if rule["by"] not in slugs:
                self._unknown((*path, "by"), "team", rule["by"], slugs)

    def _on_the_ladder(self, path: Path, environment: str, ladder: list[str]) -> None:
        if environment not in ladder:
            self._unknown(path, "environment", environment, ladder)

    def _health(self, health: HealthPolicy) -> None:
        if health.withdraw_below > health.unhealthy_below:
            self._add(
                ("policies", "health", "withdraw_below"),
                "order",
                f"A version cannot be withdrawn below {health.withdraw_below} before its owners "
                f"are told below {health.unhealthy_below}: give a smaller number here.",
            )


def _build(value: Mapping[str, Any]) -> Organization:
    return Organization(
        organization=value["organization"],
        platform_team=value["platform_team"],
        business_units=tuple(
            BusinessUnit(name=unit["name"], cost_centers=tuple(unit["cost_centers"]))
            for unit in value["business_units"]
        ),
        teams=tuple(
            Team(
                slug=team["slug"],
                business_unit=team["business_unit"],
                cost_centers=tuple(team["cost_centers"]),
            )
            for team in value["teams"]
        ),
        policies=_build_policies(value.get("policies", {})),
    )


def _build_policies(value: Mapping[str, Any]) -> Policies:
    return Policies(
        create_teams=tuple(value.get("create", {}).get("teams", ())),
        visibility=tuple(value.get("visibility", ("private", "internal"))),
        approval=tuple(
            ApprovalRule(by=rule["by"], count=rule.get("count", 1), **rule["when"])
            for rule in value.get("approval", ())
        ),
        templates={
            template: AllowedForTemplate(
                hooks=allowed.get("hooks", False), extensions=tuple(allowed.get("extensions", ()))
            )
            for template, allowed in value.get("templates", {}).items()
        },
        commands={
            command: CommandPolicy(
                role=narrowed.get("role"),
                teams=tuple(narrowed.get("teams", ())),
                environments=tuple(narrowed.get("environments", ())),
            )
            for command, narrowed in value.get("commands", {}).items()
        },
        health=HealthPolicy(**value.get("health", {})),
        deployments=_build_deployments(value.get("deployments", {})),
    )


def _build_deployments(value: Mapping[str, Any]) -> DeploymentPolicy:
    given: dict[str, Any] = {
        key: tuple(value[key])
        for key in ("environments", "default_branch_only", "settings_direct")
        if key in value
    }
    ladder = given.get("environments", DeploymentPolicy().environments)
    given.setdefault(
        "default_branch_only",
        tuple(each for each in DeploymentPolicy().default_branch_only if each in ladder),
    )
    return DeploymentPolicy(
        **given,
        approvals=tuple(DeploymentApproval(**rule) for rule in value.get("approvals", ())),
        lock_hours=value.get("lock_hours", DeploymentPolicy().lock_hours),
    )
