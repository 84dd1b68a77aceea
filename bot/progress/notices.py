"""Issues of ours that are open while something is wrong, one for each thing that can be.

The intent to open is saved first, so that a kill opens no second issue; a
notice that is settled was closed by us with the reason, and one that people closed stays
closed.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from bot.github.port import Issues, NotFound, RepositoryName
from bot.store.collections import NOTICES
from bot.store.keep import put
from bot.store.port import Document, Documents, Json


class Notices:
    """Opens, rewrites and closes notices. ``key`` names what one is about."""

    def __init__(self, issues: Issues, documents: Documents) -> None:
        self._issues = issues
        self._documents = documents

    async def tell(
        self,
        repository: RepositoryName,
        key: str,
        *,
        title: str,
        body: str,
        labels: Sequence[str],
    ) -> int:
        """Make an open issue say this; nothing is asked of GitHub where it does already.

        Returns the issue's number. ``labels`` hold one that no other notice's search
        needs to look through: the first is what a lost issue is found again by.
        """
        marker = _marker(key)
        text = f"{body}\n\n{marker}"
        known = await self._documents.get(NOTICES.name, key)
        if known is not None and known.data.get("settling"):  # killed while it was closed
            await self.settle(repository, key, because=str(known.data["settling"]))
            known = None
        number = _number(known.data) if known else 0
        said = f"{title}\n\n{text}"
        if known is not None and known.data["said"] == said:
            return number
        if known is None:
            await self._documents.insert(NOTICES.name, key, _record(0, "", labels[0]))
        elif not number:
            number = await self._lost(repository, labels[0], marker)
        number = await self._write(repository, number, title, text, labels)
        await put(self._documents, NOTICES.name, key, _record(number, said, labels[0]))
        return number

    async def settle(self, repository: RepositoryName, key: str, *, because: str) -> None:
        """Close the issue if there is one, saying why; costs nothing where there is none."""
        known = await self._documents.get(NOTICES.name, key)
        if known is None:
            return
        number = _number(known.data) or await self._lost(
            repository, str(known.data["label"]), _marker(key)
        )
        if number:
            with suppress(NotFound):  # somebody deleted it
                await self._say(repository, number, key, known, because)
                await self._issues.close(repository, number, reason="completed")
        await self._forget(key)

    async def number_of(self, key: str) -> int:
        """The open notice's issue, or 0."""
        known = await self._documents.get(NOTICES.name, key)
        return _number(known.data) if known else 0

    async def _say(
        self, repository: RepositoryName, number: int, key: str, known: Document, because: str
    ) -> None:
        """The reason stands in the thread once, even where we were killed after it."""
        marker = _marker(f"{key}:settled")
        if known.data.get("settling"):
            if await self._issues.find_comment(repository, number, marker=marker):
                return
        else:
            await put(self._documents, NOTICES.name, key, {**known.data, "settling": because})
        await self._issues.comment(repository, number, f"{because}\n\n{marker}")

    async def _forget(self, key: str) -> None:
        known = await self._documents.get(NOTICES.name, key)
        if known is not None:
            await self._documents.delete(NOTICES.name, key, version=known.version)

    async def _write(
        self, repository: RepositoryName, number: int, title: str, text: str, labels: Sequence[str]
    ) -> int:
        if number:
            try:
                await self._issues.edit(repository, number, title=title, body=text)
            except NotFound:  # somebody deleted it; what it says is still owed
                pass
            else:
                return number
        made = await self._issues.create(repository, title=title, body=text, labels=labels)
        return made.number

    async def _lost(self, repository: RepositoryName, label: str, marker: str) -> int:
        """An issue that was opened before a kill kept us from remembering it."""
        for issue in await self._issues.find_open(repository, label=label):
            if marker in issue.body:
                return issue.number
        return 0


def _marker(key: str) -> str:
    return f"<!-- paved-road:{key} -->"


def _record(number: int, said: str, label: str) -> dict[str, Json]:
    return {"number": number, "said": said, "label": label}


def _number(data: Mapping[str, Json]) -> int:
    number = data.get("number")
    return number if isinstance(number, int) else 0
