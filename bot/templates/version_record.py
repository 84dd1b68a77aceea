"""What is recorded of a template version: one merged state of a template, with its form."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from bot.github.port import File
from bot.store.collections import CATALOG, TEMPLATES
from bot.store.keep import change
from bot.store.port import Documents, Json
from bot.templates import manifest, variables
from bot.templates.definition import TemplateDefinition, load_template

HEAD = "head"  # the record of the catalog commit that the bot is in line with


class VersionState(StrEnum):
    """OFFERED has a form in the catalog. The others keep theirs for open requests.

    SUPERSEDED was followed by another version or left the catalog, DEPRECATED says in
    its own ``template.yml`` that nothing new should start from it, WITHDRAWN was taken
    back by its owner or for its health and makes no project any more.
    """

    OFFERED = "offered"
    SUPERSEDED = "superseded"
    DEPRECATED = "deprecated"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Who took a version back, when and why; ``by`` is a login, or ``health``."""

    by: str
    reason: str
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateVersion:
    """A version by content: the same folder is the same version wherever it is merged.

    ``manifest`` and ``variables`` are the texts of ``template.yml`` and
    ``cookiecutter.json``: the form is made of them, whatever becomes of the commit.
    ``form`` is the issue form as it was first written.
    """

    id: str  # kotlin-library@1.2.0+0f3a…
    template: str
    version: str
    tree: str  # git's id of the folder
    commit: str  # the catalog commit it was first seen at; its files are read from there
    name: str
    description: str
    owner: str
    kind: str
    tags: tuple[str, ...]
    deploy: tuple[str, ...]
    configuration: Mapping[str, Json]  # template.yml as it was merged
    manifest: str
    variables: str
    form: str
    state: VersionState
    created_at_s: float
    created_by: str
    updated_at_s: float
    updated_by: str
    offered_at_s: float = 0.0  # since when its form is there, or was at last
    withdrawal: Withdrawal | None = None

    @property
    def title(self) -> str:
        """What people call it, in Markdown of ours."""
        return f"`{self.template}` {self.version}"

    @property
    def definition(self) -> TemplateDefinition:
        """What it says and asks; of its files, only the two that say it."""
        files = (
            File(path=manifest.PATH, content=self.manifest.encode()),
            File(path=variables.PATH, content=self.variables.encode()),
        )
        return load_template(files, commit=self.commit, folder=self.template)


def version_id(template: str, version: str, tree: str) -> str:
    """Readable, and different for every content."""
    return f"{template}@{version}+{tree[:16]}"


class TemplateVersions:
    """Template versions on the ``Documents`` port."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def get(self, id_: str) -> TemplateVersion | None:
        """The version, or None."""
        found = await self._documents.get(TEMPLATES.name, id_)
        return msgspec.convert(found.data, TemplateVersion) if found else None

    async def of_template(self, template: str) -> Sequence[TemplateVersion]:
        """Every version that was ever registered, the one that was offered last first."""
        versions: list[TemplateVersion] = []
        after = ""
        while page := await self._documents.find(
            TEMPLATES.name, {"template": template}, after=after
        ):
            versions += [msgspec.convert(each.data, TemplateVersion) for each in page]
            after = page[-1].id
        return sorted(versions, key=lambda each: (-each.offered_at_s, each.id))

    async def offered(self, template: str) -> TemplateVersion | None:
        """The version of that template that the catalog offers now, or None."""
        versions = await self._find(
            {"template": template, "state": VersionState.OFFERED.value}, limit=10
        )
        return max(versions, key=lambda each: each.updated_at_s, default=None)

    async def all_offered(self) -> Sequence[TemplateVersion]:
        """Every offered version in order of id."""
        return await self._find({"state": VersionState.OFFERED.value}, limit=1000)

    async def catalog_was_read(self) -> bool:
        """Whether what is offered is known at all."""
        return await self._documents.get(CATALOG.name, HEAD) is not None

    async def add(self, version: TemplateVersion) -> bool:
        """Record a new version; False where its id is known, which changes nothing."""
        data: dict[str, Json] = msgspec.to_builtins(version)
        return await self._documents.insert(TEMPLATES.name, version.id, data)

    async def become(self, id_: str, state: VersionState, *, at_s: float, by: str) -> bool:
        """Give the version another state; True where it had not got it already.

        A withdrawn version stays so: only its owner's content under a new number comes back.
        """
        changed = False

        def decide(version: TemplateVersion) -> TemplateVersion:
            nonlocal changed
            changed = version.state not in (state, VersionState.WITHDRAWN)
            if not changed:
                return version
            offered_at_s = at_s if state is VersionState.OFFERED else version.offered_at_s
            return replace(
                version, state=state, updated_at_s=at_s, updated_by=by, offered_at_s=offered_at_s
            )

        await self._change(id_, decide)
        return changed

    async def withdraw(self, id_: str, withdrawal: Withdrawal) -> TemplateVersion | None:
        """Take the version back for good; the first withdrawal counts. Returns the record."""

        def decide(version: TemplateVersion) -> TemplateVersion:
            if version.withdrawal is not None:
                return version
            return replace(
                version,
                state=VersionState.WITHDRAWN,
                withdrawal=withdrawal,
                updated_at_s=withdrawal.at_s,
                updated_by=withdrawal.by,
            )

        return await self._change(id_, decide)

    async def _find(self, where: Mapping[str, str], *, limit: int) -> Sequence[TemplateVersion]:
        found = await self._documents.find(TEMPLATES.name, where, limit=limit)
        return [msgspec.convert(each.data, TemplateVersion) for each in found]

    async def _change(
        self, id_: str, decide: Callable[[TemplateVersion], TemplateVersion]
    ) -> TemplateVersion | None:
        def changed(known: Mapping[str, Json] | None) -> Mapping[str, Json] | None:
            if known is None:
                return None
            data: Mapping[str, Json] = msgspec.to_builtins(
                decide(msgspec.convert(known, TemplateVersion))
            )
            return data

        found = await change(self._documents, TEMPLATES.name, id_, changed)
        return msgspec.convert(found, TemplateVersion) if found is not None else None
