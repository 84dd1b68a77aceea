"""Examples of what a pattern covers: always right, found where there is one, never a long wait."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.written import Pattern, PatternInvalid, example
from tests.written.test_patterns import answers, patterns


@given(patterns, st.integers(0, 6), st.integers(0, 8), st.booleans())
def test_an_example_is_covered_and_of_the_length_that_was_asked_for(
    pattern: str, least: int, more: int, longest: bool
) -> None:
    found = example(Pattern(pattern), least=least, most=least + more, longest=longest)
    assert found is None or (Pattern(pattern).covers(found) and least <= len(found) <= least + more)


@given(patterns, answers)
def test_where_an_answer_exists_an_example_does(pattern: str, answer: str) -> None:
    """Of that length, too."""
    if _is_plain(answer) and Pattern(pattern).covers(answer):
        assert example(Pattern(pattern), least=len(answer), most=len(answer)) is not None


def _is_plain(answer: str) -> bool:
    return answer == answer.strip() and answer.isprintable()


@given(patterns, answers, answers)
def test_an_example_holds_the_words_that_it_shall_hold(
    pattern: str, words: str, around: str
) -> None:
    found = example(Pattern(pattern), least=1, most=20, holding=words)
    assert found is None or (words in found and Pattern(pattern).covers(found))
    answer = around[:4] + words + around[4:]
    if answer and _is_plain(answer):
        assert found is not None or not Pattern(pattern).covers(answer)


@pytest.mark.parametrize(
    ("pattern", "shortest", "longest"),
    [
        pytest.param(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)+", "a.a", "aaaaaaaa.a", id="package"),
        pytest.param("[A-Z]{3}-[0-9]+", "AAA-0", "AAA-000000", id="number"),
        pytest.param("(a|b)*c", "c", "aaaaaaaaac", id="end"),
        pytest.param("[\u4e00-\u9fff]+", "\u4e00", "\u4e00" * 10, id="script"),
        pytest.param("( a)+", None, None, id="white-space-at-the-end"),
        pytest.param("a{11}", None, None, id="too-long"),
    ],
)
def test_examples_read_well(pattern: str, shortest: str | None, longest: str | None) -> None:
    """Letters before marks, and one way of many is always the same one."""
    assert example(Pattern(pattern), least=1, most=10) == shortest
    assert example(Pattern(pattern), least=1, most=10, longest=True) == longest


@pytest.mark.parametrize("pattern", ["(.*a){30}", "(a|aa|aaa)*" * 9, "[^a]*a.{40}" * 4, "(.?){90}"])
def test_a_pattern_of_many_states_is_answered_soon(pattern: str) -> None:
    """Or given up: an example is never worth a wait."""
    try:
        known = Pattern(pattern)
    except PatternInvalid:
        pytest.fail("choose another pattern for this test")
    began_s = time.monotonic()
    example(known, least=1, most=2_000, holding='"', longest=True)
    assert time.monotonic() - began_s < 10
