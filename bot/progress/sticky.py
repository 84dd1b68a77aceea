"""One comment per thread and one check run per commit, edited in place, never doubled.

The intent to post is saved before the first post. Only when that record says
"posting" without an id (we were killed in between) is GitHub searched for the
hidden marker; so the usual case costs no look-up.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from weakref import WeakValueDictionary

from bot.github.port import CheckRun, GitHub, NotFound, Repository, RepositoryName
from bot.github.port.checks import Place
from bot.store.collections import PROGRESS
from bot.store.port import Documents, Json

LONGEST_COMMENT = 65_536  # GitHub answers 422 "Body is too long" beyond
TOO_LONG = "\n\n*The rest did not fit into a comment.*"


class Sticky:
    """Upserts of comments and check runs by a key that says what they are about."""

    def __init__(self, github: GitHub, documents: Documents) -> None:
        self._github = github
        self._documents = documents
        self._one_at_a_time: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def comment(
        self, repository: RepositoryName, number: int, *, about: str, body: str
    ) -> None:
        """Make the thread's one comment ``about`` this read ``body``; no edit without a change.

        A comment that somebody deleted is posted anew.
        """
        issues = self._github.issues
        marker = f"<!-- paved-road:{about} -->"
        text = f"{_fitting(body, LONGEST_COMMENT - len(marker) - 1)}\n{marker}"

        async def post() -> int:
            return (await issues.comment(repository, number, text)).id

        async def search() -> int | None:
            found = await issues.find_comment(repository, number, marker=marker)
            return found.id if found else None

        async def edit(id_: int) -> None:
            await issues.edit_comment(repository, id_, text)

        key = _comment_key(repository, number, about)
        await self._upsert(key, text, post=post, search=search, edit=edit)

    async def comment_id(self, repository: RepositoryName, number: int, *, about: str) -> int:
        """The id of the thread's comment ``about`` this, 0 where none is known."""
        known = await self._documents.get(PROGRESS.name, _comment_key(repository, number, about))
        return _int(known.data) if known else 0

    async def check(self, repository: Place, check: CheckRun) -> None:
        """Make the commit's one check run with that external id look like ``check``."""
        checks = self._github.checks

        async def post() -> int:
            return await checks.create(repository, check)

        async def search() -> int | None:
            return await checks.find(
                repository, head_sha=check.head_sha, external_id=check.external_id
            )

        async def edit(id_: int) -> None:
            await checks.update(repository, id_, check)

        where = repository.id if isinstance(repository, Repository) else str(repository).lower()
        key = f"check:{where}:{check.head_sha}:{check.external_id}"
        await self._upsert(key, repr(check), post=post, search=search, edit=edit)

    async def _upsert(
        self,
        key: str,
        content: str,
        *,
        post: Callable[[], Awaitable[int]],
        search: Callable[[], Awaitable[int | None]],
        edit: Callable[[int], Awaitable[None]],
    ) -> None:
        digest = hashlib.sha256(content.encode()).hexdigest()
        async with self._one_at_a_time.setdefault(key, asyncio.Lock()):
            posting: dict[str, Json] = {"id": 0, "digest": ""}
            if await self._documents.insert(PROGRESS.name, key, posting):
                await self._remember(key, await post(), digest)
                return
            known = await self._documents.get(PROGRESS.name, key)
            if known is not None and known.data["digest"] == digest:
                return
            id_ = _int(known.data if known else posting) or await search()
            if id_ is None:
                id_ = await post()
            else:
                try:
                    await edit(id_)
                except NotFound:  # deleted by a person; what it says is still owed
                    id_ = await post()
            await self._remember(key, id_, digest)

    async def _remember(self, key: str, id_: int, digest: str) -> None:
        known = await self._documents.get(PROGRESS.name, key)
        if known is not None:
            await self._documents.replace(
                PROGRESS.name, key, {"id": id_, "digest": digest}, version=known.version
            )


def _comment_key(repository: RepositoryName, number: int, about: str) -> str:
    return f"comment:{str(repository).lower()}#{number}:{about}"


def _int(data: Mapping[str, Json]) -> int:
    value = data["id"]
    return value if isinstance(value, int) else 0


def _fitting(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - len(TOO_LONG)] + TOO_LONG
