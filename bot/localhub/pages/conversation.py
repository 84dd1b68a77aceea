"""What is said in an issue or pull request, prepared for whoever reads it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.localhub.pages.page import Page, home_of
from bot.localhub.shapes.reviews import opinions
from bot.localhub.state.discussions import Comment, Issue, Review
from bot.localhub.state.people import Role, User
from bot.localhub.state.repositories import Repository

# In the order in which people find them on GitHub.
FACES = {
    "+1": "👍",
    "-1": "👎",
    "laugh": "😄",
    "hooray": "🎉",
    "confused": "😕",
    "heart": "❤️",
    "rocket": "🚀",
    "eyes": "👀",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """One face under a text. ``names`` are those who chose it."""

    content: str
    face: str
    names: Sequence[str]
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text of the conversation. ``anchor`` is its place on the page."""

    anchor: str
    author: User
    badge: str
    at_s: float
    edited: bool
    source: str
    html: Markup
    reactions: Sequence[Reacted]
    may_edit: bool
    edit_address: str
    comment_id: int | None
    deed: str = "commented"
    tone: str = ""  # of a review: success, failure, quiet
    may_react: bool = True  # reviews cannot be reacted to here


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one person thinks of a pull request now. ``counts`` for rules: may write."""

    author: User
    deed: str
    tone: str
    counts: bool
    stale: bool


# What a review did, in words, and how it looks.
DEEDS = {
    "APPROVED": ("approved these changes", "success"),
    "CHANGES_REQUESTED": ("requested changes", "failure"),
    "COMMENTED": ("reviewed", "quiet"),
    "DISMISSED": ("left a review that was dismissed", "quiet"),
}


def conversation(page: Page, repository: Repository, issue: Issue) -> list[Said]:
    """The opening text, then every comment and review, oldest first."""
    world = page.hub.world
    answers = [_comment(page, repository, issue, one) for one in world.comments.of(issue.id)]
    answers += [_review(page, repository, issue, one) for one in world.reviews.of(issue.id)]
    return [
        _opening(page, repository, issue),
        *sorted(answers, key=lambda one: one.at_s),
    ]


def opinions_of(page: Page, repository: Repository, issue: Issue) -> list[Opinion]:
    """What each reviewer thinks now, dismissed reviews left out."""
    head = issue.pull.head_sha if issue.pull else ""
    found = []
    for user_id, review in opinions(page.hub, issue).items():
        author = page.person(user_id)
        deed, tone = DEEDS[review.state]
        if review.state != "DISMISSED":
            found.append(
                Opinion(
                    author=author,
                    deed=deed,
                    tone=tone,
                    counts=page.hub.role(author, repository) >= Role.WRITE,
                    stale=review.commit_sha != head,
                )
            )
    return found


def address_of(repository: Repository, issue: Issue) -> str:
    """The page of an issue or pull request."""
    return f"{home_of(repository)}/{'pull' if issue.pull else 'issues'}/{issue.number}"


def may_change(page: Page, repository: Repository, issue: Issue) -> bool:
    """Whether whoever asks may edit, close and reopen it: its author, or who may triage."""
    mine = page.user is not None and page.user.id == issue.author_id
    return page.may(repository, Role.READ if mine else Role.TRIAGE)


def _opening(page: Page, repository: Repository, issue: Issue) -> Said:
    return Said(
        anchor=f"issue-{issue.id}",
        author=page.person(issue.author_id),
        badge=_badge(page, repository, issue, issue.author_id),
        at_s=issue.created_at_s,
        edited=issue.edited_at_s is not None,
        source=issue.body or "",
        html=page.markdown(issue.body, repository),
        reactions=_reactions(page, issue, None),
        may_edit=may_change(page, repository, issue),
        edit_address=f"{address_of(repository, issue)}/edit",
        comment_id=None,
        deed="opened this",
    )


def _review(page: Page, repository: Repository, issue: Issue, review: Review) -> Said:
    deed, tone = DEEDS[review.state]
    return Said(
        anchor=f"pullrequestreview-{review.id}",
        author=page.person(review.author_id),
        badge=_badge(page, repository, issue, review.author_id),
        at_s=review.submitted_at_s,
        edited=False,
        source=review.body,
        html=page.markdown(review.body, repository),
        reactions=(),
        may_edit=False,
        edit_address="",
        comment_id=None,
        deed=deed,
        tone=tone,
        may_react=False,
    )


def _comment(page: Page, repository: Repository, issue: Issue, comment: Comment) -> Said:
    mine = page.user is not None and page.user.id == comment.author_id
    return Said(
        anchor=f"issuecomment-{comment.id}",
        author=page.person(comment.author_id),
        badge=_badge(page, repository, issue, comment.author_id),
        at_s=comment.created_at_s,
        edited=comment.edited,
        source=comment.body,
        html=page.markdown(comment.body, repository),
        reactions=_reactions(page, issue, comment.id),
        may_edit=page.may(repository, Role.READ if mine else Role.WRITE),
        edit_address=f"{address_of(repository, issue)}/comments/{comment.id}",
        comment_id=comment.id,
    )


def _badge(page: Page, repository: Repository, issue: Issue, user_id: int) -> str:
    """What a reader should know of the author, in a word."""
    author = page.person(user_id)
    if author.type == "Bot":
        return "bot"
    if user_id == issue.author_id:
        return "author"
    owner = page.hub.world.organizations.find(repository.owner.lower())
    return "member" if owner is not None and user_id in owner.members else ""


def _reactions(page: Page, issue: Issue, comment_id: int | None) -> list[Reacted]:
    given: dict[str, list[User]] = {}
    for reaction in page.hub.world.reactions.of((issue.id, comment_id)):
        given.setdefault(reaction.content, []).append(page.person(reaction.user_id))
    me = page.user.id if page.user else None
    return [
        Reacted(
            content=content,
            face=face,
            names=[user.login for user in given[content]],
            mine=any(user.id == me for user in given[content]),
        )
        for content, face in FACES.items()
        if content in given
    ]
