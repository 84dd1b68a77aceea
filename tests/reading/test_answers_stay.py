"""An odd answer stays the one value that it was pasted as, or its line is told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.answers_stay import harmed
from bot.reading.tasks import Reached, Stay, answer
from bot.reading.yaml_text import leaves_of_yaml

TWIN, ODD = "xx xxx", "a \"b\" 'c' \\d #e: f ${1+1} {{2}} $(id) é😀"


def lines(path: str, template: str, twin: str = TWIN, odd: str = ODD) -> list[tuple[int, str]]:
    """Where the answer does harm; ``@`` is where the template pastes it."""
    task = Stay(
        path, template.replace("@", twin).encode(), template.replace("@", odd).encode(),
        [(twin, odd)],
    )  # fmt: skip
    return [(seen.line, seen.rule) for seen in answer(task)]


@pytest.mark.parametrize(
    ("path", "template", "expected"),
    [
        pytest.param("a.yml", "a: 1\nb: @\n", [(2, "cut")], id="bare"),
        pytest.param("a.yml", "a: 1\nb: '@'\n", [(2, "breaks")], id="single-quotes"),
        pytest.param("a.yml", 'a: 1\nb: "@"\n', [(2, "breaks")], id="double-quotes"),
        pytest.param("a.yml", "a: |\n  @\nb: 1\n", [], id="block"),
        pytest.param("a.yml", "# @\nb: 1\n", [], id="comment"),
        pytest.param("a.json", '{\n"a": "@",\n"b": 1}', [(2, "breaks")], id="json"),
        pytest.param("a.toml", 'a = 1\nb = "@"\n', [(2, "breaks")], id="toml"),
        pytest.param("a.toml", "a = 1\nb = '@'\n", [(2, "breaks")], id="toml-literal"),
        pytest.param("a.yml", "a: @\nb: '@'\nc: 1\nd: @\n",
                     [(1, "cut"), (2, "breaks"), (4, "cut")], id="every-place"),
        pytest.param("a.txt", "@ {", [], id="no-format"),
        pytest.param("a.yml", "a: [\nb: @\n", [], id="unreadable-anyway"),
    ],
)  # fmt: skip
def test_the_line_is_told_where_an_answer_breaks_out(
    path: str, template: str, expected: list[tuple[int, str]]
) -> None:
    assert lines(path, template) == expected


@pytest.mark.parametrize(
    ("odd", "template", "harm"),
    [
        pytest.param("null", "a: @\n", "kind", id="null"),
        pytest.param("1.0", "a: @\n", "kind", id="number"),
        pytest.param("true", "a: @\n", "kind", id="true"),
        pytest.param("null", "@: 1\n", "kind", id="key"),
        pytest.param("null", 'a: "@"\n', "", id="quoted"),
        pytest.param("no way # x", "a: @\n", "cut", id="cut-by-a-comment"),
        pytest.param("a\\tb", 'a: "@"\n', "cut", id="read-as-an-escape"),
        pytest.param("a: b", "a: @\n", "breaks", id="colon"),
        pytest.param("--a", "a: @\n", "", id="dashes"),
        pytest.param("- a", "a: @\n", "breaks", id="dash-and-space"),
        pytest.param("*a", "a: @\n", "breaks", id="alias"),
        pytest.param("!a", "a: @\n", "kind", id="tag"),
        pytest.param("one\n\ntwo: 3", "a: @\n", "breaks", id="lines"),
        pytest.param("one\n\ntwo: 3", "a: |\n  @\n", "breaks", id="lines-in-a-block"),
        pytest.param('"\\ud83d\\ude00"', "a: @\n", "cut", id="halves-of-characters"),
    ],
)
def test_the_kind_of_harm_is_told(odd: str, template: str, harm: str) -> None:
    twin = json.dumps("xxxxx") if odd.startswith('"') else "x" * len(odd)
    task = Stay(
        "a.yml", template.replace("@", twin).encode(), template.replace("@", odd).encode(),
        [("xxxxx", "😀")] if odd.startswith('"') else [(twin, odd)],
    )  # fmt: skip
    assert [seen.rule for seen in answer(task)] == ([harm] if harm else [])


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1))
def test_an_answer_written_as_json_always_stays(odd: str) -> None:
    """What ``tojson`` makes of it, in all three formats."""
    twin = "x" * len(odd)
    for path, text in (("a.yml", "a: @\n"), ("a.json", '{"a": @}'), ("a.toml", "a = @\n")):
        written = json.dumps(odd, ensure_ascii=False)
        task = Stay(
            path, text.replace("@", f'"{twin}"').encode(), text.replace("@", written).encode(),
            [(twin, odd)],
        )  # fmt: skip
        assert answer(task) == []


@given(st.text(), st.text())
def test_any_two_texts_are_compared(twin: str, hostile: str) -> None:
    harmed(leaves_of_yaml, twin, hostile, [(twin, hostile)])


def test_what_only_several_places_do_together_is_told_at_the_first() -> None:
    """An anchor in one place, its alias in the other."""
    wanted, odd = b"a: x\nb: x\nc: [x]\n", b"a: &y x\nb: *y\nc: [x]\n"
    assert [seen.line for seen in answer(Stay("a.yml", wanted, odd, []))] == [2]


def test_the_lines_that_an_answer_reached() -> None:
    assert [s.line for s in answer(Reached(b"a\nb\nc\n", b"a\nX\nc\n"))] == [2]
    assert [s.line for s in answer(Reached(b"a\nb\nc\n", b"a\nX\nY\nZ\nc\n"))] == [2]
    assert answer(Reached(b"a", b"a")) == []
