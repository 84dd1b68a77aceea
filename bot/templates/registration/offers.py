"""What the catalog offers at a commit: of each folder the content that was let in."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import structlog

from bot.clock import Clock
from bot.errors import UserError
from bot.forms import compile_form, form_yaml
from bot.github.port import Contents, RepositoryName
from bot.organization import Organization
from bot.problems import ProblemsFound
from bot.runs import Cause
from bot.templates import manifest as manifest_file
from bot.templates import variables as variables_file
from bot.templates.check.known_verdict import Verdicts
from bot.templates.definition import TemplateDefinition, load_template
from bot.templates.tell_projects import TellProjects
from bot.templates.version_record import (
    TemplateVersion,
    TemplateVersions,
    VersionState,
    version_id,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Offer:
    """A version that is offered, and whether its content is the folder's at this commit."""

    version: TemplateVersion
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A commit, as it is read: ``first`` says that no catalog was known before."""

    commit: str
    by: str
    first: bool
    organization: Organization


class Offers:
    """Decides for each folder; new content that was let in becomes a version here."""

    def __init__(
        self,
        *,
        contents: Contents,
        versions: TemplateVersions,
        verdicts: Verdicts,
        tell: TellProjects,
        catalog: RepositoryName,
        clock: Clock,
    ) -> None:
        self._contents, self._catalog = contents, catalog
        self._versions, self._verdicts = versions, verdicts
        self._tell, self._clock = tell, clock

    async def of(self, template: str, tree: str, reading: Reading) -> Offer | None:
        """The version to offer of this folder, or None where there is none.

        Content that nobody let in leaves the version in force that was offered before it:
        so does content that was withdrawn. Deprecated content is recorded and not offered.
        """
        known = await self._versions.of_template(template)
        current = next((each for each in known if each.tree == tree), None)
        if current is None and await self._let_in(template, tree, reading):
            current = await self._register(template, tree, reading)
        if current is not None and current.state is not VersionState.WITHDRAWN:
            return await self._settle(current, reading)
        earlier = [
            each
            for each in known
            if each.state in (VersionState.OFFERED, VersionState.SUPERSEDED) and each.offered_at_s
        ]
        return Offer(earlier[0], current=False) if earlier else None

    async def _settle(self, version: TemplateVersion, reading: Reading) -> Offer | None:
        deprecated = version.definition.manifest.deprecated is not None
        if not deprecated:
            return Offer(version, current=True)
        if await self._versions.become(
            version.id, VersionState.DEPRECATED, at_s=self._clock.now_s(), by=reading.by
        ):
            log.info("template deprecated", version=version.id)
        cause = Cause(delivery="", actor=reading.by, actor_id=0, url="")
        await self._tell.deprecated(version, cause=cause)  # begun once, whatever died before
        return None

    async def _let_in(self, template: str, tree: str, reading: Reading) -> bool:
        """What the platform team's catalog held when it was first read is theirs to offer."""
        if reading.first:
            return True
        verdict = await self._verdicts.get(template, tree)
        return verdict is not None and bool(verdict.accepted)

    async def _register(self, template: str, tree: str, reading: Reading) -> TemplateVersion | None:
        try:
            files = await self._contents.read_folder(
                self._catalog, f"templates/{template}", ref=reading.commit
            )
            definition = load_template(files, folder=template, commit=reading.commit)
            form = form_yaml(compile_form(definition, reading.organization))
        except (ProblemsFound, UserError) as error:
            log.warning("template left out", template=template, reason=str(error))
            return None
        version = _version(definition, tree, form, reading, now_s=self._clock.now_s())
        if await self._versions.add(version):
            log.info("template version registered", version=version.id)
        return version


def _version(
    definition: TemplateDefinition, tree: str, form: str, reading: Reading, *, now_s: float
) -> TemplateVersion:
    manifest = definition.manifest
    texts: Mapping[str, str] = {
        file.path: file.content.decode()
        for file in definition.files
        if file.path in (manifest_file.PATH, variables_file.PATH)
    }
    return TemplateVersion(
        id=version_id(manifest.id, manifest.version, tree),
        template=manifest.id,
        version=manifest.version,
        tree=tree,
        commit=reading.commit,
        name=manifest.name,
        description=manifest.description,
        owner=manifest.owner,
        kind=manifest.kind,
        tags=tuple(manifest.tags),
        deploy=tuple(manifest.deploy),
        configuration=msgspec.to_builtins(manifest),
        manifest=texts[manifest_file.PATH],
        variables=texts[variables_file.PATH],
        form=form,
        state=VersionState.SUPERSEDED,  # until its form is written
        created_at_s=now_s,
        created_by=reading.by,
        updated_at_s=now_s,
        updated_by=reading.by,
    )
