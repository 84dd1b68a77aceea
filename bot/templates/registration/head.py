"""How far the bot has followed the catalog's default branch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from bot.github.port import Tree
from bot.store.collections import CATALOG
from bot.store.keep import put
from bot.store.port import Documents
from bot.templates.catalog_files import VERIFY_WORKFLOW
from bot.templates.version_record import HEAD

# What of the catalog is of any concern here; a push that leaves all of it alone costs nothing more.
CONCERNS = (
    "templates",
    "organization.yml",
    "README.md",
    ".github/ISSUE_TEMPLATE",
    VERIFY_WORKFLOW,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogHead:
    """The commit that the bot last brought itself in line with.

    ``concerns`` has git's ids of what it looked at, by path. ``pending`` names templates
    whose content at this commit nobody has accepted, by the content's id.
    """

    commit: str
    default_branch: str
    concerns: Mapping[str, str] = field(default_factory=dict)
    pending: Mapping[str, str] = field(default_factory=dict)
    shown_on: str = ""  # the day (UTC) on which what is shown was read from the records


def concerns(tree: Tree) -> dict[str, str]:
    """Git's ids of what matters at a commit; a path that is not there is left out."""
    return {path: tree.entries[path].id for path in CONCERNS if path in tree.entries}


class HeadRecord:
    """The one record of the head, on the ``Documents`` port."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def get(self) -> CatalogHead | None:
        """What the bot is in line with, or None before the first reading."""
        known = await self._documents.get(CATALOG.name, HEAD)
        return msgspec.convert(known.data, CatalogHead) if known else None

    async def put(self, head: CatalogHead) -> None:
        """Remember it."""
        await put(self._documents, CATALOG.name, HEAD, msgspec.to_builtins(head))
