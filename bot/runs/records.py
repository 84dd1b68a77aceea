"""Runs in the store: found by id, saved with the version that was read."""

import hashlib
from collections.abc import Sequence

from bot.runs.record import Run, RunState, from_data, to_data, wake_tick
from bot.store.collections import RUNS
from bot.store.port import Documents


class RunTakenOver(Exception):
    """Another worker saved this run since we read it: it goes on there, we stop."""


def run_id(kind: str, intent_key: str) -> str:
    """The id of the run for one intent: the same intent always has the same run."""
    return f"{kind}-{hashlib.sha256(intent_key.encode()).hexdigest()[:16]}"


class RunRecords:
    """Runs on the ``Documents`` port."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def add(self, run: Run) -> bool:
        """Save a new run; False where its id is known already."""
        return await self._documents.insert(RUNS.name, run.id, to_data(run))

    async def get(self, id_: str) -> Run | None:
        """The run, or None."""
        found = await self._documents.get(RUNS.name, id_)
        return from_data(found.data, version=found.version) if found else None

    async def save(self, run: Run) -> Run:
        """Save a changed run and return it with its new version. Raises RunTakenOver."""
        data = to_data(run)
        if not await self._documents.replace(RUNS.name, run.id, data, version=run.version):
            raise RunTakenOver(run.id)
        return from_data(data, version=run.version + 1)

    async def of_subject(self, subject: str) -> Sequence[Run]:
        """Every run about one subject, oldest first."""
        found = await self._documents.find(RUNS.name, {"subject": subject})
        runs = [from_data(document.data, version=document.version) for document in found]
        return sorted(runs, key=lambda run: run.created_at_s)

    async def in_state(
        self, state: RunState, *, after: str = "", limit: int = 100
    ) -> Sequence[Run]:
        """Runs in that state in order of id."""
        found = await self._documents.find(
            RUNS.name, {"state": state.value}, after=after, limit=limit
        )
        return [from_data(document.data, version=document.version) for document in found]

    async def are_waiting(self) -> bool:
        """Whether any run waits."""
        return bool(await self._documents.count(RUNS.name, {"state": RunState.WAITING.value}))

    async def due_since(self, since_s: float, *, now_s: float) -> Sequence[Run]:
        """Waiting runs whose time came within so many seconds; none other is read."""
        found: list[Run] = []
        for tick in range(wake_tick(since_s), wake_tick(now_s) + 1):
            after = ""
            while page := await self._documents.find(RUNS.name, {"wake_tick": tick}, after=after):
                found += [from_data(each.data, version=each.version) for each in page]
                after = page[-1].id
        return [run for run in found if run.wake_at_s <= now_s]

    async def due(self, *, now_s: float) -> Sequence[Run]:
        """Waiting runs that are looked at now although no event came: reads all that wait."""
        found: list[Run] = []
        after = ""
        while page := await self.in_state(RunState.WAITING, after=after):
            found += [run for run in page if run.wake_at_s <= now_s]
            after = page[-1].id
        return found

    async def page(self, *, after: str = "", limit: int = 100) -> Sequence[Run]:
        """All runs in order of id, for the command line."""
        found = await self._documents.find(RUNS.name, {}, after=after, limit=limit)
        return [from_data(document.data, version=document.version) for document in found]
