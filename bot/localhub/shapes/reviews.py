"""Reviews of pull requests as JSON, and what they add up to."""

from bot.localhub.core import HubCore
from bot.localhub.shapes.basics import Json, iso, node_id
from bot.localhub.shapes.issues import author_association, issue_page
from bot.localhub.shapes.people import user_by_id
from bot.localhub.shapes.repositories import repository_url
from bot.localhub.state.discussions import Issue, Review
from bot.localhub.state.people import Role, User
from bot.localhub.state.repositories import Repository

DECIDING = {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}  # a mere comment changes no opinion


def review(hub: HubCore, repository: Repository, issue: Issue, found: Review) -> Json:
    """A review."""
    page = f"{issue_page(hub, repository, issue)}#pullrequestreview-{found.id}"
    api = f"{repository_url(hub, repository)}/pulls/{issue.number}"
    return {
        "id": found.id,
        "node_id": node_id("PRR", found.id),
        "user": user_by_id(hub, found.author_id),
        "body": found.body,
        "state": found.state,
        "html_url": page,
        "pull_request_url": api,
        "author_association": author_association(hub, repository, found.author_id),
        "_links": {"html": {"href": page}, "pull_request": {"href": api}},
        "submitted_at": iso(found.submitted_at_s),
        "commit_id": found.commit_sha,
    }


def opinions(hub: HubCore, issue: Issue) -> dict[int, Review]:
    """The review of each person that counts: their newest that decided something."""
    reviews = hub.world.reviews.of(issue.id)
    return {one.author_id: one for one in reviews if one.state in DECIDING}


def approvers(hub: HubCore, repository: Repository, issue: Issue) -> list[User]:
    """Who approved and may write, which is what rules ask for."""
    return _of_weight(hub, repository, issue, "APPROVED")


def objectors(hub: HubCore, repository: Repository, issue: Issue) -> list[User]:
    """Who asked for changes and may write."""
    return _of_weight(hub, repository, issue, "CHANGES_REQUESTED")


def _of_weight(hub: HubCore, repository: Repository, issue: Issue, state: str) -> list[User]:
    those = (
        hub.world.users.get(user_id)
        for user_id, one in opinions(hub, issue).items()
        if one.state == state
    )
    return [user for user in those if user and hub.role(user, repository) >= Role.WRITE]
