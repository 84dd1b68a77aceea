"""Reviews of pull requests: given, and dismissed."""

from typing import Literal

from bot.localhub.actor import Actor, Who, acting
from bot.localhub.operations.issues import LONGEST_BODY
from bot.localhub.operations.pulls import PullOperations
from bot.localhub.refusal import Refused, not_found
from bot.localhub.shapes.pulls import commits, pull_of, pull_simple
from bot.localhub.shapes.reviews import review as review_shape
from bot.localhub.state.discussions import Issue, Review
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository
from bot.localhub.webhooks.payloads import emit

Verdict = Literal["APPROVE", "REQUEST_CHANGES", "COMMENT"]
STATE_OF = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}
OWN = {
    "APPROVE": "Can not approve your own pull request",
    "REQUEST_CHANGES": "Can not request changes on your own pull request",
}


class ReviewOperations(PullOperations):
    """What people and Apps think of a pull request."""

    def review(
        self,
        actor: Who,
        repository: str | Repository,
        number: int,
        verdict: Verdict,
        body: str = "",
        *,
        commit_sha: str | None = None,
    ) -> Review:
        """A review of the pull request at its head, or at another of its commits.

        Raises Refused 422 for an author's own approval, and for no words where some are due.
        """
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.READ)
        issue = self.pull(found, number)
        self._check_review(who, found, issue, verdict, body)
        made = Review(
            id=self.world.next_id(),
            repository_id=found.id,
            issue_id=issue.id,
            author_id=who.user.id,
            state=STATE_OF[verdict],
            body=body,
            commit_sha=self._reviewed(found, issue, commit_sha),
            submitted_at_s=self.now_s(),
        )
        self.world.reviews.put(made)
        self._tell_review(who, found, issue, made, "submitted")
        return made

    def _check_review(
        self, who: Actor, repository: Repository, issue: Issue, verdict: Verdict, body: str
    ) -> None:
        if repository.archived:
            raise Refused(403, "Repository was archived so is read-only.")
        if who.user.id == issue.author_id and verdict in OWN:
            raise _unprocessable(OWN[verdict])
        if verdict != "APPROVE" and not body.strip():
            raise _unprocessable("Body can't be blank")
        if len(body) > LONGEST_BODY:
            raise _unprocessable("Body is too long (maximum is 65536 characters)")
        if issue.locked and who.app is None and self.role(who.user, repository) < Role.WRITE:
            raise Refused(403, "Unable to create review because pull request is locked.")

    def _reviewed(self, repository: Repository, issue: Issue, wanted: str | None) -> str:
        head = pull_of(issue).head_sha
        if wanted in {None, head}:
            return head
        if wanted not in {one.sha for one in commits(self, repository, issue)}:
            raise _unprocessable("The commit is not part of the pull request")
        return wanted or head

    def find_review(self, repository: str | Repository, number: int, review_id: int) -> Review:
        """The pull request's review of that id. Raises Refused 404."""
        found = self.world.reviews.get(review_id)
        if found is None or found.issue_id != self.pull(repository, number).id:
            raise not_found()
        return found

    def dismiss_review(
        self, actor: Who, repository: str | Repository, number: int, review_id: int
    ) -> Review:
        """The review counts no more. Raises Refused 403, and 422 for one that decided nothing."""
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        issue, review = self.pull(found, number), self.find_review(found, number, review_id)
        if review.state not in {"APPROVED", "CHANGES_REQUESTED"}:
            raise _unprocessable("Can not dismiss a review of this state")
        review.state = "DISMISSED"
        self.world.reviews.put(review)
        self._tell_review(who, found, issue, review, "dismissed")
        return review

    def _tell_review(
        self, who: Actor, repository: Repository, issue: Issue, review: Review, action: str
    ) -> None:
        """Webhooks say the state in small letters, the REST API in capitals."""
        shape = review_shape(self, repository, issue, review)
        about = {
            "review": shape | {"state": review.state.lower(), "body": review.body or None},
            "pull_request": pull_simple(self, repository, issue),
        }
        emit(self, "pull_request_review", action, about, sender=who, repository=repository)
        self.tell(repository, f"review-{action}", issue=issue)


def _unprocessable(problem: str) -> Refused:
    return Refused(422, "Unprocessable Entity", errors=[problem])
