"""Issues, comments and reactions as JSON."""

from collections import Counter

from bot.localhub.core import HubCore
from bot.localhub.shapes.apps import app_by_id
from bot.localhub.shapes.basics import Json, iso, iso_or_none, node_id
from bot.localhub.shapes.people import user_by_id
from bot.localhub.shapes.repositories import html_url, label, repository_url
from bot.localhub.state.discussions import Comment, Issue, Reaction
from bot.localhub.state.repositories import Repository

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def author_association(hub: HubCore, repository: Repository, user_id: int) -> str:
    """What GitHub says about an author. It is not a permission."""
    organization = hub.world.organizations.find(repository.owner.lower())
    user = hub.world.users.get(user_id)
    if user is not None and user.login.lower() == repository.owner.lower():
        return "OWNER"
    if organization is not None and user_id in organization.members:
        return "MEMBER"
    if user_id in repository.collaborators:
        return "COLLABORATOR"
    return "NONE"


def issue_page(hub: HubCore, repository: Repository, issue: Issue) -> str:
    """The page of an issue or pull request."""
    kind = "pull" if issue.pull else "issues"
    return f"{html_url(hub, repository)}/{kind}/{issue.number}"


def issue(hub: HubCore, repository: Repository, found: Issue) -> Json:
    """An issue; a pull request shows as one with ``pull_request``."""
    base = repository_url(hub, repository)
    api = f"{base}/issues/{found.number}"
    assignees = [u for i in found.assignee_ids if (u := user_by_id(hub, i))]
    labels = [hub.world.labels.get(i) for i in found.label_ids]
    shape: Json = {
        "id": found.id,
        "node_id": node_id("I", found.id),
        "url": api,
        "repository_url": base,
        "labels_url": f"{api}/labels{{/name}}",
        "comments_url": f"{api}/comments",
        "events_url": f"{api}/events",
        "timeline_url": f"{api}/timeline",
        "html_url": issue_page(hub, repository, found),
        "number": found.number,
        "state": found.state,
        "state_reason": found.state_reason,
        "title": found.title,
        "body": found.body,
        "user": user_by_id(hub, found.author_id),
        "labels": [label(hub, repository, one) for one in labels if one is not None],
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": None,
        "locked": found.locked,
        "active_lock_reason": found.lock_reason,
        "comments": hub.world.comments.count(found.id),
        "closed_at": iso_or_none(found.closed_at_s),
        "closed_by": user_by_id(hub, found.closed_by_id),
        "created_at": iso(found.created_at_s),
        "updated_at": iso(found.updated_at_s),
        "author_association": author_association(hub, repository, found.author_id),
        "performed_via_github_app": app_by_id(hub, found.app_id),
        "reactions": rollup(hub, found, None, api),
    }
    if found.pull is not None:
        page = shape["html_url"]
        shape["draft"] = found.pull.draft
        shape["pull_request"] = {
            "url": f"{base}/pulls/{found.number}",
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": iso_or_none(found.pull.merged_at_s),
        }
    return shape


def comment(hub: HubCore, repository: Repository, found: Comment) -> Json:
    """A comment."""
    issue_of = hub.world.issues[found.issue_id]
    base = repository_url(hub, repository)
    api = f"{base}/issues/comments/{found.id}"
    return {
        "id": found.id,
        "node_id": node_id("IC", found.id),
        "url": api,
        "html_url": f"{issue_page(hub, repository, issue_of)}#issuecomment-{found.id}",
        "issue_url": f"{base}/issues/{issue_of.number}",
        "user": user_by_id(hub, found.author_id),
        "body": found.body,
        "created_at": iso(found.created_at_s),
        "updated_at": iso(found.updated_at_s),
        "author_association": author_association(hub, repository, found.author_id),
        "performed_via_github_app": app_by_id(hub, found.app_id),
        "reactions": rollup(hub, issue_of, found, api),
    }


def rollup(hub: HubCore, issue_of: Issue, comment_of: Comment | None, api: str) -> Json:
    """How often each reaction was given."""
    given = hub.world.reactions.of((issue_of.id, comment_of.id if comment_of else None))
    counts = Counter(reaction.content for reaction in given)
    return {
        "url": f"{api}/reactions",
        "total_count": len(given),
        **{content: counts[content] for content in REACTIONS},
    }


def reaction(hub: HubCore, found: Reaction) -> Json:
    """One reaction."""
    return {
        "id": found.id,
        "node_id": node_id("REA", found.id),
        "user": user_by_id(hub, found.user_id),
        "content": found.content,
        "created_at": iso(found.created_at_s),
    }
