"""Commit statuses: what other systems say of a commit."""

from collections.abc import Mapping
from typing import Any

from bot.localhub.actor import Who, acting
from bot.localhub.operations.checks import CheckOperations
from bot.localhub.refusal import Refused
from bot.localhub.shapes.checks import status_with_creator
from bot.localhub.shapes.git import commit
from bot.localhub.state.checks import CommitStatus
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository
from bot.localhub.webhooks.payloads import emit

MOST_STATUSES = 1000  # of one commit and context; GitHub REST docs, "Create a commit status"


class StatusOperations(CheckOperations):
    """Commit statuses."""

    def create_status(
        self, actor: Who, repository: str | Repository, sha: str, given: Mapping[str, Any]
    ) -> CommitStatus:
        """A new status on the commit. Raises Refused."""
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        if self.git(found).kind(sha) != "commit":
            raise Refused(422, f"No commit found for SHA: {sha}")
        made = CommitStatus(
            id=self.world.next_id(),
            repository_id=found.id,
            sha=sha,
            context=given.get("context", "default"),
            state=given["state"],
            creator_id=who.user.id,
            description=given.get("description"),
            target_url=given.get("target_url"),
            created_at_s=self.now_s(),
        )
        known = self.world.statuses.of((found.id, sha))
        if sum(one.context == made.context for one in known) >= MOST_STATUSES:
            raise Refused(422, "This SHA and context has reached the maximum number of statuses.")
        self.world.statuses.put(made)
        about = status_with_creator(self, found, made) | {
            "sha": sha,
            "name": found.full_name,
            "commit": commit(self, found, self.git(found).commit(sha)),
            "branches": [],
        }
        emit(self, "status", None, about, sender=who, repository=found)
        self.changes.publish(f"checks:{found.full_name}@{sha}", "status")
        return made

    def newest_statuses(self, repository: str | Repository, sha: str) -> list[CommitStatus]:
        """The newest status of each context."""
        newest = {
            one.context: one
            for one in self.world.statuses.of((self.repository(repository).id, sha))
        }
        return list(newest.values())
