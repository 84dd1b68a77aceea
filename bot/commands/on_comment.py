"""When somebody writes a comment: read its commands, ask GitHub who they are, answer once.

The answer is one comment per asking comment, found again by its id, so a
delivery that comes twice answers once. A comment that two deliveries tell of is
answered by the first.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.commands.grammar import read_commands
from bot.commands.help_comment import help_comment
from bot.commands.table import Command, Place
from bot.commands.taken import TakenComments
from bot.commands.understand import Given, Hint, understand
from bot.commands.who_may import decide
from bot.errors import UserError
from bot.github.port import GitHub, RepositoryName, Role
from bot.organization import CommandPolicy, Organization
from bot.progress import Sticky
from bot.work.events import CommentMade


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a command was given and what its thread is about."""

    place: Place
    team: str  # the team that asked for the project; empty where there is none yet
    project: RepositoryName | None


# What a thread is about, told by those who keep requests and projects; None where the
# bot has nothing to do with it.
Threads = Callable[[CommentMade], Awaitable[Standing | None]]
Execute = Callable[[CommentMade, Sequence[str]], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnComment:
    """Commands, from the comment to the answer. ``execute`` has one entry a row of the table."""

    threads: Threads
    organization: Callable[[], Awaitable[Organization]]
    execute: Mapping[str, Execute]
    github: GitHub
    sticky: Sticky
    taken: TakenComments

    async def __call__(self, comment: CommentMade) -> None:
        """Answer the comment's commands; a comment without any costs nothing."""
        typed = read_commands(comment.body) if comment.sender.is_person else []
        standing = await self.threads(comment) if typed else None
        if standing is None:
            return
        asked = [understand(each, standing.place) for each in typed]
        given = [each for each in asked if each is not None]
        if not given:
            return
        role = await self._role(comment, standing)
        if role is Role.NONE:
            return  # to strangers the bot is silent
        if not await self.taken.take(comment.comment_id, guid=comment.guid):
            return
        await self.github.issues.react(comment.repository, comment.comment_id, "eyes")
        answers = [await self._answer(each, comment, role, standing) for each in given]
        said = "\n\n---\n\n".join(answer for answer in answers if answer)
        if said:
            await self.sticky.comment(
                comment.repository,
                comment.number,
                about=f"answer-{comment.comment_id}",
                body=f"@{comment.sender.login} {said}",
            )

    async def _answer(
        self, asked: Given | Hint, comment: CommentMade, role: Role, standing: Standing
    ) -> str:
        if isinstance(asked, Hint):
            return asked.sentence
        organization = await self.organization()
        policy = organization.command_policy(asked.command.name)
        teams = await self._teams(comment, policy)
        decision = decide(
            asked.command,
            role=role,
            policy=policy,
            teams=teams,
            environment=asked.command.environment_in(asked.words),
        )
        if not decision.allowed:
            return decision.say
        if asked.command.name == "help":
            return help_comment(standing.place, organization)
        return await self._run(asked.command, asked.words, comment)

    async def _run(self, command: Command, words: Sequence[str], comment: CommentMade) -> str:
        try:
            return await self.execute[command.name](comment, words)
        except UserError as error:
            return f"{error.problem} {error.fix}"

    async def _role(self, comment: CommentMade, standing: Standing) -> Role:
        """GitHub's word on the sender, the highest of what holds in this thread.

        A request is made on its team's behalf and the repository it asks for may
        not be there yet, so members of that team count as *write* in its thread.
        In public repositories GitHub calls everybody a reader: strangers there
        count as nobody.
        """
        people, sender = self.github.people, comment.sender
        roles = [await people.role(comment.repository, sender.login, user_id=sender.id)]
        if roles[0] is Role.READ and comment.visibility == "public":
            roles[0] = Role.NONE
        if standing.project is not None and standing.project != comment.repository:
            roles.append(await people.role(standing.project, sender.login, user_id=sender.id))
        if standing.team and max(roles) < Role.WRITE and standing.place is Place.REQUEST:
            owner = comment.repository.owner
            if await people.is_team_member(owner, standing.team, sender.login):
                roles.append(Role.WRITE)
        return max(roles)

    async def _teams(self, comment: CommentMade, policy: CommandPolicy) -> Sequence[str]:
        people, owner = self.github.people, comment.repository.owner
        return [
            team
            for team in policy.teams
            if await people.is_team_member(owner, team, comment.sender.login)
        ]
