"""How GitHub says no."""


class GitHubError(Exception):
    """GitHub answered no. The text never holds a token or a payload.

    ``status`` is the HTTP status (0 where none fits); ``words`` is what GitHub said.
    """

    def __init__(self, text: str = "", *, status: int = 0, words: str = "") -> None:
        super().__init__(text)
        self.status, self.words = status, words


class NotFound(GitHubError):
    """404: it is not there, or this token may not see it."""


class Forbidden(GitHubError):
    """403 that is not a rate limit: a permission is missing; the text names it."""


class NameTaken(GitHubError):
    """A repository of that name exists."""


class Stale(GitHubError):
    """The ref moved since it was read."""


class Rejected(GitHubError):
    """Any other 4xx, with GitHub's message and field errors."""
