"""Rulesets and environments of a repository, as far as the plan offers them."""

from collections.abc import Mapping
from typing import Any

from bot.localhub.actor import Actor, Who, acting
from bot.localhub.operations.variables import VariableOperations
from bot.localhub.refusal import Refused, invalid, not_found
from bot.localhub.shapes.repositories import ruleset as ruleset_shape
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Environment, Repository, Ruleset
from bot.localhub.webhooks.payloads import emit

MOST_REVIEWERS = 6
LONGEST_WAIT_MIN = 43_200
UPGRADE = "Upgrade to GitHub Pro or make this repository public to enable this feature."


class SettingsOperations(VariableOperations):
    """What protects a repository."""

    def rulesets_of(self, repository: str | Repository) -> list[Ruleset]:
        """The rulesets. Raises Refused 403 where the plan has none."""
        found = self.repository(repository)
        self._require_rulesets(found)
        return self.world.rulesets.of(found.id)

    def ruleset(self, repository: str | Repository, ruleset_id: int) -> Ruleset:
        """The ruleset of that id. Raises Refused 404."""
        found = self.world.rulesets.get(ruleset_id)
        if found is None or found.repository_id != self.repository(repository).id:
            raise not_found()
        return found

    def create_ruleset(
        self, actor: Who, repository: str | Repository, given: Mapping[str, Any]
    ) -> Ruleset:
        """A new ruleset; ``given`` are the API's words. Raises Refused 403 and 422."""
        found, who = self.repository(repository), acting(actor)
        self._require_admin(who, found)
        self._require_rulesets(found)
        made = Ruleset(
            id=self.world.next_id(),
            repository_id=found.id,
            name="",
            created_at_s=self.now_s(),
        )
        self._apply_ruleset(found, made, given)
        self._tell_ruleset(who, found, made, "created")
        return made

    def update_ruleset(
        self,
        actor: Who,
        repository: str | Repository,
        ruleset_id: int,
        given: Mapping[str, Any],
    ) -> Ruleset:
        """The ruleset with what is given. Raises Refused."""
        found, who = self.repository(repository), acting(actor)
        self._require_admin(who, found)
        ruleset = self.ruleset(found, ruleset_id)
        self._apply_ruleset(found, ruleset, given)
        self._tell_ruleset(who, found, ruleset, "edited")
        return ruleset

    def delete_ruleset(self, actor: Who, repository: str | Repository, ruleset_id: int) -> None:
        """The ruleset is gone."""
        found, who = self.repository(repository), acting(actor)
        self._require_admin(who, found)
        ruleset = self.ruleset(found, ruleset_id)
        self.world.rulesets.drop(ruleset)
        self._tell_ruleset(who, found, ruleset, "deleted")

    def _apply_ruleset(
        self, repository: Repository, ruleset: Ruleset, given: Mapping[str, Any]
    ) -> None:
        name = given.get("name", ruleset.name)
        if not name:
            raise invalid("RepositoryRuleset", "name", "missing_field", "Name can't be blank")
        for other in self.world.rulesets.of(repository.id):
            if other.name == name and other.id != ruleset.id:
                raise invalid("RepositoryRuleset", "name", "already_exists", "Name must be unique")
        ruleset.name = name
        ruleset.target = given.get("target", ruleset.target)
        ruleset.enforcement = given.get("enforcement", ruleset.enforcement)
        if ruleset.enforcement == "evaluate":
            owner = self.world.organizations.find(repository.owner.lower())
            if owner is None or owner.plan != "enterprise":
                raise invalid("RepositoryRuleset", "enforcement", "invalid")
        ruleset.conditions = given.get("conditions", ruleset.conditions)
        ruleset.rules = given.get("rules", ruleset.rules)
        ruleset.bypass_actors = given.get("bypass_actors", ruleset.bypass_actors)
        self._check_bypass(repository, ruleset)
        ruleset.updated_at_s = self.now_s()
        self.world.rulesets.put(ruleset)

    def _check_bypass(self, repository: Repository, ruleset: Ruleset) -> None:
        """An App in the list must be installed, a team must be of the organisation."""
        installed = {i.app_id for i in self.world.installations.of(repository.owner.lower())}
        teams = {team.id for team in self.world.teams.of(repository.owner.lower())}
        for entry in ruleset.bypass_actors:
            known = {"Integration": installed, "Team": teams}.get(entry["actor_type"])
            if known is not None and entry.get("actor_id") not in known:
                problem = (
                    f"Actor {entry['actor_type']} integration must be part of the ruleset "
                    "source or owner organization"
                )
                raise invalid("RepositoryRuleset", "bypass_actors", "invalid", problem)

    def _tell_ruleset(
        self, who: Actor, repository: Repository, ruleset: Ruleset, action: str
    ) -> None:
        about = {"repository_ruleset": ruleset_shape(self, repository, ruleset)}
        emit(self, "repository_ruleset", action, about, sender=who, repository=repository)
        self.tell(repository, "rulesets")

    def _require_admin(self, who: Actor, repository: Repository) -> None:
        self.require(who, repository, Role.ADMIN)

    def _require_rulesets(self, repository: Repository) -> None:
        """Free organisations have rulesets in public repositories only."""
        owner = self.world.organizations.find(repository.owner.lower())
        if repository.private and (owner is None or owner.plan == "free"):
            raise Refused(403, UPGRADE)

    # Environments.

    def environment(self, repository: str | Repository, name: str) -> Environment:
        """The environment of that name. Raises Refused 404."""
        found = self.world.environments.find((self.repository(repository).id, name.lower()))
        if found is None:
            raise not_found()
        return found

    def put_environment(
        self,
        actor: Who,
        repository: str | Repository,
        name: str,
        given: Mapping[str, Any],
    ) -> Environment:
        """The environment exists with exactly what is given. Raises Refused 422.

        Reviewers and wait timers of private repositories come with GitHub Enterprise
        only. Source: GitHub docs, "Deployments and environments".
        """
        found, who = self.repository(repository), acting(actor)
        self._require_admin(who, found)
        owner = self.world.organizations.find(found.owner.lower())
        reviewers, wait_min = given.get("reviewers") or [], given.get("wait_timer") or 0
        offered = not found.private or (owner is not None and owner.plan == "enterprise")
        branches = given.get("deployment_branch_policy")
        paid = owner is None or owner.plan != "free"
        if branches and found.private and not paid:
            raise Refused(
                422,
                "Failed to create the environment protection rule. Please ensure the "
                "billing plan supports the branch policy protection rule.",
            )
        if (reviewers or wait_min) and not offered:
            problem = (
                "Failed to create the environment protection rule. Please ensure the "
                "billing plan supports the required reviewers protection rule."
            )
            raise Refused(422, problem)
        if len(reviewers) > MOST_REVIEWERS or not 0 <= wait_min <= LONGEST_WAIT_MIN:
            raise invalid("Environment", "protection_rules", "invalid")
        self._check_reviewers(found, reviewers)
        known = self.world.environments.find((found.id, name.lower()))
        environment = known or Environment(
            id=self.world.next_id(),
            repository_id=found.id,
            name=name,
            created_at_s=self.now_s(),
        )
        environment.reviewers, environment.wait_timer_min = list(reviewers), wait_min
        environment.prevent_self_review = bool(given.get("prevent_self_review"))
        environment.branch_policy = branches
        environment.updated_at_s = self.now_s()
        self.world.environments.put(environment)
        self.tell(found, "environments")
        return environment

    def add_environment_branch(
        self, actor: Who, repository: str | Repository, name: str, given: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """The branch or tag that may deploy from now on; None where it may already."""
        found = self.repository(repository)
        self._require_admin(acting(actor), found)
        environment = self.environment(found, name)
        if not (environment.branch_policy or {}).get("custom_branch_policies"):
            raise not_found()
        asked = {"name": given["name"], "type": given.get("type", "branch")}
        if any({"name": one["name"], "type": one["type"]} == asked for one in environment.branches):
            return None
        made = {"id": self.world.next_id(), **asked}
        environment.branches.append(made)
        self.world.environments.put(environment)
        self.tell(found, "environments")
        return made

    def _check_reviewers(self, repository: Repository, reviewers: list[dict[str, Any]]) -> None:
        for who in reviewers:
            if who["type"] == "Team":
                team = self.world.teams.get(who["id"])
                able = team is not None and self._team_reads(team.id, repository)
            else:
                user = self.world.users.get(who["id"])
                able = user is not None and self.role(user, repository) >= Role.READ
            if not able:
                raise Refused(422, "Invalid reviewer: must have access to the repository.")

    def _team_reads(self, team_id: int | None, repository: Repository) -> bool:
        owner = self.organization(repository.owner)
        if not repository.private or owner.default_permission != "none":
            return True
        team = self.world.teams.get(team_id) if team_id else None
        if team is None:
            return False
        return repository.id in team.repositories or self._team_reads(team.parent_id, repository)

    def delete_environment(self, actor: Who, repository: str | Repository, name: str) -> None:
        """The environment is gone."""
        found = self.repository(repository)
        self._require_admin(acting(actor), found)
        environment = self.environment(found, name)
        for secret in (False, True):
            scope = self.scope(found, environment.name)
            for setting in self.world.settings.of((scope, secret)):
                self.world.settings.drop(setting)
        self.world.environments.drop(environment)
        self.tell(found, "environments")
