"""A line of the new repository is told as the line of the template that it came from."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import FunctionLoader

from bot.rendering import Origin, Renderer, Trace
from bot.rendering.inside.environment import CompiledTemplates, TemplateEnvironment
from bot.rendering.inside.marking import turn_on
from bot.rendering.trace import trace_of

from .templates_in_memory import TOP, template

SOURCE = "a.txt"


def traced(text: str, *on: str, **names: object) -> tuple[str, Trace]:
    """The rendered text and its trace, without any process; ``on`` are switches of Jinja."""
    switches = dict.fromkeys(on, True)
    plain, marked = (
        TemplateEnvironment(CompiledTemplates(), switches=switches, extensions=()) for _ in range(2)
    )
    for environment in (plain, marked):
        environment.loader = FunctionLoader(lambda name: (text, name, None))
    turn_on(marked, {SOURCE: 0})
    rendered, with_marks = (
        environment.get_template(SOURCE).render(**names).encode() for environment in (plain, marked)
    )
    return rendered.decode(), trace_of(rendered, with_marks, SOURCE, [SOURCE])


# --- any template at all: each word says the line that it was written in -------------

words = st.sampled_from(["@", " @ ", "\t@", "@ @", "", " ", "{{ '@' }}", "{{ 'a@\nb@' }}@"])
dashes = st.sampled_from(["", "-"])


@st.composite
def blocks(draw: st.DrawFn, depth: int = 3) -> str:
    """Text of some lines, with tags in, before and after them."""
    if depth == 0 or draw(st.integers(0, 2)) == 0:
        return "\n".join(draw(st.lists(words, min_size=1, max_size=3)))
    a, b, c, d = (draw(dashes) for _ in range(4))
    opening, closing = draw(
        st.sampled_from(
            [
                ("if yes", "endif"),
                ("if no", "endif"),
                ("for x in three", "endfor"),
                ("if no %}@{% else", "endif"),
                ("filter upper", "endfilter"),
                ("set y", "endset"),
                ("raw", "endraw"),
            ]
        )
    )
    inner = draw(st.sampled_from(["@", "\n@\n"]) if closing == "endraw" else blocks(depth - 1))
    before, after = draw(words), draw(words)
    line_ends = [draw(st.sampled_from(["\n", "", "{# @ #}\n", "{#- @\n -#}"])) for _ in range(3)]
    return (
        f"{before}{line_ends[0]}{{%{a} {opening} {b}%}}{inner}{line_ends[1]}"
        f"{{%{c} {closing} {d}%}}{line_ends[2]}{after}"
    )


def numbered(text: str) -> str:
    """Each ``@`` becomes a word that holds the number of its line.

    Inside an expression that goes on for lines it is the line where the expression begins.
    """
    parts, line, began = [], 1, 0
    for part in re.split(r"(\{\{|\}\}|@|\n)", text):
        if part == "{{":
            began = line
        elif part == "}}":
            began = 0
        line += part == "\n"
        parts.append(f"w{began or line}w" if part == "@" else part)
    return "".join(parts)


@settings(max_examples=400)
@given(blocks(), st.sets(st.sampled_from(["trim_blocks", "lstrip_blocks"])))
def test_every_word_is_traced_to_the_line_it_was_written_in(text: str, on: set[str]) -> None:
    """Loops, conditions, raw text, comments, white space cut or kept."""
    rendered, trace = traced(numbered(text), *on, yes=True, no=False, three=range(3))
    assert len(trace.lines) == len(rendered.split("\n"))
    for number, line in enumerate(rendered.split("\n"), start=1):
        found = list(re.finditer(r"w(\d+)w", line, re.IGNORECASE))
        if found and not line[: found[0].start()].strip("ab "):
            assert trace.origin(number) == Origin(SOURCE, int(found[0][1]))
        for word in found:
            assert trace.origin(number, word.start() + 1) == Origin(SOURCE, int(word[1]))


def test_the_numbering_is_awake() -> None:
    """The oracle that the property above believes."""
    assert numbered("@\n{{ '@\n@' }}@") == "w1w\n{{ 'w2w\nw2w' }}w3w"


@settings(max_examples=200)
@given(blocks())
def test_a_line_that_does_not_exist_is_the_nearest(text: str) -> None:
    """Whatever place a foreign program names, there is an answer."""
    _, trace = traced(text, yes=True, no=False, three=range(3))
    assert trace.origin(0) == trace.origin(1) == trace.origin(-5)
    assert trace.origin(10_000) == trace.origin(len(trace.lines))


def test_an_expression_that_looks_at_its_text_still_has_lines() -> None:
    """A length counts the marks too; the lines are then found by their likeness."""
    text = "a\n{% set t %}xx\nyy{% endset %}{{ t | length }}\nb\n{{ t }}\nc"
    rendered, trace = traced(text)
    assert rendered == "a\n5\nb\nxx\nyy\nc"
    lines = [trace.origin(line).line for line in range(1, 7)]
    assert lines == [1, 3, 4, 2, 3, 6]


def test_private_characters_of_the_template_itself_do_no_harm() -> None:
    text = "a\n\U00100000\U000f0005b\n{{ 'c' }}"
    rendered, trace = traced(text)
    assert rendered == "a\n\U00100000\U000f0005b\nc"
    assert trace.origin(3) == Origin(SOURCE, 3)


# --- through the isolation ------------------------------------------------------------

RICH = template(
    {
        "a.txt": "1\n{% include 'b.txt' %}\n{% from 'm.txt' import m -%}\n"
        "{{ m('x') | indent(2) }}\n",
        "b.txt": "\n\nB {{ cookiecutter.project_slug }}\n",
        "copied.txt": "{{ as it is }}\nend\n",
        "windows.txt": "one\r\n{% if true %}\r\ntwo\r\n{% endif %}\r\n",
        "name-{{cookiecutter.project_slug}}.txt": "{% for i in 'ab' -%}\n{{ i }}\n{% endfor %}",
    },
    variables={"_copy_without_render": ["copied.txt"]},
    beside={"templates/m.txt": "{% macro m(v) %}\nfirst\nsecond {{ v }}{% endmacro %}"},
)


@pytest.mark.asyncio(loop_scope="module")
async def test_included_files_and_macros_are_told_as_what_they_are(renderer: Renderer) -> None:
    """The line that has to be mended may be in another file."""
    rendered = await renderer.render(RICH, {})
    paths = [file.path for file in rendered.files]
    found = await renderer.trace(RICH, {}, rendered, [*paths, "made-by-a-hook"])
    assert set(found) == set(paths)

    text = next(f.content for f in rendered.files if f.path == "a.txt").decode().split("\n")
    told = {line: found["a.txt"].origin(number) for number, line in enumerate(text, start=1)}
    assert told["1"] == Origin(f"{TOP}/a.txt", 1)
    assert told["B shop"] == Origin(f"{TOP}/b.txt", 3)
    assert told["  first"] == Origin("templates/m.txt", 2)
    assert told["  second x"] == Origin("templates/m.txt", 3)

    assert found["copied.txt"].origin(2) == Origin(f"{TOP}/copied.txt", 2)
    assert found["windows.txt"].origin(3) == Origin(f"{TOP}/windows.txt", 3)
    name = f"{TOP}/name-{{{{cookiecutter.project_slug}}}}.txt"
    loop = found["name-shop.txt"]
    assert [loop.origin(line) for line in (1, 2)] == [Origin(name, 2)] * 2
