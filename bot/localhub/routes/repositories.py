"""Repositories, their topics, properties, rulesets, environments."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from bot.localhub.refusal import Refused
from bot.localhub.routes.call import NO_CONTENT, Answer, Call
from bot.localhub.routes.people import PropertyValue
from bot.localhub.shapes import repositories as shapes
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Visibility

Visible = Literal["public", "private", "internal"]


class NewRepository(msgspec.Struct):
    """Body of "create an organization repository"."""

    name: str
    description: str | None = None
    homepage: str | None = None
    private: bool = False
    visibility: Visible | None = None
    auto_init: bool = False
    team_id: int | None = None
    custom_properties: dict[str, str | list[str] | None] | None = None
    has_issues: bool | UnsetType = UNSET
    has_projects: bool | UnsetType = UNSET
    has_wiki: bool | UnsetType = UNSET
    is_template: bool | UnsetType = UNSET
    allow_squash_merge: bool | UnsetType = UNSET
    allow_merge_commit: bool | UnsetType = UNSET
    allow_rebase_merge: bool | UnsetType = UNSET
    allow_auto_merge: bool | UnsetType = UNSET
    delete_branch_on_merge: bool | UnsetType = UNSET


class RepositoryChanges(msgspec.Struct):
    """Body of "update a repository"; a field that is not sent stays as it is."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    homepage: str | UnsetType | None = UNSET
    private: bool | UnsetType = UNSET
    visibility: Visible | UnsetType = UNSET
    default_branch: str | UnsetType = UNSET
    archived: bool | UnsetType = UNSET
    has_issues: bool | UnsetType = UNSET
    has_projects: bool | UnsetType = UNSET
    has_wiki: bool | UnsetType = UNSET
    is_template: bool | UnsetType = UNSET
    allow_squash_merge: bool | UnsetType = UNSET
    allow_merge_commit: bool | UnsetType = UNSET
    allow_rebase_merge: bool | UnsetType = UNSET
    allow_auto_merge: bool | UnsetType = UNSET
    allow_update_branch: bool | UnsetType = UNSET
    allow_forking: bool | UnsetType = UNSET
    delete_branch_on_merge: bool | UnsetType = UNSET


def list_for_organization(call: Call) -> Answer:
    """The repositories of an organisation that the caller may see."""
    organization = call.hub.organization(call.params["org"])
    every = call.hub.world.repositories.of(organization.login.lower())
    wanted = call.query.get("type", "all")
    found = [
        one
        for one in every
        if call.hub.may_see(call.caller.actor, one)
        and (wanted not in {"public", "private"} or one.private == (wanted == "private"))
    ]
    return call.page(found, lambda one: shapes.minimal_repository(call.hub, one))


def create(call: Call) -> Answer:
    """A new repository of an organisation."""
    body = call.read(NewRepository)
    visibility: Visibility = body.visibility or ("private" if body.private else "public")
    flags = {
        name: value
        for name, value in call.given(NewRepository).items()
        if name.startswith(("has_", "allow_", "is_template", "delete_"))
    }
    made = call.hub.create_repository(
        call.actor,
        call.params["org"],
        body.name,
        description=body.description or "",
        homepage=body.homepage or "",
        visibility=visibility,
        auto_init=body.auto_init,
        properties=body.custom_properties,
        flags=flags,
        team_id=body.team_id,
    )
    return Answer(
        status=201,
        body=shapes.full_repository(call.hub, made, role=Role.ADMIN),
        headers={"Location": shapes.repository_url(call.hub, made)},
    )


class NewFork(msgspec.Struct):
    """Body of "create a fork"."""

    organization: str | None = None
    name: str | None = None
    default_branch_only: bool = False


def list_forks(call: Call) -> Answer:
    """The forks that the caller may see, newest first."""
    forks = [
        one
        for one in call.hub.network(call.repository)
        if one.parent_id == call.repository.id and call.hub.may_see(call.caller.actor, one)
    ]
    if call.query.get("sort", "newest") != "oldest":
        forks.reverse()
    return call.page(forks, lambda one: shapes.minimal_repository(call.hub, one))


def create_fork(call: Call) -> Answer:
    """The caller's fork, or an organisation's; 202, though here it is ready at once."""
    body = call.read(NewFork)
    made = call.hub.fork(
        call.actor,
        call.repository,
        organization=body.organization,
        name=body.name,
        default_branch_only=body.default_branch_only,
    )
    return Answer(status=202, body=shapes.full_repository(call.hub, made, role=Role.ADMIN))


def get(call: Call) -> Answer:
    """One repository."""
    return Answer(body=shapes.full_repository(call.hub, call.repository, role=call.role))


def update(call: Call) -> Answer:
    """Change name, description, visibility, default branch, archive it, …"""
    changes = call.given(RepositoryChanges)
    changed = call.hub.update_repository(call.actor, call.repository, changes)
    return Answer(body=shapes.full_repository(call.hub, changed, role=call.role))


def delete(call: Call) -> Answer:
    """Delete it for good."""
    call.hub.delete_repository(call.actor, call.repository)
    return NO_CONTENT


class Topics(msgspec.Struct):
    """Body of "replace all repository topics"."""

    names: list[str]


def get_topics(call: Call) -> Answer:
    """The topics."""
    return Answer(body={"names": call.repository.topics})


def put_topics(call: Call) -> Answer:
    """Replace all topics."""
    changed = call.hub.set_topics(call.actor, call.repository, call.read(Topics).names)
    return Answer(body={"names": changed.topics})


class Properties(msgspec.Struct):
    """Body of "create or update custom property values for a repository"."""

    properties: list[PropertyValue]


def get_properties(call: Call) -> Answer:
    """The values of the custom properties."""
    return Answer(body=shapes.properties(call.repository))


def patch_properties(call: Call) -> Answer:
    """Set values; only of properties that repository actors may edit."""
    values = {one.property_name: one.value for one in call.read(Properties).properties}
    defined = call.hub.organization(call.repository.owner).properties
    for name in values:
        if name in defined and defined[name].values_editable_by == "org_actors":
            raise Refused(403, f"Property '{name}' can only be edited by the organization.")
    call.hub.set_properties(call.actor, call.repository, values)
    return NO_CONTENT


# Rulesets.


class RulesetBody(msgspec.Struct):
    """Body of "create" and "update a repository ruleset"."""

    name: str | UnsetType = UNSET
    target: Literal["branch", "tag", "push"] | UnsetType = UNSET
    enforcement: Literal["disabled", "active", "evaluate"] | UnsetType = UNSET
    bypass_actors: list[dict[str, Any]] | UnsetType = UNSET
    conditions: dict[str, Any] | UnsetType = UNSET
    rules: list[dict[str, Any]] | UnsetType = UNSET


def list_rulesets(call: Call) -> Answer:
    """The rulesets, without their rules."""
    found = call.hub.rulesets_of(call.repository)
    return call.page(found, lambda one: shapes.ruleset(call.hub, call.repository, one, whole=False))


def create_ruleset(call: Call) -> Answer:
    """A new ruleset."""
    made = call.hub.create_ruleset(call.actor, call.repository, call.given(RulesetBody))
    return Answer(status=201, body=shapes.ruleset(call.hub, call.repository, made))


def get_ruleset(call: Call) -> Answer:
    """One ruleset."""
    found = call.hub.ruleset(call.repository, call.number("ruleset_id"))
    return Answer(body=shapes.ruleset(call.hub, call.repository, found))


def put_ruleset(call: Call) -> Answer:
    """Change a ruleset."""
    given, number = call.given(RulesetBody), call.number("ruleset_id")
    changed = call.hub.update_ruleset(call.actor, call.repository, number, given)
    return Answer(body=shapes.ruleset(call.hub, call.repository, changed))


def delete_ruleset(call: Call) -> Answer:
    """Delete a ruleset."""
    call.hub.delete_ruleset(call.actor, call.repository, call.number("ruleset_id"))
    return NO_CONTENT


# Environments.


class Reviewer(msgspec.Struct):
    """Who approves deployments."""

    type: Literal["User", "Team"]
    id: int


class BranchPolicy(msgspec.Struct):
    """Which branches may deploy."""

    protected_branches: bool
    custom_branch_policies: bool


class EnvironmentBody(msgspec.Struct):
    """Body of "create or update an environment"; what is not sent is taken away."""

    wait_timer: int | None = None
    prevent_self_review: bool | None = None
    reviewers: list[Reviewer] | None = None
    deployment_branch_policy: BranchPolicy | None = None


def list_environments(call: Call) -> Answer:
    """The environments."""
    found = call.hub.world.environments.of(call.repository.id)
    return call.page(
        found,
        lambda one: shapes.environment(call.hub, call.repository, one),
        within="environments",
    )


def get_environment(call: Call) -> Answer:
    """One environment."""
    found = call.hub.environment(call.repository, call.params["environment_name"])
    return Answer(body=shapes.environment(call.hub, call.repository, found))


def put_environment(call: Call) -> Answer:
    """The environment exists with exactly these protections."""
    name, given = call.params["environment_name"], call.given(EnvironmentBody)
    made = call.hub.put_environment(call.actor, call.repository, name, given)
    return Answer(body=shapes.environment(call.hub, call.repository, made))


class NamedBranch(msgspec.Struct):
    """Body of "create a deployment branch policy"."""

    name: str
    type: Literal["branch", "tag"] = "branch"


def list_branch_policies(call: Call) -> Answer:
    """Which branches and tags may deploy there."""
    found = call.hub.environment(call.repository, call.params["environment_name"])
    return call.page(found.branches, shapes.branch_policy, within="branch_policies")


def create_branch_policy(call: Call) -> Answer:
    """That branch or tag may deploy there; one that may already is 303."""
    name, given = call.params["environment_name"], call.given(NamedBranch)
    made = call.hub.add_environment_branch(call.actor, call.repository, name, given)
    return Answer(body=shapes.branch_policy(made)) if made else Answer(status=303)


def delete_environment(call: Call) -> Answer:
    """Delete an environment."""
    call.hub.delete_environment(call.actor, call.repository, call.params["environment_name"])
    return NO_CONTENT
