"""How the local GitHub says no: GitHub's status, words and error list."""

from collections.abc import Mapping, Sequence

DOCS = "https://docs.github.com/rest"  # GitHub puts a page of its own here; clients show it


class Refused(Exception):
    """An answer other than success, as the REST API words it; pages show ``message``."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Sequence[Mapping[str, object] | str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.errors, self.headers = list(errors), dict(headers or {})

    @property
    def body(self) -> dict[str, object]:
        """The JSON body."""
        body: dict[str, object] = {
            "message": self.message,
            "documentation_url": DOCS,
            "status": str(self.status),
        }
        if self.errors:
            body["errors"] = self.errors
        return body


def not_found() -> Refused:
    """404, also for what the asker may not know about."""
    return Refused(404, "Not Found")


def invalid(resource: str, field: str, code: str, message: str | None = None) -> Refused:
    """422 about one field. ``code``: missing, missing_field, invalid, already_exists, custom."""
    error: dict[str, object] = {"resource": resource, "field": field, "code": code}
    if message is not None:
        error["message"] = message
    return Refused(422, "Validation Failed", errors=[error])
