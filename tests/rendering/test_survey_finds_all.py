"""Everything that is wrong with a template is told at once, each with its file and line."""

import time

import pytest

from bot.rendering import Allowed, Renderer, RenderError

from .templates_in_memory import TOP, template

pytestmark = pytest.mark.asyncio(loop_scope="module")

Told = tuple[str, str | None, int | None]


def told(errors: tuple[RenderError, ...]) -> list[Told]:
    return [(error.rule, error.path, error.line) for error in errors]


async def test_a_good_template_has_nothing(renderer: Renderer) -> None:
    assert await renderer.survey(template({"a.txt": "{{ cookiecutter.project_slug }}"}), {}) == ()


async def test_one_fault_hides_no_other(renderer: Renderer) -> None:
    """A render would end at the first of them."""
    given = template(
        {
            "a.txt": "1\n{{ cookiecutter.one }}\n{{ cookiecutter['two'] }} {{ three }}\n",
            "b.txt": "{% if x %}\n",
            "c.txt": "1\n2\n{{ 'x' | nofilter }}\n",
            "d.txt": "\n{{ cookiecutter.project_slug.__class__ }}",
            "e.txt": "\n\nGrüße".encode("latin-1"),
            "f{{ cookiecutter.four }}.txt": "{{ cookiecutter.five }}",
            "g.yml": "on: ${{ github.sha }}\n",
            "h.txt": "{% include 'nowhere.txt' %}",
            "same.txt": "",
            "{{ 'SAME.txt' }}": "",
        },
        variables={"late": "{{ cookiecutter.six }}", "nested": {"a": "{{ cookiecutter.seven }}"}},
        beside={"templates/part.txt": "{{ given_by_who_includes }}\n{{ cookiecutter.eight }}"},
    )
    assert told(await renderer.survey(given, {})) == [
        ("undefined-variable", "cookiecutter.json", 3),
        ("undefined-variable", "cookiecutter.json", 4),
        ("undefined-variable", "templates/part.txt", 2),
        ("undefined-variable", f"{TOP}/a.txt", 2),
        ("undefined-variable", f"{TOP}/a.txt", 3),
        ("undefined-variable", f"{TOP}/a.txt", 3),
        ("syntax", f"{TOP}/b.txt", 1),
        ("syntax", f"{TOP}/c.txt", 3),
        ("forbidden-expression", f"{TOP}/d.txt", 2),
        ("not-utf8", f"{TOP}/e.txt", 3),
        ("undefined-variable", f"{TOP}/f{{{{ cookiecutter.four }}}}.txt", None),
        ("undefined-variable", f"{TOP}/f{{{{ cookiecutter.four }}}}.txt", 1),
        ("raw-needed", f"{TOP}/g.yml", 1),
        ("include-not-found", f"{TOP}/h.txt", 1),
        ("collision", f"{TOP}/{{{{ 'SAME.txt' }}}}", None),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("{% if false %}\n{{ cookiecutter.nope }}\n{% endif %}", 2, id="never-reached"),
        pytest.param("{{ 'a' ~\n 'b' ~\n cookiecutter.nope }}", 3, id="long-expression"),
        pytest.param("{% macro m() %}\n{{ nope }}{% endmacro %}", 2, id="macro-not-called"),
        pytest.param("{% for x in [1] %}{{ x }}{% endfor %}\n{{ loop.index }}", 2, id="loop"),
        pytest.param("{% set x = 1 %}\n{{ x.y.z }}", 2, id="attribute"),
        pytest.param("{{ cookiecutter.nope is defined }}", None, id="asked"),
        pytest.param("{{ cookiecutter.nope | default('x') }}", None, id="default"),
        pytest.param(
            "{% if nope is defined %}{{ nope }}{% endif %}", None, id="asked-before-it-is-used"
        ),
        pytest.param(
            "{% if 'nope' in cookiecutter %}{{ cookiecutter.nope }}{% endif %}", None, id="in"
        ),
        pytest.param("{{ cookiecutter.get('nope', 1) }}", None, id="get"),
        pytest.param("{% set a = 1 %}{{ a }}{{ range(2) | list }}", None, id="set-and-global"),
        pytest.param("{% for k, v in cookiecutter.items() %}{{ k }}{% endfor %}", None, id="for"),
        pytest.param("{% macro m(a) %}{{ a }}{{ caller() }}{% endmacro %}", None, id="macro"),
        pytest.param("{% raw %}{{ nope }}{% endraw %}", None, id="raw"),
    ],
)
async def test_undefined_names_are_found_in_every_branch_and_nothing_else_is(
    plain: Renderer, text: str, line: int | None
) -> None:
    found = await plain.survey(template({"a.txt": text}), {})
    expected = [("undefined-variable", f"{TOP}/a.txt", line)] if line else []
    assert told(found) == expected


async def test_what_is_copied_or_binary_is_not_read(plain: Renderer) -> None:
    given = template(
        {"a/b.txt": "{{ nope }}", "c.html": "{% nope %}", "d.png": b"\0{{ nope }}"},
        variables={"_copy_without_render": ["a", "*.html"]},
    )
    assert await plain.survey(given, {}) == ()


async def test_hooks_are_read_and_not_run(sandboxed: Renderer) -> None:
    given = template(beside={"hooks/post_gen_project.py": "raise SystemExit(1)\n{{ nope }}\n"})
    found = await sandboxed.survey(given, {}, allowed=Allowed(hooks=True))
    assert told(found) == [("undefined-variable", "hooks/post_gen_project.py", 2)]
    assert told(await sandboxed.survey(given, {}))[0][0] == "hook-not-allowed"


LOOPS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


async def test_the_line_of_an_endless_loop_is_told(renderer: Renderer) -> None:
    """By a render and by a survey, which finds what it can until then."""
    given = template({"a.txt": "{{ nope }}", "b.txt": f"1\n2\n{LOOPS}", "c.txt": "{{ never }}"})
    began_s = time.monotonic()
    found = await renderer.survey(given, {})
    assert told(found) == [
        ("undefined-variable", f"{TOP}/a.txt", 1),
        ("timeout", f"{TOP}/b.txt", 3),
    ]
    with pytest.raises(RenderError) as caught:
        await renderer.render(template({"b.txt": f"1\n2\n{LOOPS}"}), {})
    assert told((caught.value,)) == [("timeout", f"{TOP}/b.txt", 3)]
    assert time.monotonic() - began_s < 20


async def test_a_template_that_nothing_can_be_tried_of_is_refused(renderer: Renderer) -> None:
    broken = template(beside={"cookiecutter.json": "["})
    assert told(await renderer.survey(broken, {})) == [("json", "cookiecutter.json", 1)]
    with pytest.raises(RenderError):
        await renderer.survey(template({".git/x": ""}), {})


async def test_faults_beyond_number_are_cut(plain: Renderer) -> None:
    text = "{{ nope }}\n" * 5_000
    assert len(await plain.survey(template({"a.txt": text}), {})) == 500
