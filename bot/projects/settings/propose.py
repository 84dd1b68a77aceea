"""A change of settings becomes a commit: in the project's one open pull request, or at once.

Every step looks first. The branch of the pull request is ours; one that is left over from
an earlier pull request begins anew at the default branch.
"""

from dataclasses import dataclass
from typing import Final

from bot.deploy_settings import PATH
from bot.errors import RetryLater, UserError
from bot.github.port import File, Forbidden, GitHub, PullRequest, Rejected, Repository, Stale
from bot.progress.inert import inert
from bot.progress.settings_view import Difference, pull_request_body, pull_request_title
from bot.projects.settings.current import Head

BRANCH: Final = "paved-road/settings"


class MayNotWrite(UserError):
    """GitHub does not let the App write there."""

    code = "may-not-write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the pull request holds and says."""

    content: bytes
    title: str
    body: str
    message: str

    @classmethod
    def of(cls, difference: Difference, content: bytes, *, by: str, url: str) -> "Proposal":
        """The change as the person asked for it, in the comment at ``url``."""
        title = pull_request_title(difference)
        body = pull_request_body(difference, by=by, url=url)
        message = f"{title}\n\nAsked for in {url}"
        return cls(content=content, title=title, body=body, message=message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
    """Writes settings files."""

    github: GitHub

    async def open_pull_request(self, repository: Repository) -> PullRequest | None:
        """The pull request that changes settings, where one is open."""
        return await self.github.pull_requests.open_of(repository.name, BRANCH)

    async def commit(
        self, repository: Repository, head: Head, content: bytes, *, message: str
    ) -> str:
        """The branch has the content; returns its head. Raises RetryLater where it moved."""
        if content == head.content:
            return head.commit
        try:
            return await self.github.contents.commit(
                repository.name,
                head.branch,
                [File(path=PATH, content=content)],
                message=message,
                parent=head.commit,
            )
        except Stale:
            raise RetryLater(f"{head.branch} moved while its settings were changed.") from None

    async def in_pull_request(
        self,
        repository: Repository,
        start: Head,
        proposal: Proposal,
        *,
        known: PullRequest | None,
    ) -> PullRequest:
        """The open pull request holds the proposal and says so; it is opened if there is none.

        ``start`` is the head of the pull request's branch, or of the default one where
        there is none. Raises MayNotWrite.
        """
        try:
            if known is None:
                return await self._open(repository, start, proposal)
            await self.commit(repository, start, proposal.content, message=proposal.message)
            await self.github.pull_requests.edit(
                repository.name, known.number, title=proposal.title, body=proposal.body
            )
        except Forbidden as error:
            raise MayNotWrite(
                f"GitHub does not permit the App to change this repository: {inert(str(error))}.",
                fix="The platform team runs `paved-road doctor`, which names what is missing.",
            ) from None
        return known

    async def _open(self, repository: Repository, start: Head, proposal: Proposal) -> PullRequest:
        await self.github.contents.point_branch(repository.name, BRANCH, start.commit)
        branch = Head(branch=BRANCH, commit=start.commit, content=start.content)
        await self.commit(repository, branch, proposal.content, message=proposal.message)
        return await self.github.pull_requests.create(
            repository.name,
            head=BRANCH,
            base=repository.default_branch,
            title=proposal.title,
            body=proposal.body,
        )

    async def at_once(
        self, repository: Repository, head: Head, content: bytes, *, message: str
    ) -> bool:
        """The default branch has the content; False where its rules do not let the App."""
        try:
            await self.commit(repository, head, content, message=message)
        except (Forbidden, Rejected):
            return False
        return True
