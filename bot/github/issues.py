"""Issues, labels, comments and reactions."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from bot.github.calls import Api, Calls
from bot.github.port import Comment, Issue, Rejected, RepositoryName, WrittenComment
from bot.github.scopes import thread

ISSUE = "/repos/{owner}/{repo}/issues/{number}"
COMMENTS = "/repos/{owner}/{repo}/issues/{number}/comments"
COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment}"
LABELS = "/repos/{owner}/{repo}/labels"
SINCE = "/repos/{owner}/{repo}/issues{?state,since,sort,direction,per_page,page}"
COMMENTS_SINCE = "/repos/{owner}/{repo}/issues/comments{?since,sort,direction,per_page,page}"
OLDEST_FIRST = {"sort": "updated", "direction": "asc"}
NEW_LABEL_COLOR = "ededed"

GHOST: dict[str, Any] = {"id": 0, "login": "ghost", "type": "Mannequin"}  # a deleted account


class GitHubIssues:
    """``Issues`` over the REST API."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def _calls(self, repository: RepositoryName) -> Calls:
        return self._api.on(repository, thread(repository))

    async def get(self, repository: RepositoryName, number: int) -> Issue:
        """See the port."""
        return _issue(await self._calls(repository).get(ISSUE, number=number))

    async def create(
        self, repository: RepositoryName, *, title: str, body: str, labels: Sequence[str]
    ) -> Issue:
        """See the port."""
        for label in labels:
            await self.ensure_label(repository, label, color=NEW_LABEL_COLOR, description="")
        new = {"title": title, "body": body, "labels": list(labels)}
        return _issue(await self._calls(repository).post("/repos/{owner}/{repo}/issues", new))

    async def find_open(self, repository: RepositoryName, *, label: str) -> Sequence[Issue]:
        """See the port. Pull requests, which GitHub lists among issues, are left out."""
        found = self._calls(repository).every(
            "/repos/{owner}/{repo}/issues{?labels,state,per_page,page}", labels=label, state="open"
        )
        return [_issue(each) async for each in found if "pull_request" not in each]

    async def open_since(
        self, repository: RepositoryName, *, updated_since: str
    ) -> Sequence[Issue]:
        """See the port."""
        asked = {"since": updated_since} if updated_since else {}
        found = self._calls(repository).every(SINCE, state="open", **OLDEST_FIRST, **asked)
        return [_issue(each) async for each in found if "pull_request" not in each]

    async def comments_since(
        self, repository: RepositoryName, *, updated_since: str
    ) -> Sequence[WrittenComment]:
        """See the port."""
        found = self._calls(repository).every(COMMENTS_SINCE, since=updated_since, **OLDEST_FIRST)
        return [_written(each) async for each in found]

    async def edit(self, repository: RepositoryName, number: int, *, title: str, body: str) -> None:
        """See the port."""
        text = {"title": title, "body": body}
        await self._calls(repository).patch(ISSUE, text, number=number)

    async def close(
        self,
        repository: RepositoryName,
        number: int,
        *,
        reason: Literal["completed", "not_planned"],
    ) -> None:
        """See the port."""
        closed = {"state": "closed", "state_reason": reason}
        await self._calls(repository).patch(ISSUE, closed, number=number)

    async def ensure_label(
        self, repository: RepositoryName, name: str, *, color: str, description: str
    ) -> None:
        """One request; a label that exists stays as people have made it."""
        label = {"name": name, "color": color, "description": description}
        try:
            await self._calls(repository).post(LABELS, label, repeatable=True)
        except Rejected as error:
            if "already_exists" not in error.words:
                raise

    async def comment(self, repository: RepositoryName, number: int, body: str) -> Comment:
        """See the port."""
        told = await self._calls(repository).post(COMMENTS, {"body": body}, number=number)
        return _comment(told, by_us=True)

    async def edit_comment(self, repository: RepositoryName, comment_id: int, body: str) -> None:
        """See the port."""
        await self._calls(repository).patch(COMMENT, {"body": body}, comment=comment_id)

    async def find_comment(
        self, repository: RepositoryName, number: int, *, marker: str
    ) -> Comment | None:
        """See the port. A marker that somebody copied into their own comment does not count."""
        found = self._calls(repository).every(COMMENTS + "{?per_page,page}", number=number)
        async for each in found:
            if marker in (each.get("body") or "") and await self._is_ours(repository, each):
                return _comment(each, by_us=True)
        return None

    async def reactions(self, repository: RepositoryName, comment_id: int) -> Mapping[str, int]:
        """One request: GitHub counts them in the comment itself."""
        told = await self._calls(repository).get(COMMENT, comment=comment_id)
        counts = told.get("reactions") or {}
        names = [name for name in counts if name not in ("url", "total_count")]
        return {name: int(counts[name]) for name in names}

    async def react(self, repository: RepositoryName, comment_id: int, content: str) -> None:
        """See the port. GitHub answers 200 for a reaction that is there already."""
        await self._calls(repository).post(
            COMMENT + "/reactions", {"content": content}, repeatable=True, comment=comment_id
        )

    async def _is_ours(self, repository: RepositoryName, told: dict[str, Any]) -> bool:
        """By the App's id, or by its bot's login, which no person can register."""
        app = told.get("performed_via_github_app")
        if app:
            return bool(app["id"] == self._api.app_id)
        user = told.get("user") or {}
        if user.get("type") != "Bot":
            return False
        installation = await self._api.installations.installation(repository.owner)
        return bool(user.get("login") == installation.bot_login)


def _issue(told: dict[str, Any]) -> Issue:
    author = told.get("user") or GHOST
    labels = (each if isinstance(each, str) else each["name"] for each in told["labels"])
    return Issue(
        number=told["number"],
        title=told["title"],
        body=told.get("body") or "",
        state=told["state"],
        author_id=author["id"],
        author=author["login"],
        labels=tuple(labels),
        html_url=told["html_url"],
        author_is_person=author["type"] == "User",
        created_at=told["created_at"],
        updated_at=told["updated_at"],
    )


def _written(told: dict[str, Any]) -> WrittenComment:
    author = told.get("user") or GHOST
    return WrittenComment(
        id=told["id"],
        number=int(told["issue_url"].rpartition("/")[2]),
        body=told.get("body") or "",
        author_id=author["id"],
        author=author["login"],
        author_is_person=author["type"] == "User",
        created_at=told["created_at"],
        updated_at=told["updated_at"],
        html_url=told["html_url"],
    )


def _comment(told: dict[str, Any], *, by_us: bool) -> Comment:
    return Comment(
        id=told["id"], body=told.get("body") or "", html_url=told["html_url"], by_us=by_us
    )
