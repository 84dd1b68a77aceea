"""Whether somebody answers for the template."""

from collections.abc import Sequence

from bot.github.port import File
from bot.organization import Organization
from bot.problems import Problem, ProblemsFound
from bot.templates.manifest import PATH, parse_manifest
from bot.written import code, near_miss, one_of


def check_owner(files: Sequence[File], organization: Organization) -> tuple[Problem, ...]:
    """A problem where ``owner`` is a text and names no team; its shape is told elsewhere."""
    text = next((file.content for file in files if file.path == PATH), b"").decode(
        "utf-8", "replace"
    )
    try:
        found = parse_manifest(text)
    except ProblemsFound:
        return ()
    owner = found.manifest.owner
    known = list(dict.fromkeys([*(t.slug for t in organization.teams), organization.platform_team]))
    if owner in known:
        return ()
    message = (
        f"{code(owner)} is no team of `organization.yml`, so nobody answers for the template; "
        f"write {one_of(known)}.{near_miss(owner, known)}"
    )
    return (found.source.problem(("owner",), "owner-unknown", message),)
