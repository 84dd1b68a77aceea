"""``organization.yml``: what it says, and every mistake in it by line and column."""

import pytest

from bot.organization import CommandPolicy, HealthPolicy, OrganizationInvalid, parse_organization
from bot.organization.value import AllowedForTemplate
from tests.forms.examples import ORGANIZATION

FULL = (
    ORGANIZATION
    + """\
policies:
  create: {teams: [cards]}
  visibility: [internal, public]
  approval:
    - when: {visibility: public}
      by: security
      count: 2
  templates:
    kotlin-library: {hooks: true, extensions: [jinja2_time.TimeExtension]}
  commands:
    deploy: {role: admin, teams: [platform], environments: [production]}
  health: {unhealthy_below: 70, withdraw_below: 20}
"""
)


def told(text: str) -> list[str]:
    with pytest.raises(OrganizationInvalid) as caught:
        parse_organization(text)
    return [str(problem) for problem in caught.value.problems]


def test_the_smallest_file_has_the_usual_policies() -> None:
    """Every listed team may create; repositories are private or internal."""
    live = parse_organization(ORGANIZATION)
    assert [team.slug for team in live.creating_teams()] == ["payments", "cards"]
    assert live.policies.visibility == ("private", "internal")
    assert live.policies.health == HealthPolicy(unhealthy_below=60, withdraw_below=0)
    assert live.cost_centers_for("payments") == ("CC-100",)
    assert live.cost_centers_for("nobody") == ()
    unit = live.unit_of("cards")
    assert unit is not None
    assert unit.name == "Cards & Loans"
    assert live.unit_of("nobody") is None
    assert live.team("nobody") is None
    assert live.allowed_for("anything") == AllowedForTemplate()


def test_policies_are_read() -> None:
    """Every key of the file has its effect."""
    live = parse_organization(FULL)
    assert [team.slug for team in live.creating_teams()] == ["cards"]
    assert live.policies.visibility == ("internal", "public")
    assert live.allowed_for("kotlin-library") == AllowedForTemplate(
        hooks=True, extensions=("jinja2_time.TimeExtension",)
    )
    assert live.command_policy("deploy") == CommandPolicy(
        role="admin", teams=("platform",), environments=("production",)
    )
    assert live.command_policy("status") == CommandPolicy()
    assert live.policies.health == HealthPolicy(unhealthy_below=70, withdraw_below=20)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param(
            "teams:\n",
            "team:\n",
            "organization.yml:8:1: error: `team` is not a key here. Did you mean `teams`?",
            id="near-miss",
        ),
        pytest.param(
            "organization: acme\n",
            "",
            ":1:1: error: The file needs the key `organization`.",
            id="missing",
        ),
        pytest.param(
            "organization: acme",
            "organization: ac me",
            ":1:15: error: `organization` must be a login",
            id="login",
        ),
        pytest.param(
            "[CC-200]\nteams",
            "[200]\nteams",
            "Item 1 of `cost_centers` must be text; put it in quotes",
            id="number",
        ),
        pytest.param(
            "[CC-200]\nteams",
            "CC-200\nteams",
            ":7:19: error: `cost_centers` must be a list",
            id="no-list",
        ),
        pytest.param(
            "[CC-200]\nteams", "[]\nteams", "`cost_centers` may not be empty", id="empty-list"
        ),
        pytest.param("[CC-200]\nteams", "[None]\nteams", "`None` is reserved", id="none"),
        pytest.param(
            "[CC-200]\nteams",
            "[CC-200, CC-110]\nteams",
            ":7:28: error: The cost center `CC-110` already belongs to `Payments`.",
            id="center-of-two-units",
        ),
        pytest.param(
            "cost_centers: [CC-100]\n  - slug: cards",
            "cost_centers: [CC-200]\n  - slug: cards",
            ":11:20: error: The cost center `CC-200` is not one of `Payments`: it belongs to "
            "`Cards & Loans`. Allowed is one of `CC-100`, `CC-110`.",
            id="center-of-another-unit",
        ),
        pytest.param(
            "business_unit: Payments",
            "business_unit: Payment",
            ":10:20: error: There is no business unit `Payment` in this file. Did you mean "
            "`Payments`?",
            id="unknown-unit",
        ),
        pytest.param(
            "slug: cards",
            "slug: payments",
            ":12:11: error: The team `payments` stands here twice.",
            id="twice",
        ),
        pytest.param("slug: cards", "slug: Cards", "must be a team's slug on GitHub", id="slug"),
        pytest.param("name: Payments", 'name: "Pay{{ 1 }}"', "may not hold quotes", id="unit-name"),
        pytest.param(
            "name: Payments", 'name: "Pay\\u200bments"', "invisible characters", id="hidden"
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, says: str) -> None:
    """The sentence is enough to mend the file."""
    assert old in ORGANIZATION
    assert any(says in each for each in told(ORGANIZATION.replace(old, new)))


@pytest.mark.parametrize(
    ("policies", "says"),
    [
        pytest.param("{creat: {}}", "`creat` is not a key here. Did you mean `create`?", id="key"),
        pytest.param("{create: {teams: [card]}}", "no team `card` in this file", id="team"),
        pytest.param("{visibility: [secret]}", "must be one of `private`", id="visibility"),
        pytest.param("{visibility: []}", "`visibility` may not be empty", id="no-visibility"),
        pytest.param(
            "{approval: [{by: x}]}", "Item 1 of `approval` needs the key `when`", id="when"
        ),
        pytest.param("{approval: [{when: {}, by: x}]}", "`when` may not be empty", id="always"),
        pytest.param(
            "{approval: [{when: {team: x}, by: y}]}", "There is no team `x`", id="approval-team"
        ),
        pytest.param(
            "{approval: [{when: {cost_center: C}, by: y}]}",
            "no cost center `C`",
            id="approval-center",
        ),
        pytest.param(
            "{approval: [{when: {team: cards}, by: y, count: 9}]}", "must be at most 6", id="count"
        ),
        pytest.param(
            "{templates: {Kotlin: {}}}", "A key here must be a template's id", id="template"
        ),
        pytest.param(
            "{templates: {a: {extensions: [os]}}}", "the dotted name of a class", id="extension"
        ),
        pytest.param("{commands: {deplyo: {role: admin}}}", "Did you mean `deploy`?", id="command"),
        pytest.param("{commands: {deploy: {role: owner}}}", "must be one of `write`", id="role"),
        pytest.param(
            "{commands: {deploy: {environments: [prod]}}}", "(did you mean", id="environment"
        ),
        pytest.param("{health: {unhealthy_below: 101}}", "must be at most 100", id="health"),
        pytest.param("{health: {withdraw_below: -1}}", "must be at least 0", id="below-zero"),
        pytest.param("{health: {unhealthy_below: '60'}}", "must be a whole number", id="text"),
        pytest.param(
            "{health: {withdraw_below: 61}}",
            "cannot be withdrawn below 61 before its owners are told below 60",
            id="withdrawn-untold",
        ),
    ],
)
def test_a_mistake_in_a_policy_is_told(policies: str, says: str) -> None:
    """A policy that is misspelt would be no policy."""
    assert any(says in each for each in told(f"{ORGANIZATION}policies: {policies}\n"))


def test_all_mistakes_are_told_at_once() -> None:
    """In the order of the file."""
    broken = (
        FULL.replace("acme", "a me").replace("[internal, public]", "[open]").replace("by:", "from:")
    )
    places = [each.split(": ")[0] for each in told(broken)]
    assert places == sorted(places, key=lambda place: int(place.split(":")[1]))
    assert len(places) == 4


@pytest.mark.parametrize(
    "text",
    ["", "[]", "hello", "a: &x 1", "{" * 3_000, "\x00", "- " * 3_000, "organization: acme: x"],
)
def test_anything_else_is_refused_with_a_place(text: str) -> None:
    """A broken file never takes the bot down."""
    assert all(each.startswith("organization.yml:") for each in told(text))


def test_deployments_have_a_ladder_and_defaults() -> None:
    """What the file leaves out is what the documentation says."""
    policy = parse_organization(FULL).policies.deployments
    assert policy.environments == ("dev", "staging", "production")
    assert policy.default_branch_only == ("production",)
    assert (policy.lock_hours, policy.approvals, policy.settings_direct) == (72, (), ())
    assert [policy.before(each) for each in policy.environments] == ["", "dev", "staging"]


@pytest.mark.parametrize(
    ("deployments", "problem"),
    [
        ("{environments: []}", "environments"),
        ("{environments: [test]}", "staging"),
        ("{environments: [dev], default_branch_only: [production]}", "no environment `production`"),
        ("{approvals: [{environment: production, by: nobody}]}", "no team `nobody`"),
        ("{approvals: [{environment: production}]}", "by"),
        ("{lock_hours: 0}", "1"),
        ("{lock_hours: yes}", "lock_hours"),
        ("{ladder: [dev]}", "ladder"),
        ("{environments: [dev], settings_direct: [staging]}", "no environment `staging`"),
    ],
)
def test_a_policy_of_deployments_that_cannot_hold(deployments: str, problem: str) -> None:
    """Unknown names and values are told where they stand."""
    text = f"{FULL.partition('policies:')[0]}policies:\n  deployments: {deployments}\n"
    with pytest.raises(OrganizationInvalid) as caught:
        parse_organization(text)
    assert any(problem in each.message for each in caught.value.problems)


def test_a_ladder_without_production_needs_no_word_on_branches() -> None:
    """The default asks for the default branch only where there is such an environment."""
    text = FULL.partition("policies:")[0] + "policies:\n  deployments: {environments: [dev]}\n"
    assert parse_organization(text).policies.deployments.default_branch_only == ()
