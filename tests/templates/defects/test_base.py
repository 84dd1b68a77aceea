"""The template that defects are put into is good."""

from bot.rendering import Renderer
from tests.templates.checking import FakeLinters, told, verdict_on
from tests.templates.defects.base import BASE, FOLDER


async def test_it_has_nothing_to_mend() -> None:
    """With and without a catalog around it."""
    async with Renderer(log=lambda _: None) as renderer:
        linters = FakeLinters()
        verdict = await verdict_on(BASE, renderer, folder=FOLDER, linters=linters)
        assert told(verdict.problems) == []
        assert verdict.ok
        assert verdict.left_out == ()
        assert verdict.renders <= 60
        assert linters.calls == 1
        offline = await verdict_on(BASE, renderer, folder=FOLDER, allowed=None)
        assert (offline.problems, offline.left_out) == ((), ())
