"""The record of a report: what a person said about a template version, and whether it is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from bot.store.collections import REPORTS
from bot.store.keep import change
from bot.store.port import Documents, Json, Scalar

PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report; ``id`` is the comment's id, so that a comment makes one.

    ``text`` is a stranger's. ``named`` says that the issue in the catalog may name where
    it came from. ``issue`` is that issue's number, 0 until it is known.
    """

    id: str
    version: str
    template: str
    person_id: int
    login: str
    text: str
    at_s: float
    repository: str
    url: str
    named: bool
    issue: int = 0
    open: bool = True


class ReportRecords:
    """Reports on the ``Documents`` port."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def get(self, id_: str) -> Report | None:
        """The report of that comment, or None."""
        found = await self._documents.get(REPORTS.name, id_)
        return _report(found.data) if found else None

    async def add(self, report: Report) -> Report:
        """Save it; returns the one that is kept, which is the first of that comment."""
        if await self._documents.insert(REPORTS.name, report.id, _data(report)):
            return report
        return await self.get(report.id) or report

    async def of_version(self, version: str) -> Sequence[Report]:
        """All reports on that version."""
        return await self._find({"version": version})

    async def of_person(self, version: str, person_id: int) -> Sequence[Report]:
        """All that this person said about that version."""
        return await self._find({"by": _by(version, person_id)})

    async def of_issue(self, number: int) -> Report | None:
        """The report that this issue of the catalog is about, or None."""
        found = await self._find({"issue": number})
        return found[0] if found else None

    async def everything(self) -> Sequence[Report]:
        """All reports on everything."""
        return await self._find({})

    async def set(self, report: Report, *, issue: int, is_open: bool) -> Report:
        """The record says so from now on."""

        def decide(known: Mapping[str, Json] | None) -> Mapping[str, Json]:
            before = _report(known) if known else report
            return _data(replace(before, issue=issue, open=is_open))

        data = await change(self._documents, REPORTS.name, report.id, decide)
        return _report(data) if data else report

    async def reporters(self, version: str) -> int:
        """How many people have an open report on that version."""
        return len({each.person_id for each in await self.of_version(version) if each.open})

    async def _find(self, where: Mapping[str, Scalar]) -> Sequence[Report]:
        found: list[Report] = []
        after = ""
        while page := await self._documents.find(REPORTS.name, where, after=after, limit=PAGE):
            found += [_report(each.data) for each in page]
            after = page[-1].id
        return found


def _by(version: str, person_id: int) -> str:
    return f"{version} {person_id}"


def _data(report: Report) -> Mapping[str, Json]:
    data: dict[str, Json] = msgspec.to_builtins(report)
    return {**data, "by": _by(report.version, report.person_id)}


def _report(data: Mapping[str, Json]) -> Report:
    return msgspec.convert(data, Report)
