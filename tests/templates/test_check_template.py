"""What a check of a template's files finds without running any of them."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from bot.github.port import File
from bot.organization import AllowedForTemplate
from bot.problems import Problem
from bot.reading.free_text import carried_on, concerns, free_text
from bot.templates import load_template
from bot.templates.check.copied import copied_paths
from bot.templates.check.files import check_files, check_size
from bot.templates.check.free_variables import computed_defaults, free_variables
from tests.forms.examples import MANIFEST

TOP = "{{cookiecutter.project_slug}}"


def files(
    more: Mapping[str, str | bytes] | None = None,
    variables: dict[str, Any] | None = None,
    rules: dict[str, Any] | None = None,
) -> list[File]:
    """A template without a fault, with more files and variables."""
    content: dict[str, str | bytes] = {
        "template.yml": f"{MANIFEST}variables: {json.dumps(rules or {})}\n",
        "cookiecutter.json": json.dumps({"project_slug": "x", **(variables or {})}, indent=2),
        f"{TOP}/README.md": "# {{ cookiecutter.project_slug }}\n",
        **(more or {}),
    }
    return [
        File(path=path, content=text if isinstance(text, bytes) else text.encode())
        for path, text in content.items()
    ]


def found(given: list[File], allowed: AllowedForTemplate | None = None) -> list[Problem]:
    return list(check_files(given, allowed=allowed))


def test_a_good_template_has_no_problem() -> None:
    """Silence is the answer to good work."""
    assert found(files()) == []


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        pytest.param(f"{TOP}/.git/config", "git-name", id="git-folder"),
        pytest.param(f"{TOP}/.GIT/config", "git-name", id="git-folder-upper"),
        pytest.param(".gitmodules", "git-name", id="submodules"),
        pytest.param(f"{TOP}/../x", "path-outside", id="parent"),
        pytest.param("/etc/passwd", "path-outside", id="absolute"),
        pytest.param(f"{TOP}/a\\b", "path-outside", id="backslash"),
        pytest.param(f"{TOP}/a\u202eb", "odd-name", id="bidirectional"),
        pytest.param(f"{TOP}/readme.md", "collision", id="case"),
        pytest.param("{{cookiecutter.team}}/x", "top-folder", id="two-tops"),
        pytest.param("hooks/post_gen_project.py", "hook-not-allowed", id="hook"),
    ],
)
def test_a_file_that_does_not_belong_is_named(path: str, rule: str) -> None:
    """By its path."""
    assert rule in [each.rule for each in found(files({path: ""}))]


def test_a_template_without_a_project_folder_or_readme_is_told() -> None:
    """What a developer would miss first."""
    bare = [file for file in files() if not file.path.startswith(TOP)]
    assert [each.rule for each in found(bare)] == ["top-folder"]
    assert [each.rule for each in found([*bare, File(path=f"{TOP}/x", content=b"")])] == ["readme"]


def test_git_attributes_that_change_what_is_checked_are_refused() -> None:
    """A file that an archive leaves out would not be the file that was reviewed."""
    (problem,) = found(files({".gitattributes": "*.sh text\nhooks/ export-ignore\n"}))
    assert (problem.rule, problem.line) == ("git-attributes", 2)


@pytest.mark.parametrize(
    ("variables", "rule"),
    [
        pytest.param({"templates": {"a": "b"}}, "forbidden-key", id="nested"),
        pytest.param({"template": "../other"}, "forbidden-key", id="other"),
        pytest.param(
            {"_jinja2_env_vars": {"variable_start_string": "[["}}, "forbidden-key", id="delimiters"
        ),
        pytest.param({"_jinja2_env_vars": {"trim_blocks": True}}, "", id="trim"),
        pytest.param(
            {"_extensions": ["local_extensions.Evil"]}, "extension-not-allowed", id="extension"
        ),
        pytest.param({"_extensions": ["cookiecutter.extensions.SlugifyExtension"]}, "", id="usual"),
    ],
)
def test_keys_that_reach_outside_are_told_at_their_line(
    variables: dict[str, Any], rule: str
) -> None:
    """cookiecutter would obey them."""
    problems = found(files(variables=variables), AllowedForTemplate())
    assert [each.rule for each in problems] == ([rule] if rule else [])
    assert all(each.line >= 3 for each in problems)


def test_hooks_and_extensions_need_the_platform_teams_word() -> None:
    """Unknown offline (a warning), refused without it, fine with it."""
    given = files({"hooks/pre_gen_project.py": ""}, {"_extensions": ["a.B"]})
    allowed = AllowedForTemplate(hooks=True, extensions=("a.B",))
    assert {each.severity for each in found(given)} == {"warning"}
    assert {each.severity for each in found(given, AllowedForTemplate())} == {"error"}
    assert found(given, allowed) == []


FREE = {"title": "x", "notes": "", "size": ["a", "b"], "port": 1, "labels": {}, "code": "a"}
RULES = {"title": {"pattern": ".*"}, "notes": {"kind": "text"}, "code": {"pattern": "[a-z.]+"}}


COMPUTED = "{% for c in cookiecutter.title %}{{ c }}{% endfor %}!"


@pytest.mark.parametrize(
    ("path", "line", "severity"),
    [
        pytest.param(
            ".github/workflows/ci.yml", "name: {{ cookiecutter.title }}", "error", id="workflow"
        ),
        pytest.param(
            ".github/x.yml", "a: {{ cookiecutter.title | tojson }}", "error", id="workflow-quoted"
        ),
        pytest.param("a.yml", "a: {{ cookiecutter.title }}", "warning", id="yaml"),
        pytest.param("a.yml", "a: {{ cookiecutter.title | tojson }}", "", id="yaml-quoted"),
        pytest.param(
            "a.yml", "a: '{{ cookiecutter.title | upper }}'", "warning", id="other-filter"
        ),
        pytest.param("a.yml", "a: {{ cookiecutter['title'] }}", "warning", id="by-key"),
        pytest.param("a.yml", "a: {{ cookiecutter.labels }}", "warning", id="object"),
        pytest.param("a.yml", "a: {{ cookiecutter.description }}", "warning", id="description"),
        pytest.param("a.yml", "{% set t = cookiecutter.title %}a: {{ t }}", "warning", id="set"),
        pytest.param(
            "a.yml",
            "{% set t = cookiecutter.title %}{% set u = t %}a: {{ u }}",
            "warning",
            id="set-twice",
        ),
        pytest.param(
            "a.yml", "{% for c in cookiecutter.title %}{{ c }}{% endfor %}", "warning", id="for"
        ),
        pytest.param("a.yml", "a: {{ cookiecutter.computed }}", "warning", id="computed"),
        pytest.param(
            "a.yml", "a: {{ 'y' if cookiecutter.title == 'x' else 'n' }}", "", id="asked-only"
        ),
        pytest.param("a.yml", "{% if cookiecutter.title %}a: 1{% endif %}", "", id="if"),
        pytest.param("a.yml", "a: {{ cookiecutter.title | slugify }}", "", id="slugified"),
        pytest.param("a.yml", "{% raw %}{{ cookiecutter.title }}{% endraw %}", "", id="raw"),
        pytest.param(
            "a.yml", "a: {{ cookiecutter.size }} {{ cookiecutter.port }}", "", id="choice"
        ),
        pytest.param("a.yml", "a: {{ cookiecutter.code }}", "", id="restrictive-pattern"),
        pytest.param("main.tf", "x = {{ cookiecutter.title | tojson }}", "warning", id="hcl"),
        pytest.param("run.sh", "echo '{{ cookiecutter.notes }}'", "warning", id="shell"),
        pytest.param("Dockerfile", "LABEL a={{ cookiecutter.notes }}", "warning", id="dockerfile"),
        pytest.param("a.properties", "a={{ cookiecutter.notes }}", "warning", id="properties"),
        pytest.param("pom.xml", "<a>{{ cookiecutter.notes }}</a>", "warning", id="xml"),
        pytest.param("pom.xml", "<a>{{ cookiecutter.notes | e }}</a>", "", id="xml-escaped"),
        pytest.param("App.kt", 'val a = "{{ cookiecutter.notes }}"', "warning", id="source"),
        pytest.param("NOTES.md", "{{ cookiecutter.notes }}", "", id="prose"),
        pytest.param("a.yml", "a: {% broken", "", id="syntax-is-told-by-rendering"),
    ],
)
def test_free_text_may_stand_where_it_can_do_nothing(path: str, line: str, severity: str) -> None:
    """Quotes, line breaks and expressions in an answer would start something new."""
    variables = {**FREE, "description": "", "computed": COMPUTED}
    path = f"{TOP}/{path}"
    told = reached(files({path: f"first\n{line}\n"}, variables, RULES), path)
    assert told == ([2] if severity else [])


def reached(given: list[File], path: str) -> list[int]:
    """The lines of that file which free text reaches."""
    definition = load_template(given, commit="")
    free = free_variables(definition.variables)
    carried = carried_on(free, computed_defaults(definition.variables))
    text = next(file.content for file in given if file.path == path).decode()
    if not concerns(path, len(text)) or path in copied_paths(definition):
        return []
    return [found.line for found in free_text(path, text, carried)]


def test_what_is_copied_receives_no_answer() -> None:
    path = f"{TOP}/a.yml"
    given = files({path: "\na: {{ cookiecutter.title }}\n"}, FREE, RULES)
    assert reached(given, path) == [2]
    for glob in ("a.yml", "*"):
        copied = files({path: "\na: {{ cookiecutter.title }}\n"},
                       {**FREE, "_copy_without_render": [glob]}, RULES)  # fmt: skip
        assert reached(copied, path) == []


def test_a_line_without_a_pattern_is_safe_by_default() -> None:
    """Its answers hold nothing that ends a literal, so it may stand anywhere."""
    path = f"{TOP}/a.yml"
    text = {path: "\na: {{ cookiecutter.title }}\n"}
    assert reached(files(text, {"title": "x"}), path) == []
    assert reached(files(text, {"title": "x"}, {"title": {"pattern": ".+"}}), path) == [2]


def test_more_than_a_template_may_be_is_told_before_anything_else() -> None:
    """2,000 files and 20 MB."""
    many = [File(path=f"{i}", content=b"") for i in range(2_001)]
    assert [each.rule for each in check_size(many)] == ["too-many-files"]
    assert [each.rule for each in check_size([File(path="x", content=b"x" * 20_000_001)])] == [
        "too-large"
    ]
    assert check_size(many[:2_000]) == ()


def test_problems_are_the_json_that_the_command_line_promises() -> None:
    """Five keys, no more."""
    (problem,) = found(files({"hooks/x.sh": ""}))
    assert problem.to_json() == {
        "path": "hooks/x.sh",
        "line": 1,
        "rule": "hook-not-allowed",
        "severity": "warning",
        "message": "Hooks need the platform team's word in `organization.yml` "
        "(policies, templates, hooks).",
    }
