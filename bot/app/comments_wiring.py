"""Wiring of the slash commands: what each does, and where it may be written."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from bot.app.deployments_wiring import Deployments
from bot.app.parts import Parts, Shared
from bot.commands import OnComment, Place, Standing, TakenComments
from bot.progress.audit_view import audit_comment
from bot.projects import RequestCommands
from bot.projects.settings.settings_command import SettingsCommand
from bot.templates.health.report_template import ReportTemplate
from bot.templates.withdraw import Withdraw
from bot.work.events import CommentMade


def wire_comments(
    parts: Parts,
    shared: Shared,
    commands: RequestCommands,
    deployments: Deployments,
    *,
    withdraw: Withdraw,
    report: ReportTemplate,
    settings: SettingsCommand,
) -> OnComment:
    """The commands of the table, each with what it does."""

    async def tell_audit(comment: CommentMade, _words: Sequence[str]) -> str:
        subject = await commands.subject_of(comment)
        return audit_comment(await shared.audit.for_subject(subject, limit=20))

    async def status(comment: CommentMade, _words: Sequence[str]) -> str:
        said = await commands.status(comment)
        project = None
        if not _is_catalog(comment, parts):
            project = await shared.projects.of_repository(str(comment.repository))
        return f"{said}\n\n{await deployments.commands.status(project)}" if project else said

    async def approve(comment: CommentMade, words: Sequence[str]) -> str:
        if _is_catalog(comment, parts):
            return await commands.approve(comment)
        return await deployments.approve(comment, words)

    return OnComment(
        threads=_threads(commands, str(parts.catalog).lower()),
        organization=shared.organization.get,
        execute={
            "status": status,
            "audit": tell_audit,
            "retry": lambda comment, _: commands.retry(comment),
            "undo": lambda comment, words: commands.undo(comment, confirmed=bool(words)),
            "approve": approve,
            "report": report,
            "settings": settings,
            "withdraw": withdraw.command,
            "deploy": deployments.commands.deploy,
            "plan": deployments.commands.plan,
            "promote": deployments.commands.promote,
            "rollback": deployments.commands.rollback,
            "lock": deployments.locks.lock,
            "unlock": deployments.locks.unlock,
        },
        github=parts.github,
        sticky=shared.sticky,
        taken=TakenComments(parts.store.documents),
    )


def _is_catalog(comment: CommentMade, parts: Parts) -> bool:
    return str(comment.repository).lower() == str(parts.catalog).lower()


def _threads(
    commands: RequestCommands, catalog: str
) -> Callable[[CommentMade], Coroutine[Any, Any, Standing | None]]:
    async def standing(comment: CommentMade) -> Standing | None:
        if str(comment.repository).lower() == catalog:
            team, project = await commands.team_and_project(comment)
            return Standing(Place.REQUEST, team, project)
        known = await commands.projects.of_repository(str(comment.repository))
        return Standing(Place.PROJECT, known.team, comment.repository) if known else None

    return standing
