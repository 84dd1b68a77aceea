"""What a person reads: the first line stands alone, and the same record gives the same bytes."""

from dataclasses import replace

import pytest

from bot.progress.generate_view import generate_check, generate_comment
from bot.progress.request_view import Correction, approval_comment, corrections_comment
from bot.progress.words import duration, listed
from bot.runs.record import Cause, Problem, Run, RunState, StepRecord, StepState

RUN = Run(
    id="generate-1",
    kind="generate",
    subject="acme/catalog#7",
    token="t",
    intent={"full_name": "acme/money-kit", "template": "kotlin-library", "version": "1.0.0"},
    cause=Cause(delivery="d", actor="dana", actor_id=7, url="https://github.test/issues/7"),
    created_at_s=100.0,
    steps=(
        StepRecord(
            name="create-repository",
            title="Create the repository",
            state=StepState.DONE,
            attempts=1,
            started_at_s=100.0,
            ended_at_s=101.2,
            note="[acme/money-kit](https://github.test/acme/money-kit)",
        ),
        StepRecord(
            name="render",
            title="Render the template",
            state=StepState.RUNNING,
            attempts=2,
            started_at_s=101.2,
            note="GitHub is away. Trying again.",
        ),
        StepRecord(name="push-content", title="Push the content"),
    ),
    facts={"repository_id": "5", "html_url": "https://github.test/acme/money-kit"},
)


def test_a_running_request_shows_where_it_is() -> None:
    text = generate_comment(RUN)
    assert text.splitlines()[0] == "Making `acme/money-kit`: step 2 of 3: Render the template"
    assert "| ✅ | Create the repository | done | 1.2 seconds |" in text
    assert "| 🔄 | Render the template | attempt 2 |" in text
    assert text == generate_comment(RUN)


def test_a_finished_request_links_the_repository_and_says_what_next() -> None:
    done = tuple(
        replace(step, state=StepState.DONE, started_at_s=100.0, ended_at_s=104.0, note="")
        for step in RUN.steps
    )
    run = replace(RUN, state=RunState.SUCCEEDED, steps=done, ended_at_s=165.0)
    text = generate_comment(run)
    assert text.startswith("[`acme/money-kit`](https://github.test/acme/money-kit) is ready\n")
    assert "git clone https://github.test/acme/money-kit.git" in text
    assert "in 1 minute 5 seconds" in text


def test_a_failed_request_says_what_was_made_and_how_to_go_on() -> None:
    steps = (RUN.steps[0], replace(RUN.steps[1], state=StepState.FAILED), RUN.steps[2])
    run = replace(
        RUN,
        state=RunState.FAILED,
        steps=steps,
        problem=Problem(code="x", problem="The name is taken.", fix="Choose another."),
    )
    text = generate_comment(run)
    assert text.startswith("`acme/money-kit` is not finished: *Render the template* failed\n")
    assert "❌ The name is taken." in text
    assert "`/retry`" in text
    assert "`/undo` removes what was made so far: the repository `acme/money-kit`" in text


def test_there_is_no_check_run_without_a_commit() -> None:
    assert generate_check(RUN) is None
    check = generate_check(replace(RUN, facts={**RUN.facts, "commit": "a" * 40}))
    assert check is not None
    assert check.status == "in_progress"
    assert len(check.summary) < 65_535


def test_corrections_are_told_in_one_table() -> None:
    text = corrections_comment([Correction("Team", "No | such\nteam.", "`a` or `b`")])
    assert text.splitlines()[0] == "1 answer needs a correction"
    assert "| Team | No \\| such team. | `a` or `b` |" in text


def test_an_approval_names_who_can_give_it() -> None:
    text = approval_comment(
        name="`acme/x`", teams=["platform", "security"], reasons=["It is public."], given=1
    )
    assert text.splitlines()[0] == (
        "`acme/x` waits for approval by a member of `platform` and a member of `security`"
    )
    assert "1 approval given so far." in text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        pytest.param(0.0, "0.1 seconds", id="shortest"),
        pytest.param(1.24, "1.2 seconds", id="short"),
        pytest.param(9.96, "10 seconds", id="longer"),
        pytest.param(61, "1 minute 1 second", id="minute"),
        pytest.param(3600, "1 hour", id="hour"),
        pytest.param(7265, "2 hours 1 minute", id="two-units-at-most"),
        pytest.param(3 * 86_400 + 7265, "3 days 2 hours", id="days"),
    ],
)
def test_times_are_said_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_lists_are_said_as_people_say_them() -> None:
    assert [listed(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
