"""Parsed answers: one hash for what they mean, storable, judged by the form's own schema."""

import dataclasses
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.forms import (
    Answers,
    answers_schema,
    check_answers,
    cookiecutter_answers,
    parse_body,
    sample_answers,
    text_of,
)
from bot.organization import ApprovalNeeded
from tests.forms.examples import SERVICE, form, organization, template
from tests.forms.github_rendering import filled, render_body
from tests.forms.test_parse_body import RULES, VARIABLES

EVERY_KIND = form(VARIABLES, RULES, manifest=SERVICE)
SAMPLE = sample_answers(EVERY_KIND)


def test_the_hash_is_of_the_answers_and_not_of_the_text() -> None:
    """An approval survives a change of line ends, and nothing else."""
    body = render_body(EVERY_KIND, filled(EVERY_KIND))
    read = parse_body(EVERY_KIND, body)
    assert parse_body(EVERY_KIND, body.replace("\n", "\r\n") + "\n\n").hash() == read.hash()
    assert len(read.hash()) == 64


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"repository_name": "other"}, id="name"),
        pytest.param({"visibility": "public"}, id="visibility"),
        pytest.param({"variables": {**SAMPLE.variables, "publish": True}}, id="variable"),
        pytest.param({"settings": {**SAMPLE.settings, "max_replicas": 5}}, id="setting"),
        pytest.param({"template": "another"}, id="template"),
    ],
)
def test_any_other_answer_has_another_hash(changed: dict[str, Any]) -> None:
    """Nobody can change a request under its approval."""
    assert dataclasses.replace(SAMPLE, **changed).hash() != SAMPLE.hash()


def test_stored_answers_come_back_equal() -> None:
    """Through JSON text, as a record keeps them."""
    stored = json.loads(json.dumps(SAMPLE.to_json()))
    assert Answers.from_json(stored) == SAMPLE
    assert Answers.from_json(stored).hash() == SAMPLE.hash()


def test_the_schema_is_a_schema_and_accepts_the_sample() -> None:
    """Anybody's validator can judge stored answers."""
    schema = answers_schema(EVERY_KIND)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(json.dumps(SAMPLE.to_json())))


@pytest.mark.parametrize(
    ("changed", "label"),
    [
        pytest.param({"repository_name": "../x"}, "Repository name", id="slug"),
        pytest.param({"repository_name": "x\n"}, "Repository name", id="line-end"),
        pytest.param({"team": "root"}, "Team", id="team"),
        pytest.param(
            {"variables": {"port": 8080, "java_version": "9"}}, "Java version", id="choice"
        ),
        pytest.param(
            {"variables": {"java_version": "17", "port": True}}, "Port", id="bool-as-number"
        ),
        pytest.param(
            {"variables": {"java_version": "17", "port": 1, "x": 1}}, "The answers", id="unknown"
        ),
        pytest.param({"settings": {}}, "The settings", id="no-settings"),
        pytest.param({"template": "another"}, "The whole form", id="another-template"),
    ],
)
def test_stored_answers_that_the_form_does_not_allow_are_named(
    changed: dict[str, Any], label: str
) -> None:
    """Answers from elsewhere are judged like those of an issue."""
    found = check_answers(EVERY_KIND, dataclasses.replace(SAMPLE, **changed))
    assert [each.field_label for each in found] == [label]


def test_a_pattern_of_the_schema_cannot_be_made_to_wait() -> None:
    """The pattern that stops Python's own engine is answered at once."""
    slow = form({"code": "a"}, {"code": {"pattern": "(a+)+", "max": 200}})
    answers = dataclasses.replace(sample_answers(slow), variables={"code": "a" * 199 + "!"})
    assert [each.field_label for each in check_answers(slow, answers)] == ["Code"]


def test_a_template_sees_only_what_it_declares() -> None:
    """Standard answers under cookiecutter's names; the rest stays with the bot."""
    declared = template({"team": "", "business_unit": "", "port": 8080, "_x": "1"})
    asked = form({"team": "", "business_unit": "", "port": 8080, "_x": "1"})
    given = cookiecutter_answers(declared, sample_answers(asked), organization())
    assert given == {
        "project_slug": "example-project",
        "team": "payments",
        "business_unit": "Payments",
        "port": "8080",
    }


def test_settings_do_not_reach_the_template() -> None:
    """They are the project's, in its settings file."""
    declared = template(VARIABLES, RULES, manifest=SERVICE)
    given = cookiecutter_answers(declared, SAMPLE, organization())
    assert "region" not in given
    assert given["targets"] == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param("publish", "true", True, id="bool"),
        pytest.param("features", '["logs", "tracing, sampled"]', "two", id="several"),
        pytest.param("features", "tracing, sampled", "one", id="one-with-a-comma"),
        pytest.param("java_version", "25", "25", id="choice"),
    ],
)
def test_values_of_a_command_line_become_answers(name: str, value: str, expected: object) -> None:
    """``--set features='["logs"]'`` ticks what the form would tick."""
    question = EVERY_KIND.question("variable", name)
    assert question is not None
    read = sample_answers(EVERY_KIND, {("variable", name): text_of(question, value)}).variables[
        name
    ]
    switches = {
        "two": {"metrics": False, "tracing, sampled": True, "logs": True},
        "one": {"metrics": False, "tracing, sampled": True, "logs": False},
    }
    assert read == (
        switches[expected] if isinstance(expected, str) and expected in switches else expected
    )


def test_policy_says_who_must_approve_these_answers() -> None:
    """Every rule that fits counts; of two for one team the higher number."""
    live = organization(
        "policies:\n"
        "  approval:\n"
        "    - {when: {visibility: private}, by: security}\n"
        "    - {when: {team: payments, cost_center: CC-100}, by: security, count: 2}\n"
        "    - {when: {template: kotlin-web-service}, by: platform}\n"
    )
    assert live.approval_needed(SAMPLE) == (
        ApprovalNeeded(
            by="security",
            count=2,
            reasons=(
                "Policy asks for approval of requests with visibility `private`.",
                "Policy asks for approval of requests with team `payments` and "
                "cost center `CC-100`.",
            ),
        ),
    )
