"""Keeps what the bot offers equal to what the catalog's default branch says.

State is read from the head commit, whatever the events said: each template
folder becomes a recorded version, each offered version an issue form, in one
commit. Repeating it changes nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
import structlog

from bot.clock import Clock
from bot.errors import RetryLater, UserError
from bot.forms import compile_form, form_yaml
from bot.github.port import (
    File,
    Forbidden,
    GitHub,
    NotFound,
    RepositoryName,
    Stale,
)
from bot.organization import Organization
from bot.organization.current import CurrentOrganization
from bot.problems import ProblemsFound
from bot.store.collections import CATALOG
from bot.store.port import Documents, Json
from bot.templates.definition import TemplateDefinition, load_template
from bot.templates.version_record import (
    HEAD,
    TemplateVersion,
    TemplateVersions,
    VersionState,
    digest,
    version_id,
)

log = structlog.get_logger(__name__)

TEMPLATES_FOLDER = "templates"
FORMS_FOLDER = ".github/ISSUE_TEMPLATE"
LABEL_COLOR = "0e8a16"


@dataclass(frozen=True, slots=True)
class CatalogHead:
    """The commit of the catalog that the bot last brought itself in line with."""

    commit: str
    default_branch: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A template that can be offered, with the form it becomes."""

    definition: TemplateDefinition
    form: bytes

    @property
    def path(self) -> str:
        """Where GitHub looks for the form."""
        return f"{FORMS_FOLDER}/new-{self.definition.id}.yml"


class Registration:
    """Reads the catalog, records versions, writes forms."""

    def __init__(
        self,
        *,
        github: GitHub,
        documents: Documents,
        organization: CurrentOrganization,
        versions: TemplateVersions,
        catalog: RepositoryName,
        clock: Clock,
    ) -> None:
        self._github = github
        self._documents = documents
        self._organization = organization
        self._versions = versions
        self._catalog = catalog
        self._clock = clock
        self._whole_catalog_seen = False

    async def keep_in_line(self) -> None:
        """Refresh; the first time in this process, all of it.

        A new release of the bot may write forms differently.
        """
        await self.refresh(anyway=not self._whole_catalog_seen)
        self._whole_catalog_seen = True

    async def head(self) -> CatalogHead | None:
        """What the bot is in line with, or None before the first reading."""
        known = await self._documents.get(CATALOG.name, HEAD)
        if known is None:
            return None
        return CatalogHead(str(known.data["commit"]), str(known.data["default_branch"]))

    async def refresh(self, *, by: str = "", expected: str = "", anyway: bool = False) -> None:
        """Bring records and forms in line with the catalog's head.

        ``expected`` is the commit that an event told of: when the bot is in line
        with it already (it made that commit itself), nothing is asked of GitHub.
        ``anyway`` goes through the whole catalog even when its head is known.
        Raises RetryLater when the catalog cannot be reached or moved meanwhile.
        """
        known = await self.head()
        if known is not None and expected and known.commit == expected:
            return
        repository = await self._github.repositories.find(self._catalog)
        if repository is None:
            raise RetryLater(f"The catalog repository {self._catalog} cannot be read.")
        branch = repository.default_branch
        commit = await self._github.contents.head(self._catalog, branch)
        if known == CatalogHead(commit, branch) and not anyway:
            return
        await self._organization.refresh(commit)
        organization = await self._organization.get()
        offers = _offers(await self._folders(commit), organization, commit=commit)
        await self._record([offer.definition for offer in offers], commit=commit, by=by)
        commit = await self._publish(offers, branch=branch, commit=commit, labels=anyway)
        await self._remember(CatalogHead(commit, branch))

    async def _folders(self, commit: str) -> Mapping[str, Sequence[File]]:
        """The files of every template folder, paths relative to it."""
        try:
            files = await self._github.contents.read_folder(
                self._catalog, TEMPLATES_FOLDER, ref=commit
            )
        except NotFound:
            return {}
        folders: defaultdict[str, list[File]] = defaultdict(list)
        for file in files:
            folder, slash, path = file.path.partition("/")
            if slash:
                folders[folder].append(replace(file, path=path))
        return folders

    async def _record(
        self, definitions: Sequence[TemplateDefinition], *, commit: str, by: str
    ) -> None:
        now_s = self._clock.now_s()
        offered = set()
        for definition in definitions:
            version = _version(definition, commit=commit, by=by, now_s=now_s)
            offered.add(version.id)
            if await self._versions.offer(version):
                log.info("template version registered", version=version.id)
        for version in await self._versions.all_offered():
            if version.id not in offered:
                await self._versions.supersede(version.id, at_s=now_s)

    async def _publish(
        self, offers: Sequence[Offer], *, branch: str, commit: str, labels: bool
    ) -> str:
        """Write the forms in one commit if they differ; returns the head afterwards.

        New forms get their label, with ``labels`` all of them: GitHub drops a label
        that somebody has deleted from what is filed, and it is no request then.
        """
        wanted = {offer.path: offer.form for offer in offers}
        present = await self._forms(commit)
        changed = [
            File(path=path, content=content)
            for path, content in sorted(wanted.items())
            if present.get(path) != content
        ]
        stale = sorted(set(present) - set(wanted))
        for offer in offers:
            if labels or offer.path not in present:
                await self._label(offer.definition)
        if not changed and not stale:
            return commit
        try:
            return await self._github.contents.commit(
                self._catalog,
                branch,
                changed,
                deleted=stale,
                message="Bring the issue forms in line with the templates",
                parent=commit,
            )
        except Stale:
            raise RetryLater("The catalog moved while its forms were written.") from None
        except Forbidden as error:
            raise RetryLater(f"The forms cannot be written to {self._catalog}: {error}.") from None

    async def _forms(self, commit: str) -> Mapping[str, bytes]:
        try:
            files = await self._github.contents.read_folder(self._catalog, FORMS_FOLDER, ref=commit)
        except NotFound:
            return {}
        return {
            f"{FORMS_FOLDER}/{file.path}": file.content
            for file in files
            if file.path.startswith("new-") and file.path.endswith(".yml")
        }

    async def _label(self, definition: TemplateDefinition) -> None:
        await self._github.issues.ensure_label(
            self._catalog,
            f"template:{definition.manifest.id}",
            color=LABEL_COLOR,
            description=f"Asks for a new project from {definition.manifest.name}"[:100],
        )

    async def _remember(self, head: CatalogHead) -> None:
        data: dict[str, Json] = {"commit": head.commit, "default_branch": head.default_branch}
        while not await self._documents.insert(CATALOG.name, HEAD, data):
            known = await self._documents.get(CATALOG.name, HEAD)
            if known is None:
                continue
            if await self._documents.replace(CATALOG.name, HEAD, data, version=known.version):
                return


def _offers(
    folders: Mapping[str, Sequence[File]], organization: Organization, *, commit: str
) -> list[Offer]:
    """Every template that can be used; a broken one is left out and logged."""
    offers = []
    for folder, files in sorted(folders.items()):
        try:
            definition = load_template(files, folder=folder, commit=commit)
            form = form_yaml(compile_form(definition, organization)).encode()
        except (ProblemsFound, UserError) as error:
            log.warning("template left out", template=folder, reason=str(error))
        else:
            offers.append(Offer(definition, form))
    return offers


def _version(
    definition: TemplateDefinition, *, commit: str, by: str, now_s: float
) -> TemplateVersion:
    manifest = definition.manifest
    content = digest(definition.files)
    return TemplateVersion(
        id=version_id(manifest.id, manifest.version, content),
        template=manifest.id,
        version=manifest.version,
        digest=content,
        commit=commit,
        name=manifest.name,
        description=manifest.description,
        owner=manifest.owner,
        kind=manifest.kind,
        tags=tuple(manifest.tags),
        deploy=tuple(manifest.deploy),
        configuration=msgspec.to_builtins(manifest),
        state=VersionState.OFFERED,
        created_at_s=now_s,
        created_by=by,
        updated_at_s=now_s,
    )
