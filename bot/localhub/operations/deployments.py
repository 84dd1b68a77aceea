"""Commit statuses and deployments: recorded, nothing is deployed here."""

from collections.abc import Mapping
from typing import Any

from bot.localhub.actor import Actor, Who, acting
from bot.localhub.operations.checks import CheckOperations
from bot.localhub.refusal import Refused, not_found
from bot.localhub.shapes.basics import Json
from bot.localhub.shapes.checks import deployment, deployment_status, status_with_creator
from bot.localhub.shapes.git import commit
from bot.localhub.state.checks import CommitStatus, Deployment, DeploymentStatus
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository
from bot.localhub.webhooks.payloads import emit

MOST_STATUSES = 1000  # of one commit and context; GitHub REST docs, "Create a commit status"


class DeploymentOperations(CheckOperations):
    """Statuses and deployments."""

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

    def create_deployment(
        self, actor: Who, repository: str | Repository, given: Mapping[str, Any]
    ) -> Deployment:
        """A new deployment. Raises Refused 409 when a required context is not green."""
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        sha = self.git(found).resolve(given["ref"])
        if sha is None:
            raise Refused(422, f"No ref found for: {given['ref']}")
        states = {s.context: s.state for s in self.newest_statuses(found, sha)}
        for context in given.get("required_contexts", states):
            if states.get(context) != "success":
                raise Refused(409, f"Conflict: Commit status checks failed for {given['ref']}.")
        environment = given.get("environment", "production")
        made = Deployment(
            id=self.world.next_id(),
            repository_id=found.id,
            sha=sha,
            ref=given["ref"],
            task=given.get("task", "deploy"),
            environment=environment,
            creator_id=who.user.id,
            payload=given.get("payload", {}),
            description=given.get("description"),
            production=given.get("production_environment", environment == "production"),
            transient=given.get("transient_environment", False),
            app_id=who.app.id if who.app else None,
            created_at_s=self.now_s(),
            updated_at_s=self.now_s(),
        )
        self.world.deployments.put(made)
        about: Json = {"deployment": deployment(self, found, made)}
        emit(self, "deployment", "created", about, sender=who, repository=found)
        self.tell(found, "deployment")
        return made

    def deployment(self, repository: str | Repository, deployment_id: int) -> Deployment:
        """The deployment of that id. Raises Refused 404."""
        found = self.world.deployments.get(deployment_id)
        if found is None or found.repository_id != self.repository(repository).id:
            raise not_found()
        return found

    def create_deployment_status(
        self,
        actor: Who,
        repository: str | Repository,
        deployment_id: int,
        given: Mapping[str, Any],
    ) -> DeploymentStatus:
        """A new status; success makes earlier ones of the environment inactive."""
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        parent = self.deployment(found, deployment_id)
        made = self._add_deployment_status(who, parent, given)
        if made.state == "success" and given.get("auto_inactive", True):
            for other in self.world.deployments.of(found.id):
                same = other.environment == parent.environment and other.id != parent.id
                if same and not other.transient and not other.production:
                    self._add_deployment_status(who, other, {"state": "inactive"})
        about: Json = {
            "deployment": deployment(self, found, parent),
            "deployment_status": deployment_status(self, found, made),
        }
        emit(self, "deployment_status", "created", about, sender=who, repository=found)
        self.tell(found, "deployment")
        return made

    def _add_deployment_status(
        self, who: Actor, parent: Deployment, given: Mapping[str, Any]
    ) -> DeploymentStatus:
        made = DeploymentStatus(
            id=self.world.next_id(),
            deployment_id=parent.id,
            state=given["state"],
            creator_id=who.user.id,
            description=given.get("description", ""),
            environment=given.get("environment", parent.environment),
            environment_url=given.get("environment_url", ""),
            log_url=given.get("log_url", given.get("target_url", "")),
            app_id=who.app.id if who.app else None,
            created_at_s=self.now_s(),
        )
        return self.world.deployment_statuses.put(made)
