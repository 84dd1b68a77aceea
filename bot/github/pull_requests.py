"""Pull requests and their reviews."""

from collections.abc import Sequence
from typing import Any

from bot.github.calls import Api, Calls
from bot.github.port import PullRequest, RepositoryName, Review
from bot.github.scopes import reviewing

PULL = "/repos/{owner}/{repo}/pulls/{number}"


class GitHubPullRequests:
    """``PullRequests`` over the REST API."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def _calls(self, repository: RepositoryName) -> Calls:
        return self._api.on(repository, reviewing(repository))

    async def get(self, repository: RepositoryName, number: int) -> PullRequest:
        """See the port."""
        return _pull(await self._calls(repository).get(PULL, number=number))

    async def reviews(self, repository: RepositoryName, number: int) -> Sequence[Review]:
        """See the port. GitHub lists them in order of time."""
        found = self._calls(repository).every(PULL + "/reviews{?per_page,page}", number=number)
        return [_review(each) async for each in found]

    async def of_commit(self, repository: RepositoryName, commit: str) -> Sequence[int]:
        """See the port."""
        told = await self._calls(repository).get(
            "/repos/{owner}/{repo}/commits/{commit}/pulls", commit=commit
        )
        return [int(each["number"]) for each in told]


def _pull(told: dict[str, Any]) -> PullRequest:
    author = told.get("user") or {"id": 0, "login": "ghost"}  # a deleted account
    fork = told["head"].get("repo") or {}
    return PullRequest(
        number=told["number"],
        title=told["title"],
        author_id=author["id"],
        author=author["login"],
        head_sha=told["head"]["sha"],
        head_repository=fork.get("full_name", ""),
        base_sha=told["base"]["sha"],
        base_branch=told["base"]["ref"],
        state=told["state"],
        merged=bool(told.get("merged")),
        html_url=told["html_url"],
    )


def _review(told: dict[str, Any]) -> Review:
    author = told.get("user") or {"id": 0, "login": "ghost"}
    return Review(
        author_id=author["id"],
        author=author["login"],
        state=str(told["state"]).lower(),  # type: ignore[arg-type]  # GitHub's five words
        commit=told.get("commit_id") or "",
    )
