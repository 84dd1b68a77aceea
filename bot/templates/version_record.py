"""What is recorded of a template version: one merged state of a template, with its form."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from bot.github.port import File
from bot.store.collections import CATALOG, TEMPLATES
from bot.store.port import Documents, Json

HEAD = "head"  # the record of the catalog commit that the bot is in line with


class VersionState(StrEnum):
    """OFFERED has a form in the catalog; SUPERSEDED ones keep theirs for open requests."""

    OFFERED = "offered"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateVersion:
    """A version by content: the same folder is the same version wherever it is merged."""

    id: str  # kotlin-library@1.2.0+0f3a…
    template: str
    version: str
    digest: str
    commit: str  # the catalog commit it was first seen at; its files are read from there
    name: str
    description: str
    owner: str
    kind: str
    tags: tuple[str, ...]
    deploy: tuple[str, ...]
    configuration: Mapping[str, Json]  # template.yml as it was merged
    state: VersionState
    created_at_s: float
    created_by: str
    updated_at_s: float


def digest(files: Sequence[File]) -> str:
    """A stable SHA-256 over paths, modes and bytes of a template's folder."""
    whole = hashlib.sha256()
    for file in sorted(files, key=lambda each: each.path):
        content = hashlib.sha256(file.content).hexdigest()
        whole.update(f"{file.path}\0{int(file.executable)}\0{content}\n".encode())
    return whole.hexdigest()


def version_id(template: str, version: str, digest_: str) -> str:
    """Readable, and different for every content."""
    return f"{template}@{version}+{digest_[:16]}"


class TemplateVersions:
    """Template versions on the ``Documents`` port."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def get(self, id_: str) -> TemplateVersion | None:
        """The version, or None."""
        found = await self._documents.get(TEMPLATES.name, id_)
        return msgspec.convert(found.data, TemplateVersion) if found else None

    async def offered(self, template: str) -> TemplateVersion | None:
        """The version of that template that the catalog offers now, or None."""
        found = await self._documents.find(
            TEMPLATES.name, {"template": template, "state": VersionState.OFFERED.value}
        )
        versions = [msgspec.convert(each.data, TemplateVersion) for each in found]
        return max(versions, key=lambda each: each.updated_at_s, default=None)

    async def all_offered(self) -> Sequence[TemplateVersion]:
        """Every offered version in order of id."""
        found = await self._documents.find(
            TEMPLATES.name, {"state": VersionState.OFFERED.value}, limit=1000
        )
        return [msgspec.convert(each.data, TemplateVersion) for each in found]

    async def catalog_was_read(self) -> bool:
        """Whether what is offered is known at all."""
        return await self._documents.get(CATALOG.name, HEAD) is not None

    async def offer(self, version: TemplateVersion) -> bool:
        """Offer it, keeping when and by whom a known one was made; True where it is new."""
        data: dict[str, Json] = msgspec.to_builtins(version)
        if await self._documents.insert(TEMPLATES.name, version.id, data):
            return True
        await self._set_state(version.id, VersionState.OFFERED, version.updated_at_s)
        return False

    async def supersede(self, id_: str, *, at_s: float) -> None:
        """The catalog does not offer it any more."""
        await self._set_state(id_, VersionState.SUPERSEDED, at_s)

    async def _set_state(self, id_: str, state: VersionState, at_s: float) -> None:
        while True:
            known = await self._documents.get(TEMPLATES.name, id_)
            if known is None or known.data["state"] == state.value:
                return
            data = {**known.data, "state": state.value, "updated_at_s": at_s}
            if await self._documents.replace(TEMPLATES.name, id_, data, version=known.version):
                return
