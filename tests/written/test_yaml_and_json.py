"""YAML and JSON that people write: plain values with places, everything else refused by line."""

import json
import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.problems import Problem, ProblemsFound
from bot.written import Place, code, forbidden_character, near_miss, one_of, read_json, read_yaml
from bot.written.source import Source, Value


def yaml_problem(text: str, *, limit_bytes: int = 10_000) -> tuple[str, int, int, str]:
    with pytest.raises(ProblemsFound) as caught:
        read_yaml(text, path="x.yml", limit_bytes=limit_bytes)
    first = caught.value.problems[0]
    return first.rule, first.line, first.column, first.message


def json_problem(text: str, *, limit_bytes: int = 100_000) -> tuple[str, int, int]:
    with pytest.raises(ProblemsFound) as caught:
        read_json(text, path="x.json", limit_bytes=limit_bytes)
    first = caught.value.problems[0]
    return first.rule, first.line, first.column


@pytest.mark.parametrize(
    ("text", "rule", "line", "column"),
    [
        pytest.param("a: &x [1]\nb: 2", "anchor", 1, 4, id="anchor"),
        pytest.param("a: 1\nb: *x", "yaml", 2, 4, id="alias"),
        pytest.param("a: 1\n<<: {b: 1}", "anchor", 2, 1, id="merge"),
        pytest.param("a: !!python/object:os.system x", "tag", 1, 4, id="tag"),
        pytest.param("a: !mine {b: 1}", "tag", 1, 4, id="tagged-map"),
        pytest.param("a: 1\nb: 2\na: 3", "duplicate-key", 3, 1, id="duplicate"),
        pytest.param("a: 1\n---\nb: 2", "yaml", 2, 1, id="two-documents"),
        pytest.param("%YAML 1.1\n---\na: yes", "yaml", 1, 1, id="directive"),
        pytest.param("a: [1\nb: 2", "yaml", 2, 2, id="open-list"),
        pytest.param("\ta: 1", "yaml", 1, 1, id="tab"),
        pytest.param("a: 0x1F", "number", 1, 4, id="hexadecimal"),
        pytest.param("? [a]\n: 1", "key", 1, 3, id="list-as-key"),
        pytest.param("", "empty", 1, 1, id="empty"),
        pytest.param("# only a comment\n", "empty", 1, 1, id="comment-only"),
        pytest.param("a: \x07", "yaml", 1, 1, id="bell"),
        pytest.param("[" * 5_000, "yaml", 1, 1, id="deep"),
        pytest.param("[" * 30 + "]" * 30, "too-deep", 1, 22, id="rather-deep"),
        pytest.param("a: " + "x" * 10_000, "too-large", 1, 1, id="large"),
    ],
)
def test_yaml_beyond_plain_values_is_refused_at_its_place(
    text: str, rule: str, line: int, column: int
) -> None:
    """Line and column are those an editor shows."""
    assert yaml_problem(text)[:3] == (rule, line, column)


def test_a_bomb_of_aliases_costs_nothing() -> None:
    """The first anchor is the end of it."""
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(20)
    )
    assert yaml_problem(bomb)[0] == "anchor"


def test_yaml_is_version_1_2() -> None:
    """yes, no and on are text; dates are text; 010 is a number."""
    source = read_yaml("a: yes\nb: on\nc: 2024-01-01\nd: 010\ne: ~", path="x", limit_bytes=99)
    assert source.value == {"a": "yes", "b": "on", "c": "2024-01-01", "d": 10, "e": None}


def test_places_are_those_of_keys_and_values() -> None:
    """Both count from one."""
    source = read_yaml("a:\n  - b: 1\n", path="x", limit_bytes=99)
    assert source.place(("a", 0, "b")) == Place(2, 8)
    assert source.key_place(("a", 0, "b")) == Place(2, 5)
    assert source.place(("a", 0, "nowhere", "at", "all")) == Place(2, 5)


@pytest.mark.parametrize(
    ("text", "rule", "line", "column"),
    [
        pytest.param('{\n  "a": 1, // why\n}', "comment", 2, 11, id="comment"),
        pytest.param("{\n  # why\n}", "comment", 2, 3, id="hash"),
        pytest.param('{\n  "a": 1,\n  "a": 2\n}', "duplicate-key", 3, 3, id="duplicate"),
        pytest.param('{"b": {"a": 1, "a": 2}}', "duplicate-key", 1, 16, id="inner-duplicate"),
        pytest.param('{"a": 1 "b": 2}', "json", 1, 9, id="comma"),
        pytest.param("{'a': 1}", "json", 1, 2, id="single-quotes"),
        pytest.param('{"a": NaN}', "json", 1, 1, id="nan"),
        pytest.param('{"a": ' + "9" * 9_999 + "}", "json", 1, 1, id="endless-number"),
        pytest.param("[" * 50_000, "too-deep", 1, 21, id="deep"),
        pytest.param("", "json", 1, 1, id="empty"),
        pytest.param('"' + "x" * 100_000 + '"', "too-large", 1, 1, id="large"),
    ],
)
def test_json_that_is_not_plain_is_refused_at_its_place(
    text: str, rule: str, line: int, column: int
) -> None:
    """Comments, duplicates and depth are found without Python's recursion."""
    assert json_problem(text) == (rule, line, column)


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=500, deadline=None)
@given(values, st.sampled_from([None, 2]))
def test_json_is_read_like_python_reads_it_with_a_place_for_everything(
    value: Value, indent: int | None
) -> None:
    """Whatever the value, every path in it has a place."""
    if isinstance(value, float) and math.isinf(value):
        return
    text = json.dumps(value, indent=indent).replace("Infinity", "1e999")
    source = read_json(text, path="x", limit_bytes=1_000_000)
    assert source.value == json.loads(text)
    for path in paths(source.value):
        assert path in source.values


def paths(value: Value, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found: list[tuple[str | int, ...]] = [here]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += paths(inner, (*here, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            found += paths(inner, (*here, i))
    return found


def problems_of(read: Callable[..., Source], text: str) -> tuple[Problem, ...]:
    try:
        read(text, path="x", limit_bytes=1_000)
    except ProblemsFound as error:
        return error.problems
    return ()


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from('{}[]:,"\\ \nabn0#/*&!-|>%@?'), max_size=30))
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    """Neither reader ends in anything but a value or problems."""
    for read in (read_yaml, read_json):
        assert all(problem.line >= 1 for problem in problems_of(read, text))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("Grüße, 価格 💶 ﷼ עברית", "", id="scripts"),
        pytest.param("a\u200db", "U+200D", id="joiner"),
        pytest.param("a\ufeff", "U+FEFF", id="byte-order-mark"),
        pytest.param("a\u00adb", "U+00AD", id="soft-hyphen"),
        pytest.param("\U000e0041", "U+E0041", id="tag"),
        pytest.param("a\u2028b", "a line break", id="line-separator"),
        pytest.param("a\tb", "a tab", id="tab"),
        pytest.param("\u3164", "U+3164", id="blank-letter"),
        pytest.param("\ud800", "U+D800", id="surrogate"),
        pytest.param("\x1b[31m", "U+001B", id="terminal"),
    ],
)
def test_characters_that_cannot_be_seen_are_named(text: str, says: str) -> None:
    """Every script is fine; what hides is not."""
    found = forbidden_character(text)
    assert says in found
    assert bool(found) == bool(says)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain", "`plain`", id="plain"),
        pytest.param("a`b", "``a`b``", id="backtick"),
        pytest.param("`", "`` ` ``", id="only-a-backtick"),
        pytest.param("a\n\nb", "`a b`", id="lines"),
        pytest.param("", "`  `", id="nothing"),
    ],
)
def test_a_strangers_text_cannot_leave_its_code_span(text: str, shown: str) -> None:
    """Markdown reads nothing in it."""
    assert code(text) == shown


def test_lists_and_near_misses_are_sentences() -> None:
    """A long list is cut and says so."""
    assert one_of(["a", "b"]) == "one of `a`, `b`"
    assert one_of(map(str, range(14))).endswith("`11` and 2 more")
    assert near_miss("teem", ["team", "unit"]) == " Did you mean `team`?"
    assert near_miss("zzz", ["team"]) == ""
