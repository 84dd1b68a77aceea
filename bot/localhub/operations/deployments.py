"""Deployments and their statuses: recorded and told, nothing is deployed here.

Source: GitHub REST docs, "Deployments" and "Deployment statuses".
"""

from collections.abc import Mapping
from typing import Any

from bot.localhub.actor import Actor, Who, acting
from bot.localhub.git.history import is_ancestor
from bot.localhub.git.merge import Conflict, merged_tree
from bot.localhub.operations.statuses import StatusOperations
from bot.localhub.refusal import Refused, invalid, not_found
from bot.localhub.shapes.basics import Json
from bot.localhub.shapes.checks import deployment, deployment_status
from bot.localhub.state.actions import WorkflowRun
from bot.localhub.state.checks import Deployment, DeploymentStatus
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository
from bot.localhub.webhooks.payloads import emit

LONGEST_DESCRIPTION = 140  # of a status, in characters


class DeploymentOperations(StatusOperations):
    """Deployments, each with its statuses."""

    def merge_before_deployment(
        self, actor: Who, repository: str | Repository, given: Mapping[str, Any]
    ) -> str:
        """The default branch is merged into the branch that lacks some of it, as
        ``auto_merge`` wants by default; says so, or nothing where there was nothing to merge.

        Raises Refused 409 for a conflict. Where it merged, GitHub makes no deployment.
        """
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        git, ref = self.git(found), given["ref"].removeprefix("refs/heads/")
        head, default = git.branch(ref), git.branch(found.default_branch)
        if not given.get("auto_merge", True) or head is None or default is None:
            return ""
        if is_ancestor(git, default, head):
            return ""
        try:
            tree = merged_tree(git, head, default)
        except Conflict as conflict:
            problem = f"Conflict merging {found.default_branch} into {ref}"
            raise Refused(409, problem) from conflict
        message = f"Merge branch '{found.default_branch}' into {ref}"
        made = self.commit_tree(who, found, tree, parents=(head, default), message=message)
        self.update_ref(who, found, f"refs/heads/{ref}", made, force=False)
        return f"Auto-merged {found.default_branch} into {ref} on deployment."

    def create_deployment(
        self,
        actor: Who,
        repository: str | Repository,
        given: Mapping[str, Any],
        *,
        run: WorkflowRun | None = None,
    ) -> Deployment:
        """A new deployment; ``run`` has the job that made it, if one did.

        Raises Refused 409 when a required context is not green, 422 for an unknown ref.
        """
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        sha = self.git(found).resolve(given["ref"])
        if sha is None:
            raise Refused(422, f"No ref found for: {given['ref']}")
        self._require_contexts(found, sha, given)
        environment = given.get("environment", "production")
        made = Deployment(
            id=self.world.next_id(),
            repository_id=found.id,
            sha=sha,
            ref=given["ref"],
            task=given.get("task", "deploy"),
            environment=environment,
            original_environment=environment,
            creator_id=who.user.id,
            payload=given.get("payload", {}),
            description=given.get("description"),
            production=given.get("production_environment", environment == "production"),
            transient=given.get("transient_environment", False),
            app_id=who.app.id if who.app else None,
            workflow_run_id=run.id if run else None,
            created_at_s=self.now_s(),
            updated_at_s=self.now_s(),
        )
        self.world.deployments.put(made)
        self._tell_deployment(who, found, made)
        return made

    def _require_contexts(self, repository: Repository, sha: str, given: Mapping[str, Any]) -> None:
        """Those asked for, or every one that the commit has, are green."""
        states = {one.context: one.state for one in self.newest_statuses(repository, sha)}
        for context in given.get("required_contexts", states):
            if states.get(context) != "success":
                raise Refused(409, f"Conflict: Commit status checks failed for {given['ref']}.")

    def deployment(self, repository: str | Repository, deployment_id: int) -> Deployment:
        """The deployment of that id. Raises Refused 404."""
        found = self.world.deployments.get(deployment_id)
        if found is None or found.repository_id != self.repository(repository).id:
            raise not_found()
        return found

    def deployment_status(
        self, repository: str | Repository, deployment_id: int, status_id: int
    ) -> DeploymentStatus:
        """One status of a deployment. Raises Refused 404."""
        found = self.world.deployment_statuses.get(status_id)
        if found is None or found.deployment_id != self.deployment(repository, deployment_id).id:
            raise not_found()
        return found

    def newest_deployment_state(self, deployment_id: int) -> str:
        """What its newest status says, or nothing where there is none."""
        statuses = self.world.deployment_statuses.of(deployment_id)
        return statuses[-1].state if statuses else ""

    def delete_deployment(
        self, actor: Who, repository: str | Repository, deployment_id: int
    ) -> None:
        """The deployment is gone. Raises Refused 422 for an active one that is not the only one."""
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        gone = self.deployment(found, deployment_id)
        only = len(self.world.deployments.of(found.id)) == 1
        if not only and self.newest_deployment_state(gone.id) != "inactive":
            problem = (
                "We cannot delete an active deployment unless it is the only deployment in a "
                "given repository."
            )
            raise Refused(422, problem)
        for status in self.world.deployment_statuses.of(gone.id):
            self.world.deployment_statuses.drop(status)
        self.world.deployments.drop(gone)
        self.tell(found, "deployment")

    def create_deployment_status(
        self,
        actor: Who,
        repository: str | Repository,
        deployment_id: int,
        given: Mapping[str, Any],
    ) -> DeploymentStatus:
        """A new status; success makes earlier successes of the environment inactive.

        ``environment`` moves the deployment there. Raises Refused 422 for a description
        that is too long.
        """
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        parent = self.deployment(found, deployment_id)
        if len(given.get("description") or "") > LONGEST_DESCRIPTION:
            problem = f"description is too long (maximum is {LONGEST_DESCRIPTION} characters)"
            raise invalid("DeploymentStatus", "description", "custom", problem)
        parent.environment = given.get("environment", parent.environment)
        made = self._add_deployment_status(who, parent, given)
        if made.state == "success" and given.get("auto_inactive", True):
            self._retire_earlier(who, parent)
        self._tell_deployment_status(who, found, parent, made)
        return made

    def _retire_earlier(self, who: Actor, parent: Deployment) -> None:
        """Earlier ones of the environment that succeeded are inactive, but for transient and
        production environments.
        """
        for other in self.world.deployments.of(parent.repository_id):
            same = other.environment == parent.environment and other.id < parent.id
            succeeded = self.newest_deployment_state(other.id) == "success"
            if same and succeeded and not other.transient and not other.production:
                self._add_deployment_status(who, other, {"state": "inactive"})

    def _add_deployment_status(
        self, who: Actor, parent: Deployment, given: Mapping[str, Any]
    ) -> DeploymentStatus:
        made = DeploymentStatus(
            id=self.world.next_id(),
            deployment_id=parent.id,
            state=given["state"],
            creator_id=who.user.id,
            description=given.get("description", ""),
            environment=parent.environment,
            environment_url=given.get("environment_url", ""),
            log_url=given.get("log_url", given.get("target_url", "")),
            app_id=who.app.id if who.app else None,
            created_at_s=self.now_s(),
        )
        parent.updated_at_s = self.now_s()
        self.world.deployments.put(parent)
        return self.world.deployment_statuses.put(made)

    # Who hears of it.

    def _tell_deployment(self, who: Actor, repository: Repository, made: Deployment) -> None:
        about = {"deployment": deployment(self, repository, made)} | self._made_by(made)
        emit(self, "deployment", "created", about, sender=who, repository=repository)
        self._wake(repository)

    def _tell_deployment_status(
        self, who: Actor, repository: Repository, parent: Deployment, made: DeploymentStatus
    ) -> None:
        """Apps hear of it, unless it is inactive: of those GitHub sends none.

        Source: GitHub docs, "Webhook events and payloads", deployment_status.
        """
        about: Json = {
            "deployment": deployment(self, repository, parent),
            "deployment_status": deployment_status(self, repository, made),
            "check_run": None,
        }
        if made.state != "inactive":
            about |= self._made_by(parent)
            emit(self, "deployment_status", "created", about, sender=who, repository=repository)
        self._wake(repository)

    def _made_by(self, made: Deployment) -> Json:  # noqa: ARG002 -- those who know runs know more
        """The workflow and its run that made the deployment."""
        return {"workflow": None, "workflow_run": None}

    def _wake(self, repository: Repository) -> None:
        self.tell(repository, "deployment")
