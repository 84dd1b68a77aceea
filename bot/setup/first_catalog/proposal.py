"""What the pull request with the first catalog says."""

from collections.abc import Sequence
from typing import Final

from bot.progress.inert import inert
from bot.setup.first_catalog.organization_file import Start

TITLE: Final = "Start the catalog: teams, templates and workflows"
MESSAGE: Final = "Start the catalog"
DESCRIPTION: Final = "Every project starts here: file an issue, get a repository."
MOST_NAMED: Final = 40


def body_of(organization: str, start: Start, templates: Sequence[str]) -> str:
    """Plain words for whoever installed the App: what to check, and what a merge does."""
    points = [_teams(start), _cost_centers(start), _platform(start), _templates(templates)]
    checks = "\n".join(f"- [ ] {point}" for point in points)
    return f"""\
This starts the catalog of **{organization}**. Nothing is in force before you merge it.

**Next:** go through the list, change files on this branch where something is not right (the \
pencil in *Files changed*), then merge.

### Check

{checks}

### What happens after the merge

- The bot reads `organization.yml` and writes one issue form for each template, within a minute.
- It checks each template, and tells in an issue what it finds.
- Whoever can read this repository files *New issue* and gets a repository. Give read access to \
everybody who may ask for one.
- In the settings of this repository, protect the default branch: require a review from code \
owners and the check *Paved Road*.

If you close this without merging, it is not offered again. To go on later, reopen it.
"""


def _teams(start: Start) -> str:
    if not start.teams_are_real:
        return (
            "**Teams** in `organization.yml`: GitHub has none that the App can see. Make a team "
            f"on GitHub first, and put its slug in the place of `{start.platform_team}`."
        )
    said = (
        f"**Teams** in `organization.yml`: {_named(start.teams)}, as GitHub has them. Remove those "
        "that own no projects."
    )
    if start.left_out:
        left_out = ", ".join(inert(slug) for slug in start.left_out[:MOST_NAMED])
        said += f" Left out, because their names cannot stand there: {left_out}."
    return said


def _cost_centers(start: Start) -> str:
    places = [f"`{center}` for {inert(unit)}" for unit, center in start.units.items()]
    shown = ", ".join(places[:MOST_NAMED]) + (", …" if len(places) > MOST_NAMED else "")
    return (
        f"**Cost centers** in `organization.yml` are placeholders: {shown}. Replace each of them, "
        "where its unit has it and where teams have it."
    )


def _platform(start: Start) -> str:
    return (
        f"**The platform team** is `{start.platform_team}`. It owns the templates (`owner` in each "
        "`template.yml`) and reviews changes here (`.github/CODEOWNERS`). If another team does, "
        "change all three."
    )


def _templates(templates: Sequence[str]) -> str:
    if not templates:
        return "**Templates**: yours stay as they are, and none is added."
    return f"**Templates**: {_named(templates)}. Delete the folders of those that you do not want."


def _named(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    shown = ", ".join(f"`{name}`" for name in names[:MOST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
