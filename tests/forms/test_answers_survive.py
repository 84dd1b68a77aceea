"""Whatever a template asks and whatever is answered: form, issue and reader lose nothing.

Templates are made at random, with every kind of question; each form is filled in many
ways. What the answers mean is said here, and not by the code under test.
"""

import json
import random
import unicodedata
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.forms import Answers, Form, compile_form, parse_body
from bot.forms.for_cookiecutter import cookiecutter_answers
from bot.templates import TemplateDefinition
from tests.forms.examples import MANIFEST, SERVICE, organization, template
from tests.forms.github_rendering import filled, render_body
from tests.forms.test_parse_body import random_line, random_slug

TEMPLATES, ANSWER_SETS = 250, 40  # ten thousand together

LIVE = organization()
Chance = random.Random
Asked = dict[str, Any]  # a rule of template.yml, with what the test knows under "_"
ODD_OPTIONS = ["a", "B c", "x, y", "1.0", "no", "- z", "#1", "a: b", "é😀", "'q'", "`c`", "### H"]

# Each pattern beside something that makes answers of it.
PATTERNS: dict[str, Callable[[Chance], str]] = {
    ".*": random_line,
    "[a-z]+": lambda chance: "".join(chance.choices("abcxyz", k=chance.randint(1, 30))),
    "[A-Z]{2}-[0-9]{1,4}": lambda chance: f"AB-{chance.randrange(10_000)}",
    r"https?://[^ ]+": lambda chance: f"https://{random_slug(chance)}/?a=1&b=%20#c",
}


@st.composite
def questions(draw: st.DrawFn, number: int) -> tuple[str, Any, Asked]:
    """Name, default in ``cookiecutter.json`` and rule of one variable."""
    name = f"v{number}_{draw(st.sampled_from(['x', 'size', 'Name', 'port']))}"
    kind = draw(
        st.sampled_from(
            ["slug", "line", "text", "choice", "switches", "several", "bool", "integer", "dict"]
        )
    )
    required = draw(st.booleans())
    rule: Asked = {"kind": kind, "required": required}
    if kind in ("choice", "several", "switches"):
        options = draw(st.lists(st.sampled_from(ODD_OPTIONS), min_size=1, max_size=5, unique=True))
        options = [f"{number} {each}" for each in options]  # boxes are told apart by their text
        if kind == "choice":
            return name, options, {"kind": "choice"}
        if kind == "several":
            return name, options, {"kind": "multi"}
        return name, {each: draw(st.booleans()) for each in options}, {"kind": "multi"}
    if kind == "bool":
        return name, draw(st.booleans()), {"kind": "bool"}
    if kind == "integer":
        low = draw(st.integers(0, 50))
        rule |= {"min": low, "max": low + draw(st.integers(0, 10**6))}
        return name, draw(st.sampled_from(["", str(low)])), rule
    if kind == "dict":
        return name, {}, rule
    if kind == "line":
        rule["pattern"] = draw(st.sampled_from(sorted(PATTERNS)))
    return name, "", rule


@st.composite
def templates(draw: st.DrawFn) -> TemplateDefinition:
    count = draw(st.integers(0, 8))
    asked = [draw(questions(number)) for number in range(count)]
    return template(
        {name: default for name, default, _ in asked} | {"team": "", "_private": "x"},
        {name: rule for name, _, rule in asked},
        manifest=draw(st.sampled_from([MANIFEST, SERVICE])),
    )


def answered(question: Any, chance: Chance) -> tuple[str | set[str], Any]:
    """What is typed or ticked, and the value that it means; None for no answer."""
    if not question.required and question.kind not in ("bool", "multi") and chance.random() < 0.3:
        return "", "" if question.default and question.kind in ("slug", "line", "text") else None
    match question.kind:
        case "slug":
            text = random_slug(chance)
            return text, text
        case "line":
            text = PATTERNS[question.pattern](chance)
            return text, text
        case "text":
            lines = [random_line(chance) for _ in range(chance.randint(1, 5))]
            text = "\n".join(lines)
            return text, text
        case "choice":
            option = chance.choice(question.options)
            return option.label, option.value
        case "bool":
            is_ticked = chance.random() < 0.5
            return set(question.boxes) if is_ticked else set(), is_ticked
        case "integer":
            number = chance.randint(question.min, question.max)
            return str(number), number
        case "dict":
            value = {random_line(chance): random_line(chance) for _ in range(chance.randint(0, 3))}
            return json.dumps(value, ensure_ascii=chance.random() < 0.5, indent=1), value
    ticked = [option for option in question.options if chance.random() < 0.5]
    labels = {option.label for option in ticked}
    if question.is_list:
        return labels, [option.value for option in ticked]
    return labels, {option.value: option in ticked for option in question.options}


def one_way_to_fill(form: Form, chance: Chance) -> tuple[str, dict[str, Any]]:
    """An issue's body, and the variables that it means."""
    typed = filled(form) | {
        "Repository name": random_slug(chance),
        "Description": random_line(chance),
        "Visibility": chance.choice(["private", "internal"]),
    }
    meant: dict[str, Any] = {}
    for question in form.questions:
        if question.group == "variable":
            typed[question.label], value = answered(question, chance)
            if value is not None:
                meant[question.name] = value
    body = render_body(form, typed)
    return (body.replace("\n", "\r\n") if chance.random() < 0.5 else body), meant


@settings(max_examples=TEMPLATES)
@given(templates(), st.integers(0, 2**32))
def test_ten_thousand_answers_survive_the_way_from_form_to_template(
    definition: TemplateDefinition, seed: int
) -> None:
    """Form → issue → answers → stored and read again → what cookiecutter is given."""
    chance = random.Random(seed)
    form = compile_form(definition, LIVE)
    for _ in range(ANSWER_SETS):
        body, meant = one_way_to_fill(form, chance)
        answers = parse_body(form, body, LIVE)
        assert dict(answers.variables) == {
            name: unicodedata.normalize("NFC", value) if isinstance(value, str) else value
            for name, value in meant.items()
        }
        assert Answers.from_json(json.loads(json.dumps(answers.to_json()))) == answers
        handed_on = cookiecutter_answers(definition, answers, LIVE)
        assert handed_on.keys() == {"project_slug", "team", *meant}
        assert handed_on["team"] == "payments"
