"""``/settings`` shows a project's settings; ``/settings set`` changes them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.audit import AuditCause, AuditLog
from bot.deploy_settings import Change, Rules, SettingsFile, apply_changes, read_changes
from bot.errors import UserError
from bot.github.port import GitHub, Repository, Role
from bot.organization import Organization
from bot.problems import ProblemsFound
from bot.progress.settings_view import (
    Difference,
    change_comment,
    problems_list,
    pull_request_title,
    settings_comment,
)
from bot.projects.record import Project, ProjectRecords
from bot.projects.settings.current import CurrentSettings, Head, NoSettings, in_order, look
from bot.projects.settings.propose import BRANCH, Proposal, Propose
from bot.work.events import CommentMade


class MayNotSet(UserError):
    """Changing settings needs a higher role than looking at them."""

    code = "may-not-set"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A change in hand; ``head`` is the default branch's."""

    comment: CommentMade
    project: Project
    repository: Repository
    head: Head
    rules: Rules
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsCommand:
    """Answers the command with Markdown, or raises a UserError."""

    github: GitHub
    projects: ProjectRecords
    current: CurrentSettings
    propose: Propose
    organization: Callable[[], Awaitable[Organization]]
    audit: AuditLog

    async def __call__(self, comment: CommentMade, words: Sequence[str]) -> str:
        """Show what is set, or change what the words after ``set`` say."""
        project = await self.projects.of_repository(str(comment.repository))
        if project is None:
            raise NoSettings(
                "This repository is no project of Paved Road.", fix="There is nothing to do."
            )
        if words:
            await self._require_maintainer(comment)
        rules = await self.current.rules(project)
        repository = await self.current.repository(project, comment.repository)
        changes = read_changes(words[1:], rules) if words else ()
        head = await self.current.head(repository)
        if words:
            return await self._set(_Asked(comment, project, repository, head, rules, changes))
        settings = in_order(head.content, rules, fix="Correct the file on the default branch.")
        return settings_comment(str(repository.name), head.branch, settings)

    async def _require_maintainer(self, comment: CommentMade) -> None:
        role = await self.github.people.role(
            comment.repository, comment.sender.login, user_id=comment.sender.id
        )
        if role < Role.MAINTAIN:
            raise MayNotSet(
                "Changing settings needs the role *maintain* in this repository (you have "
                f"*{role.name.lower()}*).",
                fix="Ask somebody who has it; `/settings` shows what is set.",
            )

    async def _set(self, asked: _Asked) -> str:
        direct = (await self.organization()).policies.deployments.settings_direct
        if not direct or any(each.environment not in direct for each in asked.changes):
            return await self._in_pull_request(asked)
        answer = await self._at_once(asked)
        return answer or (
            "Policy allows a commit to the default branch, but the branch's rules do not let the "
            "App make one; an administrator can add the App to the bypass list of the ruleset. "
            f"{await self._in_pull_request(asked)}"
        )

    async def _at_once(self, asked: _Asked) -> str:
        """Empty where the default branch does not take the commit."""
        content, difference = _changed(asked, asked.head)
        if content == asked.head.content:
            return _already(asked.head)
        message = f"{pull_request_title(difference)}\n\nAsked for in {asked.comment.url}"
        if not await self.propose.at_once(asked.repository, asked.head, content, message=message):
            return ""
        await self._audit(asked, "settings.committed")
        return change_comment(
            difference,
            where=f"Committed to `{asked.head.branch}`; it takes effect with the next deployment.",
        )

    async def _in_pull_request(self, asked: _Asked) -> str:
        known = await self.propose.open_pull_request(asked.repository)
        start = asked.head
        if known is not None:
            start = await self.current.at(
                asked.repository.name, branch=BRANCH, commit=known.head_sha
            )
        content, difference = _changed(asked, start)
        if known is None and content == asked.head.content:
            return _already(asked.head)
        comment = asked.comment
        pull = await self.propose.in_pull_request(
            asked.repository,
            start,
            Proposal.of(difference, content, by=comment.sender.login, url=comment.url),
            known=known,
        )
        await self._audit(asked, "settings.proposed", pull=pull.number)
        return change_comment(
            difference, where=f"Proposed in pull request [#{pull.number}]({pull.html_url})."
        )

    async def _audit(self, asked: _Asked, action: str, *, pull: int = 0) -> None:
        comment = asked.comment
        await self.audit.append(
            key=f"{comment.repository}:comment-{comment.comment_id}:{action}".lower(),
            action=action,
            subject=asked.project.request,
            actor=comment.sender.login,
            actor_id=comment.sender.id,
            cause=AuditCause(delivery=comment.guid, url=comment.url),
            details={
                "repository": str(comment.repository),
                "pull_request": pull,
                "changes": [
                    f"{each.environment}.{each.name}={each.value}".lstrip(".")
                    for each in asked.changes
                ],
            },
        )


def _changed(asked: _Asked, start: Head) -> tuple[bytes, Difference]:
    """The file with the changes, and how it differs from the default branch's.

    Raises NoSettings where the result would not be in order.
    """
    try:
        content = apply_changes(start.content, asked.changes)
    except ProblemsFound as found:
        raise NoSettings(
            f"The file on `{start.branch}` cannot be read:\n\n{problems_list(found.problems)}\n\n",
            fix="Correct it there, then ask again.",
        ) from None
    after = in_order(
        content,
        asked.rules,
        fix="Nothing was changed. Set what goes together in one command, or correct the file.",
    )
    before = look(asked.head.content, asked.rules)
    return content, Difference(before if isinstance(before, SettingsFile) else None, after)


def _already(head: Head) -> str:
    return f"These are the settings of `{head.branch}` already; nothing was changed."
