"""GitHub's teams become an organization.yml that the bot takes, whatever they are called."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.github.port import Team
from bot.organization import parse_organization
from bot.setup.first_catalog.organization_file import start_from

SLUGS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True) | st.sampled_from(
    ["on", "true", "null", "none", "123", "1e3", "_odd", "UPPER", "sp ace", "", "-x", "a" * 101]
)
TEAMS = st.lists(
    st.builds(
        Team,
        slug=SLUGS,
        name=st.text(max_size=120)
        | st.sampled_from(["Tëam", '"x"', "a: b", "#1", "- y", "\u202e"]),
        parent=SLUGS | st.just(""),
    ),
    max_size=8,
    unique_by=lambda team: team.slug,
)


@settings(max_examples=40)
@given(organization=st.sampled_from(["acme", "Acme-1", "null", "007"]), teams=TEAMS)
def test_whatever_teams_there_are_the_file_is_taken(organization: str, teams: list[Team]) -> None:
    """Every team that can stand there does, with a unit and a cost center of its own."""
    start = start_from(organization, teams)

    parsed = parse_organization(start.text)
    assert parsed.organization == organization
    assert parsed.platform_team == start.platform_team
    assert [team.slug for team in parsed.teams] == list(start.teams)
    assert {unit.name: unit.cost_centers[0] for unit in parsed.business_units} == dict(start.units)
    if start.teams_are_real:
        assert sorted([*start.teams, *start.left_out]) == sorted(team.slug for team in teams)
    else:
        assert list(start.teams) == ["platform"]


def team(slug: str, *, name: str = "", parent: str = "") -> Team:
    return Team(slug=slug, name=name or slug.title(), parent=parent)


def test_teams_side_by_side_have_one_unit_named_after_the_organisation() -> None:
    """There is one thing to fill in before the first form works."""
    start = start_from("acme", [team("payments"), team("lending")])

    assert dict(start.units) == {"acme": "CC-001"}


def test_the_outermost_teams_are_the_business_units() -> None:
    """Also through several layers; a circle, which GitHub does not have, does not hang us."""
    start = start_from(
        "acme",
        [
            team("money", name="Money & more"),
            team("payments", parent="money"),
            team("cards", parent="payments"),
            team("tech", name='"Tech"'),
            team("a", parent="b"),
            team("b", parent="a"),
        ],
    )

    parsed = parse_organization(start.text)
    units = {each.slug: each.business_unit for each in parsed.teams}
    assert units["cards"] == units["payments"] == units["money"] == "Money & more"
    assert units["tech"] == "Tech"


@pytest.mark.parametrize(
    ("slugs", "chosen"),
    [
        (["payments", "platform"], "platform"),
        (["platform-data", "platform"], "platform"),
        (["web", "devops-eu"], "devops-eu"),
        (["web", "payments"], "web"),
        ([], "platform"),
    ],
    ids=str,
)
def test_the_likeliest_team_is_the_platforms(slugs: list[str], chosen: str) -> None:
    """People are asked to look at it in any case."""
    assert start_from("acme", [team(slug) for slug in slugs]).platform_team == chosen
