"""What ``/status`` says about deployments: every sentence, and what strangers cannot do to it."""

import datetime as dt
from dataclasses import replace

import pytest

from bot.commands import read_commands
from bot.deployments import Action, Deployment, DeploymentState
from bot.deployments.metrics import DeliveryFigures, Week
from bot.progress.delivery_view import OUTCOMES, Column, DeliveryShown, delivery_status
from tests.deployments.metrics.records import deployment

NONE = DeliveryFigures(
    days=30,
    arrived=0,
    succeeded=0,
    failed=0,
    unknown=0,
    lead_time_s=None,
    recovery_s=None,
    not_recovered=0,
)
SOME = replace(
    NONE,
    arrived=6,
    succeeded=5,
    failed=2,
    unknown=1,
    lead_time_s=7265.0,
    recovery_s=840.0,
    not_recovered=1,
)
MONDAY = dt.date(2025, 11, 24)
WEEKS = [
    Week(monday=MONDAY, arrived=2, failed=0),
    Week(monday=MONDAY + dt.timedelta(weeks=1), arrived=4, failed=2),
]
SHOWN = DeliveryShown(
    environment="production",
    first_environment="dev",
    columns=[Column(title="30 days", figures=SOME), Column(title="team `payments`", figures=NONE)],
    weeks=WEEKS,
    newest=[deployment("abcdef0", at_h=0, look_url="https://github.com/acme/x/actions/runs/1")],
)


def test_all_of_it() -> None:
    assert (
        delivery_status(SHOWN)
        == """\
6 deployments to production in 30 days; 2 of 7 changes failed.

| | 30 days | team `payments` |
| --- | --- | --- |
| Deployments | 6 (1.4 a week) | 0 |
| Lead time for changes | 2 hours 1 minute | — |
| Change failure rate | 29% (2 of 7) | — |
| Time to recover | 14 minutes, 1 not yet | — |
| Outcome unknown | 1 | 0 |

```mermaid
%%{init: {"xyChart": {"height": 260}}}%%
xychart-beta
    title "Changes to production a week: deployed (bars), failed (line)"
    x-axis ["24 Nov", "1 Dec"]
    y-axis "Changes" 0 --> 10
    bar [2, 4]
    line [0, 2]
```

<details><summary>The newest deployment</summary>

| When (UTC) | What | Where | Who | Outcome |
| --- | --- | --- | --- | --- |
| [2025-12-01 00:00](<https://github.com/acme/money-kit/issues/1#issuecomment-abcdef0>) \
| deploy `abcdef0` (`main`) | production | `dana` \
| [✅ succeeded](<https://github.com/acme/x/actions/runs/1>) |

</details>"""
    )


def test_where_nothing_was_deployed_it_says_how_to_begin() -> None:
    text = delivery_status(replace(SHOWN, newest=[]))
    assert text == (
        "Nothing was deployed yet.\n\n**Next:** `/deploy dev` deploys the default branch."
    )


def test_where_nothing_reached_production_only_the_newest_are_shown() -> None:
    text = delivery_status(
        replace(
            SHOWN,
            columns=[Column(title="30 days", figures=NONE)],
            weeks=[replace(each, arrived=0, failed=0) for each in WEEKS],
            newest=[deployment("a", at_h=0, environment="dev"), deployment("b", at_h=1)],
        )
    )
    assert text.startswith("Nothing was deployed to production in the last 30 days.\n\n<details>")
    assert "<summary>The newest 2 deployments</summary>" in text
    assert "mermaid" not in text


def test_a_chart_without_failures_has_no_line() -> None:
    text = delivery_status(replace(SHOWN, weeks=[replace(each, failed=0) for each in WEEKS]))
    assert "    line" not in text
    assert 'a week: deployed"' in text


def test_the_axis_of_many_ends_with_the_most() -> None:
    many = [replace(WEEKS[0], arrived=31), WEEKS[1]]
    assert '"Changes" 0 --> 31\n' in delivery_status(replace(SHOWN, weeks=many))


def row(each: Deployment) -> str:
    text = delivery_status(replace(SHOWN, newest=[each]))
    (line,) = [line for line in text.splitlines() if line.startswith("| [2025")]
    return line


def test_every_state_has_words() -> None:
    assert set(OUTCOMES) == set(DeploymentState)
    for state in DeploymentState:
        assert OUTCOMES[state] in row(deployment("a", state, at_h=0))


def test_a_rollback_names_what_it_went_back_to_and_an_approval_who_gave_it() -> None:
    made = deployment("abcdef0", at_h=0, action=Action.ROLLBACK)
    line = row(replace(made, ref=made.commit, approved_by=("petra", "tom")))
    assert "| roll back to `abcdef0` | production |" in line
    assert "`dana`, approved by `petra` and `tom` |" in line


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("https://a b", id="space"),
        pytest.param("https://a>b @acme/all", id="mention"),
        pytest.param("https://a|b", id="cell"),
        pytest.param("https://a`b", id="code"),
        pytest.param("https://a\nb", id="line"),
        pytest.param("https://a/" + "x" * 2000, id="long"),
        pytest.param("https://ä", id="not-ascii"),
        pytest.param("", id="none"),
    ],
)
def test_an_address_that_is_more_than_one_is_no_link(url: str) -> None:
    assert row(deployment("a", at_h=0, look_url=url)).endswith("| ✅ succeeded |")


def test_a_branch_of_any_name_stays_in_its_cell_and_calls_nobody() -> None:
    line = row(deployment("a", at_h=0, ref="x`|@acme/all|<!--"))
    assert "(``x`\\|@acme/all\\|<\u200b!--``)" in line
    assert line.replace("\\|", "").count("|") == 6


def test_what_is_said_to_be_next_is_a_command() -> None:
    text = delivery_status(replace(SHOWN, newest=[]))
    (command,) = [part for part in text.split("`") if part.startswith("/")]
    (typed,) = read_commands(command)
    assert (typed.verb, typed.words) == ("deploy", ("dev",))
