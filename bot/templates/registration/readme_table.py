"""The table of templates in the catalog's README; the rest of the file is the people's own."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.progress.words import cell
from bot.templates.figures import Figures
from bot.templates.version_record import TemplateVersion

BEGIN: Final = "<!-- paved-road:templates (the bot writes what stands here) -->"
END: Final = "<!-- /paved-road:templates -->"
_BEGIN_MARK: Final = "<!-- paved-road:templates"
_HEADING: Final = "## Templates"


def with_table(
    readme: str, offered: Sequence[TemplateVersion], figures: Mapping[str, Figures]
) -> str:
    """The README with its table brought up to date; one without a place for it gets one.

    What stands outside of the two marks is not touched.
    """
    table = f"{BEGIN}\n{_table(offered, figures)}\n{END}"
    start, end = readme.find(_BEGIN_MARK), readme.find(END)
    if 0 <= start < end:
        return readme[:start] + table + readme[end + len(END) :]
    before = readme.rstrip()
    return f"{before}\n\n{_HEADING}\n\n{table}\n" if before else f"{_HEADING}\n\n{table}\n"


def _table(offered: Sequence[TemplateVersion], figures: Mapping[str, Figures]) -> str:
    if not offered:
        return "\nNo template is offered yet.\n"
    rows = [
        "| Template | What comes of it | Version | Owner | Health | Projects |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    rows += [_row(each, figures.get(each.id, Figures())) for each in offered]
    return "\n".join(rows)


def _row(version: TemplateVersion, figures: Figures) -> str:
    name = f"[{escaped(version.name)}](templates/{version.template})"
    return (
        f"| {name} | {cell(escaped(version.description))} | {version.version} "
        f"| `{version.owner}` | {health_words(figures)} | {figures.projects} |"
    )


def health_words(figures: Figures) -> str:
    """The health as people read it, the satisfaction beside it and never mixed in."""
    said = "not known yet" if figures.health is None else f"{figures.health} of 100"
    if figures.likes or figures.dislikes:
        said += f", 👍 {figures.likes} 👎 {figures.dislikes}"
    return said


def escaped(text: str) -> str:
    """A template's own words as plain text in Markdown."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#@!~&|" else c for c in text)
