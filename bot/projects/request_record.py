"""The record of a request: how far one filed form has come, and what it may not do twice."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from bot.store.collections import REQUESTS
from bot.store.port import Documents, Json


class RequestState(StrEnum):
    """Where a request stands before, while and after it has a run."""

    NEW = "new"
    NEEDS_CORRECTION = "needs-correction"
    WAITS_FOR_APPROVAL = "waits-for-approval"
    STARTED = "started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One ``/approve``, bound to the answers it was given for."""

    person_id: int
    login: str
    team: str
    answers_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One issue filed with a form of ours; ``id`` is ``owner/catalog#7`` in lower case."""

    id: str
    author_id: int
    author: str
    team: str = ""
    seen_at: str = ""  # updated_at of the newest state of the issue that was looked at
    body_hash: str = ""
    answers_hash: str = ""
    version_id: str = ""  # of the template, by whose form it was filed
    state: RequestState = RequestState.NEW
    attempt: int = 1  # grows when an undone request is asked for again
    run_id: str = ""
    approvals: tuple[Approval, ...] = ()
    version: int = 0


class RequestRecords:
    """Requests on the ``Documents`` port. One worker at a time holds an issue's events."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def get(self, id_: str) -> Request | None:
        """The request, or None where that issue never was one."""
        found = await self._documents.get(REQUESTS.name, id_.lower())
        return _request(found.data, found.version) if found else None

    async def save(self, request: Request) -> Request:
        """Save a new or changed request; returns it with its new version.

        Raises RuntimeError when somebody else saved it meanwhile: its delivery
        comes back and looks again.
        """
        data: dict[str, Json] = msgspec.to_builtins(request)
        del data["version"]
        version = request.version
        saved = (
            await self._documents.insert(REQUESTS.name, request.id, data)
            if version == 0
            else await self._documents.replace(REQUESTS.name, request.id, data, version=version)
        )
        if not saved:
            raise RuntimeError(f"request {request.id} was changed by somebody else")
        return replace(request, version=version + 1)


def _request(data: Mapping[str, Json], version: int) -> Request:
    return msgspec.convert({**data, "version": version}, Request)
