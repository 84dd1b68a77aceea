"""What was meant for cookiecutter and comes out is told; other programs' braces are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.leftovers import leftovers


@pytest.mark.parametrize(
    "text",
    [
        "{{ cookiecutter.title }}",
        "{{cookiecutter.title|upper}}",
        "{{- cookiecutter['title'] -}}",
        '{{ "a" ~ cookiecutter["title"] }}',
        "{% if cookiecutter.docker %}",
        "{%- for x in cookiecutter.list %}",
        "{# cookiecutter.title #}",
        "{cookiecutter.title}",
        "{ { cookiecutter.title } }",
        "${{ cookiecutter.title }}",
        "${cookiecutter.title}",
        "%{ if cookiecutter.docker }",
        "{{\n  cookiecutter.title\n}}",
    ],
)
def test_an_expression_that_names_cookiecutter_is_one(text: str) -> None:
    (found,) = leftovers(f"one\n {text} \nlast")
    assert (found.rule, found.line) == ("leftover", 2)
    assert "`cookiecutter." in found.message


@pytest.mark.parametrize(
    "text",
    [
        "${{ github.sha }}",
        "{{ message }}",
        "{{ .Values.image }}",
        "{{- range .Items }}{{ end -}}",
        "{{#if user}}{{user.name}}{{/if}}",
        "{% extends 'base.html' %}{{ url_for('x') }}",
        "{{{raw}}}",
        "Made with cookiecutter.",
        "https://cookiecutter.readthedocs.io/{a}",
        "pip install cookiecutter {x}",
        "cookiecutter.json holds {} and { }",
        "{a} cookiecutter.title {b}",
        "from cookiecutter.main import cookiecutter",
        "def f() { return g(); } // cookiecutter.title",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert list(leftovers(f"one\n{text}\nlast")) == []


words = st.text(st.characters(codec="utf-8", exclude_characters="{}%"), max_size=30)
harmless = st.sampled_from(
    ["{{ x }}", "${{ github.ref }}", "{% if x %}", "{}", "{{ .Name }}", "cookiecutter ", "%{", "{"]
)


@given(st.lists(st.tuples(words, harmless | st.just("LEFT")), max_size=8))
def test_as_many_are_found_as_were_put_in(parts: list[tuple[str, str]]) -> None:
    """Each on its line, whatever stands around them."""
    text, lines = "", []
    for word, braces in parts:
        text += word.replace("cookiecutter", "") + "\n}\n"  # what was open before is closed
        if braces == "LEFT":
            lines.append(text.count("\n") + 1)
        text += "{{ cookiecutter.name }}" if braces == "LEFT" else braces
    assert [found.line for found in leftovers(text)] == lines


@given(st.text(st.sampled_from("{}%$#-[. \ncookiecutter"), max_size=200))
def test_any_text_is_answered_in_linear_time(text: str) -> None:
    list(leftovers("{" * 5_000 + text * 20 + "cookiecutter"))
