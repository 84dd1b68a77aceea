"""Verdicts by content: the same folder, wherever it lies, is checked once.

A folder's git tree id names its content, modes and names included, so a commit that
leaves a template alone, a merge of a checked pull request and a force-push back to an
older state all find the verdict that is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import msgspec

from bot.store.collections import VERDICTS
from bot.store.keep import change
from bot.store.port import Documents, Json
from bot.templates.check.verdict import Verdict


class Verified(StrEnum):
    """How the template's own ``verify`` commands went.

    WAITS are a stranger's, and run once a member of the organisation has approved them.
    NOT_RUN could not be tried, or nobody said what became of it; that is told, and
    keeps no template out.
    """

    NOTHING = "nothing"  # the template names no commands
    PENDING = "pending"
    WAITS = "waits"
    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not-run"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One project that the commands were run in, with GitHub's word for how that ended."""

    id: str
    conclusion: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The commands' results; ``note`` is a sentence in our words, ``url`` where to look."""

    state: Verified = Verified.PENDING
    note: str = ""
    url: str = ""
    cases: tuple[CaseResult, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVerdict:
    """A verdict with what became of it.

    ``said`` holds name, owner and version of the manifest as far as they could be read.
    ``rules`` names the state of the rules that it was made by. ``accepted`` is the check
    (``owner/catalog#12``) that let this content in: nothing else is ever offered.
    """

    template: str
    tree: str
    verdict: Verdict
    rules: str
    at_s: float
    said: Mapping[str, str] = field(default_factory=dict)
    verification: Verification = field(default_factory=Verification)
    accepted: str = ""


class Verdicts:
    """Verdicts on the ``Documents`` port."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def get(self, template: str, tree: str) -> KnownVerdict | None:
        """The verdict on that content, or None."""
        found = await self._documents.get(VERDICTS.name, _id(template, tree))
        return msgspec.convert(found.data, KnownVerdict) if found else None

    async def put(self, known: KnownVerdict) -> None:
        """Record it. What let the same content in before goes on doing so."""

        def decide(before: Mapping[str, Json] | None) -> Mapping[str, Json]:
            accepted = str(before["accepted"]) if before else ""
            data: Mapping[str, Json] = msgspec.to_builtins(
                replace(known, accepted=known.accepted or accepted)
            )
            return data

        await change(self._documents, VERDICTS.name, _id(known.template, known.tree), decide)

    async def verified(self, template: str, tree: str, verification: Verification) -> None:
        """Record how the commands went."""
        await self._set(template, tree, verification=msgspec.to_builtins(verification))

    async def accept(self, template: str, tree: str, *, by: str) -> None:
        """From now on this content may be offered."""
        await self._set(template, tree, accepted=by)

    async def _set(self, template: str, tree: str, **changed: Json) -> None:
        def decide(before: Mapping[str, Json] | None) -> Mapping[str, Json] | None:
            return {**before, **changed} if before is not None else None

        await change(self._documents, VERDICTS.name, _id(template, tree), decide)


def _id(template: str, tree: str) -> str:
    return f"{template}@{tree}"
