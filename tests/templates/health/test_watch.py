"""One process at a time decides about a version, and nothing that comes meanwhile is lost."""

import pytest

from bot.templates.health.evidence import Evidence, EvidenceRecords, Source
from bot.templates.health.observe import Observe
from bot.templates.health.watch import HOLD_S, Watch
from tests.store.memory import MemoryDocuments

VERSION = "greeter@1.0.0+0"


@pytest.fixture
def watch() -> Watch:
    return Watch(MemoryDocuments())


async def test_a_marked_version_is_claimed_by_one(watch: Watch) -> None:
    assert await watch.claim(VERSION, now_s=0.0) is None
    await watch.mark(VERSION)
    claimed = await watch.claim(VERSION, now_s=1.0)
    assert claimed is not None
    assert await watch.claim(VERSION, now_s=2.0) is None
    await watch.done(claimed)
    assert await watch.to_look_at() == []


async def test_whoever_dies_lets_go_after_a_while(watch: Watch) -> None:
    await watch.mark(VERSION)
    await watch.claim(VERSION, now_s=1.0)
    assert await watch.claim(VERSION, now_s=HOLD_S) is None
    assert await watch.claim(VERSION, now_s=HOLD_S + 1.0) is not None


async def test_what_comes_while_somebody_looks_is_looked_at_next(watch: Watch) -> None:
    await watch.mark(VERSION)
    claimed = await watch.claim(VERSION, now_s=1.0)
    assert claimed is not None
    await watch.mark(VERSION)
    await watch.decided(claimed, unhealthy=True, withdrawn=False)
    await watch.done(claimed)
    assert await watch.to_look_at() == [VERSION]
    again = await watch.claim(VERSION, now_s=2.0)
    assert again is not None
    assert again.unhealthy


async def test_what_could_not_be_done_now_keeps_its_mark(watch: Watch) -> None:
    await watch.mark(VERSION)
    claimed = await watch.claim(VERSION, now_s=1.0)
    assert claimed is not None
    await watch.let_go(claimed)
    assert await watch.to_look_at() == [VERSION]
    assert await watch.claim(VERSION, now_s=2.0) is not None


async def test_good_news_matter_only_where_something_was_bad(watch: Watch) -> None:
    await watch.good_news(VERSION)
    assert await watch.to_look_at() == []
    await watch.bad_news(VERSION)
    claimed = await watch.claim(VERSION, now_s=1.0)
    assert claimed is not None
    await watch.done(claimed)
    await watch.good_news(VERSION)
    assert await watch.to_look_at() == [VERSION]


async def test_versions_whose_owners_are_told_are_found(watch: Watch) -> None:
    await watch.mark(VERSION)
    claimed = await watch.claim(VERSION, now_s=1.0)
    assert claimed is not None
    assert await watch.unhealthy() == []
    await watch.decided(claimed, unhealthy=True, withdrawn=False)
    assert await watch.unhealthy() == [VERSION]


@pytest.mark.parametrize("good", [True, False])
async def test_killed_before_the_mark_the_repeat_marks(good: bool) -> None:
    """The event or run that brought it comes again; by then the evidence is known."""
    documents = MemoryDocuments()
    watch, evidence = Watch(documents), EvidenceRecords(documents)
    await watch.bad_news(VERSION)
    claimed = await watch.claim(VERSION, now_s=1.0)
    assert claimed is not None
    await watch.done(claimed)
    seen = Evidence(
        version=VERSION,
        source=Source.DEPLOYMENT,
        about="1",
        whose="1",
        good=good,
        made_at_s=1.0,
        at_s=1.0,
    )
    await evidence.note(seen)  # and then it was killed
    await Observe(evidence, watch)(seen)
    assert await watch.to_look_at() == [VERSION]
    assert len(await evidence.of_version(VERSION)) == 1
