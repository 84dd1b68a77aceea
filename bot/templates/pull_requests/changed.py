"""Which templates a pull request touches, told from two listings of the repository alone.

A template is what lies in its folder, so it has changed when the folder's git id has:
a rename is one template gone and one that is new, and both are seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.github.port import Tree

FOLDER: Final = "templates"
FORMS: Final = ".github/ISSUE_TEMPLATE/"
ORGANIZATION: Final = "organization.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedTemplate:
    """A template folder by git's ids: ``tree`` is empty where it is gone, ``before`` where new."""

    id: str
    tree: str
    before: str

    @property
    def path(self) -> str:
        """Where it lies in the catalog."""
        return f"{FOLDER}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What differs: templates in order of id, and every other path that was touched."""

    templates: tuple[ChangedTemplate, ...]
    others: tuple[str, ...]

    @property
    def of_platform(self) -> tuple[str, ...]:
        """Paths that only the platform team decides about: who pays, who reviews, what runs."""
        return tuple(
            path
            for path in self.others
            if path == ORGANIZATION or (path.startswith(".github/") and not _is_form(path))
        )

    @property
    def forms(self) -> tuple[str, ...]:
        """Issue forms, which the bot writes itself."""
        return tuple(path for path in self.others if _is_form(path))


def changes(before: Tree, after: Tree) -> Changes:
    """What somebody changed between the two listings."""
    was, is_ = folders(before), folders(after)
    touched = {name for name in was.keys() | is_.keys() if was.get(name) != is_.get(name)}
    return Changes(
        templates=tuple(
            ChangedTemplate(id=name, tree=is_.get(name, ""), before=was.get(name, ""))
            for name in sorted(touched)
        ),
        others=tuple(sorted(_others(before, after))),
    )


def folders(tree: Tree) -> Mapping[str, str]:
    """The git id of every template's folder, by its name."""
    prefix = f"{FOLDER}/"
    return {
        path.removeprefix(prefix): entry.id
        for path, entry in tree.entries.items()
        if entry.kind == "folder" and path.startswith(prefix) and path.count("/") == 1
    }


def _others(before: Tree, after: Tree) -> set[str]:
    """Paths outside of every template's folder."""

    def outside(tree: Tree) -> dict[str, str]:
        return {
            path: entry.id
            for path, entry in tree.entries.items()
            if entry.kind != "folder" and not _in_template(path)
        }

    was, is_ = outside(before), outside(after)
    return {path for path in was.keys() | is_.keys() if was.get(path) != is_.get(path)}


def _in_template(path: str) -> bool:
    return path.startswith(f"{FOLDER}/") and path.count("/") > 1


def _is_form(path: str) -> bool:
    return path.startswith(f"{FORMS}new-") and path.endswith(".yml")
