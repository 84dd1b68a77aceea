"""The issue form that a template becomes: GitHub accepts it, and it never changes unasked."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.forms import FormImpossible, compile_form, form_yaml, sample_answers
from bot.forms.compile import parameterized
from bot.forms.form import MOST_OPTIONS
from bot.organization import parse_organization
from bot.templates import TemplateInvalid
from tests.forms.examples import ORGANIZATION, SERVICE, form, organization, template
from tests.forms.test_parse_body import RULES, VARIABLES

GOLDEN = Path(__file__).parent.parent / "data" / "forms" / "new-kotlin-library.yml"
PROMPTS = {
    "__prompts__": {
        "title": "What is it called?",
        "java_version": {"__prompt__": "Java", "17": "17 (long-term support)"},
    }
}


def read(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def accepted_by_github(path: Path) -> subprocess.CompletedProcess[str]:
    """GitHub's published schema of forms, as check-jsonschema bundles it."""
    script = "import sys; from check_jsonschema import main; sys.exit(main())"
    schema = ["--builtin-schema", "vendor.github-issue-forms"]
    return subprocess.run(
        [sys.executable, "-c", script, *schema, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )


def complaint(variables: dict[str, Any], rules: dict[str, Any] | None = None) -> str:
    with pytest.raises(FormImpossible) as caught:
        form(variables, rules)
    return str(caught.value)


def test_the_form_of_a_template_is_the_golden_file() -> None:
    """Byte for byte: a change here is a commit in every catalog."""
    text = form_yaml(form({**VARIABLES, **PROMPTS}, RULES, manifest=SERVICE))
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_github_accepts_the_golden_form() -> None:
    """Every kind of field, judged by GitHub's own schema."""
    result = accepted_by_github(GOLDEN)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_judge_says_no_to_a_broken_form(tmp_path: Path) -> None:
    """The schema that judges is awake."""
    broken = tmp_path / "new-broken.yml"
    broken.write_text(GOLDEN.read_text(encoding="utf-8").replace("dropdown", "menu"))
    assert accepted_by_github(broken).returncode != 0


def test_questions_of_every_project_come_first_with_their_headings() -> None:
    """People find the same five questions on every form."""
    body = read(form_yaml(form({"notes": ""})))["body"]
    assert [each["attributes"].get("label") for each in body] == [
        None,
        "Repository name",
        "Description",
        "Team",
        "Cost center",
        "Visibility",
        "Notes",
    ]
    assert body[0]["type"] == "markdown"


def test_standard_private_and_computed_variables_are_not_asked() -> None:
    """What the request answers already, and what the template computes, has no question."""
    silent = {
        "description": "",
        "organization": "",
        "team": "",
        "business_unit": "",
        "cost_center": "",
        "visibility": "",
        "_secret": "x",
        "__slug": "{{ cookiecutter.project_slug }}",
        "package": "com.{{ cookiecutter.project_slug }}",
    }
    assert [each.name for each in form(silent).questions if each.group == "variable"] == []


def test_the_label_says_which_template_and_the_title_begins_with_it() -> None:
    """An issue without the label is not a request."""
    top = read(form_yaml(form()))
    assert top["labels"] == ["template:kotlin-library"]
    assert (top["name"], top["title"]) == ("New Kotlin library", "New Kotlin library: ")


def test_visibility_follows_policy() -> None:
    """The organisation decides what may be chosen; its first is chosen beforehand."""
    asked = form(more="policies: {visibility: [internal, public]}").question(
        "standard", "visibility"
    )
    assert asked is not None
    assert [each.value for each in asked.options] == ["internal", "public"]
    assert asked.default == "internal"


def test_teams_that_may_not_create_are_not_offered() -> None:
    """Nor are their cost centers."""
    narrowed = form(more="policies: {create: {teams: [cards]}}")
    team, center = (narrowed.question("standard", name) for name in ("team", "cost_center"))
    assert team is not None
    assert center is not None
    assert [each.value for each in team.options] == ["cards"]
    assert [each.value for each in center.options] == ["CC-200"]


def test_a_list_that_nobody_would_scroll_is_typed_and_still_checked() -> None:
    """Hundreds of teams: one line, with the same answers allowed."""
    teams = [
        {"slug": f"team-{i}", "business_unit": "Payments", "cost_centers": ["CC-100"]}
        for i in range(MOST_OPTIONS + 1)
    ]
    text = ORGANIZATION[: ORGANIZATION.index("teams:")] + f"teams: {json.dumps(teams)}\n"
    compiled = compile_form(template(), parse_organization(text))
    element = next(each for each in read(form_yaml(compiled))["body"] if each.get("id") == "team")
    assert element["type"] == "input"
    assert sample_answers(compiled).team == "team-0"


@pytest.mark.parametrize(
    "word", ["true", "1.3", "no", "null", "~", "- a", "a: b", "#x", "'q\"", "\\"]
)
def test_text_stays_text_whatever_it_looks_like(word: str) -> None:
    """YAML reads nothing into an option or a default."""
    asked = form({"size": [word, "other"], "title": word}, {"title": {"pattern": ".*"}})
    elements = {each.get("id"): each["attributes"] for each in read(form_yaml(asked))["body"]}
    assert elements["answer-size"]["options"][0] == word
    assert elements["answer-title"]["value"] == word


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        pytest.param(
            {"admin_password": ""}, "refuses headings that hold `password`", id="password"
        ),
        pytest.param({"size": ["big", "None"]}, "reserves the option `None`", id="none"),
        pytest.param({"size": ["a", "a"]}, "two options read alike", id="options-alike"),
        pytest.param({"size": ["a", "x" * 201]}, "1 to 200 characters", id="long-option"),
        pytest.param({"size": ["a", "b\u202e"]}, "U+202E", id="hidden-in-option"),
        pytest.param(
            {"a": "", "b": "", "__prompts__": {"a": "Name?", "b": "Name??"}},
            "another question is headed `Name??`, or nearly so",
            id="headings-alike",
        ),
        pytest.param(
            {"owner": "", "__prompts__": {"owner": "Team"}}, "headed `Team`", id="standard-heading"
        ),
        pytest.param(
            {"a": {"x": True}, "b": {"x": True}}, "another box reads `x`", id="boxes-alike"
        ),
        pytest.param({"url": "https://acme.dev"}, "its default is refused", id="default"),
        pytest.param({f"long_{i}": "" for i in range(199)}, "", id="many-are-fine"),
    ],
)
def test_what_github_would_refuse_is_refused_by_line(variables: dict[str, Any], says: str) -> None:
    """The author learns it from the check instead of from a form that is not there."""
    if not says:
        assert form(variables).questions
        return
    assert says in complaint(variables)
    assert "cookiecutter.json:" in complaint(variables)


def test_a_form_whose_answers_could_not_fit_into_an_issue_is_refused() -> None:
    """GitHub takes 65,536 characters; nobody should learn that after typing them."""
    texts = {f"text_{i}": "" for i in range(40)}
    rules = {name: {"kind": "text"} for name in texts}
    assert "65,536" in complaint(texts, rules)
    assert form(texts, {name: {"kind": "text", "max": 500} for name in texts}).questions


def test_the_problem_stands_at_the_variable() -> None:
    """Line and column of the name in cookiecutter.json."""
    with pytest.raises(FormImpossible) as caught:
        form({"fine": "", "admin_password": ""})
    (problem,) = caught.value.problems
    assert (problem.path, problem.line, problem.column) == ("cookiecutter.json", 4, 3)


names = st.from_regex(r"[a-z][a-z_]{0,14}", fullmatch=True).filter(
    lambda name: name not in dir(dict) and "password" not in name
)
shown = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20
)
defaults = st.one_of(
    st.just(""),
    st.booleans(),
    st.integers(0, 10**9),
    st.lists(shown.filter(lambda t: t.lower() != "none"), min_size=1, max_size=5, unique=True),
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(names, defaults, max_size=6))
def test_any_form_that_compiles_reads_back_and_takes_its_own_examples(
    variables: dict[str, Any],
) -> None:
    """Either the author is told why not, or the form works."""
    compiled = None
    with contextlib.suppress(FormImpossible, TemplateInvalid):
        compiled = form(variables)
    assume(compiled is not None)
    assert compiled is not None
    top = read(form_yaml(compiled))
    ids = [each["id"] for each in top["body"][1:]]
    assert len(set(ids)) == len(ids) == len(compiled.questions)
    assert sample_answers(compiled).template == "kotlin-library"
    assert form_yaml(compiled) == form_yaml(compile_form(template(variables), organization()))


@pytest.mark.parametrize(
    ("label", "reference"),
    [
        pytest.param("Name???????", "name", id="marks"),
        pytest.param("Café au lait", "cafe-au-lait", id="accents"),
        pytest.param("a  -- b_c", "a-b_c", id="runs"),
        pytest.param("名前", "", id="no-latin"),
    ],
)
def test_headings_are_compared_as_github_refers_to_them(label: str, reference: str) -> None:
    """Two headings with one reference would be one field."""
    assert parameterized(label) == reference
