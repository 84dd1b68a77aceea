"""Taking a template version back: by its owners' command, or for its health."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.audit import AuditCause, AuditLog
from bot.clock import Clock
from bot.errors import UserError
from bot.github.port import People, RepositoryName
from bot.organization import Organization
from bot.progress.inert import inert
from bot.runs import Cause
from bot.templates.tell_projects import TellProjects
from bot.templates.version_record import (
    TemplateVersion,
    TemplateVersions,
    VersionState,
    Withdrawal,
)
from bot.work.events import CommentMade

HEALTH = "health"  # who withdraws where no person does


class NoSuchVersion(UserError):
    """The template or the version was never offered."""

    code = "no-such-version"


class MayNotWithdraw(UserError):
    """Only the owning team and the platform team take a version back."""

    code = "may-not-withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """The service. ``refresh`` brings the catalog in line with what is offered then."""

    versions: TemplateVersions
    organization: Callable[[], Awaitable[Organization]]
    people: People
    tell: TellProjects
    refresh: Callable[[], Awaitable[None]]
    audit: AuditLog
    clock: Clock
    catalog: RepositoryName

    async def command(self, comment: CommentMade, words: Sequence[str]) -> str:
        """``/withdraw TEMPLATE VERSION REASON``: the answer. Raises UserError."""
        template, number, *reason = words
        versions = [
            each
            for each in await self.versions.of_template(template)
            if each.version == number and each.offered_at_s
        ]
        if not versions:
            raise NoSuchVersion(
                f"{inert(f'{template} {number}')} was never offered.",
                fix="The README of the catalog lists what is.",
            )
        await self._refuse_others(versions[0], comment.sender.login)
        cause = Cause(
            delivery=comment.guid,
            actor=comment.sender.login,
            actor_id=comment.sender.id,
            url=comment.url,
        )
        for version in versions:
            await self(version.id, by=comment.sender.login, reason=" ".join(reason), cause=cause)
        return await self._said(template, number)

    async def __call__(self, version_id: str, *, by: str, reason: str, cause: Cause) -> None:
        """The version is withdrawn, the catalog offers what is left, its projects are told.

        Repeating it changes nothing.
        """
        withdrawal = Withdrawal(by=by, reason=reason, at_s=self.clock.now_s())
        version = await self.versions.withdraw(version_id, withdrawal)
        if version is None:
            return
        await self.audit.append(
            key=f"{version.id}:template.withdrawn",
            action="template.withdrawn",
            subject=str(self.catalog),
            actor=cause.actor,
            actor_id=cause.actor_id,
            cause=AuditCause(delivery=cause.delivery, url=cause.url),
            details={"template": version.template, "version": version.version, "reason": reason},
        )
        await self.tell.withdrawn(version, cause=cause)
        await self.refresh()

    async def _refuse_others(self, version: TemplateVersion, login: str) -> None:
        organization = await self.organization()
        teams = dict.fromkeys([version.owner, organization.platform_team])
        for team in teams:
            if await self.people.is_team_member(self.catalog.owner, team, login):
                return
        names = " or ".join(f"`{team}`" for team in teams)
        raise MayNotWithdraw(
            f"Withdrawing `{version.template}` needs a member of {names}; GitHub does not list "
            "you there.",
            fix="Ask one of them, or tell them with `/report TEXT`.",
        )

    async def _said(self, template: str, number: str) -> str:
        offered = await self.versions.offered(template)
        now = (
            f"Version {offered.version} is offered instead."
            if offered is not None and offered.state is VersionState.OFFERED
            else "Nothing is offered in its place, so its form is gone."
        )
        return f"`{template}` {number} is withdrawn. {now} Projects that came of it are told, once."
