"""What a generate run's record says about the project that comes of it."""

from bot.github.port import RepositoryName
from bot.projects.record import Author, Project, ProjectState, Tags
from bot.runs import Run


def target(run: Run) -> RepositoryName:
    """The repository that the run makes."""
    return RepositoryName.of(str(run.intent["full_name"]))


def project_of(run: Run, *, now_s: float) -> Project:
    """The project's record as the run leaves it; ``now_s`` is Unix time in seconds."""
    intent, settings = run.intent, run.intent["settings"]
    name = target(run)
    return Project(
        id=str(run.facts["repository_id"]),
        name=name.name,
        full_name=str(name).lower(),
        description=str(intent["description"]),
        organization=name.owner,
        author=Author(id=run.cause.actor_id, login=run.cause.actor),
        tags=Tags(
            application=name.name,
            product=str(intent["business_unit"]),
            organization=name.owner,
            cost_center=str(intent["cost_center"]),
        ),
        team=str(intent["team"]),
        business_unit=str(intent["business_unit"]),
        template=str(intent["template"]),
        template_version=str(intent["version"]),
        template_commit=str(intent["commit"]),
        template_version_id=str(intent["version_id"]),
        first_commit=str(run.facts["commit"]),
        repository_url=str(run.facts["html_url"]),
        visibility=str(intent["visibility"]),
        cloud_provider=str(intent["cloud_provider"]),
        image="",
        last_deployment=None,
        state=ProjectState.ACTIVE,
        request=run.subject,
        created_at_s=run.created_at_s,
        updated_at_s=now_s,
        settings=settings if isinstance(settings, dict) else {},
    )
