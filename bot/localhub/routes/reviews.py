"""Reviews of pull requests."""

from typing import Any, Literal

import msgspec

from bot.localhub.refusal import Refused
from bot.localhub.routes.call import Answer, Call
from bot.localhub.shapes.reviews import review as shape_of
from bot.localhub.state.discussions import Issue, Review


class NewReview(msgspec.Struct):
    """Body of "create a review for a pull request"."""

    event: Literal["APPROVE", "REQUEST_CHANGES", "COMMENT"] | None = None
    body: str = ""
    commit_id: str | None = None
    comments: list[dict[str, Any]] = []


class Dismissal(msgspec.Struct):
    """Body of "dismiss a review for a pull request"."""

    message: str
    event: Literal["DISMISS"] = "DISMISS"


def _pull(call: Call) -> Issue:
    return call.hub.pull(call.repository, call.number("pull_number"))


def _shape(call: Call, review: Review) -> dict[str, Any]:
    return shape_of(call.hub, call.repository, _pull(call), review)


def list_reviews(call: Call) -> Answer:
    """The reviews, oldest first."""
    return call.page(call.hub.world.reviews.of(_pull(call).id), lambda one: _shape(call, one))


def create_review(call: Call) -> Answer:
    """A new review. One that stays pending, or has comments on lines, is not simulated."""
    body, pull = call.read(NewReview), _pull(call)
    if body.event is None:
        raise Refused(422, "The local GitHub keeps no pending reviews: send an event.")
    if body.comments:
        raise Refused(422, "The local GitHub keeps no review comments on lines.")
    made = call.hub.review(
        call.actor,
        call.repository,
        pull.number,
        body.event,
        body.body,
        commit_sha=body.commit_id,
    )
    return Answer(body=_shape(call, made))


def get_review(call: Call) -> Answer:
    """One review."""
    number = _pull(call).number
    return Answer(
        body=_shape(call, call.hub.find_review(call.repository, number, call.number("review_id")))
    )


def dismiss_review(call: Call) -> Answer:
    """Let a review count no more."""
    call.read(Dismissal)
    made = call.hub.dismiss_review(
        call.actor, call.repository, _pull(call).number, call.number("review_id")
    )
    return Answer(body=_shape(call, made))
