"""Patterns of template authors: the same language as everybody's, and never a long wait."""

import contextlib
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.written import Pattern, PatternInvalid

single = st.sampled_from(
    ["a", "b", "-", r"\.", r"\d", r"\w", r"\s", ".", "[ab]", "[^a]", "[a-c0-9]", "é"]
)
quantifier = st.sampled_from(["", "*", "+", "?", "{2}", "{0,2}", "{1,}", "+?"])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    grouped = st.tuples(inner, quantifier).map(lambda pair: f"({pair[0]}){pair[1]}")
    either = st.tuples(inner, inner).map("|".join).map(lambda text: f"(?:{text})")
    return st.lists(st.one_of(grouped, either, inner), min_size=1, max_size=3).map("".join)


patterns = st.recursive(st.tuples(single, quantifier).map("".join), grown, max_leaves=5)
answers = st.text(st.sampled_from("ab-. 1cé\n_"), max_size=8)


@settings(max_examples=3_000, deadline=None)
@given(patterns, answers)
def test_a_pattern_covers_what_python_would_match_whole(pattern: str, answer: str) -> None:
    """Python's engine, which everybody knows, is the reference."""
    reference = re.compile(pattern, re.ASCII)
    assert Pattern(pattern).covers(answer) == (reference.fullmatch(answer) is not None)


@settings(max_examples=500, deadline=None)
@given(patterns, answers)
def test_a_character_that_is_not_allowed_is_in_no_answer(pattern: str, answer: str) -> None:
    """What ``allows`` says of characters holds for every answer that is covered."""
    if Pattern(pattern).covers(answer):
        assert all(Pattern(pattern).allows(character) for character in answer)


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|a)*", "(a*)*b", "(a|aa)+", "(.*a){10}"])
def test_patterns_that_stop_other_engines_are_answered_at_once(pattern: str) -> None:
    """Python needs longer than the universe for some of these."""
    started = time.monotonic()
    Pattern(pattern).covers("a" * 2_000 + "!")
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        pytest.param(r"(a)\1", "`\\1` is not part", id="back-reference"),
        pytest.param("(?!x)a", "look-around", id="look-ahead"),
        pytest.param("(?P<n>a)", "named groups", id="named"),
        pytest.param(r"\bword\b", "`\\b` is not part", id="word-boundary"),
        pytest.param(r"\p{L}", "`\\p` is not part", id="unicode-class"),
        pytest.param("a$b", "covers the whole answer", id="dollar-inside"),
        pytest.param("a**", "two repetitions", id="two-repetitions"),
        pytest.param("*a", "nothing to repeat", id="star-first"),
        pytest.param("(a", "`)` is missing", id="open-group"),
        pytest.param("a)", "`)` has no place", id="closed-group"),
        pytest.param("[a", "ends too early", id="open-set"),
        pytest.param("[z-a]", "from a lower to a higher", id="backward-range"),
        pytest.param("a{3,1}", "the smaller number first", id="backward-repeat"),
        pytest.param("a{9999}", "up to 1000", id="large-repeat"),
        pytest.param("a{x}", "starts no repetition", id="open-brace"),
        pytest.param("(a{1000}){1000}", "too large", id="product"),
        pytest.param("((((){1000}){1000}){1000}){1000}", "too large", id="empty-product"),
        pytest.param("(" * 60 + ")" * 60, "too deeply", id="deep"),
        pytest.param("a" * 1_001, "at most 1000", id="long"),
    ],
)
def test_what_is_not_part_of_the_language_is_said_in_a_sentence(pattern: str, says: str) -> None:
    """An author learns what to write instead of meeting a stack trace."""
    with pytest.raises(PatternInvalid) as caught:
        Pattern(pattern)
    assert says in str(caught.value)


@settings(max_examples=1_000, deadline=None)
@given(st.text(st.sampled_from(r"()[]{}^$|*+?.\-,:ab1!="), max_size=14))
def test_any_text_is_a_pattern_or_a_sentence(text: str) -> None:
    """Nothing else comes out, whatever is typed."""
    with contextlib.suppress(PatternInvalid):
        Pattern(text).covers("a1")
