"""The verdict: what a pull request shows of a template, from one look at everything."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import msgspec
import pytest

from bot.forms import Answers, compile_form, form_yaml
from bot.linting import LeftOut
from bot.organization import AllowedForTemplate
from bot.problems import Problem
from bot.rendering import (
    JSON,
    Allowed,
    Rendered,
    Renderer,
    RenderError,
    RendererUnavailable,
    Template,
    Trace,
)
from bot.templates import load_template
from bot.templates.check import FormRow, Verdict
from tests.forms.examples import organization
from tests.templates.checking import TOP, FakeLinters, as_files, finding, told, verdict_on
from tests.templates.defects.base import BASE, FOLDER, MANIFEST, VARIABLES

pytestmark = pytest.mark.asyncio(loop_scope="module")

Texts = dict[str, str | bytes]


def with_(**more: str | bytes) -> Texts:
    return {**BASE, **{f"{TOP}/{name.replace('__', '.')}": text for name, text in more.items()}}


async def check(
    texts: Texts,
    renderer: Renderer,
    linters: FakeLinters | None = None,
    allowed: AllowedForTemplate | None = AllowedForTemplate(),  # noqa: B008  # frozen
) -> Verdict:
    return await verdict_on(texts, renderer, folder=FOLDER, linters=linters, allowed=allowed)


# --- what people see ------------------------------------------------------------------


async def test_a_template_is_shown_as_its_form_and_its_project(renderer: Renderer) -> None:
    verdict = await check(BASE, renderer)
    assert verdict.template == FOLDER
    assert "README.md" in verdict.tree
    assert "src/ledger.py" in verdict.tree
    assert list(verdict.tree) == sorted(verdict.tree)
    rows = {row.label: row for row in verdict.form}
    assert rows["Repository name"] == FormRow(
        label="Repository name",
        kind="slug",
        allowed="3 to 50 lower-case letters (a-z), digits and single hyphens, starting with a "
        "letter.",
    )
    assert rows["Runtime"].default == "21"
    assert rows["Runtime"].allowed == "One of 21, 25, 17."
    assert rows["Docker"].default == "ticked"
    assert rows["Features"].default == "metrics"
    assert rows["Notes"].required is False
    assert not any("`" in row.allowed for row in verdict.form)
    definition = load_template(as_files(BASE), commit="")
    teams = "  - slug: platform\n    business_unit: Payments\n    cost_centers: [CC-100]\n"
    assert verdict.form_yaml == form_yaml(compile_form(definition, organization(teams)))


async def test_every_option_is_verified_in_some_project(renderer: Renderer) -> None:
    verdict = await check(BASE, renderer)
    assert verdict.cases[0].id == "default"
    assert verdict.cases[0].said == ""
    assert len({case.id for case in verdict.cases}) == len(verdict.cases) <= 12
    answers = [Answers.from_json(case.answers) for case in verdict.cases]
    assert {each.variables["runtime"] for each in answers} == {"21", "25", "17"}
    assert {each.variables["store"] for each in answers} == {"postgres", "memory"}
    assert {each.variables["docker"] for each in answers} == {True, False}
    ticked = [dict(each.variables["features"]) for each in answers]  # type: ignore[arg-type]
    assert {(name, is_) for each in ticked for name, is_ in each.items()} == {
        ("metrics", True), ("metrics", False), ("tracing", True), ("tracing", False),
    }  # fmt: skip
    assert all("Runtime" in case.said or case.id == "default" for case in verdict.cases)


async def test_nothing_is_verified_where_nothing_says_how(renderer: Renderer) -> None:
    texts = {**BASE, "template.yml": MANIFEST.replace('verify: ["./run.sh"]', "verify: []")}
    assert (await check(texts, renderer)).cases == ()


async def test_a_choice_with_many_options_is_verified_in_twelve_projects(
    renderer: Renderer,
) -> None:
    """And the rest is said; each option is rendered all the same."""
    options = ", ".join(f'"{number}"' for number in range(70, 0, -1))
    texts = {
        **BASE,
        "cookiecutter.json": VARIABLES.replace('["21", "25", "17"]', f"[{options}]"),
        f"{TOP}/a.txt": "{% if cookiecutter.runtime == '1' %}\n{{ nope }}\n{% endif %}",
    }
    verdict = await check(texts, renderer)
    assert len(verdict.cases) == 12
    assert "58 more" in verdict.left_out[0]
    assert any("pairs of options were not tried" in each for each in verdict.left_out)
    (problem,) = verdict.problems
    assert problem.message.endswith("It happens with Runtime: 1.")
    assert verdict.renders < 100


async def test_the_same_files_give_the_same_verdict(renderer: Renderer) -> None:
    texts = with_(a__yml="a: {{ cookiecutter.description }}\nb: {{ nope }}\n")
    assert await check(texts, renderer) == await check(texts, renderer)


# --- what the linters say -------------------------------------------------------------


async def test_a_finding_stands_at_the_templates_line(renderer: Renderer) -> None:
    """Also in a branch, a loop and an included file, with the answers that it comes with."""
    linters = FakeLinters({"BAD": finding("fake-bad"), "level: info": finding("fake-level")})
    texts = with_(
        a__sh="#!/bin/sh\n{% if cookiecutter.docker %}\n{% for x in 'ab' %}\n"
        "echo BAD {{ x }}\n{% endfor %}\n{% endif %}\n"
    )
    verdict = await check(texts, renderer, linters)
    assert told(verdict.problems) == [
        ("fake-level", "templates/parts/logging.yml", 2),
        ("fake-bad", f"{TOP}/a.sh", 4),
    ]
    assert verdict.problems[1].message == "fake-bad says no."


async def test_linters_are_called_once_with_what_is_different(renderer: Renderer) -> None:
    linters = FakeLinters(left_out=(LeftOut("actionlint", "It is not installed here."),))
    verdict = await check(BASE, renderer, linters)
    assert linters.calls == 1
    assert verdict.left_out == ("actionlint: It is not installed here.",)
    projects = {name: tree for name, tree in linters.trees.items() if name != "source"}
    seen: set[tuple[str, bytes]] = set()
    for tree in projects.values():
        files = {(file.path, file.content) for file in tree}
        assert files - seen, "a project without anything new"
        seen |= files
    assert any(file.executable for file in projects["project-0"])


async def test_secrets_in_the_templates_own_files_are_told_and_nothing_else(
    renderer: Renderer,
) -> None:
    """A hook is no script yet, and the file beside the project is in no project."""
    linters = FakeLinters(
        {"KEY": finding("detect-secrets-key"), "BAD": finding("shellcheck-SC1000")}
    )
    texts = {
        **BASE,
        "hooks/post_gen_project.sh": "#!/bin/sh\n# BAD\n# KEY\n",
        "notes.md": "\nKEY\n",
    }
    verdict = await check(texts, renderer, linters, AllowedForTemplate(hooks=True))
    assert told(verdict.problems) == [
        ("detect-secrets-key", "hooks/post_gen_project.sh", 3),
        ("detect-secrets-key", "notes.md", 2),
    ]


# --- hooks and extensions -------------------------------------------------------------

HOOK = {"hooks/post_gen_project.py": "open('made.yml', 'w').write('a: 1\\na: 2\\n')\n"}


async def test_what_a_hook_made_is_blamed_on_the_hook(renderer: Renderer) -> None:
    verdict = await check({**BASE, **HOOK}, renderer, None, AllowedForTemplate(hooks=True))
    if renderer.isolation.name == "bubblewrap":
        assert told(verdict.problems) == [("duplicate-key", "hooks/post_gen_project.py", 1)]
    else:
        assert any("bubblewrap" in each for each in verdict.left_out)


async def test_without_a_catalog_hooks_are_a_warning_and_the_rest_is_checked(
    renderer: Renderer,
) -> None:
    texts = {**with_(a__txt="{{ nope }}"), **HOOK}
    verdict = await check(texts, renderer, None, None)
    assert [(each.rule, each.severity) for each in verdict.problems] == [
        ("hook-not-allowed", "warning"),
        ("undefined-variable", "error"),
    ]
    assert verdict.left_out == ("Hooks were not run, so what they would change was not looked at.",)


async def test_an_extension_of_strangers_leaves_nothing_to_render(renderer: Renderer) -> None:
    variables = VARIABLES.replace("{\n", '{\n  "_extensions": ["some.where.Thing"],\n', 1)
    verdict = await check({**BASE, "cookiecutter.json": variables}, renderer, None, None)
    assert verdict.ok
    assert (verdict.renders, verdict.tree) == (0, ())
    assert "Nothing was rendered" in verdict.left_out[0]
    refused = await check({**BASE, "cookiecutter.json": variables}, renderer)
    assert not refused.ok


async def test_cookiecutters_own_extensions_are_harmless_to_try(renderer: Renderer) -> None:
    name = "cookiecutter.extensions.TimeExtension"
    variables = VARIABLES.replace("{\n", f'{{\n  "_extensions": ["{name}"],\n', 1)
    texts = {**with_(a__txt="{% now 'utc', '%Y' %}"), "cookiecutter.json": variables}
    verdict = await check(texts, renderer, None, None)
    assert [(each.rule, each.severity) for each in verdict.problems] == [
        ("extension-not-allowed", "warning")
    ]
    assert verdict.tree


# --- one look at everything -----------------------------------------------------------


class Counting:
    """The renderer, and how often it was asked for what."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self.renders: list[dict[str, JSON]] = []
        self.surveys = self.traces = 0

    async def render(
        self, template: Template, answers: Mapping[str, JSON], *, allowed: Allowed
    ) -> Rendered:
        self.renders.append(dict(answers))
        return await self._renderer.render(template, answers, allowed=allowed)

    async def survey(
        self, template: Template, answers: Mapping[str, JSON], *, allowed: Allowed
    ) -> tuple[RenderError, ...]:
        self.surveys += 1
        return await self._renderer.survey(template, answers, allowed=allowed)

    async def trace(
        self,
        template: Template,
        answers: Mapping[str, JSON],
        rendered: Rendered,
        paths: Collection[str],
        *,
        allowed: Allowed,
    ) -> Mapping[str, Trace]:
        self.traces += 1
        return await self._renderer.trace(template, answers, rendered, paths, allowed=allowed)


async def test_a_project_is_rendered_once_and_a_good_template_never_again(
    renderer: Renderer,
) -> None:
    counting = Counting(renderer)
    verdict = await verdict_on(BASE, counting, folder=FOLDER)
    assert len(counting.renders) == verdict.renders <= 60
    assert (counting.surveys, counting.traces) == (1, 0)


async def test_every_fault_is_told_at_once(renderer: Renderer) -> None:
    """Of two files, of the form, of the safety rules and of what comes out."""
    texts = {
        **with_(a__txt="{{ one }}", b__txt="{% if %}", c__yml="a: 1\na: 2\n"),
        "template.yml": MANIFEST.replace("owner: platform", "owner: nobody"),
        "cookiecutter.json": VARIABLES.replace('"port": 8080', '"password": "",\n  "port": 8080'),
    }
    verdict = await check(texts, renderer)
    assert {each.rule for each in verdict.problems} == {
        "undefined-variable", "syntax", "owner-unknown", "form",
    }  # fmt: skip
    assert verdict.form_yaml == ""


async def test_what_stops_every_render_is_said_to(renderer: Renderer) -> None:
    counting = Counting(renderer)
    texts = {**BASE, f"{TOP}/RUN.SH": ""}
    verdict = await verdict_on(texts, counting, folder=FOLDER)
    assert [each.rule for each in verdict.problems] == ["collision"]
    assert (counting.renders, verdict.renders) == ([], 0)
    assert "Nothing was rendered" in verdict.left_out[0]
    assert verdict.form


class Unavailable(Counting):
    async def render(
        self, template: Template, answers: Mapping[str, JSON], *, allowed: Allowed
    ) -> Rendered:
        raise RendererUnavailable("no process")


async def test_without_a_process_to_render_in_there_is_no_verdict(renderer: Renderer) -> None:
    """Our side: it is tried again, and nobody is told that the template is broken."""
    with pytest.raises(RendererUnavailable):
        await verdict_on(BASE, Unavailable(renderer), folder=FOLDER)


class WithoutSandbox(Counting):
    async def render(
        self, template: Template, answers: Mapping[str, JSON], *, allowed: Allowed
    ) -> Rendered:
        if allowed.hooks:
            raise RenderError("isolation-needed", "Hooks run only in a sandbox.")
        return await super().render(template, answers, allowed=allowed)


async def test_hooks_that_cannot_run_on_this_machine_are_left_out(renderer: Renderer) -> None:
    verdict = await verdict_on(
        {**BASE, **HOOK},
        WithoutSandbox(renderer),
        folder=FOLDER,
        allowed=AllowedForTemplate(hooks=True),
    )
    assert verdict.problems == ()
    assert verdict.tree
    assert any("install bubblewrap" in each for each in verdict.left_out)


async def test_a_verdict_is_a_value_that_survives_storing(renderer: Renderer) -> None:
    """As JSON, as the record of a pull request keeps it."""
    verdict = await check(with_(a__txt="{{ nope }}"), renderer)
    stored = msgspec.json.encode(verdict)
    assert msgspec.json.decode(stored, type=Verdict) == verdict
    assert not verdict.ok
    warning = Problem(path="x", rule="y", severity="warning", message="z")
    assert replace(verdict, problems=(warning,)).ok
