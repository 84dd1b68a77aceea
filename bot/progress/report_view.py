"""Every sentence about a report: the issue to the owners, and the thanks.

The report itself is a stranger's text. It stands in a fence, where it mentions nobody,
closes nothing and loads nothing.
"""

import re
import textwrap
from typing import Final

from bot.progress.inert import inert_block

LABEL: Final = "paved-road:report"
WIDTH: Final = 96
SOMETHING: Final = "(this project)"


def report_issue(
    name: str, *, team: str, text: str, login: str, repository: str, url: str, named: bool
) -> tuple[str, str]:
    """Title and text of the issue in the catalog; ``team`` is a mention.

    Where the project may not be ``named`` here, neither is who works in it.
    """
    shown = text if named else without_name(text, repository)
    whose = (
        f"Reported by @{login} in [{repository}]({url})."
        if named
        else "Reported by somebody who works on a project that not everybody here can see."
    )
    return f"Report on {name}", "\n\n".join(
        [
            f"{team}: somebody reports on {name}",
            inert_block(textwrap.fill(shown, WIDTH)),
            whose,
            "**Next:** mend the template, or answer here. Closing this issue closes the report, "
            "and the template's health stops counting it; reopening opens it again.",
        ]
    )


def thanks(name: str, *, team: str, issue: str, url: str, named: bool) -> str:
    """The answer to the person."""
    hidden = (
        ""
        if named
        else " The issue has your words, but neither your name nor this repository's: more people "
        "can read the catalog than this."
    )
    return (
        f"Thank you. Your report on {name} is with `{team}`: [{issue}]({url}).{hidden} "
        "Follow that issue to hear what becomes of it."
    )


def without_name(text: str, repository: str) -> str:
    """The text without the repository's name, however it is written.

    What else a person wrote about it is theirs; the answer to ``/report`` says who reads it.
    """
    owner, _, name = repository.partition("/")
    words = "[-_. ]?".join(re.escape(word) for word in re.split("[-_.]", name) if word)
    return re.sub(f"(?:{re.escape(owner)}/)?{words}", SOMETHING, text, flags=re.IGNORECASE)
