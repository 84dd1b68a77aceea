"""What *New issue* offers, read from the default branch as GitHub reads it."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.localhub.pages.issue_forms.definition import Chooser, ContactLink
from bot.localhub.pages.issue_forms.read import FormProblem, read_form, read_mapping

FOLDER = ".github/ISSUE_TEMPLATE"
CONFIG = ("config.yml", "config.yaml")
_LINK_KEYS = {"name", "url", "about"}


def read_chooser(files: Mapping[str, bytes]) -> Chooser:
    """The chooser made of the files directly in ``.github/ISSUE_TEMPLATE``, by name."""
    forms = tuple(
        read_form(name, files[name])
        for name in sorted(files)
        if name.endswith((".yml", ".yaml")) and name not in CONFIG
    )
    config = next((files[name] for name in CONFIG if name in files), None)
    if config is None:
        return Chooser(forms=forms)
    try:
        links, blank = _config(read_mapping(config))
    except FormProblem as problem:
        return Chooser(forms=forms, problems=(problem.problem,))
    return Chooser(forms=forms, links=links, blank_allowed=blank)


def _config(given: Mapping[str, Any]) -> tuple[tuple[ContactLink, ...], bool]:
    unknown = sorted(map(str, given.keys() - {"blank_issues_enabled", "contact_links"}))
    if unknown:
        raise FormProblem(f"`{unknown[0]}` is not a permitted key.")
    blank, links = given.get("blank_issues_enabled", True), given.get("contact_links", [])
    if not isinstance(blank, bool):
        raise FormProblem("`blank_issues_enabled` must be true or false.")
    if not isinstance(links, list):
        raise FormProblem("`contact_links` must be a list.")
    return tuple(_links(links)), blank


def _links(given: Iterable[Any]) -> Iterable[ContactLink]:
    for index, link in enumerate(given):
        where = f"contact_links[{index}]: "
        if not isinstance(link, dict) or set(link) != _LINK_KEYS:
            raise FormProblem(f"{where}must have name, url and about, and nothing else.")
        if not all(isinstance(value, str) and value for value in link.values()):
            raise FormProblem(f"{where}values must be non-empty strings.")
        if not link["url"].startswith(("https://", "http://")):
            raise FormProblem(f"{where}`url` must start with https:// or http://.")
        yield ContactLink(**link)
