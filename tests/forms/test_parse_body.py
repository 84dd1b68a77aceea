"""What people file is read back without loss, and what cannot be read is told by its name."""

import contextlib
import json
import random
import time
import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.forms import Answers, FieldProblem, Form, FormInvalid, parse_body
from bot.forms.body import split_body
from bot.written import forbidden_character
from tests.forms.examples import MANIFEST, SERVICE, form, organization
from tests.forms.github_rendering import filled, render_body

VARIABLES: dict[str, Any] = {
    "title": "",
    "notes": "",
    "java_version": ["17", "25"],
    "publish": False,
    "features": {"metrics": True, "tracing, sampled": False, "logs": False},
    "targets": ["jvm", "js, browser", "native"],
    "labels": {},
    "port": 8080,
    "code_name": "",
}
RULES: dict[str, Any] = {
    "title": {"pattern": ".*", "required": False},
    "notes": {"kind": "text", "required": False},
    "labels": {"required": False},
    "port": {"min": 1, "max": 65535},
    "targets": {"kind": "multi"},
    "code_name": {"kind": "slug", "required": False},
}
EVERY_KIND = form(VARIABLES, RULES)
WITH_SETTINGS = form(manifest=SERVICE)
SIMPLE = form()


def problems(form_: Form, body: str) -> tuple[FieldProblem, ...]:
    with pytest.raises(FormInvalid) as caught:
        parse_body(form_, body)
    return caught.value.problems


# --- without loss -----------------------------------------------------------------

letters = st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"])
line = st.text(letters, min_size=1, max_size=60).map(lambda t: unicodedata.normalize("NFC", t))
visible_line = line.map(str.strip).filter(
    lambda t: bool(t) and not forbidden_character(t) and t != "_No response_"
)
paragraph = st.lists(
    st.one_of(
        visible_line,
        st.just(""),
        st.sampled_from(
            ["```", "- [x] Yes: Publish", "### Heading", "## Team", "<!-- x -->", "###"]
        ),
    ),
    max_size=8,
).map(lambda lines: "\n".join(lines).strip())
json_object = st.dictionaries(
    visible_line, st.one_of(st.integers(0, 10**6), st.booleans(), visible_line), max_size=4
)
slug = st.from_regex(r"[a-z][a-z0-9]{2,9}(-[a-z0-9]{1,9}){0,3}", fullmatch=True)


Typed = dict[str, str | set[str]]


def meaning(typed: Typed) -> Answers:
    """What such a form means, said by the test and not by the code that is tested."""
    said = {label: text for label, text in typed.items() if isinstance(text, str)}
    features, targets = typed["Features"], typed["Targets"]
    variables: dict[str, Any] = {
        "title": said["Title"],
        "notes": said["Notes"],
        "java_version": said["Java version"],
        "publish": bool(typed["Publish"]),
        "features": {each: each in features for each in VARIABLES["features"]},
        "targets": [each for each in VARIABLES["targets"] if each in targets],
        "labels": json.loads(said["Labels"]) if said["Labels"] else None,
        "port": int(said["Port"]),
        "code_name": said["Code name"],
    }
    return Answers(
        template="kotlin-library",
        repository_name=said["Repository name"],
        description=said["Description"],
        team=said["Team"],
        cost_center=said["Cost center"],
        visibility=said["Visibility"],  # type: ignore[arg-type]  # one of the two
        variables={k: v for k, v in variables.items() if v not in ("", None)},
    )


@st.composite
def answer_sets(draw: st.DrawFn) -> Typed:
    """What is typed into a form with every kind of field."""
    team, center = draw(st.sampled_from([("payments", "CC-100"), ("cards", "CC-200")]))
    labels = draw(st.one_of(st.none(), json_object))
    return {
        "Repository name": draw(slug),
        "Description": draw(visible_line),
        "Team": team,
        "Cost center": center,
        "Visibility": draw(st.sampled_from(["private", "internal"])),
        "Title": draw(st.one_of(st.just(""), visible_line)),
        "Notes": draw(paragraph.filter(lambda text: text != "_No response_")),
        "Java version": draw(st.sampled_from(["17", "25"])),
        "Publish": {"Yes: Publish"} if draw(st.booleans()) else set(),
        "Features": draw(st.sets(st.sampled_from(list(VARIABLES["features"])))),
        "Targets": draw(st.sets(st.sampled_from(VARIABLES["targets"]))),
        "Labels": "" if labels is None else json.dumps(labels, ensure_ascii=False, indent=1),
        "Port": str(draw(st.integers(1, 65535))),
        "Code name": draw(st.one_of(st.just(""), slug)),
    }


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answer_sets())
def test_every_answer_survives_the_way_through_an_issue(typed: Typed) -> None:
    """Whatever is typed, rendered as GitHub does, is read back to what was meant."""
    assert parse_body(EVERY_KIND, render_body(EVERY_KIND, typed)) == meaning(typed)


PIECES = [
    *(
        "a",
        "B c",
        "0",
        "é",
        "ß",
        "漢字",
        "עברית",
        "🙂",
        "€",
        ", ",
        " - ",
        "`",
        "```",
        "'",
        '"',
        "\\",
    ),
    *("#", "# x", "### x", "- [ ] x", "- [x] Yes: Publish", "* ", "> q", "|", "<b>", "<!-- x -->"),
    *("{{ 7*7 }}", "${{ x }}", "$(x)", "&amp;", "%", "_No response", "None", "true", "~", "@me"),
]


def random_line(chance: random.Random) -> str:
    return unicodedata.normalize("NFC", "".join(chance.choices(PIECES, k=4))).strip() or "x"


def random_slug(chance: random.Random) -> str:
    words = [f"w{chance.randrange(10**6)}" for _ in range(chance.randint(1, 4))]
    return "-".join(["abc", *words])


def random_form(chance: random.Random) -> Typed:
    """One of the many ways to fill the form, cheap enough for thousands."""
    team, center = chance.choice([("payments", "CC-100"), ("cards", "CC-200")])
    lines = [random_line(chance) for _ in range(chance.randint(0, 6))]
    labels = {random_line(chance): random_line(chance) for _ in range(chance.randint(0, 3))}
    return {
        "Repository name": random_slug(chance),
        "Description": random_line(chance),
        "Team": team,
        "Cost center": center,
        "Visibility": chance.choice(["private", "internal"]),
        "Title": chance.choice(["", random_line(chance)]),
        "Notes": chance.choice(["\n", "\n\n", "\n\n\n"]).join(lines),
        "Java version": chance.choice(["17", "25"]),
        "Publish": set(chance.sample(["Yes: Publish"], chance.randint(0, 1))),
        "Features": set(chance.sample(list(VARIABLES["features"]), chance.randint(0, 3))),
        "Targets": set(chance.sample(VARIABLES["targets"], chance.randint(0, 3))),
        "Labels": chance.choice(["", json.dumps(labels, ensure_ascii=chance.random() < 0.5)]),
        "Port": str(chance.randint(1, 65535)),
        "Code name": chance.choice(["", random_slug(chance)]),
    }


def test_ten_thousand_filled_forms_are_read_without_loss() -> None:
    """With CRLF for every other one, as browsers send it."""
    chance = random.Random(3)
    for number in range(10_000):
        typed = random_form(chance)
        body = render_body(EVERY_KIND, typed)
        if number % 2:
            body = body.replace("\n", "\r\n")
        assert parse_body(EVERY_KIND, body) == meaning(typed)


@settings(max_examples=300, deadline=None)
@given(answer_sets(), st.sampled_from(["\r\n", "\r", "  \n"]))
def test_line_ends_and_trailing_spaces_of_headings_change_nothing(typed: Typed, end: str) -> None:
    """A browser sends CRLF, an editor leaves spaces: the answers stay the same."""
    typed = {**typed, "Notes": ""}  # inside a text, trailing spaces are the text
    body = render_body(EVERY_KIND, typed).replace("\n", end)
    assert parse_body(EVERY_KIND, body) == meaning(typed)


@settings(max_examples=500, deadline=None)
@given(answer_sets(), st.data())
def test_a_forged_heading_never_changes_another_answer(typed: Typed, data: st.DataObject) -> None:
    """Headings typed into a text are that text, or the whole body is refused."""
    heading = data.draw(st.sampled_from([each.label for each in EVERY_KIND.questions]))
    forged = f"{typed['Notes']}\n\n### {heading}\n\n{data.draw(visible_line)}"
    typed = {**typed, "Notes": forged.strip()}
    with contextlib.suppress(FormInvalid):
        assert parse_body(EVERY_KIND, render_body(EVERY_KIND, typed)) == meaning(typed)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all_is_answered_and_never_an_error(body: str) -> None:
    """Whatever stands in an issue, the reader gives answers or names problems."""
    with pytest.raises(FormInvalid) as caught:
        parse_body(SIMPLE, body)
    assert caught.value.problems


# --- what GitHub writes for nothing ------------------------------------------------


def test_no_response_to_a_required_question_is_named() -> None:
    """GitHub does not enforce required answers in private repositories; the bot does."""
    typed = {**filled(SIMPLE), "Description": "", "Team": ""}
    found = problems(SIMPLE, render_body(SIMPLE, typed))
    assert [(each.field_label, each.problem) for each in found] == [
        ("Description", "There is no answer."),
        ("Team", "There is no answer."),
    ]
    assert found[1].allowed == "One of `payments`, `cards`."


def test_typing_no_response_is_no_response() -> None:
    """The same bytes mean the same, whoever wrote them."""
    body = render_body(SIMPLE, {**filled(SIMPLE), "Description": "_No response_"})
    assert problems(SIMPLE, body)[0].field_label == "Description"


def test_none_of_an_optional_list_is_no_answer() -> None:
    """An optional dropdown offers None, which GitHub may write into the body."""
    optional = form({"size": ["small", "large"]}, {"size": {"required": False}})
    body = render_body(optional, {**filled(optional), "Size": "None"})
    assert "size" not in parse_body(optional, body).variables


def test_a_default_that_was_taken_out_is_an_empty_answer() -> None:
    """Clearing a prefilled optional line means empty, not the default again."""
    optional = form({"group": "com.acme"}, {"group": {"pattern": ".*", "required": False}})
    body = render_body(optional, {**filled(optional), "Group": ""})
    assert parse_body(optional, body).variables == {"group": ""}


def test_a_computed_default_left_empty_stays_computed() -> None:
    """What is left empty is made by the template from other answers."""
    computed = form(
        {"package": "com.{{ cookiecutter.project_slug }}"}, {"package": {"kind": "line"}}
    )
    assert parse_body(computed, render_body(computed, filled(computed))).variables == {}


def test_a_question_added_after_the_issue_was_filed_is_named_if_it_is_required() -> None:
    """An older issue lacks a heading: optional ones do not matter, required ones are asked for."""
    newer = form({"title": "x", "notes": ""})
    body = render_body(SIMPLE, filled(SIMPLE))
    assert [each.problem for each in problems(newer, body)] == [
        "The heading `### Title` is missing."
    ]


# --- hostile and damaged bodies ----------------------------------------------------

GOOD = render_body(SIMPLE, filled(SIMPLE))


@pytest.mark.parametrize(
    ("body", "label", "says"),
    [
        pytest.param("", "The whole form", "None of the form's headings", id="empty"),
        pytest.param("hello", "The whole form", "None of the form's headings", id="prose"),
        pytest.param(GOOD + "\n" * 70_000, "The whole form", "longer than 65,536", id="too-long"),
        pytest.param("note\n\n" + GOOD, "The whole form", "text above", id="text-above"),
        pytest.param(
            GOOD.replace("### Team", "### Squad"),
            "Team",
            "heading `### Team` is missing",
            id="renamed",
        ),
        pytest.param(
            GOOD.replace("### Team", "### X").replace("### Description", "### Team", 1)
            + "\n\n### Description\n\nlate",
            "Team",
            "not where the form has it",
            id="wrong-order",
        ),
        pytest.param(
            GOOD.replace("money-kit", "../../etc"), "Repository name", "not of the form", id="path"
        ),
        pytest.param(
            GOOD.replace("money-kit", "Money Kit"), "Repository name", "not of the form", id="name"
        ),
        pytest.param(
            GOOD.replace("money-kit", "mоney-kit"),
            "Repository name",
            "not of the form",
            id="cyrillic",
        ),
        pytest.param(
            GOOD.replace("money-kit", "ab"), "Repository name", "2 characters", id="short-name"
        ),
        pytest.param(
            GOOD.replace("Money, exactly", "one\ntwo"),
            "Description",
            "more than one line",
            id="two-lines",
        ),
        pytest.param(
            GOOD.replace("Money, exactly", "a\u202egpj.exe"),
            "Description",
            "U+202E, right-to-left override",
            id="bidirectional",
        ),
        pytest.param(
            GOOD.replace("Money, exactly", "a\u200bb"), "Description", "U+200B", id="zero-width"
        ),
        pytest.param(
            GOOD.replace("Money, exactly", "a\x00b"), "Description", "U+0000", id="control"
        ),
        pytest.param(
            GOOD.replace("Money, exactly", "x" * 201),
            "Description",
            "201 characters",
            id="long-line",
        ),
        pytest.param(
            GOOD.replace("\npayments", "\nPayments"), "Team", "not one of the options", id="case"
        ),
        pytest.param(
            GOOD.replace("\npayments", "\npayments, cards"), "Team", "not one of", id="two-chosen"
        ),
        pytest.param(
            GOOD.replace("\nprivate", "\npublic"), "Visibility", "not one of", id="not-allowed"
        ),
    ],
)
def test_a_damaged_body_is_refused_by_name(body: str, label: str, says: str) -> None:
    """Every refusal names its field and shows nothing of what was typed."""
    found = problems(SIMPLE, body)
    told = {each.field_label: each for each in found}
    assert says in told[label].problem
    assert told[label].allowed or told[label].fix


def test_a_renamed_heading_shows_where_its_answer_went() -> None:
    """The text of the lost heading became part of the answer above."""
    found = problems(SIMPLE, GOOD.replace("### Team", "### Squad"))
    assert [(each.field_label, each.problem) for each in found] == [
        ("Description", "It has more than one line."),
        ("Team", "The heading `### Team` is missing."),
    ]


def test_a_heading_in_a_text_below_its_own_field_does_not_win() -> None:
    """There is one way to read the body, so the forged heading is part of the text."""
    with_notes = form({"notes": ""}, {"notes": {"kind": "text"}})
    body = render_body(with_notes, {**filled(with_notes), "Notes": "see\n\n### Team\n\ncards"})
    read = parse_body(with_notes, body)
    assert (read.team, read.variables["notes"]) == ("payments", "see\n\n### Team\n\ncards")


def test_a_forged_field_that_could_be_meant_is_refused() -> None:
    """A text above the field it forges leaves two readings, so there is none."""
    body = GOOD.replace("Money, exactly", "x\n\n### Team\n\ncards")
    found = problems(SIMPLE, body)
    assert [each.field_label for each in found] == ["Team"]
    assert "twice" in found[0].problem


def test_everything_wrong_is_told_at_once_and_in_order() -> None:
    """Nobody should have to edit the issue five times."""
    body = (
        GOOD.replace("money-kit", "X")
        .replace("Money, exactly", "")
        .replace("\npayments", "\nsales")
        .replace("\nprivate", "\nsecret")
    )
    assert [each.field_label for each in problems(SIMPLE, body)] == [
        "Repository name",
        "Description",
        "Team",
        "Visibility",
    ]


def test_a_near_miss_of_a_name_is_helped_with() -> None:
    """The suggestion holds nothing but letters, digits and hyphens."""
    (found,) = problems(SIMPLE, GOOD.replace("money-kit", "Money Kit! `<b>`"))
    assert found.fix == "For example `money-kit-b`."


def test_emoji_and_right_to_left_letters_are_text_like_any_other() -> None:
    """People write in their own script."""
    body = GOOD.replace("Money, exactly", "كتب السعر 💶 מחיר")
    assert parse_body(SIMPLE, body).description == "كتب السعر 💶 מחיר"


@pytest.mark.parametrize(
    ("boxes", "ticked"),
    [
        pytest.param(
            "- [x] metrics\n- [ ] tracing, sampled\n- [ ] logs", {"metrics"}, id="as-written"
        ),
        pytest.param(
            "- [ ] logs\n- [X] tracing, sampled\n- [ ] metrics", {"tracing, sampled"}, id="moved"
        ),
        pytest.param("_No response_", set(), id="none"),
    ],
)
def test_boxes_are_read_one_by_one(boxes: str, ticked: set[str]) -> None:
    """A comma inside an option separates nothing."""
    ticking = form({"features": VARIABLES["features"]})
    plain = render_body(ticking, filled(ticking))
    body = plain[: plain.index("### Features")] + f"### Features\n\n{boxes}"
    read = parse_body(ticking, body).variables["features"]
    assert isinstance(read, dict)
    assert {name for name, is_ticked in read.items() if is_ticked} == ticked


@pytest.mark.parametrize(
    "boxes",
    [
        pytest.param("- [x] metrics", id="two-lost"),
        pytest.param("- [x] metrics\n- [ ] tracing, sampled\n- [ ] secrets", id="one-added"),
        pytest.param("- [x] metrics\n- [x] metrics\n- [ ] logs", id="twice"),
        pytest.param("metrics, logs", id="typed"),
    ],
)
def test_changed_boxes_are_refused(boxes: str) -> None:
    """Half a list of boxes says nothing certain."""
    ticking = form({"features": VARIABLES["features"]})
    plain = render_body(ticking, filled(ticking))
    (found,) = problems(ticking, plain[: plain.index("### Features")] + f"### Features\n\n{boxes}")
    assert found.field_label == "Features"
    assert "- [ ] tracing, sampled" in found.allowed


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        pytest.param('{"a": 1,}', "line 1", id="comma"),
        pytest.param('{\n"a": 1,\n"a": 2}', "line 3", id="key-twice"),
        pytest.param("[1]", "one JSON object", id="list"),
        pytest.param('{"a": NaN}', "line 1", id="nan"),
        pytest.param('{"a": "x\\u202ey"}', "U+202E", id="hidden-override"),
        pytest.param("[" * 5_000, "", id="deep"),
        pytest.param('{"a": ' + "9" * 5_000 + "}", "", id="endless-number"),
    ],
)
def test_an_object_that_is_not_json_is_refused(typed: str, says: str) -> None:
    """The line is told, the text is not repeated."""
    objects = form({"labels": {}})
    (found,) = problems(objects, render_body(objects, {**filled(objects), "Labels": typed}))
    assert found.field_label == "Labels"
    assert says in found.problem


@pytest.mark.parametrize(
    "under",
    [
        pytest.param('{"a": "b"}', id="bare"),
        pytest.param('```json\n{"a": "b"}\n```', id="as-github-writes-it"),
        pytest.param('````\n{"a":\n"b"}\n````', id="by-hand"),
    ],
)
def test_an_object_is_read_with_and_without_its_fence(under: str) -> None:
    """People edit the issue and take the fence away."""
    objects = form({"labels": {}})
    body = render_body(objects, filled(objects))
    body = body[: body.index("### Labels")] + f"### Labels\n\n{under}"
    assert parse_body(objects, body).variables == {"labels": {"a": "b"}}


def test_an_empty_fence_is_no_answer() -> None:
    """Whatever GitHub writes for an empty rendered text."""
    objects = form({"labels": {}}, {"labels": {"required": False}})
    body = render_body(objects, filled(objects))
    body = body[: body.index("### Labels")] + "### Labels\n\n```json\n\n```"
    assert parse_body(objects, body).variables == {}


def test_a_fence_of_thousands_of_backticks_is_answered_at_once() -> None:
    """Nothing in an issue may hold up the bot."""
    objects = form({"labels": {}})
    fence = "`" * 20_000
    typed = {**filled(objects), "Labels": f"{fence}\n{fence}{fence}"}
    started = time.monotonic()
    assert problems(objects, render_body(objects, typed))
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("typed", ["0", "51", "-1", "1.5", "١", "1e3", "0x10", "9" * 40])
def test_an_integer_is_digits_within_its_bounds(typed: str) -> None:
    """Replicas go from 1 to 50."""
    body = render_body(WITH_SETTINGS, {**filled(WITH_SETTINGS), "Most replicas": typed})
    found = problems(WITH_SETTINGS, body)
    assert found[0].field_label == "Most replicas"
    assert found[0].allowed == "A whole number from 1 to 50."


def test_deployment_settings_are_answers_of_their_own() -> None:
    """A service is asked where and how large it runs."""
    read = parse_body(WITH_SETTINGS, render_body(WITH_SETTINGS, filled(WITH_SETTINGS)))
    assert dict(read.settings) == {
        "cloud_provider": "aws",
        "region": "eu-central-1",
        "cpu_millicores": 500,
        "memory_mib": 1024,
        "min_replicas": 2,
        "max_replicas": 4,
    }


def test_a_body_of_the_longest_size_is_read_quickly() -> None:
    """65,536 characters of headings alike cost no more than reading them."""
    body = ("### Team\n" * 10_000)[:65_000]
    assert problems(SIMPLE, body)


def test_sections_are_cut_at_their_own_headings_only() -> None:
    """Another level, another case or a longer line is no heading of the form."""
    body = "### Team\n\n#### Team\n## Team\n### team\n### Team one\n ### Team"
    assert split_body(["Team"], body).texts == {
        "Team": "#### Team\n## Team\n### team\n### Team one\n ### Team"
    }


# --- the organisation's rules at the same time -------------------------------------


def test_rules_of_the_organisation_are_told_with_the_rest() -> None:
    """A cost center of another team and an empty description come in one answer."""
    typed = {**filled(SIMPLE), "Cost center": "CC-200", "Description": ""}
    with pytest.raises(FormInvalid) as caught:
        parse_body(SIMPLE, render_body(SIMPLE, typed), organization())
    told = {each.field_label: each for each in caught.value.problems}
    assert list(told) == ["Description", "Cost center"]
    assert told["Cost center"].problem == "The team `payments` may not book on this cost center."
    assert told["Cost center"].allowed == "`CC-100`."


def test_answers_that_could_be_read_come_with_the_refusal() -> None:
    """What only GitHub knows about them is asked and told in the same comment."""
    with pytest.raises(FormInvalid) as caught:
        parse_body(SIMPLE, GOOD.replace("Money, exactly", ""))
    assert caught.value.standard["repository_name"] == "money-kit"
    assert "description" not in caught.value.standard


def test_a_form_older_than_the_organisation_is_checked_against_the_live_lists() -> None:
    """The team was on the form, and may not create any more."""
    live = organization("policies: {create: {teams: [cards]}, visibility: [internal]}")
    with pytest.raises(FormInvalid) as caught:
        parse_body(SIMPLE, GOOD, live)
    assert [each.field_label for each in caught.value.problems] == ["Team", "Visibility"]


@pytest.mark.parametrize(
    ("changed", "label", "says"),
    [
        pytest.param({"Most replicas": "1"}, "Most replicas", "smaller", id="replicas"),
        pytest.param({"Region": "europe-west3"}, "Region", "Amazon Web Services", id="region"),
        pytest.param({"Memory": "16 GiB"}, "Memory", "this much memory", id="memory"),
        pytest.param({"Cloud provider": "Google Cloud"}, "Region", "Google Cloud", id="cloud"),
    ],
)
def test_settings_that_do_not_go_together_are_named(
    changed: dict[str, str], label: str, says: str
) -> None:
    """What the cloud would refuse after minutes is refused here."""
    body = render_body(WITH_SETTINGS, {**filled(WITH_SETTINGS), **changed})
    (found,) = problems(WITH_SETTINGS, body)
    assert found.field_label == label
    assert says in found.problem


def test_a_template_of_another_kind_is_asked_no_settings() -> None:
    """A library runs nowhere, whatever clouds its manifest names."""
    library = form(manifest=MANIFEST + "deploy: [aws]\n")
    assert not [each for each in library.questions if each.group == "setting"]
