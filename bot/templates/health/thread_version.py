"""Which template version a thread is about: of a request, by whose form; of a project, its own."""

from dataclasses import dataclass

from bot.projects import ProjectRecords, RequestRecords
from bot.templates.version_record import TemplateVersion, TemplateVersions
from bot.work.events import CommentMade


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadVersion:
    """Answers by the records of requests and projects."""

    requests: RequestRecords
    projects: ProjectRecords
    versions: TemplateVersions

    async def __call__(self, comment: CommentMade) -> TemplateVersion | None:
        """The version, or None where the thread is about no template."""
        request = await self.requests.get(f"{comment.repository}#{comment.number}")
        if request is not None:
            return await self.versions.get(request.version_id)
        project = await self.projects.of_repository(str(comment.repository))
        return await self.versions.get(project.template_version_id) if project else None
