"""Reactions to issues and comments."""

from bot.localhub.actor import Who, acting
from bot.localhub.operations.issues import IssueOperations
from bot.localhub.refusal import Refused, invalid, not_found
from bot.localhub.shapes.issues import REACTIONS
from bot.localhub.state.discussions import Reaction
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository


class ReactionOperations(IssueOperations):
    """React, and take it back."""

    def react(
        self,
        actor: Who,
        repository: str | Repository,
        number: int,
        content: str,
        *,
        comment_id: int | None = None,
    ) -> tuple[Reaction, bool]:
        """The reaction is there once; with it, whether it is new. Raises Refused."""
        found, who = self.repository(repository), acting(actor)
        issue = self.issue(found, number)
        self.require(who, found, Role.READ)
        if content not in REACTIONS:
            raise invalid("Reaction", "content", "invalid")
        for known in self.world.reactions.of((issue.id, comment_id)):
            if known.user_id == who.user.id and known.content == content:
                return known, False
        made = Reaction(
            id=self.world.next_id(),
            issue_id=issue.id,
            comment_id=comment_id,
            user_id=who.user.id,
            content=content,
            created_at_s=self.now_s(),
        )
        self.world.reactions.put(made)
        self.changes.publish(f"issue:{found.full_name}#{issue.number}", "reaction")
        return made, True

    def unreact(self, actor: Who, repository: str | Repository, reaction_id: int) -> None:
        """The actor's own reaction is gone."""
        found, who = self.repository(repository), acting(actor)
        reaction = self.world.reactions.get(reaction_id)
        issue = self.world.issues.get(reaction.issue_id) if reaction else None
        if reaction is None or issue is None or issue.repository_id != found.id:
            raise not_found()
        if reaction.user_id != who.user.id:
            raise Refused(403, "You may only delete your own reactions.")
        self.world.reactions.drop(reaction)
        self.changes.publish(f"issue:{found.full_name}#{issue.number}", "reaction")
