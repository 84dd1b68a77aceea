"""The page about ``template.yml`` says what its schema says."""

from pathlib import Path

from bot.templates.manifest import schema
from bot.templates.options_table import options_page

PAGE = Path(__file__).parents[2] / "docs" / "template-yml.md"


def test_the_page_is_the_schemas() -> None:
    """Run ``make docs`` when this fails."""
    assert PAGE.read_text(encoding="utf-8") == options_page()


def test_every_option_is_on_the_page_with_its_description() -> None:
    page = options_page()
    for name, option in schema()["properties"].items():
        assert f"| `{name}` |" in page
        assert option["description"].replace("<", "&lt;") in page
    for name in schema()["properties"]["variables"]["additionalProperties"]["properties"]:
        assert f"| `variables.<name>.{name}` |" in page
