"""Check runs of this App."""

from collections.abc import Sequence
from typing import Any

from bot.github.calls import Api, Calls
from bot.github.port import Annotation, CheckRun, Repository
from bot.github.port.checks import Place
from bot.github.scopes import checking

CHECK_RUNS = "/repos/{owner}/{repo}/check-runs"
CHECK_RUN = CHECK_RUNS + "/{check}"
LONGEST = 65_535  # of summary and of text, GitHub docs "Create a check run"
LONGEST_TITLE, LONGEST_MESSAGE = 255, 60_000  # of an annotation; GitHub takes 64 KB of message
MOST_ANNOTATIONS = 50  # in one request; they are added to what is there


class GitHubChecks:
    """``Checks`` over the REST API."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def _calls(self, place: Place) -> Calls:
        if isinstance(place, Repository):
            return self._api.project(place)
        return self._api.on(place, checking(place))

    async def create(self, repository: Place, check: CheckRun) -> int:
        """One request for every 50 annotations, at least one."""
        calls = self._calls(repository)
        body = {"name": check.name, "head_sha": check.head_sha}
        told = await calls.post(CHECK_RUNS, body | _state(check, check.annotations))
        id_ = int(told["id"])
        await self._add(calls, id_, check, check.annotations[MOST_ANNOTATIONS:])
        return id_

    async def update(self, repository: Place, check_id: int, check: CheckRun) -> None:
        """See the port. What an earlier attempt has added already is counted first."""
        calls = self._calls(repository)
        left: Sequence[Annotation] = check.annotations
        if left:
            told = await calls.get(CHECK_RUN, check=check_id)
            left = left[int(told["output"]["annotations_count"]) :]
        body = {"name": check.name} | _state(check, left)
        await calls.patch(CHECK_RUN, body, check=check_id)
        await self._add(calls, check_id, check, left[MOST_ANNOTATIONS:])

    async def _add(
        self, calls: Calls, check_id: int, check: CheckRun, left: Sequence[Annotation]
    ) -> None:
        for start in range(0, len(left), MOST_ANNOTATIONS):
            output = _output(check, left[start : start + MOST_ANNOTATIONS])
            await calls.patch(CHECK_RUN, {"output": output}, check=check_id)

    async def find(self, repository: Place, *, head_sha: str, external_id: str) -> int | None:
        """See the port."""
        found = self._calls(repository).every(
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


def _state(check: CheckRun, annotations: Sequence[Annotation]) -> dict[str, Any]:
    """Empty texts are left out: GitHub takes an empty URL or conclusion for an invalid one."""
    optional = {
        "conclusion": check.conclusion,
        "details_url": check.details_url,
        "external_id": check.external_id,
        "actions": [
            {"label": each.label, "description": each.description, "identifier": each.identifier}
            for each in check.actions
        ],
    }
    given = {name: value for name, value in optional.items() if value}
    output = _output(check, annotations[:MOST_ANNOTATIONS])
    return {"status": check.status, "output": output} | given


def _output(check: CheckRun, annotations: Sequence[Annotation]) -> dict[str, Any]:
    output: dict[str, Any] = {"title": check.title, "summary": check.summary[:LONGEST]}
    if check.text:
        output["text"] = check.text[:LONGEST]
    if annotations:
        output["annotations"] = [_annotation(each) for each in annotations]
    return output


def _annotation(each: Annotation) -> dict[str, Any]:
    """GitHub takes columns only where the remark is about one line."""
    line = max(each.line, 1)
    columns = {"start_column": each.column, "end_column": each.column} if each.column else {}
    return {
        "path": each.path,
        "start_line": line,
        "end_line": line,
        "annotation_level": each.level,
        "title": each.title[:LONGEST_TITLE],
        "message": each.message[:LONGEST_MESSAGE],
    } | columns
