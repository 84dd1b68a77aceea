"""Who deploys to an environment now, and who holds it back: one record, changed atomically."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from bot.store.collections import ENVIRONMENTS
from bot.store.keep import change_value
from bot.store.port import Documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Holds back the deployments of others; past ``until_s`` (Unix seconds) it is none."""

    by: str
    by_id: int
    reason: str  # a stranger's text
    at_s: float
    until_s: float

    def holds(self, *, now_s: float) -> bool:
        """Whether it has not expired."""
        return now_s < self.until_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One environment of one project. ``run`` deploys there since ``taken_at_s``, or nobody."""

    project: str
    name: str
    run: str = ""
    taken_at_s: float = 0.0
    lock: Lock | None = None

    def locked(self, *, now_s: float) -> Lock | None:
        """The lock that holds now, or None."""
        return self.lock if self.lock is not None and self.lock.holds(now_s=now_s) else None


class Environments:
    """Environments on the ``Documents`` port."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def get(self, project: str, name: str) -> Environment:
        """As it stands; one that nobody used yet is free."""
        found = await self._documents.get(ENVIRONMENTS.name, _id(project, name))
        if found is None:
            return Environment(project=project, name=name)
        return msgspec.convert(found.data, Environment)

    async def take(
        self, project: str, name: str, *, run: str, now_s: float, instead_of: str = ""
    ) -> str:
        """The run that deploys there now: ``run``, unless another than ``instead_of`` does."""

        def decide(known: Environment) -> Environment:
            if known.run in ("", instead_of) and known.run != run:
                return replace(known, run=run, taken_at_s=now_s)
            return known

        return (await self._change(project, name, decide)).run

    async def free(self, project: str, name: str, *, run: str) -> None:
        """Nobody deploys there, if it was that run."""

        def decide(known: Environment) -> Environment:
            return replace(known, run="", taken_at_s=0.0) if known.run == run else known

        await self._change(project, name, decide)

    async def lock(self, project: str, name: str, lock: Lock) -> Lock:
        """The lock that holds from now on: this one, unless somebody else's does."""

        def decide(known: Environment) -> Environment:
            held = known.locked(now_s=lock.at_s)
            return known if held is not None and held.by_id != lock.by_id else _with(known, lock)

        held = (await self._change(project, name, decide)).lock
        return held or lock

    async def unlock(self, project: str, name: str) -> None:
        """There is no lock."""
        await self._change(project, name, lambda known: _with(known, None))

    async def _change(
        self, project: str, name: str, decide: Callable[[Environment], Environment]
    ) -> Environment:
        return await change_value(
            self._documents,
            ENVIRONMENTS.name,
            _id(project, name),
            decide,
            default=Environment(project=project, name=name),
        )


def _with(known: Environment, lock: Lock | None) -> Environment:
    return replace(known, lock=lock)


def _id(project: str, name: str) -> str:
    return f"{project}:{name}"
