"""Pull requests and their reviews."""

from collections.abc import Sequence
from typing import Any

from bot.github.calls import Api, Calls
from bot.github.port import PullRequest, Rejected, RepositoryName, Review
from bot.github.scopes import proposing, reviewing

PULLS = "/repos/{owner}/{repo}/pulls"
PULL = PULLS + "/{number}"


class GitHubPullRequests:
    """``PullRequests`` over the REST API."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def _calls(self, repository: RepositoryName) -> Calls:
        return self._api.on(repository, reviewing(repository))

    async def get(self, repository: RepositoryName, number: int) -> PullRequest:
        """See the port."""
        return _pull(await self._calls(repository).get(PULL, number=number))

    async def open(self, repository: RepositoryName) -> Sequence[PullRequest]:
        """See the port. GitHub lists open ones, the newest first, where nothing else is asked."""
        found = self._calls(repository).every(PULLS + "{?per_page,page}")
        return [_pull(each) async for each in found]

    async def open_of(self, repository: RepositoryName, branch: str) -> PullRequest | None:
        """See the port."""
        told = await self._calls(repository).get(
            PULLS + "{?state,head}", state="open", head=f"{repository.owner}:{branch}"
        )
        return _pull(told[0]) if told else None

    async def newest_of(self, repository: RepositoryName, branch: str) -> PullRequest | None:
        """See the port."""
        told = await self._calls(repository).get(
            PULLS + "{?state,head,sort,direction,per_page}",
            state="all",
            head=f"{repository.owner}:{branch}",
            sort="created",
            direction="desc",
            per_page=1,
        )
        return _pull(told[0]) if told else None

    async def create(
        self, repository: RepositoryName, *, head: str, base: str, title: str, body: str
    ) -> PullRequest:
        """See the port. One request, another where somebody was faster or an answer was lost."""
        calls = self._api.on(repository, proposing(repository))
        new = {"head": head, "base": base, "title": title, "body": body}
        try:
            return _pull(await calls.post(PULLS, new, repeatable=True))
        except Rejected as error:
            found = await self.open_of(repository, head) if "exists" in error.words else None
            if found is None:
                raise
            return found

    async def edit(self, repository: RepositoryName, number: int, *, title: str, body: str) -> None:
        """See the port."""
        calls = self._api.on(repository, proposing(repository))
        await calls.patch(PULL, {"title": title, "body": body}, number=number)

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
        updated_at=told["updated_at"],
    )


def _review(told: dict[str, Any]) -> Review:
    author = told.get("user") or {"id": 0, "login": "ghost"}
    return Review(
        author_id=author["id"],
        author=author["login"],
        state=str(told["state"]).lower(),  # type: ignore[arg-type]  # GitHub's five words
        commit=told.get("commit_id") or "",
    )
