"""What GitHub counts as new content, and how much of it is allowed."""

from dataclasses import dataclass

# What GitHub counts is not published route by route. Counted here is what people see
# appear: repositories, issues, comments, labels, reactions, rulesets, check runs,
# commits. Edits of comments count as well: bots that edit one in a row are stopped too.
CONTENT = frozenset(
    {
        ("POST", "/orgs/{org}/repos"),
        ("POST", "/repos/{owner}/{repo}/issues"),
        ("POST", "/repos/{owner}/{repo}/issues/{number}/comments"),
        ("PATCH", "/repos/{owner}/{repo}/issues/comments/{comment}"),
        ("POST", "/repos/{owner}/{repo}/issues/comments/{comment}/reactions"),
        ("POST", "/repos/{owner}/{repo}/labels"),
        ("POST", "/repos/{owner}/{repo}/rulesets"),
        ("POST", "/repos/{owner}/{repo}/check-runs"),
        ("POST", "/repos/{owner}/{repo}/git/commits"),
    }
)


@dataclass(frozen=True, slots=True)
class Pace:
    """At most ``count`` within any ``window_s`` seconds."""

    count: int
    window_s: float


# GitHub docs, "Rate limits for the REST API", "About secondary rate limits": in general
# no more than 80 content-generating requests a minute and 500 an hour.
PUBLISHED = (Pace(80, 60.0), Pace(500, 3600.0))


# Each request to deliver a webhook again costs 5 of the 900 points that GitHub gives the
# REST API a minute; the rest is left to reading.
REDELIVERIES = (Pace(150, 60.0),)


def paces_for(host: str, configured: tuple[Pace, ...] = PUBLISHED) -> tuple[Pace, ...]:
    """The paces to keep with the API of ``host``.

    GitHub's own hosts have the published ones. Enterprise Server has none unless its
    administrator sets some, so elsewhere only what an operator configured holds.
    """
    return configured if _is_hosted(host) or configured != PUBLISHED else ()


def redelivery_paces_for(host: str) -> tuple[Pace, ...]:
    """The pace at which GitHub's own hosts are asked to deliver again."""
    return REDELIVERIES if _is_hosted(host) else ()


def _is_hosted(host: str) -> bool:
    return host == "api.github.com" or host.endswith(".ghe.com")
