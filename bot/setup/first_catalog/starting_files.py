"""The files of a new catalog: those that were shipped, made this organisation's."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from bot.github.port import File
from bot.setup.first_catalog.organization_file import Start
from bot.shipped import CATALOG
from bot.templates.catalog_files import VERIFY_WORKFLOW, verify_workflow
from bot.templates.folder import read_folder

ORGANIZATION_FILE: Final = "organization.yml"
README: Final = "README.md"
_CODE_OWNERS: Final = ".github/CODEOWNERS"
_SHIPPED_OWNER: Final = b"@acme/platform"
_MANIFEST: Final = re.compile(r"templates/[^/]+/template\.yml")
_OWNER: Final = re.compile(rb"^owner:.*$", re.MULTILINE)


def starting_files(organization: str, start: Start, *, there: Collection[str]) -> Sequence[File]:
    """What is missing of a catalog that already holds the paths ``there``.

    No file of theirs is among them, and no template of which they have any file.
    """
    files = [_made_theirs(file, organization, start) for file in _shipped()]
    files.append(File(path=ORGANIZATION_FILE, content=start.text.encode()))
    files.append(File(path=VERIFY_WORKFLOW, content=verify_workflow()))
    taken = {folder for path in there if (folder := _template_of(path))}
    return [
        file for file in files if file.path not in there and _template_of(file.path) not in taken
    ]


def template_names(files: Sequence[File]) -> Sequence[str]:
    """Ids of the templates that come with the files."""
    return sorted({name for file in files if (name := _template_of(file.path))})


def is_githubs_readme(text: str, *, name: str, description: str) -> bool:
    """Whether the README is the one that GitHub makes with a repository: nobody wrote it."""
    return " ".join(text.split()) in (f"# {name}", f"# {name} {' '.join(description.split())}")


@cache
def _shipped() -> Sequence[File]:
    return [file for file in read_folder(CATALOG) if file.path != ORGANIZATION_FILE]


def _made_theirs(file: File, organization: str, start: Start) -> File:
    if file.path == _CODE_OWNERS:
        owner = f"@{organization}/{start.platform_team}".encode()
        return replace(file, content=file.content.replace(_SHIPPED_OWNER, owner))
    if _MANIFEST.fullmatch(file.path):
        owner = f'owner: "{start.platform_team}"'.encode()
        return replace(file, content=_OWNER.sub(owner, file.content, count=1))
    return file


def _template_of(path: str) -> str:
    parts = path.split("/", 2)
    return parts[1] if len(parts) == 3 and parts[0] == "templates" else ""
