"""Tells the projects of a template, once each, that it was deprecated or a version withdrawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bot.clock import Clock
from bot.errors import RetryLater
from bot.github.port import Forbidden, NotFound, RepositoryName
from bot.progress import counted
from bot.progress.notices import Notices
from bot.progress.template_news import LABEL, deprecated_notice, withdrawn_notice
from bot.projects import Project, ProjectRecords
from bot.queue.port import Queue
from bot.runs import Cause, Engine, Outcome, Run, RunKind, RunRecords, Step, Waits, enqueue, run_id
from bot.store.port import Json
from bot.templates.version_record import TemplateVersion

TELL: Final = "tell-projects"  # the kind of run
PAUSE_S: Final = 60.0  # where GitHub does not say how long its pace asks us to wait

About = Literal["deprecated", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TellServices:
    """What the run may use."""

    projects: ProjectRecords
    notices: Notices


async def tell(run: Run, services: TellServices) -> Outcome:
    """One issue in each project's repository; who was told already is passed over.

    Raises Waits where GitHub's pace for making content asks for it.
    """
    after, told = str(run.facts.get("after", "")), int(str(run.facts.get("told", 0)))
    try:
        while page := await services.projects.of_template(str(run.intent["template"]), after=after):
            for project in page:
                told += await _tell_one(run, project, services)
                after = project.id
    except RetryLater as later:
        raise Waits(
            f"{counted(told, 'project')} so far",
            wait_s=later.wait_s or PAUSE_S,
            facts={"after": after, "told": told},
        ) from None
    return Outcome(note=counted(told, "project"))


async def _tell_one(run: Run, project: Project, services: TellServices) -> int:
    version = str(run.intent["version"])
    if version and project.template_version != version:
        return 0
    title, body = _SAYS[str(run.intent["about"])](run.intent, project)
    try:
        await services.notices.tell(
            RepositoryName.of(project.full_name),
            f"{run.id}:{project.id}",
            title=title,
            body=body,
            labels=[LABEL],
        )
    except (NotFound, Forbidden):  # its repository is gone, archived or has no issues
        return 0
    return 1


def _deprecated(intent: Mapping[str, Json], project: Project) -> tuple[str, str]:
    return deprecated_notice(
        project.template, str(intent["message"]), successor=str(intent["successor"])
    )


def _withdrawn(intent: Mapping[str, Json], project: Project) -> tuple[str, str]:
    return withdrawn_notice(
        project.template, project.template_version, str(intent["message"]), by=str(intent["by"])
    )


_SAYS: Final[Mapping[str, Callable[[Mapping[str, Json], Project], tuple[str, str]]]] = {
    "deprecated": _deprecated,
    "withdrawn": _withdrawn,
}

TELL_KIND: Final[RunKind[TellServices]] = RunKind(
    name=TELL,
    title="Tell the projects of a template",
    steps=(Step(name="tell", title="Tell each project", ensure=tell),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TellProjects:
    """Starts the run, once for each piece of news."""

    runs: RunRecords
    engine: Engine
    queue: Queue
    clock: Clock
    catalog: RepositoryName

    async def deprecated(self, version: TemplateVersion, *, cause: Cause) -> None:
        """Every project of the template is told that nothing new starts from it."""
        deprecated = version.definition.manifest.deprecated
        await self._start(
            "deprecated",
            version,
            cause,
            version="",
            message=deprecated.message if deprecated else "",
            successor=deprecated.successor if deprecated else "",
        )

    async def withdrawn(self, version: TemplateVersion, *, cause: Cause) -> None:
        """The projects of that very version are told that it was taken back, and why."""
        withdrawal = version.withdrawal
        await self._start(
            "withdrawn",
            version,
            cause,
            version=version.version,
            message=withdrawal.reason if withdrawal else "",
            by=withdrawal.by if withdrawal else "",
        )

    async def _start(
        self, about: About, news_of: TemplateVersion, cause: Cause, **more: Json
    ) -> None:
        intent: dict[str, Json] = {"about": about, "template": news_of.template, **more}
        run = Run(
            id=run_id(TELL, f"{about}:{news_of.id}"),
            kind=TELL,
            subject=f"{self.catalog}:{news_of.template}",
            token="",
            intent=intent,
            cause=cause,
            created_at_s=self.clock.now_s(),
            steps=self.engine.planned_steps(TELL),
        )
        if await self.runs.add(run):
            await enqueue(self.queue, run)


async def shown_nowhere(_run: Run) -> None:
    """The issues are all there is to see."""
