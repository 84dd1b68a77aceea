"""Templates as many people have them give no false alarm."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.linting import Linters
from bot.rendering import Renderer
from tests.templates.checking import verdict_on
from tests.templates.layouts.layout import Layout
from tests.templates.layouts.other_layouts import (
    ANSIBLE,
    CLOUDFORMATION,
    GO_SERVICE,
    HELM,
    RUST,
    SPRING,
    TERRAFORM,
)
from tests.templates.layouts.python_layouts import (
    DATA_SCIENCE,
    DJANGO,
    HYPERMODERN,
    NOTEBOOK,
    PYPACKAGE,
)
from tests.templates.layouts.web_layouts import FLASK_REACT, VUE

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAYOUTS = [
    ANSIBLE,
    CLOUDFORMATION,
    DATA_SCIENCE,
    DJANGO,
    FLASK_REACT,
    GO_SERVICE,
    HELM,
    HYPERMODERN,
    NOTEBOOK,
    PYPACKAGE,
    RUST,
    SPRING,
    TERRAFORM,
    VUE,
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def renderer() -> AsyncIterator[Renderer]:
    async with Renderer(log=lambda _: None) as renderer:
        yield renderer


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.id)
async def test_a_layout_that_is_well_known_is_fine(layout: Layout, renderer: Renderer) -> None:
    """Offline, with the real linters: no error, and no warning without a reason."""
    async with Linters(log=lambda _: None) as linters:
        verdict = await verdict_on(
            layout.texts(), renderer, folder=layout.id, linters=linters, allowed=None
        )
    assert verdict.ok, [str(each) for each in verdict.problems]
    assert {(each.rule, each.path) for each in verdict.problems} == set(layout.warned), [
        str(each) for each in verdict.problems
    ]
    assert all(layout.warned.values())
    assert verdict.tree
    assert not [each for each in verdict.left_out if not _is_of_this_machine(each)]


def _is_of_this_machine(left_out: str) -> bool:
    """What another machine would have, or what nobody can know without a catalog."""
    return "not installed" in left_out or left_out.startswith(
        ("Hooks were not run", "terraform validate: ")
    )
