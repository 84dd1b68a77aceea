"""The organisation in force: the last good ``organization.yml`` that was merged.

A broken file never takes the bot down. The last good one stays in force, and one
issue in the catalog, closed again by itself, tells the platform team what to mend.
"""

from collections.abc import Sequence

import structlog
from cachetools import LRUCache

from bot.errors import RetryLater
from bot.github.port import Contents, NotFound, RepositoryName
from bot.organization.parse import OrganizationInvalid, parse_organization
from bot.organization.value import Organization
from bot.problems import Problem
from bot.progress.notices import Notices
from bot.store.collections import ORGANIZATION
from bot.store.keep import put
from bot.store.port import Documents

log = structlog.get_logger(__name__)

FILE = "organization.yml"
LAST_GOOD = "last-good"
LAST_SEEN = "last-seen"
NOTICE = "organization"
LABEL = "paved-road:organization"


class CurrentOrganization:
    """Reads, keeps and hands out the organisation."""

    def __init__(
        self, documents: Documents, contents: Contents, notices: Notices, catalog: RepositoryName
    ) -> None:
        self._documents = documents
        self._contents = contents
        self._notices = notices
        self._catalog = catalog
        self._parsed: LRUCache[str, Organization] = LRUCache(maxsize=4)

    async def get(self) -> Organization:
        """The organisation in force. Raises RetryLater before a first good file was read."""
        kept = await self._documents.get(ORGANIZATION.name, LAST_GOOD)
        if kept is None:
            raise RetryLater(f"No valid {FILE} has been read from {self._catalog} yet.")
        return self._parse(str(kept.data["text"]))

    async def is_known(self) -> bool:
        """Whether a good file was ever read."""
        return await self._documents.get(ORGANIZATION.name, LAST_GOOD) is not None

    async def refresh(self, commit: str, blob: str) -> None:
        """Read the file at ``commit``; keep it if it is good, tell the platform team if not.

        ``blob`` is git's id of it, empty where it is missing. The newest that was dealt
        with costs nothing; it is remembered apart from the rest of the catalog, which may
        move on before all of it has been dealt with.
        """
        seen = await self._documents.get(ORGANIZATION.name, LAST_SEEN)
        if seen is not None and seen.data["blob"] == blob:
            return
        await self._read(commit)
        await put(self._documents, ORGANIZATION.name, LAST_SEEN, {"blob": blob})

    async def _read(self, commit: str) -> None:
        try:
            raw = await self._contents.read_file(self._catalog, FILE, ref=commit)
            text = raw.decode()
            self._parse(text)
        except NotFound:
            if not await self.is_known():  # a catalog that has not begun: setup offers one
                return
            problems: Sequence[Problem] = [_problem(f"{FILE} is missing at the catalog's root.")]
        except UnicodeDecodeError:
            problems = [_problem(f"{FILE} is not UTF-8 text.")]
        except OrganizationInvalid as invalid:
            problems = invalid.problems
        else:
            await self._keep(text, commit)
            await self._close_issue(commit)
            return
        log.warning("organization file is broken", commit=commit, problems=len(problems))
        await self._open_issue(commit, problems)

    def _parse(self, text: str) -> Organization:
        if text not in self._parsed:
            self._parsed[text] = parse_organization(text)
        return self._parsed[text]

    async def _keep(self, text: str, commit: str) -> None:
        await put(self._documents, ORGANIZATION.name, LAST_GOOD, {"text": text, "commit": commit})

    async def _open_issue(self, commit: str, problems: Sequence[Problem]) -> None:
        lines = "\n".join(
            f"- line {each.line}, column {each.column}: {each.message}" for each in problems
        )
        kept = await self._documents.get(ORGANIZATION.name, LAST_GOOD)
        force = (
            f"The version of commit {kept.data['commit']} stays in force."
            if kept
            else "No earlier version is known, so requests wait until this is mended."
        )
        await self._notices.tell(
            self._catalog,
            NOTICE,
            title=f"{FILE} cannot be read",
            body=f"At commit {commit}, `{FILE}` has these problems:\n\n{lines}\n\n{force}\n\n"
            "**Next:** correct the file on the default branch; this issue closes by itself.",
            labels=[LABEL],
        )

    async def _close_issue(self, commit: str) -> None:
        await self._notices.settle(
            self._catalog, NOTICE, because=f"`{FILE}` is in order again at {commit}."
        )


def _problem(message: str) -> Problem:
    return Problem(
        path=FILE, line=1, column=1, rule="unreadable", severity="error", message=message
    )
