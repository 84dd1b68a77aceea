"""Every REST route, what it needs, and who answers it.

``needs`` says what an installation token must carry: ``name:level``, several joined
by ``,``, alternatives by ``;``. ``app`` wants an App's JWT, ``signed-in`` any token,
nothing lets anybody in. People need the role that the operation itself asks for;
``owner`` marks routes of an organisation that only its owners may call.
Source of the permissions: GitHub docs, "Permissions required for GitHub Apps".
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from bot.localhub.routes import (
    actions,
    apps,
    checks,
    contents,
    git,
    issues,
    meta,
    people,
    pulls,
    repositories,
    reviews,
    variables,
)
from bot.localhub.routes.call import Answer, Call

Handler = Callable[[Call], Answer]
SLASHES = {"path", "ref", "branch", "basehead"}  # parameters that may hold slashes
REPO = "/repos/{owner}/{repo}"
ISSUE = REPO + "/issues/{issue_number}"
REVIEWS = REPO + "/pulls/{pull_number}/reviews"
WORKFLOW = REPO + "/actions/workflows/{workflow_id}"
RUN = REPO + "/actions/runs/{run_id}"
DEPLOYMENT = REPO + "/deployments/{deployment_id}"
COMMENT = REPO + "/issues/comments/{comment_id}"
TEAM = "/orgs/{org}/teams/{team_slug}"
TEAM_REPO = TEAM + "/repos/{owner}/{repo}"
READ_TALK = "issues:read;pull_requests:read"
TALK = "issues:write;pull_requests:write"
ORG_PROPERTIES = "organization_custom_properties"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One line of the table."""

    method: str
    template: str
    handler: Handler
    needs: str = ""
    creates: bool = False  # counts as content creation for the secondary limit
    owner: bool = False
    pattern: re.Pattern[str] = field(compare=False)

    @property
    def alternatives(self) -> list[dict[str, str]]:
        """The sets of permissions of which one is enough; empty when none is needed."""
        if self.needs in {"", "app", "signed-in"}:
            return []
        return [
            dict(one.split(":", maxsplit=1) for one in group.split(","))
            for group in self.needs.split(";")
        ]

    @property
    def accepted(self) -> str:
        """The needs as ``X-Accepted-GitHub-Permissions`` says them."""
        return "; ".join(
            ",".join(f"{name}={level}" for name, level in group.items())
            for group in self.alternatives
        )


def route(
    line: str, handler: Handler, needs: str = "", *, creates: bool = False, owner: bool = False
) -> Route:
    """A route from ``METHOD /path/{parameter}``."""
    method, _, template = line.partition(" ")
    pieces = re.split(r"\{(\w+)\}", template)
    pattern = "".join(
        re.escape(piece) if i % 2 == 0 else f"(?P<{piece}>{'.+' if piece in SLASHES else '[^/]+'})"
        for i, piece in enumerate(pieces)
    )
    return Route(
        method=method,
        template=template,
        handler=handler,
        needs=needs,
        creates=creates,
        owner=owner,
        pattern=re.compile(pattern),
    )


def _variables(place: str, permission: str, *, owner: bool = False) -> Iterator[Route]:
    """The five routes for variables of one kind of place."""
    read, write, one = f"{permission}:read", f"{permission}:write", f"{place}/variables/{{name}}"
    yield route(f"GET {place}/variables", variables.list_variables, read, owner=owner)
    yield route(f"POST {place}/variables", variables.create_variable, write, owner=owner)
    yield route(f"GET {one}", variables.get_variable, read, owner=owner)
    yield route(f"PATCH {one}", variables.update_variable, write, owner=owner)
    yield route(f"DELETE {one}", variables.delete_variable, write, owner=owner)


ROUTES = (
    # The service itself.
    route("GET /meta", meta.get_meta),
    route("GET /rate_limit", meta.get_rate_limit),
    # Apps.
    route("POST /app-manifests/{code}/conversions", apps.convert_manifest),
    route("GET /app", apps.get_app, "app"),
    route("GET /app/hook/config", apps.get_hook_config, "app"),
    route("PATCH /app/hook/config", apps.set_hook_config, "app"),
    route("GET /app/installations", apps.list_installations, "app"),
    route("GET /app/installations/{installation_id}", apps.get_installation, "app"),
    route("DELETE /app/installations/{installation_id}", apps.delete_installation, "app"),
    route("POST /app/installations/{installation_id}/access_tokens", apps.create_token, "app"),
    route("GET /app/hook/deliveries", apps.list_deliveries, "app"),
    route("GET /app/hook/deliveries/{delivery_id}", apps.get_delivery, "app"),
    route("POST /app/hook/deliveries/{delivery_id}/attempts", apps.redeliver, "app"),
    route("GET /orgs/{org}/installation", apps.organization_installation, "app"),
    route("GET /users/{username}/installation", apps.organization_installation, "app"),
    route(f"GET {REPO}/installation", apps.repository_installation, "app"),
    route("GET /installation/repositories", apps.list_repositories, "metadata:read"),
    route("DELETE /installation/token", apps.revoke_token, "signed-in"),
    # People.
    route("GET /user", people.get_user, "signed-in"),
    route("GET /users/{username}", people.get_user_by_name),
    route("GET /orgs/{org}", people.get_organization),
    route("GET /orgs/{org}/members", people.list_members, "members:read"),
    route("GET /orgs/{org}/members/{username}", people.check_member, "members:read"),
    route("GET /orgs/{org}/memberships/{username}", people.get_membership, "members:read"),
    route("GET /orgs/{org}/teams", people.list_teams, "members:read"),
    route(f"GET {TEAM}", people.get_team, "members:read"),
    route(f"GET {TEAM}/members", people.list_team_members, "members:read"),
    route(f"GET {TEAM}/teams", people.list_child_teams, "members:read"),
    route(f"GET {TEAM}/memberships/{{username}}", people.get_team_membership, "members:read"),
    route(
        f"PUT {TEAM}/memberships/{{username}}",
        people.put_team_membership,
        "members:write",
        owner=True,
    ),
    route(
        f"DELETE {TEAM}/memberships/{{username}}",
        people.delete_team_membership,
        "members:write",
        owner=True,
    ),
    route(f"GET {TEAM}/repos", people.list_team_repositories, "members:read"),
    route(f"GET {TEAM_REPO}", people.get_team_repository, "members:read"),
    route(f"PUT {TEAM_REPO}", people.put_team_repository, "administration:write,members:read"),
    route(
        f"DELETE {TEAM_REPO}", people.delete_team_repository, "administration:write,members:read"
    ),
    route(
        "GET /orgs/{org}/properties/schema", people.get_property_schema, f"{ORG_PROPERTIES}:read"
    ),
    route(
        "PATCH /orgs/{org}/properties/schema",
        people.patch_property_schema,
        f"{ORG_PROPERTIES}:admin",
        owner=True,
    ),
    route(
        "GET /orgs/{org}/properties/values", people.list_property_values, f"{ORG_PROPERTIES}:read"
    ),
    route(
        "PATCH /orgs/{org}/properties/values",
        people.patch_property_values,
        f"{ORG_PROPERTIES}:write",
        owner=True,
    ),
    # Repositories.
    route("GET /orgs/{org}/repos", repositories.list_for_organization, "metadata:read"),
    route("POST /orgs/{org}/repos", repositories.create, "administration:write", creates=True),
    route(f"GET {REPO}", repositories.get, "metadata:read"),
    route(f"PATCH {REPO}", repositories.update, "administration:write"),
    route(f"DELETE {REPO}", repositories.delete, "administration:write"),
    route(f"GET {REPO}/forks", repositories.list_forks, "metadata:read"),
    route(f"POST {REPO}/forks", repositories.create_fork, "administration:write,contents:read"),
    route(f"GET {REPO}/topics", repositories.get_topics, "metadata:read"),
    route(f"PUT {REPO}/topics", repositories.put_topics, "administration:write"),
    route(f"GET {REPO}/teams", people.list_repository_teams, "administration:read"),
    route(f"GET {REPO}/collaborators", people.list_collaborators, "metadata:read"),
    route(f"GET {REPO}/collaborators/{{username}}", people.check_collaborator, "metadata:read"),
    route(
        f"GET {REPO}/collaborators/{{username}}/permission",
        people.get_permission,
        "metadata:read",
    ),
    route(f"GET {REPO}/properties/values", repositories.get_properties, "metadata:read"),
    route(
        f"PATCH {REPO}/properties/values",
        repositories.patch_properties,
        "repository_custom_properties:write",
    ),
    route(f"GET {REPO}/rulesets", repositories.list_rulesets, "metadata:read"),
    route(f"POST {REPO}/rulesets", repositories.create_ruleset, "administration:write"),
    route(f"GET {REPO}/rulesets/{{ruleset_id}}", repositories.get_ruleset, "metadata:read"),
    route(f"PUT {REPO}/rulesets/{{ruleset_id}}", repositories.put_ruleset, "administration:write"),
    route(
        f"DELETE {REPO}/rulesets/{{ruleset_id}}",
        repositories.delete_ruleset,
        "administration:write",
    ),
    route(f"GET {REPO}/environments", repositories.list_environments, "actions:read"),
    route(
        f"GET {REPO}/environments/{{environment_name}}",
        repositories.get_environment,
        "actions:read",
    ),
    route(
        f"PUT {REPO}/environments/{{environment_name}}",
        repositories.put_environment,
        "administration:write",
    ),
    route(
        f"GET {REPO}/environments/{{environment_name}}/deployment-branch-policies",
        repositories.list_branch_policies,
        "actions:read",
    ),
    route(
        f"POST {REPO}/environments/{{environment_name}}/deployment-branch-policies",
        repositories.create_branch_policy,
        "administration:write",
    ),
    route(
        f"DELETE {REPO}/environments/{{environment_name}}",
        repositories.delete_environment,
        "administration:write",
    ),
    # Git.
    route(f"POST {REPO}/git/blobs", git.create_blob, "contents:write"),
    route(f"GET {REPO}/git/blobs/{{file_sha}}", git.get_blob, "contents:read"),
    route(f"POST {REPO}/git/trees", git.create_tree, "contents:write"),
    route(f"GET {REPO}/git/trees/{{tree_sha}}", git.get_tree, "contents:read"),
    route(f"POST {REPO}/git/commits", git.create_commit, "contents:write"),
    route(f"GET {REPO}/git/commits/{{commit_sha}}", git.get_commit, "contents:read"),
    route(f"GET {REPO}/git/ref/{{ref}}", git.get_ref, "contents:read"),
    route(f"GET {REPO}/git/matching-refs/{{ref}}", git.matching_refs, "contents:read"),
    route(f"POST {REPO}/git/refs", git.create_ref, "contents:write"),
    route(f"PATCH {REPO}/git/refs/{{ref}}", git.update_ref, "contents:write"),
    route(f"DELETE {REPO}/git/refs/{{ref}}", git.delete_ref, "contents:write"),
    route(f"POST {REPO}/git/tags", git.create_tag, "contents:write"),
    # Contents, branches, commits.
    route(f"GET {REPO}/contents", contents.get_contents, "contents:read"),
    route(f"GET {REPO}/contents/{{path}}", contents.get_contents, "contents:read"),
    route(f"PUT {REPO}/contents/{{path}}", contents.put_content, "contents:write"),
    route(f"DELETE {REPO}/contents/{{path}}", contents.delete_content, "contents:write"),
    route(f"GET {REPO}/branches", contents.list_branches, "contents:read"),
    route(f"GET {REPO}/branches/{{branch}}", contents.get_branch, "contents:read"),
    route(f"GET {REPO}/tags", contents.list_tags, "contents:read"),
    route(f"GET {REPO}/commits", contents.list_commits, "contents:read"),
    route(f"GET {REPO}/commits/{{commit_sha}}/pulls", pulls.list_for_commit, "pull_requests:read"),
    route(f"GET {REPO}/commits/{{ref}}/check-runs", checks.list_runs_for_ref, "checks:read"),
    route(f"GET {REPO}/commits/{{ref}}/check-suites", checks.list_suites_for_ref, "checks:read"),
    route(f"GET {REPO}/commits/{{ref}}/status", checks.combined_status, "statuses:read"),
    route(f"GET {REPO}/commits/{{ref}}/statuses", checks.list_statuses, "statuses:read"),
    route(f"GET {REPO}/commits/{{ref}}", contents.get_commit, "contents:read"),
    route(f"GET {REPO}/compare/{{basehead}}", contents.compare, "contents:read"),
    # Issues.
    route(f"GET {REPO}/issues", issues.list_issues, "issues:read"),
    route(f"POST {REPO}/issues", issues.create_issue, "issues:write", creates=True),
    route(f"GET {REPO}/issues/comments", issues.list_every_comment, READ_TALK),
    route(f"GET {COMMENT}", issues.get_comment, READ_TALK),
    route(f"PATCH {COMMENT}", issues.update_comment, TALK),
    route(f"DELETE {COMMENT}", issues.delete_comment, TALK),
    route(f"GET {COMMENT}/reactions", issues.list_comment_reactions, READ_TALK),
    route(f"POST {COMMENT}/reactions", issues.react_to_comment, TALK),
    route(f"DELETE {COMMENT}/reactions/{{reaction_id}}", issues.delete_reaction, TALK),
    route(f"GET {ISSUE}", issues.get_issue, READ_TALK),
    route(f"PATCH {ISSUE}", issues.update_issue, TALK),
    route(f"GET {ISSUE}/comments", issues.list_comments, READ_TALK),
    route(f"POST {ISSUE}/comments", issues.create_comment, TALK, creates=True),
    route(f"GET {ISSUE}/labels", issues.list_issue_labels, READ_TALK),
    route(f"POST {ISSUE}/labels", issues.add_issue_labels, TALK),
    route(f"PUT {ISSUE}/labels", issues.set_issue_labels, TALK),
    route(f"DELETE {ISSUE}/labels", issues.clear_issue_labels, TALK),
    route(f"DELETE {ISSUE}/labels/{{name}}", issues.remove_issue_label, TALK),
    route(f"POST {ISSUE}/assignees", issues.add_assignees, TALK),
    route(f"DELETE {ISSUE}/assignees", issues.remove_assignees, TALK),
    route(f"GET {ISSUE}/assignees/{{assignee}}", issues.check_assignee, READ_TALK),
    route(f"PUT {ISSUE}/lock", issues.lock, TALK),
    route(f"DELETE {ISSUE}/lock", issues.unlock, TALK),
    route(f"GET {ISSUE}/reactions", issues.list_issue_reactions, READ_TALK),
    route(f"POST {ISSUE}/reactions", issues.react_to_issue, TALK),
    route(f"DELETE {ISSUE}/reactions/{{reaction_id}}", issues.delete_reaction, TALK),
    route(f"GET {REPO}/labels", issues.list_labels, READ_TALK),
    route(f"POST {REPO}/labels", issues.create_label, TALK),
    route(f"GET {REPO}/labels/{{name}}", issues.get_label, READ_TALK),
    route(f"PATCH {REPO}/labels/{{name}}", issues.update_label, TALK),
    route(f"DELETE {REPO}/labels/{{name}}", issues.delete_label, TALK),
    # Pull requests.
    route(f"GET {REPO}/pulls", pulls.list_pulls, "pull_requests:read"),
    route(f"POST {REPO}/pulls", pulls.create_pull, "pull_requests:write", creates=True),
    route(f"GET {REPO}/pulls/{{pull_number}}", pulls.get_pull, "pull_requests:read"),
    route(f"PATCH {REPO}/pulls/{{pull_number}}", pulls.update_pull, "pull_requests:write"),
    route(f"GET {REPO}/pulls/{{pull_number}}/commits", pulls.list_commits, "pull_requests:read"),
    route(f"GET {REPO}/pulls/{{pull_number}}/files", pulls.list_files, "pull_requests:read"),
    route(f"GET {REPO}/pulls/{{pull_number}}/merge", pulls.is_merged, "pull_requests:read"),
    route(f"PUT {REPO}/pulls/{{pull_number}}/merge", pulls.merge, "contents:write"),
    route(f"GET {REVIEWS}", reviews.list_reviews, "pull_requests:read"),
    route(f"POST {REVIEWS}", reviews.create_review, "pull_requests:write", creates=True),
    route(f"GET {REVIEWS}/{{review_id}}", reviews.get_review, "pull_requests:read"),
    route(f"PUT {REVIEWS}/{{review_id}}/dismissals", reviews.dismiss_review, "pull_requests:write"),
    # Checks, statuses, deployments, workflows.
    route(f"POST {REPO}/check-runs", checks.create_run, "checks:write", creates=True),
    route(f"GET {REPO}/check-runs/{{check_run_id}}", checks.get_run, "checks:read"),
    route(f"PATCH {REPO}/check-runs/{{check_run_id}}", checks.update_run, "checks:write"),
    route(
        f"GET {REPO}/check-runs/{{check_run_id}}/annotations",
        checks.list_annotations,
        "checks:read",
    ),
    route(
        f"POST {REPO}/check-runs/{{check_run_id}}/rerequest", checks.rerequest_run, "checks:write"
    ),
    route(f"POST {REPO}/check-suites", checks.create_suite, "checks:write"),
    route(f"GET {REPO}/check-suites/{{check_suite_id}}", checks.get_suite, "checks:read"),
    route(
        f"GET {REPO}/check-suites/{{check_suite_id}}/check-runs",
        checks.list_suite_runs,
        "checks:read",
    ),
    route(
        f"POST {REPO}/check-suites/{{check_suite_id}}/rerequest",
        checks.rerequest_suite,
        "checks:write",
    ),
    route(f"POST {REPO}/statuses/{{sha}}", checks.create_status, "statuses:write"),
    route(f"GET {REPO}/deployments", checks.list_deployments, "deployments:read"),
    route(f"POST {REPO}/deployments", checks.create_deployment, "deployments:write", creates=True),
    route(f"GET {DEPLOYMENT}", checks.get_deployment, "deployments:read"),
    route(f"DELETE {DEPLOYMENT}", checks.delete_deployment, "deployments:write"),
    route(f"GET {DEPLOYMENT}/statuses", checks.list_deployment_statuses, "deployments:read"),
    route(f"POST {DEPLOYMENT}/statuses", checks.create_deployment_status, "deployments:write"),
    route(
        f"GET {DEPLOYMENT}/statuses/{{status_id}}",
        checks.get_deployment_status,
        "deployments:read",
    ),
    # Actions.
    route(f"GET {REPO}/actions/workflows", actions.list_workflows, "actions:read"),
    route(f"GET {WORKFLOW}", actions.get_workflow, "actions:read"),
    route(f"GET {WORKFLOW}/runs", actions.list_runs_of_workflow, "actions:read"),
    route(f"POST {WORKFLOW}/dispatches", actions.dispatch_workflow, "actions:write"),
    route(f"GET {REPO}/actions/runs", actions.list_runs, "actions:read"),
    route(f"GET {RUN}", actions.get_run, "actions:read"),
    route(f"DELETE {RUN}", actions.delete_run, "actions:write"),
    route(f"GET {RUN}/attempts/{{attempt_number}}", actions.get_attempt, "actions:read"),
    route(
        f"GET {RUN}/attempts/{{attempt_number}}/jobs",
        actions.list_jobs_of_attempt,
        "actions:read",
    ),
    route(f"GET {RUN}/jobs", actions.list_jobs, "actions:read"),
    route(f"GET {RUN}/logs", actions.run_logs, "actions:read"),
    route(f"POST {RUN}/cancel", actions.cancel_run, "actions:write"),
    route(f"POST {RUN}/rerun", actions.rerun, "actions:write"),
    route(f"POST {RUN}/rerun-failed-jobs", actions.rerun_failed_jobs, "actions:write"),
    route(f"GET {REPO}/actions/jobs/{{job_id}}", actions.get_job, "actions:read"),
    route(f"GET {REPO}/actions/jobs/{{job_id}}/logs", actions.job_logs, "actions:read"),
    route(f"POST {REPO}/dispatches", actions.dispatch_repository, "contents:write"),
    *_variables("/orgs/{org}/actions", "organization_actions_variables", owner=True),
    *_variables(f"{REPO}/actions", "actions_variables"),
    *_variables(f"{REPO}/environments/{{environment_name}}", "environments"),
)


class RouteFinder:
    """Finds the route of a path; the first that fits in the order of the table."""

    def __init__(self, routes: Iterable[Route] = ROUTES) -> None:
        self._by_start: dict[tuple[str, str], list[Route]] = {}
        for one in routes:
            self._by_start.setdefault(_start(one.template), []).append(one)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route and its parameters, decoded. ``path`` is as it was sent."""
        for one, match in self._matches(path):
            if one.method == method:
                return one, {name: unquote(value) for name, value in match.groupdict().items()}
        return None

    def _matches(self, path: str) -> Iterator[tuple[Route, re.Match[str]]]:
        for one in self._by_start.get(_start(path), ()):
            match = one.pattern.fullmatch(path)
            if match is not None:
                yield one, match


def _start(path: str) -> tuple[str, str]:
    """What all paths of a group have in common: root, and subject below a repository."""
    parts = path.split("/")
    if parts[1] == "repos":
        return "repos", parts[4] if len(parts) > 4 else ""
    return parts[1], ""
