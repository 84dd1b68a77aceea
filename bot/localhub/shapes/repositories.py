"""Repositories and their settings as JSON."""

from urllib.parse import quote

from bot.localhub.core import HubCore
from bot.localhub.shapes.basics import Json, iso, node_id
from bot.localhub.shapes.people import account, permissions, simple_user, team
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Environment, Label, Repository, Ruleset

DEFAULT_FLAGS = {
    "has_issues": True,
    "has_projects": False,
    "has_wiki": False,
    "has_downloads": False,
    "is_template": False,
    "allow_squash_merge": True,
    "allow_merge_commit": True,
    "allow_rebase_merge": False,
    "allow_auto_merge": False,
    "delete_branch_on_merge": False,
    "allow_update_branch": False,
    "allow_forking": False,
    "web_commit_signoff_required": False,
    "use_squash_pr_title_as_default": False,
}

# The address templates of a repository, below its API address.
URLS = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}


def repository_url(hub: HubCore, repository: Repository) -> str:
    """The repository's API address."""
    return f"{hub.api_url}/repos/{repository.full_name}"


def html_url(hub: HubCore, repository: Repository) -> str:
    """The repository's page."""
    return f"{hub.url}/{repository.full_name}"


def minimal_repository(hub: HubCore, repository: Repository, *, role: Role | None = None) -> Json:
    """A repository inside lists and webhooks."""
    api, page = repository_url(hub, repository), html_url(hub, repository)
    host = hub.url.removeprefix("http://").removeprefix("https://")
    forks = sum(one.parent_id == repository.id for one in hub.world.repositories)
    open_issues = sum(i.state == "open" for i in hub.world.issues.of(repository.id))
    shape: Json = {
        "id": repository.id,
        "node_id": node_id("R", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
        "owner": account(hub, repository.owner),
        "html_url": page,
        "description": repository.description or None,
        "fork": repository.parent_id is not None,
        "url": api,
        **{name: api + path for name, path in URLS.items()},
        "git_url": f"git://{host}/{repository.full_name}.git",
        "ssh_url": f"git@{host.split(':', maxsplit=1)[0]}:{repository.full_name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "mirror_url": None,
        "homepage": repository.homepage or None,
        "language": None,
        "license": None,
        "created_at": iso(repository.created_at_s),
        "updated_at": iso(repository.updated_at_s),
        "pushed_at": iso(repository.pushed_at_s),
        "size": 0,
        "forks": forks,
        "forks_count": forks,
        "stargazers_count": 0,
        "watchers": 0,
        "watchers_count": 0,
        "open_issues": open_issues,
        "open_issues_count": open_issues,
        "archived": repository.archived,
        "disabled": False,
        "has_pages": False,
        "has_discussions": False,
        "topics": list(repository.topics),
        "visibility": repository.visibility,
        "default_branch": repository.default_branch,
        **{
            name: repository.flags.get(name, DEFAULT_FLAGS[name])
            for name in ("has_issues", "has_projects", "has_wiki", "is_template", "allow_forking")
        },
        "has_downloads": repository.flags.get("has_downloads", False),
        "web_commit_signoff_required": False,
    }
    if role is not None:
        shape["permissions"] = permissions(role)
    return shape


def repository(hub: HubCore, found: Repository, *, role: Role | None = None) -> Json:
    """A repository inside a pull request, token or installation list."""
    return minimal_repository(hub, found, role=role) | {
        name: found.flags.get(name, DEFAULT_FLAGS[name])
        for name in (
            "allow_squash_merge",
            "allow_merge_commit",
            "allow_rebase_merge",
            "allow_auto_merge",
            "delete_branch_on_merge",
        )
    }


def full_repository(hub: HubCore, found: Repository, *, role: Role | None = None) -> Json:
    """A repository's own answer."""
    shape = repository(hub, found, role=role) | {
        "network_count": len(hub.network(found)) - 1,
        "subscribers_count": 0,
        "custom_properties": dict(found.properties),
        "security_and_analysis": {"secret_scanning": {"status": "disabled"}},
    }
    if hub.world.organizations.find(found.owner.lower()) is not None:
        shape["organization"] = account(hub, found.owner)
    for name, other_id in (("parent", found.parent_id), ("source", found.network_id)):
        other = hub.world.repositories.get(other_id) if other_id else None
        if other is not None:
            shape[name] = repository(hub, other)
    return shape


def pushed_repository(hub: HubCore, found: Repository) -> Json:
    """A repository inside a push event, where GitHub has kept an older shape: times are
    Unix seconds and the owner has a name. Source: the documented examples of ``push``.
    """
    shape = full_repository(hub, found)
    return shape | {
        "created_at": int(found.created_at_s),
        "pushed_at": int(found.pushed_at_s),
        "stargazers": 0,
        "master_branch": found.default_branch,
        "owner": shape["owner"] | {"name": found.owner, "email": None},
    }


def label(hub: HubCore, repository: Repository, found: Label) -> Json:
    """A label."""
    return {
        "id": found.id,
        "node_id": node_id("LA", found.id),
        "url": f"{repository_url(hub, repository)}/labels/{quote(found.name)}",
        "name": found.name,
        "color": found.color,
        "default": found.name in {"bug", "documentation", "enhancement", "question"},
        "description": found.description,
    }


def ruleset(hub: HubCore, repository: Repository, found: Ruleset, *, whole: bool = True) -> Json:
    """A ruleset; lists leave out conditions, rules and bypass actors."""
    shape: Json = {
        "id": found.id,
        "name": found.name,
        "target": found.target,
        "source_type": "Repository",
        "source": repository.full_name,
        "enforcement": found.enforcement,
        "node_id": node_id("RRS", found.id),
        "_links": {
            "self": {"href": f"{repository_url(hub, repository)}/rulesets/{found.id}"},
            "html": {"href": f"{html_url(hub, repository)}/rules/{found.id}"},
        },
        "created_at": iso(found.created_at_s),
        "updated_at": iso(found.updated_at_s),
    }
    if whole:
        shape |= {
            "conditions": found.conditions,
            "rules": found.rules,
            "bypass_actors": found.bypass_actors,
            "current_user_can_bypass": "never",
        }
    return shape


def environment(hub: HubCore, repository: Repository, found: Environment) -> Json:
    """An environment with its protection rules."""
    rules: list[Json] = []
    if found.wait_timer_min:
        rules.append({"type": "wait_timer", "wait_timer": found.wait_timer_min})
    if found.reviewers:
        rules.append(
            {
                "type": "required_reviewers",
                "prevent_self_review": found.prevent_self_review,
                "reviewers": [_reviewer(hub, who) for who in found.reviewers],
            }
        )
    if found.branch_policy:
        rules.append({"type": "branch_policy"})
    numbered = [
        {"id": found.id * 10 + n, "node_id": node_id("GA", found.id * 10 + n)} | rule
        for n, rule in enumerate(rules)
    ]
    return {
        "id": found.id,
        "node_id": node_id("EN", found.id),
        "name": found.name,
        "url": f"{repository_url(hub, repository)}/environments/{quote(found.name, safe='')}",
        "html_url": f"{html_url(hub, repository)}/deployments/{quote(found.name, safe='')}",
        "created_at": iso(found.created_at_s),
        "updated_at": iso(found.updated_at_s),
        "protection_rules": numbered,
        "deployment_branch_policy": found.branch_policy,
    }


def branch_policy(found: Json) -> Json:
    """A branch or tag that may deploy."""
    return found | {"node_id": node_id("GA", found["id"])}


def _reviewer(hub: HubCore, who: Json) -> Json:
    if who["type"] == "Team":
        return {"type": "Team", "reviewer": team(hub, hub.world.teams[who["id"]])}
    return {"type": "User", "reviewer": simple_user(hub, hub.world.users[who["id"]])}


def properties(found: Repository) -> list[Json]:
    """The values of a repository's custom properties."""
    return [{"property_name": n, "value": v} for n, v in sorted(found.properties.items())]
