"""What was typed as REF, to one commit of this very repository, and who deploys it."""

import json
import re
from dataclasses import dataclass

from bot.deployments.rules import Refused
from bot.deployments.verdict import Via
from bot.github.port import Commit, Contents, NotFound, RepositoryName
from bot.progress.inert import inert

SETTINGS = "deploy/settings.json"

_ID = re.compile(r"[0-9a-f]{7,40}")
_OF_PULLS = re.compile(r"(refs/)?pull/.*|refs/.*|.*:.*|.*\.\..*")  # no names of branches


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A commit with the name that it was found by; ``on_default`` None: nobody asked yet."""

    commit: Commit
    ref: str
    on_default: bool | None


async def resolve(
    contents: Contents, repository: RepositoryName, ref: str, *, default_branch: str
) -> Target:
    """The commit of a branch, a tag, or an id of at least 7 digits. Raises Refused.

    GitHub keeps the commits of forks together with ours, so an id counts only where
    the default branch holds it, and heads of pull requests are not looked up at all.
    """
    if not ref:
        return await _default(contents, repository, default_branch)
    if _ID.fullmatch(ref):
        found = await _commit(contents, repository, ref)
        if found is not None:
            return await _by_id(contents, repository, ref, found, default_branch)
    for place in () if _OF_PULLS.fullmatch(ref) else ("heads", "tags"):
        found = await _commit(contents, repository, f"{place}/{ref}")
        if found is not None:
            on_default = True if (place, ref) == ("heads", default_branch) else None
            return Target(commit=found, ref=ref, on_default=on_default)
    raise Refused(
        f"There is no branch, tag or commit {inert(ref)} in this repository.",
        fix="A branch or a tag is written as it is called, a commit with at least 7 digits of "
        "its id.",
    )


async def _default(contents: Contents, repository: RepositoryName, branch: str) -> Target:
    found = await _commit(contents, repository, f"heads/{branch}")
    if found is None:
        raise Refused(
            f"The default branch {inert(branch)} is not there.", fix="Push a commit to it first."
        )
    return Target(commit=found, ref=branch, on_default=True)


async def _by_id(
    contents: Contents, repository: RepositoryName, ref: str, found: Commit, default_branch: str
) -> Target:
    try:
        held = await contents.branch_holds(repository, default_branch, found.id)
    except NotFound:
        held = False
    if not held:
        raise Refused(
            f"The commit {inert(ref)} is not on {inert(default_branch)}, so it may be anybody's: "
            "GitHub keeps the commits of forks here too.",
            fix="Name the branch or the tag that it is on.",
        )
    return Target(commit=found, ref=ref, on_default=True)


async def is_on_default(
    contents: Contents, repository: RepositoryName, target: Target, *, default_branch: str
) -> bool:
    """Whether the default branch holds the commit; asked only where it is not known."""
    if target.on_default is not None:
        return target.on_default
    try:
        return await contents.branch_holds(repository, default_branch, target.commit.id)
    except NotFound:
        return False


async def read_via(contents: Contents, repository: RepositoryName, commit: str) -> Via:
    """Who deploys this commit, as its settings say; Actions where they say nothing."""
    try:
        text = await contents.read_file(repository, SETTINGS, ref=commit)
        said = json.loads(text)
        return Via(said.get("via", Via.ACTIONS) if isinstance(said, dict) else "")
    except NotFound:
        return Via.ACTIONS
    except (ValueError, RecursionError):
        raise Refused(
            f"`{SETTINGS}` of `{commit[:7]}` cannot be read, or its `via` is neither `actions` "
            "nor `deployment`.",
            fix="Mend the file, then deploy the commit that has it.",
        ) from None


async def _commit(contents: Contents, repository: RepositoryName, ref: str) -> Commit | None:
    try:
        return await contents.commit_of(repository, ref)
    except NotFound:
        return None
