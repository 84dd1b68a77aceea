"""Which issue forms are offered, and the exact issue that a filled form becomes."""

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.localhub.pages.issue_forms.answers import body_of, field_name, problems_of
from bot.localhub.pages.issue_forms.chooser import read_chooser
from bot.localhub.pages.issue_forms.definition import BrokenForm, Element, IssueForm, Kind, Option
from bot.localhub.pages.issue_forms.read import ATTRIBUTES, read_form

FORM = """
name: New service
description: Ask for a service
title: "[service] "
labels: ["template:service"]
body:
  - type: markdown
    attributes: {value: "**Hello**"}
  - type: input
    id: name
    attributes: {label: Repository name, placeholder: money-kit}
    validations: {required: true}
  - type: textarea
    id: settings
    attributes: {label: Settings, render: json, value: "{}"}
  - type: textarea
    id: notes
    attributes: {label: Notes}
  - type: dropdown
    id: team
    attributes: {label: Team, options: [payments, web], default: 1}
  - type: dropdown
    id: clouds
    attributes: {label: Clouds, multiple: true, options: [aws, google, "azure, too"]}
  - type: checkboxes
    id: promises
    attributes: {label: Promises, options: [{label: I read it, required: true}, {label: I own it}]}
  - type: upload
    id: log
    attributes: {label: Log file}
    validations: {accept: ".log"}
"""


def form() -> IssueForm:
    read = read_form("new-service.yml", FORM.encode())
    assert isinstance(read, IssueForm), read
    return read


def test_a_filled_form_becomes_the_issue_that_github_would_make() -> None:
    """Headings, values, boxes, the fence and the missing answers are GitHub's, to the byte."""
    submitted = {
        "issue_form[name]": ["money-kit"],
        "issue_form[settings]": ['{"a": 1}'],
        "issue_form[notes]": ["one\r\n\r\ntwo "],
        "issue_form[team]": [""],
        "issue_form[clouds]": ["azure, too", "aws"],
        "issue_form[promises]": ["I own it"],
    }

    assert body_of(form(), submitted) == (
        "### Repository name\n\nmoney-kit\n\n"
        '### Settings\n\n```json\n{"a": 1}\n```\n\n'
        "### Notes\n\none\r\n\r\ntwo \n\n"
        "### Team\n\n_No response_\n\n"
        "### Clouds\n\naws, azure, too\n\n"
        "### Promises\n\n- [ ] I read it\n- [x] I own it\n\n"
        "### Log file\n\n_No response_"
    )


def test_required_answers_are_insisted_on_in_public_repositories_only() -> None:
    """As on GitHub: a private repository takes the form as it comes."""
    assert dict(problems_of(form(), {}, enforce=True)) == {
        "name": "This answer is required.",
        "promises": "Required: I read it",
    }
    assert list(problems_of(form(), {}, enforce=False)) == []


def test_an_option_that_the_form_does_not_have_is_refused() -> None:
    """A request made by hand cannot smuggle another choice in."""
    refused = dict(problems_of(form(), {"issue_form[team]": ["admins"]}, enforce=False))

    assert refused == {"team": "Choose from the options of the form."}


_words = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), min_size=1, max_size=12)
_labels = _words.filter(str.strip)


@st.composite
def _asked(draw: st.DrawFn) -> tuple[IssueForm, dict[str, list[str]], list[tuple[str, str]]]:
    """A form, what is submitted, and each question's heading and block as they must come out."""
    elements: list[Element] = []
    submitted: dict[str, list[str]] = {}
    expected: list[tuple[str, str]] = []
    for number, label in enumerate(draw(st.lists(_labels, min_size=1, max_size=5))):
        kind: Kind = draw(st.sampled_from(["input", "textarea", "dropdown", "checkboxes"]))
        options = draw(st.lists(_labels, min_size=1, max_size=3, unique=True))
        chosen = [o for o in options if draw(st.booleans())]
        render = draw(st.sampled_from(["", "json"])) if kind == "textarea" else ""
        text = draw(st.text(max_size=20))
        element = Element(
            kind=kind,
            key=f"q{number}",
            label=label,
            render=render,
            options=tuple(Option(label=o) for o in options) if kind[0] in "dc" else (),
            multiple=True,
        )
        elements.append(element)
        submitted[field_name(element)] = chosen if element.options else [text]
        if kind == "dropdown":
            value = ", ".join(chosen) or "_No response_"
        elif kind == "checkboxes":
            value = "\n".join(("- [x] " if o in chosen else "- [ ] ") + o for o in options)
        else:
            answered = f"```json\n{text}\n```" if render else text
            value = answered if text.strip() else "_No response_"
        expected.append((f"### {label}", value))
    made = IssueForm(file_name="f.yml", name="Form", description="d", elements=tuple(elements))
    return made, submitted, expected


@given(_asked())
def test_every_answer_stands_under_its_heading_untouched(
    case: tuple[IssueForm, dict[str, list[str]], list[tuple[str, str]]],
) -> None:
    """Whatever is answered, blocks follow the form's order and hold the very text."""
    made, submitted, expected = case
    rest = body_of(made, submitted)
    for number, (heading, value) in enumerate(expected):
        block = ("\n\n" if number else "") + heading + "\n\n" + value
        assert rest.startswith(block)
        rest = rest[len(block) :]
    assert rest == ""


HEAD = "name: Form\ndescription: d\n"
INPUT = "{type: input, attributes: {label: A}}"


def asking(*elements: str) -> str:
    return f"{HEAD}body: [{', '.join(elements)}]"


def dropdown(rest: str) -> str:
    return asking(f"{{type: dropdown, attributes: {{label: A, {rest}}}}}")


BROKEN = {
    "not YAML": ("name: [", "YAML cannot be read"),
    "a list": ("- a", "Top level must be a mapping"),
    "nothing": ("", "Top level must be a mapping"),
    "no name": (f"description: d\nbody: [{INPUT}]", "key `name`"),
    "short name": (f"name: abc\ndescription: d\nbody: [{INPUT}]", "more than three"),
    "unknown key": (f"{HEAD}colour: x\nbody: [{INPUT}]", "`colour` is not a permitted key"),
    "empty body": (asking(), "`body` must be a list"),
    "only markdown": (asking("{type: markdown, attributes: {value: x}}"), "not Markdown"),
    "no type": (asking("{attributes: {label: A}}"), "body[0]: required key `type`"),
    "odd type": (asking(INPUT, "{type: date}"), "body[1]: `date` is not a valid"),
    "no label": (asking("{type: input, attributes: {value: A}}"), "`label` is missing"),
    "number": (asking("{type: input, attributes: {label: A, value: 1.3}}"), "`value` must be"),
    "boolean option": (dropdown("options: [yes, no]"), "must not include booleans"),
    "None option": (dropdown("options: [None, x]"), "reserved word"),
    "twin options": (dropdown("options: [x, x]"), "must be unique"),
    "default beyond": (dropdown("options: [x], default: 1"), "index of an option"),
    "id on markdown": (
        asking("{type: markdown, id: a, attributes: {value: x}}", INPUT),
        "`id` is not a permitted key",
    ),
    "bad id": (asking("{type: input, id: a b, attributes: {label: A}}"), "`id` can only"),
    "twin labels": (
        asking("{type: input, attributes: {label: a!}}", INPUT),
        "unique ids and labels",
    ),
    "password": (asking("{type: input, attributes: {label: Password}}"), "forbidden word"),
    "required box list": (
        asking(
            "{type: checkboxes, validations: {required: true},"
            " attributes: {label: A, options: [{label: x}]}}"
        ),
        "`validations` is not a permitted key",
    ),
}


@pytest.mark.parametrize(("text", "problem"), BROKEN.values(), ids=BROKEN.keys())
def test_a_form_that_github_would_not_show_says_why(text: str, problem: str) -> None:
    """The author reads what to mend instead of missing the form silently."""
    read = read_form("broken.yml", text.encode())

    assert isinstance(read, BrokenForm)
    assert problem in "\n".join(read.problems)


_scalar: st.SearchStrategy[Any] = st.sampled_from(
    ["", "x", "None", "yes", True, 0, 1, 1.5, None, ["a"], ["a", "a"], {}]
)
_attribute = st.sampled_from(
    [
        "label",
        "description",
        "placeholder",
        "value",
        "render",
        "multiple",
        "options",
        "default",
        "odd",
    ]
)
_kind = st.sampled_from([*ATTRIBUTES, "date"])
_validations = st.dictionaries(st.sampled_from(["required", "accept", "odd"]), _scalar, max_size=2)
_element = st.fixed_dictionaries(
    {"type": _kind},
    optional={
        "id": _scalar,
        "attributes": st.dictionaries(_attribute, _scalar, max_size=4),
        "validations": _validations,
    },
)


@given(
    st.fixed_dictionaries(
        {"name": st.just("Form"), "description": st.just("d")},
        optional={
            "body": st.lists(_element, max_size=3),
            "title": _scalar,
            "labels": _scalar,
            "odd": _scalar,
        },
    )
)
def test_no_form_is_offered_that_the_published_schema_refuses(given_form: dict[str, Any]) -> None:
    """Our reading may be stricter than the published schema, never more lenient."""
    read = read_form("f.yml", json.dumps(given_form).encode())

    if isinstance(read, IssueForm):
        jsonschema.validate(given_form, published_schema())


def test_a_full_form_satisfies_the_published_schema() -> None:
    """The example above uses what GitHub's published description knows, so it means something."""
    jsonschema.validate(YAML(typ="safe", pure=True).load(FORM), published_schema())


def published_schema() -> dict[str, Any]:
    """The schema that editors check issue forms with, from the check-jsonschema package."""
    vendored = files("check_jsonschema") / "builtin_schemas/vendor/github-issue-forms.json"
    schema: dict[str, Any] = json.loads(vendored.read_text())
    return schema


def test_the_chooser_lists_forms_by_name_and_keeps_broken_ones_visible() -> None:
    """Files in order, a broken one with its reason, links to other places last."""
    chooser = read_chooser(
        {
            "b.yml": FORM.encode(),
            "a.yaml": b"name: [",
            "notes.md": b"not a form",
            "config.yml": b"blank_issues_enabled: false\ncontact_links:\n"
            b"  - {name: Chat, url: 'https://chat.example', about: Ask}\n",
        }
    )

    assert [f.file_name for f in chooser.forms] == ["a.yaml", "b.yml"]
    assert isinstance(chooser.forms[0], BrokenForm)
    assert not chooser.blank_allowed
    assert [link.name for link in chooser.links] == ["Chat"]


@pytest.mark.parametrize(
    "config",
    [
        b"blank_issues_enabled: 1",
        b"contact_links: {a: b}",
        b"contact_links: [{name: a, url: 'javascript:x', about: b}]",
        b"contact_links: [{name: a, url: 'https://x.example'}]",
        b"other: true",
    ],
)
def test_a_broken_chooser_configuration_is_told(config: bytes) -> None:
    """Nothing of it is used, and the page says what is wrong."""
    chooser = read_chooser({"config.yml": config})

    assert chooser.problems
    assert chooser.blank_allowed
    assert chooser.links == ()
