"""What a template is tried with: every option, and odd answers, in few projects."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forms import Form, Question, compile_form
from bot.forms.kinds import Complaint, Missing, read_value
from bot.github.port import File
from bot.templates import TemplateDefinition
from bot.templates.check.blame import happens_with, such_as
from bot.templates.check.hostile import COMPARED, ROUNDS, Odd, Round, TakenApart, odd_answer
from bot.templates.check.trials import MOST_RENDERS, Plan, Trial, plan_trials
from tests.forms.examples import form, organization, template
from tests.forms.test_answers_survive import templates
from tests.templates.checking import TOP


def question(default: Any, rule: dict[str, Any] | None = None) -> Question:
    found = form({"x": default}, {"x": rule or {}}).question("variable", "x")
    assert found is not None
    return found


def text(given: Question, round_: Round, **apart: bool) -> str:
    found = odd_answer(given, round_, TakenApart(**apart))
    return found.text if found else ""


# --- odd answers ----------------------------------------------------------------------


@given(templates(), st.sampled_from(ROUNDS), st.booleans(), st.booleans())
def test_an_odd_answer_is_always_one_that_the_form_allows(
    definition: TemplateDefinition, round_: Round, separators: bool, lines: bool
) -> None:
    """And so is its harmless twin, which differs and has the same length."""
    apart = TakenApart(at_separators=separators, at_lines=lines)
    for asked in compile_form(definition, organization()).questions:
        odd = odd_answer(asked, round_, apart)
        if odd is None:
            continue
        assert not isinstance(read_value(asked, odd.text), Complaint | Missing)
        assert (odd.twin is not None) == (round_ in COMPARED)
        if odd.twin is not None:
            assert not isinstance(read_value(asked, odd.twin), Complaint | Missing)
            assert odd.twin != odd.text
            if asked.kind in ("line", "text"):
                assert len(odd.twin) == len(odd.text)


def test_a_line_that_may_be_anything_gets_every_mark() -> None:
    anything = question("", {"pattern": ".*"})
    marks = text(anything, "marks")
    for mark in ('"', "'", "\\", " #", ": ", "${1+1}", "{{2}}", "$(id)", "`", "😀", "<", "/"):
        assert mark in marks
    assert text(anything, "dashes").startswith("-")
    assert text(anything, "dashes").endswith("\\")
    assert (text(anything, "words"), text(anything, "numbers")) == ("null", "1.0")
    assert len(text(anything, "longest")) == 200
    assert len(text(anything, "shortest")) == 1


@pytest.mark.parametrize(
    ("pattern", "marks"),
    [
        pytest.param("[A-Za-z ]+", "", id="words"),
        pytest.param("[a-z]+", "", id="letters"),
        pytest.param("https://.*", "https://", id="address"),
        pytest.param("[0-9]+", "", id="digits"),
        pytest.param('[a-z"]+', 'a"b"z', id="quotes"),
        pytest.param("v[0-9]+'?", "v0'", id="quote-at-the-end"),
    ],
)
def test_a_pattern_lets_through_what_it_lets_through(pattern: str, marks: str) -> None:
    found = text(question("", {"pattern": pattern}), "marks")
    assert found.startswith(marks) if marks else not found


def test_other_kinds_get_odd_answers_of_their_own() -> None:
    slug = question("", {"kind": "slug"})
    assert [text(slug, each) for each in ("words", "numbers", "shortest")] == [
        "null", "true", "abc",
    ]  # fmt: skip
    assert len(text(slug, "longest")) == 50
    port = question(8080, {"min": 1, "max": 65535})
    assert (text(port, "longest"), text(port, "shortest")) == ("65535", "1")
    assert text(question(1), "longest") == "9" * 18
    lines = text(question("", {"kind": "text"}), "lines")
    assert "\n---\n" in lines
    assert "\n\nb: c\n" in lines
    ((key, value),) = json.loads(text(question({}, {"kind": "dict"}), "marks")).items()
    assert '"' in key == value
    assert not any(text(question(["a", "b"]), each) for each in ROUNDS)


def test_a_twin_keeps_what_the_template_takes_texts_apart_at() -> None:
    """A list made of the answer has as many items either way."""
    anything = question("", {"pattern": ".*"})
    odd = odd_answer(anything, "marks", TakenApart(at_separators=True))
    assert odd is not None
    assert odd.twin is not None
    assert odd.twin.count("/") == odd.text.count("/") > 0
    many = question("", {"kind": "text"})
    odd = odd_answer(many, "lines", TakenApart(at_lines=True))
    assert odd is not None
    assert odd.twin is not None
    assert odd.twin.count("\n") == odd.text.count("\n") > 5


# --- the plan -------------------------------------------------------------------------

VARIABLES = {
    "description": "", "title": "x", "size": ["a", "b", "c"], "public": False,
    "parts": {"one": True, "two": False}, "notes": "", "visibility": "private",
}  # fmt: skip
RULES = {"notes": {"kind": "text"}}


def planned(variables: dict[str, Any], rules: dict[str, Any] | None = None, file: str = "") -> Plan:
    files = (File(path=f"{TOP}/a", content=file.encode()),)
    definition = template(variables, rules, files=files)
    return plan_trials(compile_form(definition, organization()), definition)


def test_every_value_is_chosen_and_everything_that_may_be_is_left_empty() -> None:
    plan = planned(VARIABLES, RULES)
    rows = [trial for trial in plan.trials if trial.is_row]
    chosen = {each for trial in rows for each in trial.choices.items()}
    assert chosen == {
        ("Size", "a"), ("Size", "b"), ("Size", "c"), ("Public", "ticked"), ("Public", "not ticked"),
        ("Parts, one", "ticked"), ("Parts, one", "not ticked"),
        ("Parts, two", "ticked"), ("Parts, two", "not ticked"),
        ("Notes", "filled in"), ("Notes", "left empty"),
        ("Visibility", "private"), ("Visibility", "internal"),
    }  # fmt: skip
    assert rows[0].choices == {
        "Size": "a", "Public": "not ticked", "Parts, one": "ticked", "Parts, two": "not ticked",
        "Notes": "left empty", "Visibility": "private",
    }  # fmt: skip
    pairs = {(a, b) for trial in rows for a in trial.choices.items() for b in trial.choices.items()}
    assert len(pairs) == sum(1 for a in chosen for b in chosen if a[0] != b[0] or a == b)


def test_what_the_template_does_not_see_is_not_tried() -> None:
    """A template without any variable of its own is rendered a few times."""
    plan = planned({})
    assert [trial.choices for trial in plan.trials if trial.is_row] == [{}]
    assert len(plan.trials) <= 7


@given(templates())
def test_a_plan_is_bounded_and_its_twins_come_first(definition: TemplateDefinition) -> None:
    plan = plan_trials(compile_form(definition, organization()), definition)
    assert len(plan.trials) <= MOST_RENDERS
    assert [trial.number for trial in plan.trials] == list(range(len(plan.trials)))
    for trial in plan.trials:
        if trial.twin is not None:
            twin = plan.trials[trial.twin]
            assert trial.twin < trial.number
            assert not twin.odd
    assert len({trial.answers.hash() for trial in plan.trials}) == len(plan.trials)


def test_free_text_has_a_round_of_its_own() -> None:
    """What reaches a workflow then can be nothing but free text."""
    plan = planned(VARIABLES, RULES)
    marks, signs = (
        {name for trial in plan.trials if trial.round == round_ for _, name in trial.odd}
        for round_ in ("marks", "signs")
    )
    assert marks == {"description", "notes"}
    assert signs == {"title"}


@pytest.mark.parametrize(
    ("file", "kept"),
    [
        pytest.param("{{ cookiecutter.title.split('/') }}", True, id="split"),
        pytest.param("{% for c in cookiecutter.title %}{{ c }}{% endfor %}", True, id="for"),
        pytest.param("{{ cookiecutter.title }}", False, id="pasted"),
    ],
)
def test_a_template_that_takes_texts_apart_is_known(file: str, kept: bool) -> None:
    plan = planned({"description": ""}, file=file)
    (odd,) = next(t.odd for t in plan.trials if t.round == "marks" and t.odd).values()
    assert odd.twin is not None
    assert ("/" in odd.twin) == kept


@pytest.mark.parametrize("most", [0, 1, 7])
def test_a_number_within_narrow_bounds_is_thought_of(most: int) -> None:
    plan = planned({"x": ""}, {"x": {"kind": "integer", "min": 0, "max": most, "required": True}})
    assert plan.trials


def test_a_required_answer_without_an_example_is_thought_of() -> None:
    """The pattern itself gives one."""
    asked = form({"x": ""}, {"x": {"pattern": "[A-Z]{3}-[0-9]{2}", "required": True}})
    assert plan_with(asked).trials[0].answers.variables == {"x": "AAA-00"}


def plan_with(asked: Form) -> Plan:
    definition = template({"x": ""}, {"x": {"pattern": "[A-Z]{3}-[0-9]{2}", "required": True}})
    return plan_trials(asked, definition)


# --- who is to blame ------------------------------------------------------------------


def trial(number: int, *values: str) -> Trial:
    names = ("Java", "Store", "Docker")
    answers = planned({}).trials[0].answers
    return Trial(number=number, answers=answers, choices=dict(zip(names, values, strict=True)))


TRIED = [
    trial(0, "17", "none", "no"),
    trial(1, "25", "none", "yes"),
    trial(2, "17", "sql", "yes"),
    trial(3, "25", "sql", "no"),
]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        pytest.param({0, 1, 2, 3}, "", id="always"),
        pytest.param({0, 2}, "", id="as-the-form-shows-it"),
        pytest.param({1, 3}, " It happens with Java: 25.", id="one-choice"),
        pytest.param({3}, " It happens with Java: 25 and Store: sql.", id="two-together"),
        pytest.param({1, 2}, " It happens with Docker: yes.", id="another"),
        pytest.param(set(), "", id="never"),
        pytest.param({1, 2, 3}, " It happens with Java: 25 and Docker: yes.", id="unexplained"),
    ],
)
def test_the_choices_that_a_problem_comes_with_are_said(bad: set[int], said: str) -> None:
    assert happens_with(TRIED, bad) == said


def test_an_odd_answer_is_shown_short() -> None:
    asked = question("", {"pattern": ".*"})
    assert such_as(asked, Odd("a `b`", None)) == "an answer to X such as `` a `b` ``"
    assert such_as(asked, Odd("a" * 200, None)) == "an answer of 200 characters to X"
    assert such_as(asked, Odd("abc " * 50, None)).endswith("…`")
