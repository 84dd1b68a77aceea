"""What ``/status`` tells of a thread's template: its state, its health, what people thought."""

from dataclasses import dataclass

from bot.progress.health_view import TemplateShown, template_status
from bot.progress.inert import inert
from bot.templates.health.read_health import ReadHealth
from bot.templates.health.satisfaction import Satisfaction
from bot.templates.health.thread_version import ThreadVersion
from bot.templates.version_record import TemplateVersion, TemplateVersions, VersionState
from bot.work.events import CommentMade


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeTemplate:
    """Answers for the version that the request or project came from."""

    version_of: ThreadVersion
    versions: TemplateVersions
    health: ReadHealth
    satisfaction: Satisfaction

    async def __call__(self, comment: CommentMade) -> str:
        """The words, empty where the thread is about no template."""
        version = await self.version_of(comment)
        if version is None:
            return ""
        offered = await self.versions.offered(version.template)
        state, because = await self._state(version, offered)
        liked = await self.satisfaction.of_version(version.id)
        return template_status(
            TemplateShown(
                name=version.title,
                state=state.value,
                newer=offered.version if offered is not None and offered.id != version.id else "",
                because=because,
                health=await self.health(version.id),
                likes=liked.likes,
                dislikes=liked.dislikes,
            )
        )

    async def _state(
        self, version: TemplateVersion, offered: TemplateVersion | None
    ) -> tuple[VersionState, str]:
        """The state as it concerns whoever has this version, and why it is so.

        A template is deprecated by a newer version, which its projects do not have.
        """
        if version.withdrawal is not None:
            reason = inert(version.withdrawal.reason, limit=300)
            return VersionState.WITHDRAWN, f"The reason: {reason}."
        if offered is None:
            for each in await self.versions.of_template(version.template):
                if each.state is VersionState.DEPRECATED:
                    return VersionState.DEPRECATED, _deprecation(each)
        return version.state, ""


def _deprecation(version: TemplateVersion) -> str:
    deprecated = version.definition.manifest.deprecated
    if deprecated is None:
        return ""
    said = f"Its owners say: {inert(deprecated.message, limit=300)}."
    return f"{said} Start from `{deprecated.successor}`." if deprecated.successor else said
