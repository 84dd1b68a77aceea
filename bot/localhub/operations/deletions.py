"""Deleting a repository, with all that hangs on it."""

from typing import Any

from bot.localhub.actor import Actor, Who, acting
from bot.localhub.operations.refs import RefOperations
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository
from bot.localhub.state.table import Table
from bot.localhub.webhooks.payloads import emit


class DeletionOperations(RefOperations):
    """The end of repositories."""

    def delete_repository(self, actor: Who, repository: str | Repository) -> None:
        """The repository and everything in it is gone."""
        found, who = self.repository(repository), acting(actor)
        if not found.archived:
            self.require(who, found, Role.ADMIN)
        self._part_from_forks(who, found)
        emit(self, "repository", "deleted", {}, sender=who, repository=found)
        self._drop(found)

    def _part_from_forks(self, who: Actor, repository: Repository) -> None:
        """Forks of a private repository go with it; of others the oldest takes its place.

        Source: GitHub docs, "What happens to forks when a repository is deleted or changes
        visibility".
        """
        forks = [one for one in self.network(repository) if one.parent_id == repository.id]
        if repository.private:
            for fork in forks:
                emit(self, "repository", "deleted", {}, sender=who, repository=fork)
                self._drop(fork)
            return
        for fork in forks:
            is_heir = fork.id == forks[0].id
            fork.parent_id = repository.parent_id if is_heir else forks[0].id
        for member in self.network(repository) if forks else ():
            if member.network_id == repository.id:
                member.network_id = None if member.id == forks[0].id else forks[0].id
            self.world.repositories.put(member)

    def _drop(self, found: Repository) -> None:
        world = self.world
        self._drop_discussions(found)
        self._drop_actions(found)
        for deployment in world.deployments.of(found.id):
            _drop_all(world.deployment_statuses, deployment.id)
        for table in (world.labels, world.rulesets, world.environments, world.deployments):
            _drop_all(table, found.id)
        for per_commit in (world.check_runs, world.check_suites, world.statuses):
            for record in per_commit:
                if record.repository_id == found.id:
                    per_commit.drop(record)  # type: ignore[arg-type]  # each of its own table
        for redirect in world.redirects:
            if redirect.repository_id == found.id:
                world.redirects.drop(redirect)
        for team in world.teams.of(found.owner.lower()):
            if team.repositories.pop(found.id, None):
                world.teams.put(team)
        world.repositories.drop(found)
        self.git_repositories.delete(found.id)
        self.tell(found, "deleted")

    def _drop_discussions(self, found: Repository) -> None:
        world = self.world
        for issue in world.issues.of(found.id):
            for comment in world.comments.of(issue.id):
                _drop_all(world.reactions, (issue.id, comment.id))
            _drop_all(world.comments, issue.id)
            _drop_all(world.reviews, issue.id)
            _drop_all(world.reactions, (issue.id, None))
        _drop_all(world.issues, found.id)

    def _drop_actions(self, found: Repository) -> None:
        world = self.world
        for run in world.workflow_runs.of(found.id):
            self.runner.cancel(run)
            for job in world.jobs.of(run.id):
                self.job_logs.delete(job.id)
            _drop_all(world.jobs, run.id)
        _drop_all(world.workflow_runs, found.id)
        _drop_all(world.workflows, found.id)
        own = {f"repository:{found.id}", f"environment:{found.id}"}
        for setting in world.settings:
            if setting.scope.partition("/")[0] in own:
                world.settings.drop(setting)


def _drop_all(table: Table[Any], group: object) -> None:
    for record in table.of(group):
        table.drop(record)
