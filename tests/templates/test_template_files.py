"""``template.yml`` and ``cookiecutter.json``: what a template says, and its mistakes by line."""

import json
from typing import Any

import pytest

from bot.github.port import File
from bot.problems import ProblemsFound
from bot.templates import Option, TemplateInvalid, Variable, load_template, parse_manifest
from tests.forms.examples import MANIFEST, SERVICE, template


def variable(name: str, variables: dict[str, Any], rules: dict[str, Any] | None = None) -> Variable:
    found = template(variables, rules).variable(name)
    assert found is not None
    return found


def told(
    manifest: str, variables: str = '{"project_slug": "x"}', folder: str = "kotlin-library"
) -> list[str]:
    files = [
        File(path="template.yml", content=manifest.encode()),
        File(path="cookiecutter.json", content=variables.encode()),
    ]
    with pytest.raises(TemplateInvalid) as caught:
        load_template(files, commit="0" * 40, folder=folder)
    return [str(each) for each in caught.value.problems]


def test_a_template_knows_its_commit_and_its_id() -> None:
    """A template is pinned before it is read."""
    found = template()
    assert (found.id, found.commit, found.manifest.version) == ("kotlin-library", "0" * 40, "1.0.0")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param(
            "id: kotlin-library",
            "id: kotlin-lib",
            "the name of the template's folder, `kotlin-library`",
            id="folder",
        ),
        pytest.param("id: kotlin-library", "id: Kotlin", "lower-case words", id="id"),
        pytest.param(
            "version: 1.0.0",
            "version: 1.0",
            "`version` must be text; put it in quotes",
            id="version-number",
        ),
        pytest.param(
            "version: 1.0.0", "version: 1.0.x", "semantic version such as 1.0.0", id="version"
        ),
        pytest.param("kind: library", "kind: libary", "(did you mean `library`?)", id="kind"),
        pytest.param("owner: platform", "ownr: platform", "Did you mean `owner`?", id="key"),
        pytest.param("name: Kotlin library", 'name: "Kot\\u202elin"', "U+202E", id="hidden"),
        pytest.param(
            "kind: library", "kind: library\ndeploy: [gcp]", "Item 1 of `deploy`", id="cloud"
        ),
        pytest.param(
            "kind: library",
            "kind: library\nupgrade: {skip: [../x]}",
            "a path inside the project",
            id="glob",
        ),
        pytest.param(
            "kind: library",
            "kind: library\nvariables: {_x: {}}",
            "not starting with an underscore",
            id="private",
        ),
        pytest.param(
            "kind: library",
            "kind: library\nvariables: {x: {kind: string}}",
            "`kind` must be one of `slug`",
            id="field-kind",
        ),
        pytest.param(
            "kind: library",
            "kind: library\nvariables: {x: {pattern: '(a'}}",
            "a `)` is missing",
            id="pattern",
        ),
        pytest.param(
            "kind: library",
            "kind: library\nvariables: {x: {kind: bool, pattern: a}}",
            "A `bool` has no pattern",
            id="pattern-of-bool",
        ),
        pytest.param(
            "kind: library",
            "kind: library\nvariables: {x: {min: 3, max: 2}}",
            "`min` is larger than `max`",
            id="bounds",
        ),
        pytest.param(
            "kind: library",
            "kind: library\nvariables: {x: {}}",
            "`x` is not a variable of `cookiecutter.json`",
            id="unknown-variable",
        ),
        pytest.param(
            "kind: library",
            "kind: library\nvariables: {project_slug: {}}",
            "answered for every project",
            id="standard",
        ),
    ],
)
def test_a_mistake_in_the_manifest_is_told_with_its_place(old: str, new: str, says: str) -> None:
    """Each with the line an editor shows."""
    found = told(MANIFEST.replace(old, new))
    assert all(each.startswith("template.yml:") for each in found)
    assert any(says in each for each in found)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(
            '{\n "a": 1,\n "a": 2}', ":3:2: error: The key `a` stands here twice.", id="twice"
        ),
        pytest.param("{\n // no\n}", ":2:2: error: JSON has no comments", id="comment"),
        pytest.param("[]", ":1:1: error: The file must be one JSON object.", id="list"),
        pytest.param('{"a b": ""}', "`a b` cannot be a variable", id="name"),
        pytest.param('{"items": ""}', "names a method", id="method"),
        pytest.param('{"a": []}', "holds at least one text", id="empty-list"),
        pytest.param('{"a": [[1]]}', "holds at least one text", id="nested-list"),
        pytest.param('{"a": ["{{ cookiecutter.b }}"]}', "are computed, so no form", id="computed"),
        pytest.param('{"team": ["a", "b"]}', "make its default text", id="standard-list"),
        pytest.param(
            '{"__prompts__": {"b": "x"}}', "`b` is not a variable", id="prompt-of-nothing"
        ),
        pytest.param('{"b": "", "__prompts__": {"b": 1}}', "must be text", id="prompt-number"),
        pytest.param('{"b": "", "__prompts__": {"b": "x\\ny"}}', "a line break", id="prompt-lines"),
        pytest.param('{"b": "", "__prompts__": []}', "must be an object", id="prompts-list"),
        pytest.param(json.dumps({f"v{i}": "" for i in range(201)}), "more than 200", id="many"),
        pytest.param('{"a": "' + "x" * 100_000 + '"}', "larger than 100 kB", id="large"),
    ],
)
def test_a_mistake_in_the_variables_is_told_with_its_place(content: str, says: str) -> None:
    """cookiecutter itself would take the last of two keys and say nothing."""
    (found,) = told(MANIFEST, content)
    assert found.startswith("cookiecutter.json:")
    assert says in found


@pytest.mark.parametrize(
    ("default", "rule", "says"),
    [
        pytest.param("x", {"kind": "choice"}, "gives `options`", id="choice-of-nothing"),
        pytest.param(
            "x", {"kind": "choice", "options": ["a"]}, "not one of its `options`", id="default"
        ),
        pytest.param(["x"], {"options": ["a"]}, "remove `options`", id="two-lists"),
        pytest.param(["x"], {"kind": "line"}, "is a `line`, which its default", id="list-as-line"),
        pytest.param("yes", {"kind": "bool"}, "is a `bool`, which its default", id="text-as-bool"),
        pytest.param("x1", {"kind": "integer"}, "is a `integer`, which", id="text-as-integer"),
        pytest.param("x", {"kind": "multi"}, "holds true and false", id="text-as-multi"),
        pytest.param(True, {"kind": "text"}, "is a `text`, which its default", id="bool-as-text"),
        pytest.param("x", {"kind": "line", "options": ["x"]}, "only a `choice` has", id="options"),
    ],
)
def test_a_kind_must_fit_its_default(default: object, rule: dict[str, Any], says: str) -> None:
    """The two files agree, or the author learns where they do not."""
    manifest = f"{MANIFEST}variables: {json.dumps({'a': rule})}\n"
    (found,) = told(manifest, json.dumps({"a": default}))
    assert found.startswith("template.yml:7:")
    assert says in found


@pytest.mark.parametrize(
    ("default", "kind"),
    [
        pytest.param("x", "line", id="text"),
        pytest.param(["a", "b"], "choice", id="list"),
        pytest.param(True, "bool", id="bool"),
        pytest.param({"a": True}, "multi", id="switches"),
        pytest.param({"a": "b"}, "dict", id="object"),
        pytest.param({}, "dict", id="empty-object"),
        pytest.param(8080, "integer", id="number"),
        pytest.param("{{ cookiecutter.project_slug }}", "computed", id="computed"),
        pytest.param({"a": "{{ cookiecutter.project_slug }}"}, "computed", id="computed-object"),
    ],
)
def test_a_variable_without_a_rule_has_its_natural_kind(default: object, kind: str) -> None:
    """A plain cookiecutter template needs no rules."""
    found = variable("a", {"a": default})
    assert found.kind == kind
    assert found.asked == (kind != "computed")


def test_prompts_head_questions_and_name_options() -> None:
    """cookiecutter's own prompts serve the form too."""
    asked = variable(
        "java_version",
        {
            "java_version": ["17", "25"],
            "__prompts__": {"java_version": {"__prompt__": "Which Java?", "17": "17 (LTS)"}},
        },
    )
    assert asked.label == "Which Java?"
    assert asked.options == (Option("17", "17 (LTS)"), Option("25", "25"))
    assert variable("java_version", {"java_version": ["17"]}).label == "Java version"


def test_a_computed_variable_with_a_rule_may_be_answered() -> None:
    """Naming it in the manifest asks for it; left empty, it is computed."""
    asked = variable("a", {"a": "{{ cookiecutter.project_slug }}"}, {"a": {"kind": "slug"}})
    assert (asked.asked, asked.required, asked.computed) == (True, False, True)


def test_an_empty_default_is_an_optional_answer() -> None:
    """Unless the manifest says otherwise."""
    assert not variable("a", {"a": ""}).required
    assert variable("a", {"a": ""}, {"a": {"required": True}}).required
    assert variable("a", {"a": "x"}).required


def test_missing_files_are_told_together() -> None:
    """A folder that holds no template says what a template has."""
    with pytest.raises(TemplateInvalid) as caught:
        load_template([], commit="0" * 40)
    assert [each.path for each in caught.value.problems] == ["cookiecutter.json", "template.yml"]


def test_a_file_in_another_encoding_is_told_by_line() -> None:
    """Latin-1 is a common accident."""
    latin = MANIFEST.replace("JVM", "JVM für").encode("latin-1")
    with pytest.raises(TemplateInvalid) as caught:
        load_template(
            [
                File(path="template.yml", content=latin),
                File(path="cookiecutter.json", content=b"{}"),
            ],
            commit="",
        )
    assert [(each.path, each.line) for each in caught.value.problems] == [("template.yml", 3)]


def test_a_manifest_alone_can_be_parsed() -> None:
    """With and without the folder's name."""
    assert parse_manifest(MANIFEST).manifest.id == "kotlin-library"
    with pytest.raises(ProblemsFound):
        parse_manifest(MANIFEST, folder="another")


def test_who_deploys_is_actions_unless_the_template_says_otherwise() -> None:
    """`via` is a property of what is deployed."""
    deployed = MANIFEST.replace("kind: library", "kind: service\ndeploy: [aws]")
    assert parse_manifest(deployed).manifest.via == "actions"
    other = deployed.replace("deploy: [aws]", "deploy: [aws]\nvia: deployment")
    assert parse_manifest(other).manifest.via == "deployment"


def test_an_answer_may_decide_who_deploys() -> None:
    """One choice brings the files of another system, and the setting that goes with it."""
    rules = {"delivery": {"kind": "choice", "via_deployment": ["jenkins"]}}
    found = template({"delivery": ["actions", "jenkins"]}, rules, manifest=SERVICE)
    assert found.via_of({"delivery": "jenkins"}) == "deployment"
    assert found.via_of({"delivery": "actions"}) == "actions"
    assert found.via_of({}) == "actions"
