"""The bot with a GitHub in memory, and hands for everything that says how a template does."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.github.port import Issue
from bot.projects import Project
from bot.templates.health.evidence import Evidence, EvidenceRecords, Source
from bot.templates.health.formula import Health
from bot.templates.health.read_health import ReadHealth
from bot.templates.health.report_record import ReportRecords
from bot.templates.version_record import TemplateVersion, TemplateVersions
from tests.bot_in_memory import CATALOG, open_bot_world, person
from tests.later_clock import LaterClock
from tests.requests_in_memory import DANA, RequestWorld, form

CI = ".github/workflows/ci.yml"


@dataclass
class HealthWorld(RequestWorld):
    """Projects that build and deploy, people who report, and the scheduled jobs."""

    def later(self, seconds: float) -> None:
        """So much time goes by."""
        assert isinstance(self.clock, LaterClock)
        self.clock.advance(seconds)

    @property
    def evidence(self) -> EvidenceRecords:
        """The records."""
        return EvidenceRecords(self.bot.store.documents)

    async def version(self, template: str = "greeter") -> TemplateVersion:
        """What is offered of the template; there is something."""
        found = await TemplateVersions(self.bot.store.documents).offered(template)
        assert found is not None
        return found

    async def health(self, version: str = "") -> Health:
        """As the records give it now."""
        read = ReadHealth(evidence=self.evidence, reports=ReportRecords(self.bot.store.documents))
        return await read(version or (await self.version()).id)

    async def counts(self) -> dict[str, tuple[int, int]]:
        """Good and bad of each source that said anything."""
        return {each.source.value: (each.good, each.bad) for each in (await self.health()).tallies}

    async def job(self, name: str) -> None:
        """The scheduled job has its turn, and what it began is worked off."""
        (job,) = [each for each in self.bot.jobs if each.name == name]
        await job.do()
        await self.idle()

    async def a_project(self, name: str = "money-kit") -> Project:
        """Somebody asks for a project and gets it."""
        number = await self.file(form(**{"Repository name": name}))
        await self.idle()
        assert "is ready" in self.texts(number)[0]
        project = await self.bot.projects.of_repository(f"acme/{name}")
        assert project is not None
        return project

    async def built(
        self,
        project: Project,
        conclusion: str,
        *,
        workflow: str = CI,
        commit: str = "",
        event: str = "push",
        branch: str = "main",
        at_s: float = 0.0,
    ) -> None:
        """A workflow run of the project ends."""
        await self.deliver(
            "workflow_run",
            project.full_name,
            {
                "action": "completed",
                "workflow_run": {
                    "id": self.github.next(),
                    "html_url": f"https://github.test/{project.full_name}/actions/runs/1",
                    "event": event,
                    "head_sha": commit or project.first_commit,
                    "head_branch": branch,
                    "path": workflow,
                    "conclusion": conclusion,
                    "updated_at": iso(at_s),
                },
                "repository": {"full_name": project.full_name, "default_branch": "main"},
                "sender": {"id": 1, "login": "github-actions[bot]", "type": "Bot"},
            },
        )
        await self.idle()

    async def deployed(
        self, project: Project, state: str, *, deployment: int = 1, at_s: float = 0.0
    ) -> None:
        """Whoever deploys tells how it went."""
        await self.deliver(
            "deployment_status",
            project.full_name,
            {
                "action": "created",
                "deployment": {"id": deployment, "sha": "c" * 40, "environment": "staging"},
                "deployment_status": {
                    "state": state,
                    "created_at": iso(at_s),
                    "log_url": "https://phishing.test/",
                },
                "repository": {"full_name": project.full_name},
                "sender": {"id": 1, "login": "github-actions[bot]", "type": "Bot"},
            },
        )
        await self.idle()

    async def say(
        self,
        text: str,
        *,
        where: str,
        number: int = 1,
        by: dict[str, object] = DANA,
        visibility: str = "private",
        id_: int = 0,
    ) -> int:
        """Somebody comments anywhere; returns the comment's id."""
        id_ = id_ or self.github.next()
        await self.deliver(
            "issue_comment",
            f"{where}#{number}",
            {
                "action": "created",
                "issue": {
                    "number": number,
                    "title": "A thread",
                    "user": DANA,
                    "html_url": f"https://github.test/{where}/issues/{number}",
                },
                "comment": {
                    "id": id_,
                    "html_url": f"https://github.test/{where}/issues/{number}#c{id_}",
                    "user": by,
                    "body": text,
                },
                "repository": {"full_name": where, "visibility": visibility},
                "sender": by,
            },
        )
        await self.idle()
        return id_

    def labelled(self, label: str) -> list[Issue]:
        """The catalog's issues with that label, oldest first."""
        return [
            each for each in self.github.issues.get(CATALOG, {}).values() if label in each.labels
        ]

    async def turn(self, number: int, action: str, *, tell: bool = True) -> None:
        """Somebody closes or reopens an issue of the catalog."""
        issues = self.github.issues[CATALOG]
        state = "closed" if action == "closed" else "open"
        issues[number] = replace(issues[number], state=state)  # type: ignore[arg-type]  # one of the two
        if tell:
            await self.tell(number, action, by=person("petra"))
            await self.idle()

    async def note(self, source: Source, good: bool, number: int, *, version: str = "") -> None:
        """Something was observed, without the way there."""
        await self.evidence.note(
            Evidence(
                version=version or (await self.version()).id,
                source=source,
                about=f"thing {number}",
                whose=f"person {number}",
                good=good,
                made_at_s=float(number),
                at_s=float(number),
                url=f"https://github.test/{CATALOG}/issues/{number}",
            )
        )


def iso(at_s: float) -> str:
    """As GitHub writes times."""
    return dt.datetime.fromtimestamp(at_s, tz=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@asynccontextmanager
async def open_health_world(folder: Path) -> AsyncIterator[HealthWorld]:
    """The usual catalog was read."""
    clock = LaterClock()
    async with open_bot_world(folder, clock=clock, retry_s=0.001) as opened:
        yield HealthWorld(opened.github, opened.bot, clock)
