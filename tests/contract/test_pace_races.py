"""The pace of new content on every store: processes keep it together."""

from bot.github.governor import MOST_IN_BLOCK
from bot.github.paces import PUBLISHED
from tests.contract.conftest import Place
from tests.contract.processes import run_all

PROCESSES = 4


async def test_four_processes_make_no_more_than_one_may(store_place: Place) -> None:
    """Only what is left of a block that a process holds may be missing."""
    lines = await run_all("take_turns", store_place.adapter, store_place.name, times=PROCESSES)
    (most, *_) = (pace.count for pace in PUBLISHED)
    taken = sum(len(each) for each in lines)
    assert most - PROCESSES * MOST_IN_BLOCK <= taken <= most
