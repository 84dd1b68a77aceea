"""The one way to say no to a request: a status and a sentence of ours, never its input."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """The request is answered with this and nothing was kept of it.

    ``outcome`` is the word that metrics count it under.
    """

    status: int
    outcome: str
    sentence: str


def malformed(sentence: str) -> Refusal:
    """400: no sender that follows GitHub's documentation sends this."""
    return Refusal(400, "malformed", sentence)


def too_large(limit_bytes: int) -> Refusal:
    """413: GitHub itself sends nothing larger than its limit."""
    return Refusal(413, "too_large", f"The body is larger than {limit_bytes:,} bytes.")


def unauthorized(sentence: str) -> Refusal:
    """401: nothing proves that the request comes from GitHub."""
    return Refusal(401, "unauthorized", sentence)


def unavailable(sentence: str) -> Refusal:
    """503: GitHub shows the delivery as failed, and the redelivery sweep brings it back."""
    return Refusal(503, "unavailable", sentence)
