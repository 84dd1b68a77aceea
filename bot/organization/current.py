"""The organisation in force: the last good ``organization.yml`` that was merged.

A broken file never takes the bot down. The last good one stays in force, and one
issue in the catalog, closed again by itself, tells the platform team what to mend.
"""

from collections.abc import Sequence

import structlog
from cachetools import LRUCache

from bot.errors import RetryLater
from bot.github.port import Contents, Issues, NotFound, RepositoryName
from bot.organization.parse import OrganizationInvalid, parse_organization
from bot.organization.value import Organization
from bot.problems import Problem
from bot.store.collections import ORGANIZATION
from bot.store.port import Documents, Json

log = structlog.get_logger(__name__)

FILE = "organization.yml"
LAST_GOOD = "last-good"
ISSUE_OPEN = "issue-open"  # saved before the issue is made, so that good files cost no search
LABEL = "paved-road:organization"


class CurrentOrganization:
    """Reads, keeps and hands out the organisation."""

    def __init__(
        self, documents: Documents, contents: Contents, issues: Issues, catalog: RepositoryName
    ) -> None:
        self._documents = documents
        self._contents = contents
        self._issues = issues
        self._catalog = catalog
        self._parsed: LRUCache[str, Organization] = LRUCache(maxsize=4)

    async def get(self) -> Organization:
        """The organisation in force. Raises RetryLater before a first good file was read."""
        kept = await self._documents.get(ORGANIZATION.name, LAST_GOOD)
        if kept is None:
            raise RetryLater(f"No valid {FILE} has been read from {self._catalog} yet.")
        return self._parse(str(kept.data["text"]))

    async def refresh(self, commit: str) -> None:
        """Read the file at ``commit``; keep it if it is good, tell the platform team if not."""
        try:
            raw = await self._contents.read_file(self._catalog, FILE, ref=commit)
            text = raw.decode()
            self._parse(text)
        except NotFound:
            problems: Sequence[Problem] = [_problem(f"{FILE} is missing at the catalog's root.")]
        except UnicodeDecodeError:
            problems = [_problem(f"{FILE} is not UTF-8 text.")]
        except OrganizationInvalid as invalid:
            problems = invalid.problems
        else:
            await self._keep(text, commit)
            await self._close_issue()
            return
        log.warning("organization file is broken", commit=commit, problems=len(problems))
        await self._open_issue(commit, problems)

    def _parse(self, text: str) -> Organization:
        if text not in self._parsed:
            self._parsed[text] = parse_organization(text)
        return self._parsed[text]

    async def _keep(self, text: str, commit: str) -> None:
        data: dict[str, Json] = {"text": text, "commit": commit}
        while not await self._documents.insert(ORGANIZATION.name, LAST_GOOD, data):
            kept = await self._documents.get(ORGANIZATION.name, LAST_GOOD)
            if kept is None or kept.data["text"] == text:
                return
            if await self._documents.replace(
                ORGANIZATION.name, LAST_GOOD, data, version=kept.version
            ):
                return

    async def _open_issue(self, commit: str, problems: Sequence[Problem]) -> None:
        await self._documents.insert(ORGANIZATION.name, ISSUE_OPEN, {})
        if await self._issues.find_open(self._catalog, label=LABEL):
            return
        lines = "\n".join(
            f"- line {each.line}, column {each.column}: {each.message}" for each in problems
        )
        kept = await self._documents.get(ORGANIZATION.name, LAST_GOOD)
        force = (
            f"The version of commit {kept.data['commit']} stays in force."
            if kept
            else "No earlier version is known, so requests wait until this is mended."
        )
        await self._issues.create(
            self._catalog,
            title=f"{FILE} cannot be read",
            body=f"At commit {commit}, `{FILE}` has these problems:\n\n{lines}\n\n{force}\n\n"
            "**Next:** correct the file on the default branch; this issue closes by itself.",
            labels=[LABEL],
        )

    async def _close_issue(self) -> None:
        known = await self._documents.get(ORGANIZATION.name, ISSUE_OPEN)
        if known is None:
            return
        for issue in await self._issues.find_open(self._catalog, label=LABEL):
            await self._issues.close(self._catalog, issue.number, reason="completed")
        await self._documents.delete(ORGANIZATION.name, ISSUE_OPEN, version=known.version)


def _problem(message: str) -> Problem:
    return Problem(
        path=FILE, line=1, column=1, rule="unreadable", severity="error", message=message
    )
