"""The settings of a project as a commit has them, and the rules they are held against."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.deploy_settings import PATH, Rules, SettingsFile, read_settings, rules_for
from bot.errors import UserError
from bot.github.port import Contents, GitHub, NotFound, Repository, RepositoryName
from bot.organization import Organization
from bot.problems import Problem, ProblemsFound
from bot.progress.settings_view import problems_list
from bot.projects.record import Project
from bot.templates.version_record import TemplateVersions


class NoSettings(UserError):
    """The project has none, or its file is missing or not in order."""

    code = "no-settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The file at a branch's head; ``commit`` is the head's id."""

    branch: str
    commit: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentSettings:
    """Reads settings of projects."""

    github: GitHub
    versions: TemplateVersions
    organization: Callable[[], Awaitable[Organization]]

    async def rules(self, project: Project) -> Rules:
        """The table as the project's template narrows it; the whole table where that is gone."""
        version = await self.versions.get(project.template_version_id)
        try:
            manifest = version.definition.manifest if version else None
        except ProblemsFound:  # what was valid then need not be valid by today's rules
            manifest = None
        organization = await self.organization()
        return rules_for(
            manifest.settings if manifest else {},
            cloud=project.cloud_provider,
            via=manifest.via if manifest else "",
            environments=organization.policies.deployments.environments,
        )

    async def repository(self, project: Project, name: RepositoryName) -> Repository:
        """The project's repository. Raises NoSettings where nothing is deployed from it."""
        if not project.is_deployed:
            raise NoSettings(
                f"`{name}` has no settings: nothing is deployed from it.",
                fix="There is nothing to do.",
            )
        found = await self.github.repositories.find(name)
        if found is None:
            raise NoSettings(f"GitHub does not show `{name}`.", fix="Ask again in a minute.")
        return found

    async def head(self, repository: Repository) -> Head:
        """The file at the head of the default branch. Raises NoSettings."""
        branch = repository.default_branch
        commit = await self.github.contents.head(repository.name, branch)
        return await self.at(repository.name, branch=branch, commit=commit)

    async def at(self, repository: RepositoryName, *, branch: str, commit: str) -> Head:
        """The file at a commit that is the head of a branch. Raises NoSettings."""
        content = await content_at(self.github.contents, repository, commit)
        if content is None:
            raise NoSettings(
                f"`{PATH}` is missing on `{branch}`.",
                fix="Bring it back from the history of the repository, then ask again.",
            )
        return Head(branch=branch, commit=commit, content=content)


async def content_at(contents: Contents, repository: RepositoryName, commit: str) -> bytes | None:
    """The file's bytes at a commit, or None."""
    try:
        return await contents.read_file(repository, PATH, ref=commit)
    except NotFound:
        return None


def look(content: bytes, rules: Rules) -> SettingsFile | Sequence[Problem]:
    """The settings, or everything that is wrong with them."""
    try:
        return read_settings(content, rules)
    except ProblemsFound as found:
        return found.problems


def in_order(content: bytes, rules: Rules, *, fix: str) -> SettingsFile:
    """The settings. Raises NoSettings, which lists what is wrong with the file."""
    found = look(content, rules)
    if isinstance(found, SettingsFile):
        return found
    raise NoSettings(f"`{PATH}` is not in order:\n\n{problems_list(found)}\n\n", fix=fix)
