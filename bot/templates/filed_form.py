"""Which version of a template an issue was filed with: nobody's request changes under their hands.

A form's page may lie open while its template moves on, and a request may wait for days.
The body itself tells most: GitHub writes every heading of the form that was used. Where
two versions have the same headings, the one whose form was there at the time counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cachetools import LRUCache

from bot.clock import seconds_of
from bot.errors import RetryLater, UserError
from bot.forms import Form, compile_form, headings_found
from bot.organization import Organization
from bot.problems import ProblemsFound
from bot.progress.inert import inert
from bot.templates.definition import TemplateDefinition
from bot.templates.source import TemplateGone
from bot.templates.version_record import TemplateVersion, TemplateVersions, VersionState

DEFINITIONS_KEPT: Final = 200
PAGE_OPEN_S: Final = 24 * 3600.0  # how long somebody may have had an older form before them


class TemplateDeprecated(UserError):
    """Nothing new should start from the template."""

    code = "template-deprecated"

    def __init__(self, version: TemplateVersion) -> None:
        deprecated = version.definition.manifest.deprecated
        message = inert(deprecated.message, limit=300) if deprecated else ""
        successor = deprecated.successor if deprecated else ""
        instead = f"the form of `{successor}`" if successor else "another form"
        super().__init__(
            f"The template `{version.template}` is deprecated: {message}.",
            fix=f"Close this issue and choose {instead} under *New issue*.",
        )


class TemplateWithdrawn(UserError):
    """The version was taken back, and there is no other."""

    code = "template-withdrawn"

    def __init__(self, version: TemplateVersion) -> None:
        super().__init__(
            f"`{version.template}` {version.version} was withdrawn, and no other version is "
            "offered.",
            fix="When its owners have mended it, edit this issue and it is checked again.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """The version, what it says, and its form for the organisation as it is now."""

    version: TemplateVersion
    definition: TemplateDefinition
    form: Form


class FiledForms:
    """Finds the form that an issue was filed with."""

    def __init__(self, versions: TemplateVersions) -> None:
        self._versions = versions
        # What a version says never changes, and reading it costs more than all the rest.
        self._definitions: LRUCache[str, TemplateDefinition] = LRUCache(maxsize=DEFINITIONS_KEPT)

    async def of(
        self,
        template: str,
        body: str,
        organization: Organization,
        *,
        asked_at: str,
        known: str = "",
    ) -> Filed:
        """The form of an issue with that body, asked for at ``asked_at`` (ISO 8601, may be empty).

        ``known`` is the version that was found at an earlier look; it stays, unless it was
        withdrawn since. Raises TemplateGone, TemplateDeprecated or TemplateWithdrawn, and
        RetryLater before the catalog was read at all.
        """
        every = await self._versions.of_template(template)
        versions = [each for each in every if each.offered_at_s > 0]  # those that had a form
        if not versions:
            if not await self._versions.catalog_was_read():
                raise RetryLater("The catalog has not been read yet.")
            raise TemplateGone(template)
        earlier = next((each for each in versions if each.id == known), None)
        if earlier is not None and earlier.state is not VersionState.WITHDRAWN:
            return self._filed(earlier, organization)
        usable = [each for each in versions if each.state is not VersionState.WITHDRAWN]
        if not usable:
            raise TemplateWithdrawn(versions[0])
        # Where no time is told, only what is there now fits.
        at_s = seconds_of(asked_at, otherwise=float("inf"))
        found = self._choose(usable, body, organization, at_s=at_s)
        offered = any(each.state is VersionState.OFFERED for each in usable)
        if not offered and not _was_there(found.version, at_s):
            raise _no_more(every)
        return found

    def _choose(
        self,
        versions: Sequence[TemplateVersion],
        body: str,
        organization: Organization,
        *,
        at_s: float,
    ) -> Filed:
        """The version whose headings all stand in the body; of several, the longest form."""

        def rank(filed: Filed) -> tuple[int, bool, bool, float]:
            labels = [question.label for question in filed.form.questions]
            found = headings_found(labels, body)
            whole = len(labels) if found == len(labels) else 0
            return (
                whole,
                _was_there(filed.version, at_s),
                filed.version.state is VersionState.OFFERED,
                filed.version.offered_at_s,
            )

        filed = []
        for version in versions:
            try:
                filed.append(self._filed(version, organization))
            except ProblemsFound:  # the organisation has changed so that this form cannot be
                continue
        if not filed:
            raise TemplateGone(versions[0].template)
        return max(filed, key=rank)

    def _filed(self, version: TemplateVersion, organization: Organization) -> Filed:
        definition = self._definitions.get(version.id)
        if definition is None:
            definition = self._definitions[version.id] = version.definition
        form = compile_form(definition, organization)
        return Filed(version=version, definition=definition, form=form)


def _no_more(versions: Sequence[TemplateVersion]) -> UserError:
    """Why nothing new comes of a template that had a form once."""
    for version in versions:
        if version.state is VersionState.DEPRECATED:
            return TemplateDeprecated(version)
    return TemplateGone(versions[0].template)


def _was_there(version: TemplateVersion, at_s: float) -> bool:
    """Whether somebody who filed then can have had this version's form before them."""
    if version.offered_at_s > at_s:
        return False
    return version.state is VersionState.OFFERED or version.updated_at_s + PAGE_OPEN_S >= at_s
