"""Template versions as definitions: read from the catalog at their commit, kept in memory."""

from cachetools import LRUCache

from bot.errors import UserError
from bot.github.port import Contents, NotFound, RepositoryName
from bot.templates.definition import TemplateDefinition, load_template
from bot.templates.version_record import TemplateVersion, TemplateVersions

KEPT = 32  # definitions in memory; one is some hundred kilobytes


class TemplateGone(UserError):
    """The catalog does not offer that template, or its commit cannot be read any more."""

    code = "template-gone"

    def __init__(self, template: str) -> None:
        super().__init__(
            f"The catalog does not offer the template `{template}` any more.",
            fix="Close this issue and choose another template under *New issue*; or ask the "
            "platform team whether it comes back, then edit this issue to have it checked again.",
        )


class TemplateSource:
    """Hands out every version that was ever registered, whole."""

    def __init__(
        self, versions: TemplateVersions, contents: Contents, catalog: RepositoryName
    ) -> None:
        self._versions = versions
        self._contents = contents
        self._catalog = catalog
        self._kept: LRUCache[str, TemplateDefinition] = LRUCache(maxsize=KEPT)

    async def by_id(self, version_id: str) -> TemplateDefinition:
        """A registered version, offered or not. Raises TemplateGone."""
        version = await self._versions.get(version_id)
        if version is None:
            raise TemplateGone(version_id.partition("@")[0])
        return await self.definition(version)

    async def definition(self, version: TemplateVersion) -> TemplateDefinition:
        """The version's files and what they say. Raises TemplateGone."""
        known = self._kept.get(version.id)
        if known is None:
            folder = f"templates/{version.template}"
            try:
                files = await self._contents.read_folder(self._catalog, folder, ref=version.commit)
            except NotFound:
                raise TemplateGone(version.template) from None
            known = self._kept[version.id] = load_template(
                files, commit=version.commit, folder=version.template
            )
        return known
