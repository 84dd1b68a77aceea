"""Work at once ends at once: with all results, or with the first error and nothing running."""

import asyncio

import pytest

from bot.templates.check.side_by_side import all_of, side_by_side


async def after(turns: int, result: str, done: list[str]) -> str:
    for _ in range(turns):
        await asyncio.sleep(0)
    done.append(result)
    return result


async def fails(turns: int) -> str:
    for _ in range(turns):
        await asyncio.sleep(0)
    raise LookupError("first")


async def test_all_results_come_in_order() -> None:
    done: list[str] = []
    assert await all_of([after(5, "a", done), after(1, "b", done)]) == ["a", "b"]
    assert done == ["b", "a"]
    assert await side_by_side(after(1, "a", done), after(0, "b", done)) == ("a", "b")
    assert await all_of([]) == []


async def test_the_first_error_comes_as_it_is_and_the_rest_is_called_off() -> None:
    done: list[str] = []
    with pytest.raises(LookupError):
        await all_of([after(1, "soon", done), fails(3), after(1_000, "never", done)])
    assert done == ["soon"]
    with pytest.raises(LookupError):
        await side_by_side(fails(1), after(1_000, "never", done))
    assert done == ["soon"]
