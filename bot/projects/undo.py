"""Undoing a generate run: removes what the run made, and nothing else."""

from dataclasses import replace

from bot.errors import UserError
from bot.github.port import NotFound, Repository
from bot.projects.generate import GenerateServices, mark
from bot.projects.made_from_run import target
from bot.projects.record import ProjectState
from bot.projects.request_audit import audit
from bot.runs import Run


class HoldsOthersWork(UserError):
    """Somebody has worked in the repository since; removing it would remove that too."""

    code = "holds-others-work"

    def __init__(self, full_name: str, default_branch: str) -> None:
        super().__init__(
            f"`{full_name}` was not removed: `{default_branch}` has commits that this request "
            "did not make.",
            fix="If it may go, an administrator deletes the repository in its settings on GitHub.",
        )


async def what_undo_removes(run: Run, services: GenerateServices) -> str:
    """The things the run made that are still there, for people. Raises HoldsOthersWork."""
    repository = await _made_repository(run, services)
    if repository is None:
        return "nothing: this request made no repository, or it is gone already."
    await _refuse_others_work(run, repository, services)
    registered = " and the project's record" if run.facts.get("project_id") else ""
    return (
        f"the repository [{repository.name}]({repository.html_url}) with its content, issues and "
        f"settings{registered}."
    )


async def undo_generate(run: Run, services: GenerateServices) -> str:
    """Remove it; safe to repeat. Returns what is gone, for people. Raises HoldsOthersWork."""
    repository = await _made_repository(run, services)
    gone = "nothing, because nothing was there"
    if repository is not None:
        await _refuse_others_work(run, repository, services)
        await services.github.repositories.delete(repository)
        await audit(services.audit, run, "repository.deleted", repository_id=repository.id)
        gone = f"the repository `{repository.name}`"
    project = await services.projects.get(str(run.facts.get("project_id", "")))
    if project is not None:
        await services.projects.put(
            replace(project, state=ProjectState.UNDONE, updated_at_s=services.clock.now_s())
        )
        gone += " and the project from the active ones (its record stays for the audit)"
    return gone + "."


async def _made_repository(run: Run, services: GenerateServices) -> Repository | None:
    """The repository of that name if this run made it: known by its id, or by the mark."""
    found = await services.github.repositories.find(target(run))
    if found is None:
        return None
    ours = (
        str(found.id) == run.facts["repository_id"]
        if "repository_id" in run.facts
        else found.homepage == mark(run)
    )
    return found if ours else None


async def _refuse_others_work(run: Run, repository: Repository, services: GenerateServices) -> None:
    """Only our one commit, or GitHub's own first one, may be there."""
    contents, commit = services.github.contents, run.facts.get("commit")
    try:
        others = (
            await contents.has_grown(repository.name, repository.default_branch)
            if commit is None
            else await contents.head(repository.name, repository.default_branch) != commit
        )
    except NotFound:
        return
    if others:
        raise HoldsOthersWork(str(repository.name), repository.default_branch)
