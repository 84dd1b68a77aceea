"""Variables and secrets that workflows read: of an organisation, a repository, an environment.

Secrets are set by the hub's own method; the REST API would want them sealed with
libsodium, which is no dependency of ours.
"""

import re

from bot.localhub.actions.expressions import filled
from bot.localhub.operations.workflow_runs import RunOperations
from bot.localhub.refusal import Refused, not_found
from bot.localhub.state.actions import Setting, WorkflowRun
from bot.localhub.state.repositories import Repository

# Source: GitHub docs, "Variables reference" and "Secrets reference", naming and limits.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LONGEST_VALUE_BYTES = 48 * 1024


class VariableOperations(RunOperations):
    """Keep names and values, and find those that a run sees."""

    def set_variable(
        self,
        name: str,
        value: str,
        *,
        repository: str | Repository | None = None,
        environment: str = "",
        organization: str = "",
    ) -> Setting:
        """Workflows see ``vars.NAME``: of the environment, the repository or the organisation."""
        return self.put_setting(self.scope(repository, environment, organization), name, value)

    def set_secret(
        self,
        name: str,
        value: str,
        *,
        repository: str | Repository | None = None,
        environment: str = "",
        organization: str = "",
    ) -> Setting:
        """Workflows see ``secrets.NAME``; nobody reads it back."""
        scope = self.scope(repository, environment, organization)
        return self.put_setting(scope, name, value, secret=True)

    def scope(
        self, repository: str | Repository | None, environment: str = "", organization: str = ""
    ) -> str:
        """Where a setting belongs. Raises Refused 404 for a place that is not there."""
        if repository is None:
            return f"organization:{self.organization(organization).login.lower()}"
        found = self.repository(repository)
        if not environment:
            return f"repository:{found.id}"
        known = self.world.environments.find((found.id, environment.lower()))
        if known is None:
            raise not_found()
        return _of_environment(found, known.name)

    def put_setting(self, scope: str, name: str, value: str, *, secret: bool = False) -> Setting:
        """The setting has that value, new or changed. Raises Refused 422."""
        clean = checked_name(name)
        if len(value.encode()) > LONGEST_VALUE_BYTES:
            raise Refused(422, "Value is too large (maximum is 48 KB)")
        known = self.world.settings.find((scope, secret, clean))
        made = known or Setting(
            id=self.world.next_id(),
            scope=scope,
            name=clean,
            value=value,
            secret=secret,
            created_at_s=self.now_s(),
        )
        made.value, made.updated_at_s = value, self.now_s()
        return self.world.settings.put(made)

    def setting(self, scope: str, name: str) -> Setting:
        """The variable of that name. Raises Refused 404."""
        found = self.world.settings.find((scope, False, name.upper()))
        if found is None:
            raise not_found()
        return found

    def settings_for(self, run: WorkflowRun, *, secret: bool) -> dict[str, str]:
        """What the run sees by name; the narrower place counts.

        The runner has one set for all jobs: with several environments the last job's counts.
        """
        repository = self.world.repositories[run.repository_id]
        scopes = [f"organization:{repository.owner.lower()}", f"repository:{repository.id}"]
        known = self.known_of(run)
        named = (filled(plan.environment, known) for plan in self.plans_of(run))
        scopes += [_of_environment(repository, name) for name in named if name]
        return {
            one.name: one.value
            for scope in scopes
            for one in self.world.settings.of((scope, secret))
        }


def _of_environment(repository: Repository, name: str) -> str:
    return f"environment:{repository.id}/{name.lower()}"


def checked_name(name: str) -> str:
    """The name in capitals. Raises Refused 422 for one that GitHub does not take."""
    if not _NAME.fullmatch(name):
        raise Refused(
            422,
            "Names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or "
            "underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) "
            "or underscores (_).",
        )
    if name.upper().startswith("GITHUB_"):
        raise Refused(422, "Names must not start with GITHUB_.")
    return name.upper()
