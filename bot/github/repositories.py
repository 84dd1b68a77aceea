"""Repositories, their teams, rulesets, environments, topics and custom properties."""

import re
from collections.abc import Sequence
from typing import Any

from cachetools import TTLCache

from bot.clock import Clock
from bot.errors import Unavailable, UserError
from bot.github.calls import Api, Calls
from bot.github.client import Renamed
from bot.github.port import (
    Forbidden,
    GitHubError,
    NameTaken,
    NewRepository,
    NotFound,
    Rejected,
    Repository,
    RepositoryName,
)
from bot.github.scopes import CREATING, LOOKING

RULESET = "paved-road"
REPOSITORY = "/repos/{owner}/{repo}"
ENVIRONMENT = "/repos/{owner}/{repo}/environments/{environment}"
RULESETS = "/repos/{owner}/{repo}/rulesets"
KNOWN_S = 300.0  # definitions hardly ever change
MOST_TOPICS, LONGEST_TOPIC = 20, 50
BRANCHES = ENVIRONMENT + "/deployment-branch-policies"
ALREADY_LISTED = 303  # GitHub REST docs, "Create a deployment branch policy"
NAMED = {"protected_branches": False, "custom_branch_policies": True}
# "Failed to create the environment protection rule. Please ensure the billing plan supports
# the … protection rule."
RULE_REFUSED = re.compile(r"billing plan|protection rule", re.I)
NAME_IN_USE = re.compile(r"must be unique|already_exists", re.I)
OTHER_THAN_TOPIC = re.compile(r"[^a-z0-9]+")


class GitHubRepositories:
    """``Repositories`` over the REST API."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._defined: TTLCache[str, frozenset[str] | Unavailable] = TTLCache(
            1000, KNOWN_S, timer=clock.now_s
        )

    async def find(self, name: RepositoryName) -> Repository | None:
        """See the port."""
        try:
            told = await self._api.on(name, LOOKING).get(REPOSITORY, follow=False)
        except NotFound:
            return None
        return _repository(told)

    async def create(self, new: NewRepository) -> Repository:
        """One request. GitHub's first commit (``auto_init``) makes git objects possible:
        in an empty repository blobs, trees and refs are refused with 409.
        """
        calls = self._api.under(new.name.owner, CREATING)
        properties = await self._usable(new)
        body = _creation(new)
        try:
            told = await self._create(calls, body, properties)
        except Rejected as error:
            raise _why_not_created(new, error) from None
        return _repository(told)

    async def _create(self, calls: Calls, body: dict[str, Any], properties: dict[str, str]) -> Any:
        route = "/orgs/{org}/repos"
        if not properties:
            return await calls.post(route, body)
        try:
            return await calls.post(route, body | {"custom_properties": properties})
        except (Rejected, Forbidden) as error:
            if "propert" not in error.words.lower():
                raise
        # A refused creation made nothing: the value is not allowed, or may not be set by an App.
        return await calls.post(route, body)

    async def _usable(self, new: NewRepository) -> dict[str, str]:
        if not new.properties:
            return {}
        try:
            defined = await self.defined_properties(new.name.owner)
        except Unavailable:
            return {}
        return {name: value for name, value in new.properties.items() if name in defined}

    async def defined_properties(self, organization: str) -> frozenset[str]:
        """See the port; asked once in five minutes."""
        key = organization.lower()
        if key not in self._defined:
            try:
                told = await self._api.under(organization, LOOKING).get(
                    "/orgs/{org}/properties/schema"
                )
                self._defined[key] = frozenset(str(each["property_name"]) for each in told)
            except (NotFound, Forbidden):
                self._defined[key] = Unavailable(
                    "custom properties",
                    change="Grant the App *Custom properties: read* in the organisation, and "
                    "define the properties in its settings.",
                )
        known = self._defined[key]
        if isinstance(known, Unavailable):
            raise Unavailable(known.what, change=known.change)
        return known

    async def set_topics(self, repository: Repository, topics: Sequence[str]) -> None:
        """See the port. What GitHub does not take in a topic becomes a hyphen.

        Source: GitHub docs, "Classifying your repository with topics".
        """
        fit = [
            OTHER_THAN_TOPIC.sub("-", each.lower())[:LONGEST_TOPIC].strip("-") for each in topics
        ]
        names = [each for each in dict.fromkeys(fit) if each][:MOST_TOPICS]
        await self._api.project(repository).put("/repos/{owner}/{repo}/topics", {"names": names})

    async def add_team(self, repository: Repository, team: str, permission: str) -> None:
        """See the port. Raises NotFound where there is no such team."""
        await self._api.project(repository).put(
            "/orgs/{org}/teams/{team}/repos/{owner}/{repo}", {"permission": permission}, team=team
        )

    async def protect_default_branch(
        self, repository: Repository, *, required_checks: Sequence[str]
    ) -> None:
        """One request; two more where a ruleset of that name is there already."""
        calls = self._api.project(repository)
        body = _ruleset(required_checks)
        try:
            if not await self._add_ruleset(calls, body):
                await self._replace_ruleset(calls, body)
        except (NotFound, Forbidden) as error:
            raise Unavailable("rulesets", change=_what_to_change(repository, error)) from None

    async def _add_ruleset(self, calls: Calls, body: dict[str, Any]) -> bool:
        """False where one of that name is there."""
        try:
            await calls.post(RULESETS, body, repeatable=True)
        except Rejected as error:
            if not NAME_IN_USE.search(error.words):
                raise
            return False
        return True

    async def _replace_ruleset(self, calls: Calls, body: dict[str, Any]) -> None:
        listing = RULESETS + "{?includes_parents,per_page,page}"
        async for ruleset in calls.every(listing, includes_parents="false"):
            if ruleset["name"] == RULESET:
                await calls.put(RULESETS + "/{ruleset}", body, ruleset=ruleset["id"])

    async def ensure_environment(
        self, repository: Repository, environment: str, *, only_branch: str = ""
    ) -> None:
        """One request, two with a branch; where branches are not offered, it exists without.

        Fields that nobody asked for are left out: some plans refuse their mere
        presence (github-facts, section 7).
        """
        if not only_branch:
            await self._put_environment(repository, environment, {})
            return
        try:
            await self._put_environment(
                repository, environment, {"deployment_branch_policy": NAMED}
            )
        except Rejected as error:
            if not RULE_REFUSED.search(error.words):
                raise
            await self._put_environment(repository, environment, {})
            raise Unavailable(
                f"the rule that only `{only_branch}` deploys to `{environment}`",
                change=_what_to_change(repository, error),
            ) from None
        await self._let_deploy(repository, environment, only_branch)

    async def _let_deploy(self, repository: Repository, environment: str, branch: str) -> None:
        calls, body = self._api.project(repository), {"name": branch, "type": "branch"}
        try:
            await calls.post(BRANCHES, body, environment=environment, repeatable=True)
        except Rejected as error:
            if error.status != ALREADY_LISTED:
                raise

    async def _put_environment(
        self, repository: Repository, environment: str, body: dict[str, Any]
    ) -> None:
        calls = self._api.project(repository)
        try:
            await calls.put(ENVIRONMENT, body, environment=environment)
        except (NotFound, Forbidden) as error:
            raise Unavailable("environments", change=_what_to_change(repository, error)) from None

    async def delete(self, repository: Repository) -> None:
        """See the port.

        The token opens the repository with this id alone, so another one that took
        the name meanwhile is safe. One that was renamed is not gone: NotFound.
        """
        try:
            await self._api.project(repository).delete(REPOSITORY)
        except Renamed:
            raise
        except NotFound:
            return


def _repository(told: dict[str, Any]) -> Repository:
    return Repository(
        id=int(told["id"]),
        name=RepositoryName(told["owner"]["login"], told["name"]),
        default_branch=told["default_branch"],
        visibility=told.get("visibility") or ("private" if told["private"] else "public"),
        homepage=told.get("homepage") or "",
        html_url=told["html_url"],
        archived=bool(told.get("archived")),
    )


def _creation(new: NewRepository) -> dict[str, Any]:
    return {
        "name": new.name.name,
        "description": new.description,
        "homepage": new.homepage,
        "private": new.visibility != "public",
        "visibility": new.visibility,
        "auto_init": True,
    }


def _why_not_created(new: NewRepository, error: Rejected) -> Exception:
    """GitHub says all of it with 422 and words."""
    words = error.words.lower()
    if "already exists" in words:
        return NameTaken(f"{new.name} exists.", status=error.status, words=error.words)
    if "visibility" in words or "public repositor" in words or "internal" in words:
        return UserError(
            f"This organisation does not take a repository that is `{new.visibility}`.",
            fix="Edit the form and choose another visibility, or ask an owner to allow it.",
        )
    return error


def _ruleset(required_checks: Sequence[str]) -> dict[str, Any]:
    """No deletion, no rewriting, changes by a pull request that a code owner approved."""
    rules: list[dict[str, Any]] = [
        {"type": "deletion"},
        {"type": "non_fast_forward"},
        {
            "type": "pull_request",
            "parameters": {
                "dismiss_stale_reviews_on_push": True,
                "require_code_owner_review": True,
                "require_last_push_approval": False,
                "required_approving_review_count": 1,
                "required_review_thread_resolution": False,
            },
        },
    ]
    if required_checks:
        parameters = {
            "strict_required_status_checks_policy": False,
            "required_status_checks": [{"context": each} for each in required_checks],
        }
        rules.append({"type": "required_status_checks", "parameters": parameters})
    return {
        "name": RULESET,
        "target": "branch",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
        "rules": rules,
    }


def _what_to_change(repository: Repository, error: GitHubError) -> str:
    """A missing permission and a smaller plan look alike but are mended differently."""
    if "not accessible by integration" in error.words.lower():
        return "An owner grants the App *Administration: write* in the organisation's settings."
    if repository.visibility == "public":
        return "Upgrade the organisation's GitHub plan."
    return "Upgrade the organisation's GitHub plan, or make the repository public."
