"""The guide for authors is true: its template is made from the page, checked and rendered."""

import re
from pathlib import Path

from bot.linting import Linters
from bot.rendering import Renderer
from bot.templates import offline

GUIDE = Path(__file__).parents[2] / "docs" / "template-authors.md"
BLOCK = re.compile(r"^(`{3,})\w+ file=(.+?)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


def make(root: Path) -> Path:
    """The template as somebody has it who typed what the page says."""
    folder = root / "templates" / "hello-tool"
    for _, path, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


async def test_the_guides_template_is_fine_and_becomes_a_project(tmp_path: Path) -> None:
    folder = make(tmp_path)
    async with Renderer() as renderer:
        verdict = await offline.check(folder, renderer, Linters())
        assert verdict.problems == ()
        assert {row.label for row in verdict.form} >= {"Greeting", "Shell", "Team"}
        assert len(verdict.cases) == 2  # each shell
        made = tmp_path / "made"
        await offline.render_to(folder, {"project_slug": "my-tool"}, made, renderer)
    assert (made / "README.md").read_text().startswith("# my-tool\n\n```sh\nsh hello.sh\n```\n")
    assert "${{ github.ref }}" in (made / ".github/workflows/ci.yml").read_text()


def test_the_guide_names_only_commands_and_pages_that_there_are() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    for page in re.findall(r"\]\(([\w-]+\.md)\)", text):
        assert (GUIDE.parent / page).exists(), page
