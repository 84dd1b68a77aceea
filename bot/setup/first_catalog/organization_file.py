"""GitHub's teams → a first ``organization.yml``, which people then make theirs."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.github.port import Team
from bot.written import forbidden_character

PLATFORM: Final = "platform"  # the slug where no team is there to be chosen
LONGEST_UNIT: Final = 100
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_RESERVED: Final = "none"  # GitHub's word for an empty dropdown
_NOT_IN_UNIT: Final = re.compile(r"[\"'`\\$<>{}:#%|\s]+")
_PLAIN: Final = re.compile(r"[a-z][a-z0-9-]*")
_NOT_PLAIN: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_LIKELY: Final = ("platform", "developer-experience", "devops", "infrastructure", "sre")


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The file, and what a person has to know about it."""

    text: str
    platform_team: str
    units: Mapping[str, str]  # business unit → the cost center that holds its place
    teams: Sequence[str]  # slugs
    left_out: Sequence[str]  # teams whose slug cannot stand in the file
    teams_are_real: bool  # False where GitHub has no team: ``platform`` is only an example


def start_from(organization: str, teams: Sequence[Team]) -> Start:
    """The file of an organisation with these teams; each has a unit and a cost center.

    Where teams lie inside others, the outermost are the business units; otherwise there is
    one unit, named after the organisation.
    """
    fit = [team for team in teams if _SLUG.fullmatch(team.slug) and team.slug != _RESERVED]
    real = bool(fit)
    fit = fit or [Team(slug=PLATFORM, name="Platform")]
    unit_of = _units(organization, fit)
    names = list(dict.fromkeys(unit_of.values()))
    centers = {name: f"CC-{number:03}" for number, name in enumerate(names, start=1)}
    platform = _platform_team([team.slug for team in fit])
    return Start(
        text=_text(organization, platform, unit_of, centers),
        platform_team=platform,
        units=centers,
        teams=list(unit_of),
        left_out=[team.slug for team in teams if team not in fit],
        teams_are_real=real,
    )


def _units(organization: str, teams: Sequence[Team]) -> dict[str, str]:
    """Team → its business unit."""
    by_slug = {team.slug: team for team in teams}
    if not any(team.parent in by_slug for team in teams):
        return dict.fromkeys(sorted(by_slug), organization)
    outermost = {slug: _outermost(by_slug[slug], by_slug) for slug in sorted(by_slug)}
    names = _unit_names([by_slug[slug] for slug in dict.fromkeys(outermost.values())])
    return {slug: names[outer] for slug, outer in outermost.items()}


def _outermost(team: Team, by_slug: Mapping[str, Team]) -> str:
    seen: set[str] = set()
    while team.parent in by_slug and team.slug not in seen:
        seen.add(team.slug)
        team = by_slug[team.parent]
    return team.slug


def _unit_names(teams: Sequence[Team]) -> dict[str, str]:
    """Slug → a name that the file takes; two teams of the same name stay two units."""
    names: dict[str, str] = {}
    for team in teams:
        shown = "".join(c for c in team.name if not forbidden_character(c))
        name = _NOT_IN_UNIT.sub(" ", shown)[:LONGEST_UNIT].strip() or team.slug
        names[team.slug] = team.slug if name in names.values() else name
    return names


def _platform_team(slugs: Sequence[str]) -> str:
    """The team that most likely runs the bot; people are asked to look."""
    for word in _LIKELY:
        found = [slug for slug in slugs if word in slug]
        if found:
            return min(found, key=len)
    return slugs[0]


def _text(
    organization: str, platform: str, unit_of: Mapping[str, str], centers: Mapping[str, str]
) -> str:
    units = "\n".join(
        f"  - name: {_scalar(name)}\n    cost_centers: [{center}] # a placeholder: put yours here"
        for name, center in centers.items()
    )
    teams = "\n".join(
        f"  - slug: {_scalar(slug)}\n    business_unit: {_scalar(unit)}\n"
        f"    cost_centers: [{centers[unit]}]"
        for slug, unit in unit_of.items()
    )
    return f"""\
# Who owns projects, who pays for them, and what is allowed. Every form offers these teams and
# cost centers; a push to this file brings the forms up to date. A mistake is told by line in
# an issue here, and the last good state of this file stays in force.
organization: {_scalar(organization)}
platform_team: {_scalar(platform)} # runs the bot and owns this catalog

business_units: # cost centers are the accounts that pay for projects
{units}

teams: # each slug is that of a team on GitHub
{teams}

policies:
  visibility: [private] # add internal where the plan has it, and public if you like
"""


def _scalar(text: str) -> str:
    """The text as YAML: plain where it can be taken for nothing else."""
    plain = _PLAIN.fullmatch(text) and text not in _NOT_PLAIN
    return text if plain else json.dumps(text, ensure_ascii=False)
