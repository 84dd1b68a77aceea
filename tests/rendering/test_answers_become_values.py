"""What a template sees for each answer, and for each question that nobody answered."""

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import pytest
from cookiecutter.prompt import prompt_for_config
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.inside.environment import CompiledTemplates, TemplateEnvironment
from bot.rendering.inside.fault import Fault
from bot.rendering.inside.limits import Limits
from bot.rendering.inside.variables import nesting, read_declared, resolve


def render(_key: str, text: str, values: Mapping[str, Any]) -> str:
    environment = TemplateEnvironment(CompiledTemplates(), switches={})
    return environment.from_string(text).render(cookiecutter=values)


DECLARED = {
    "project_slug": "shop",
    "title": "{{ cookiecutter.project_slug | upper }}",
    "replicas": 2,
    "public": False,
    "cloud": ["aws", "google", "azure"],
    "size": [1, 2],
    "labels": {"app": "{{ cookiecutter.after }}"},
    "after": "later",
    "_constant": "{{ not rendered }}",
    "__computed": "{{ cookiecutter.title }}!",
    "nothing": None,
}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param({}, {"title": "SHOP", "__computed": "SHOP!"}, id="defaults"),
        pytest.param({"project_slug": "a"}, {"title": "A", "__computed": "A!"}, id="computed"),
        pytest.param({"title": "{{ 1 }}"}, {"title": "{{ 1 }}"}, id="literal"),
        pytest.param({}, {"replicas": "2", "public": False, "nothing": None}, id="kinds"),
        pytest.param({"replicas": 7}, {"replicas": "7"}, id="number-becomes-text"),
        pytest.param({}, {"cloud": "aws", "size": "1"}, id="first-choice"),
        pytest.param({"cloud": "azure", "size": 2}, {"cloud": "azure", "size": "2"}, id="choice"),
        pytest.param({"cloud": ["azure", "aws"]}, {"cloud": ["aws", "azure"]}, id="several"),
        pytest.param({"cloud": []}, {"cloud": []}, id="none-of-several"),
        pytest.param({"public": True}, {"public": True}, id="true"),
        pytest.param({"public": "Yes"}, {"public": True}, id="yes"),
        pytest.param({"public": "off"}, {"public": False}, id="off"),
        pytest.param({}, {"labels": {"app": "later"}}, id="object-sees-what-follows-it"),
        pytest.param({"labels": {"a": "{{1}}"}}, {"labels": {"a": "{{1}}"}}, id="object"),
        pytest.param({}, {"_constant": "{{ not rendered }}"}, id="constant"),
    ],
)
def test_an_answer_is_taken_as_it_is(answers: dict[str, Any], expected: dict[str, Any]) -> None:
    """Defaults follow from answers, answers from nothing."""
    values = resolve(DECLARED, answers, render)
    assert {key: values[key] for key in expected} == expected
    assert set(values) == set(DECLARED)


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        pytest.param({"cloud": "oracle"}, "not-a-choice", id="not-offered"),
        pytest.param({"cloud": ["aws", "oracle"]}, "not-a-choice", id="one-not-offered"),
        pytest.param({"cloud": ["aws", "aws"]}, "not-a-choice", id="twice"),
        pytest.param({"cloud": "AWS"}, "not-a-choice", id="other-case"),
        pytest.param({"public": "maybe"}, "wrong-type", id="neither-yes-nor-no"),
        pytest.param({"labels": "x"}, "wrong-type", id="text-for-object"),
        pytest.param({"project_slug": ["x"]}, "wrong-type", id="list-for-text"),
        pytest.param({"project_slug": None}, "wrong-type", id="nothing-for-text"),
        pytest.param({"_constant": "x"}, "unknown-variable", id="constant"),
        pytest.param({"__computed": "x"}, "unknown-variable", id="computed"),
        pytest.param({"other": "x"}, "unknown-variable", id="undeclared"),
    ],
)
def test_an_answer_of_the_wrong_kind_is_refused_by_name(answers: dict[str, Any], rule: str) -> None:
    with pytest.raises(Fault) as caught:
        resolve(DECLARED, answers, render)
    assert (caught.value.rule, caught.value.variable) == (rule, next(iter(answers)))


def test_a_choice_without_entries_is_the_templates_mistake() -> None:
    with pytest.raises(Fault) as caught:
        resolve({"empty": []}, {}, render)
    assert (caught.value.rule, caught.value.path) == ("not-a-choice", "cookiecutter.json")


NAMES = st.sampled_from(["a", "b", "c", "_d", "__e", "f"])
PLAIN = st.text("ab {}%|'\n", max_size=6).filter(lambda t: "{" not in t)
RENDERED = PLAIN | NAMES.map(lambda n: f"<{{{{ cookiecutter.{n} }}}}>")
DEFAULTS = st.recursive(
    RENDERED | st.booleans() | st.none() | st.integers(-5, 5) | st.floats(-2, 2),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3) | st.dictionaries(PLAIN, inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.dictionaries(NAMES, DEFAULTS, max_size=6))
def test_defaults_are_what_cookiecutter_makes_of_them(declared: dict[str, Any]) -> None:
    """Whatever cookiecutter can resolve without asking, we resolve to the same values."""
    copy = json.loads(json.dumps(declared))
    try:
        theirs = prompt_for_config(OrderedDict(cookiecutter=OrderedDict(copy)), no_input=True)
    except Exception:
        return
    assert resolve(declared, {}, render) == dict(theirs)


@given(st.dictionaries(NAMES.filter(lambda n: n[0] != "_"), st.text(), min_size=1))
def test_no_answer_is_ever_rendered(answers: dict[str, str]) -> None:
    """Any text at all comes out as it went in."""
    assert resolve(dict.fromkeys(answers, "x"), answers, render) == answers


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_file_is_read_or_refused(content: bytes) -> None:
    """Nothing that a cookiecutter.json could hold makes us fail in another way."""
    try:
        declared = read_declared(content, Limits())
    except Fault as fault:
        assert fault.path == "cookiecutter.json"  # noqa: PT017  # most files are refused, not all
    else:
        assert isinstance(declared, dict)


@pytest.mark.parametrize(
    ("content", "rule", "line"),
    [
        pytest.param('{\n"a": 1\n"b": 2}', "json", 3, id="comma"),
        pytest.param('{"a": 1, "a": 2}', "json", None, id="twice"),
        pytest.param('{"a": NaN}', "json", None, id="not-a-number"),
        pytest.param("[1]", "json", None, id="list"),
        pytest.param("", "json", 1, id="empty"),
        pytest.param('{"_copy_without_render": "*.js"}', "wrong-type", None, id="copy"),
        pytest.param('{"_new_lines": "x"}', "wrong-type", None, id="new-lines"),
        pytest.param('{"_jinja2_env_vars": 1}', "wrong-type", None, id="switches"),
    ],
)
def test_a_broken_file_is_named_with_its_line(content: str, rule: str, line: int | None) -> None:
    with pytest.raises(Fault) as caught:
        read_declared(content.encode(), Limits())
    assert (caught.value.rule, caught.value.line) == (rule, line)


def test_prompts_are_no_variables() -> None:
    content = b'{"a": "x", "__prompts__": {"a": "What?"}}'
    assert read_declared(content, Limits()) == {"a": "x"}


@pytest.mark.parametrize(
    ("value", "levels"), [(1, 0), ([], 1), ({"a": 1}, 1), ({"a": [{}]}, 3), ([[], [[]]], 3)]
)
def test_nesting_is_counted(value: object, levels: int) -> None:
    assert nesting(value) == levels
