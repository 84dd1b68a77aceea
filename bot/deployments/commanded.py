"""What every command of deployments begins with, and how it is kept in the audit log."""

from bot.audit import AuditCause
from bot.deployments.rules import Refused
from bot.deployments.services import DeployServices
from bot.organization import DeploymentPolicy
from bot.projects import Project
from bot.work.events import CommentMade


async def project_of(comment: CommentMade, services: DeployServices) -> Project:
    """The project of the repository. Raises Refused where it is none."""
    project = await services.projects.of_repository(str(comment.repository))
    if project is None:
        raise Refused(
            "This repository is no project of Paved Road.", fix="There is nothing to do here."
        )
    return project


async def policy_of(services: DeployServices) -> DeploymentPolicy:
    """How deployments go in this organisation now."""
    return (await services.organization()).policies.deployments


async def audit_command(
    comment: CommentMade,
    project: Project,
    action: str,
    environment: str,
    services: DeployServices,
    *,
    run: str = "",
) -> None:
    """The audit log has what this comment did there, once."""
    await services.audit.append(
        key=f"{project.id}:{comment.comment_id}:{action}:{environment}",
        action=action,
        subject=project.request,
        actor=comment.sender.login,
        actor_id=comment.sender.id,
        cause=AuditCause(delivery=comment.guid, url=comment.url),
        details={"environment": environment, "run": run},
    )
