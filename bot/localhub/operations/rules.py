"""What rulesets forbid: moves of protected refs by those who may not bypass them."""

from fnmatch import fnmatchcase

from bot.localhub.actor import Actor
from bot.localhub.core import HubCore
from bot.localhub.refusal import Refused
from bot.localhub.shapes.reviews import approvers, objectors
from bot.localhub.state.discussions import Issue
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository, Ruleset

# Ids of the built-in roles in bypass lists. Source: GitHub REST docs, "Create a
# repository ruleset", actor_id of RepositoryRole.
BUILT_IN_ROLES = {2: Role.MAINTAIN, 4: Role.WRITE, 5: Role.ADMIN}


class RuleChecks(HubCore):
    """Evaluates rulesets when a ref is about to move."""

    def rules_on(self, repository: Repository, ref: str) -> list[Ruleset]:
        """Active rulesets that cover ``refs/…``."""
        kind = "tag" if ref.startswith("refs/tags/") else "branch"
        return [
            ruleset
            for ruleset in self.world.rulesets.of(repository.id)
            if ruleset.enforcement == "active"
            and ruleset.target == kind
            and _covers(ruleset, ref, repository.default_branch)
        ]

    def is_protected(self, repository: Repository, branch: str) -> bool:
        """Whether any ruleset covers the branch."""
        return bool(self.rules_on(repository, f"refs/heads/{branch}"))

    def check_rules(
        self,
        who: Actor,
        repository: Repository,
        ref: str,
        before: str | None,
        after: str | None,
        *,
        forced: bool = False,
        merging: Issue | None = None,
    ) -> None:
        """Raise Refused 422 for the first rule that stands against the move.

        ``merging`` is the pull request that is merged, where direct changes may be
        forbidden; ``after`` is then its head, whose checks count.
        """
        for ruleset in self.rules_on(repository, ref):
            if self._bypasses(who, repository, ruleset, merging=merging is not None):
                continue
            for rule in ruleset.rules:
                broken = self._broken(
                    rule, repository, before, after, forced=forced, merging=merging
                )
                if broken:
                    raise Refused(422, f"Repository rule violations found\n\n{broken}\n\n")

    def _broken(
        self,
        rule: dict[str, object],
        repository: Repository,
        before: str | None,
        after: str | None,
        *,
        forced: bool,
        merging: Issue | None,
    ) -> str | None:
        forbidden = {
            "creation": before is None and "Cannot create ref due to creations being restricted.",
            "deletion": after is None and "Cannot delete this branch",
            "non_fast_forward": forced and "Cannot force-push to this branch",
            "update": before is not None
            and after is not None
            and "Cannot update this protected ref.",
            "pull_request": before is not None
            and merging is None
            and "Changes must be made through a pull request.",
        }
        kind = str(rule["type"])
        if kind == "required_status_checks" and before is not None and after is not None:
            return self._missing_checks(rule, repository, after)
        if kind == "pull_request" and merging is not None:
            return self._missing_reviews(rule, repository, merging)
        return forbidden.get(kind) or None

    def _missing_reviews(
        self, rule: dict[str, object], repository: Repository, issue: Issue
    ) -> str | None:
        parameters = rule.get("parameters")
        wanted = 0
        if isinstance(parameters, dict):
            wanted = int(parameters.get("required_approving_review_count", 0))
        if wanted and objectors(self, repository, issue):
            return "Changes have been requested by a reviewer with write access."
        if len(approvers(self, repository, issue)) >= wanted:
            return None
        if wanted == 1:
            return "At least 1 approving review is required by reviewers with write access."
        return f"At least {wanted} approving reviews are required by reviewers with write access."

    def _missing_checks(
        self, rule: dict[str, object], repository: Repository, sha: str
    ) -> str | None:
        parameters = rule.get("parameters")
        wanted = parameters["required_status_checks"] if isinstance(parameters, dict) else []
        passed = {
            run.name
            for run in self.world.check_runs.of((repository.id, sha))
            if run.conclusion in {"success", "neutral", "skipped"}
        }
        states = {s.context: s.state for s in self.world.statuses.of((repository.id, sha))}
        passed |= {context for context, state in states.items() if state == "success"}
        missing = [check["context"] for check in wanted if check["context"] not in passed]
        if not missing:
            return None
        if len(missing) == 1:
            return f'Required status check "{missing[0]}" is expected.'
        return f"{len(missing)} of {len(wanted)} required status checks are expected."

    def _bypasses(
        self, who: Actor, repository: Repository, ruleset: Ruleset, *, merging: bool
    ) -> bool:
        for entry in ruleset.bypass_actors:
            if entry.get("bypass_mode", "always") == "pull_request" and not merging:
                continue
            if self._is_actor(who, repository, entry["actor_type"], entry.get("actor_id")):
                return True
        return False

    def _is_actor(
        self, who: Actor, repository: Repository, kind: str, actor_id: int | None
    ) -> bool:
        if who.app is not None:
            return kind == "Integration" and actor_id == who.app.id
        if kind == "Team":
            team = self.world.teams.get(actor_id or 0)
            return team is not None and who.user.id in self.team_members(team)
        if kind == "OrganizationAdmin":
            owner = self.world.organizations.find(repository.owner.lower())
            return owner is not None and owner.members.get(who.user.id) == "admin"
        if kind == "RepositoryRole":
            needed = BUILT_IN_ROLES.get(actor_id or 0)
            return needed is not None and self.role(who.user, repository) >= needed
        return kind == "User" and actor_id == who.user.id


def _covers(ruleset: Ruleset, ref: str, default_branch: str) -> bool:
    names = ruleset.conditions.get("ref_name", {})

    def listed(patterns: list[str]) -> bool:
        return any(
            pattern == "~ALL"
            or (pattern == "~DEFAULT_BRANCH" and ref == f"refs/heads/{default_branch}")
            or fnmatchcase(ref, pattern)
            for pattern in patterns
        )

    return listed(names.get("include", [])) and not listed(names.get("exclude", []))
