"""Every two options of two questions meet in some project, and there are few projects."""

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.templates.check.pairs import Row, all_pairs

sizes = st.lists(st.integers(1, 5), max_size=7)


def met(rows: tuple[Row, ...]) -> set[tuple[tuple[int, int], tuple[int, int]]]:
    return {
        ((one, row[one]), (other, row[other]))
        for row in rows
        for one, other in combinations(range(len(row)), 2)
    }


def wanted(given_sizes: list[int]) -> set[tuple[tuple[int, int], tuple[int, int]]]:
    return {
        ((one, a), (other, b))
        for one, other in combinations(range(len(given_sizes)), 2)
        for a, b in product(range(given_sizes[one]), range(given_sizes[other]))
    }


@given(sizes)
def test_every_pair_meets(given_sizes: list[int]) -> None:
    found = all_pairs(given_sizes, most=1_000)
    assert met(found.rows) == wanted(given_sizes)
    assert found.missed == 0
    assert found.rows[0] == (0,) * len(given_sizes)


@given(sizes, st.integers(1, 12))
def test_a_bound_cuts_pairs_and_no_value(given_sizes: list[int], most: int) -> None:
    found = all_pairs(given_sizes, most=most)
    assert len(found.rows) <= max(most, *given_sizes, 1)
    covering = found.rows[: found.covering]
    assert {(f, row[f]) for row in covering for f in range(len(row))} == {
        (f, value) for f, size in enumerate(given_sizes) for value in range(size)
    }
    assert found.missed == len(wanted(given_sizes) - met(found.rows))


@given(sizes)
def test_the_same_question_has_the_same_answer(given_sizes: list[int]) -> None:
    assert all_pairs(given_sizes, most=60) == all_pairs(given_sizes, most=60)


@pytest.mark.parametrize(
    ("given_sizes", "most"),
    [
        pytest.param([], 1, id="nothing-to-choose"),
        pytest.param([3], 3, id="one-choice"),
        pytest.param([3, 3, 3], 9, id="three-choices"),
        pytest.param([2] * 10, 10, id="ten-boxes"),
        pytest.param([2] * 100, 18, id="a-hundred-boxes"),
        pytest.param([5, 4, 3, 2, 2], 20, id="mixed"),
    ],
)
def test_there_are_few_rows(given_sizes: list[int], most: int) -> None:
    """Trying all combinations of ten boxes would be a thousand projects."""
    assert len(all_pairs(given_sizes, most=60).rows) <= most
