"""Check runs of this App."""

from typing import Any

from bot.github.calls import Api
from bot.github.port import CheckRun, Repository

CHECK_RUNS = "/repos/{owner}/{repo}/check-runs"
LONGEST = 65_535  # of summary and of text, GitHub docs "Create a check run"


class GitHubChecks:
    """``Checks`` over the REST API."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def create(self, repository: Repository, check: CheckRun) -> int:
        """See the port."""
        body = {"name": check.name, "head_sha": check.head_sha} | _state(check)
        told = await self._api.project(repository).post(CHECK_RUNS, body)
        return int(told["id"])

    async def update(self, repository: Repository, check_id: int, check: CheckRun) -> None:
        """See the port."""
        await self._api.project(repository).patch(
            CHECK_RUNS + "/{check}", {"name": check.name} | _state(check), check=check_id
        )

    async def find(self, repository: Repository, *, head_sha: str, external_id: str) -> int | None:
        """See the port."""
        found = self._api.project(repository).every(
            "/repos/{owner}/{repo}/commits/{commit}/check-runs{?app_id,filter,per_page,page}",
            within="check_runs",
            commit=head_sha,
            app_id=self._api.app_id,
            filter="all",
        )
        async for each in found:
            ours = (each.get("app") or {}).get("id") == self._api.app_id
            if ours and each.get("external_id") == external_id:
                return int(each["id"])
        return None


def _state(check: CheckRun) -> dict[str, Any]:
    """Empty texts are left out: GitHub takes an empty URL or conclusion for an invalid one."""
    output = {"title": check.title, "summary": check.summary[:LONGEST]}
    if check.text:
        output["text"] = check.text[:LONGEST]
    optional = {
        "conclusion": check.conclusion,
        "details_url": check.details_url,
        "external_id": check.external_id,
    }
    given = {name: value for name, value in optional.items() if value}
    return {"status": check.status, "output": output} | given
