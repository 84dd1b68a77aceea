"""Which check is the newest: of a pull request or commit, and for a branch that is verified."""

from bot.runs import Run
from bot.store.collections import CHECKS
from bot.store.keep import change, put
from bot.store.port import Documents, Json


class Checks:
    """Pointers to check runs, on the ``Documents`` port."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def begun(self, run: Run) -> None:
        """From now on this run speaks for its subject and for its commit.

        A check that began earlier and is recorded late changes nothing.
        """
        for key in (run.subject.lower(), str(run.intent["head"])):
            await change(self._documents, CHECKS.name, key, lambda known: _newer(run, known))

    async def is_newest(self, run: Run) -> bool:
        """Whether no later check of the same subject has begun."""
        return await self.of(run.subject.lower()) in ("", run.id)

    async def of(self, key: str) -> str:
        """The id of the newest check of a subject, commit or branch; empty without one."""
        known = await self._documents.get(CHECKS.name, key)
        return str(known.data["run"]) if known else ""

    async def waits_for(self, branch: str, run: Run) -> None:
        """What is told of this branch concerns the run."""
        data: dict[str, Json] = {"run": run.id, "at_s": run.created_at_s}
        await put(self._documents, CHECKS.name, branch, data)


def _newer(run: Run, known: object) -> dict[str, Json] | None:
    at_s = known.get("at_s", 0.0) if isinstance(known, dict) else 0.0
    return {"run": run.id, "at_s": run.created_at_s} if run.created_at_s >= at_s else None
