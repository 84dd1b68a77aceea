"""Everything the local GitHub knows, in one place: a table per kind of record."""

from pathlib import Path
from typing import Any

from bot.localhub.state.actions import Job, Setting, Workflow, WorkflowRun
from bot.localhub.state.apps import (
    App,
    Delivery,
    Installation,
    InstallationToken,
    ManifestCode,
)
from bot.localhub.state.checks import (
    CheckRun,
    CheckSuite,
    CommitStatus,
    Deployment,
    DeploymentStatus,
)
from bot.localhub.state.discussions import Comment, Issue, Reaction, Review
from bot.localhub.state.journal import Journal
from bot.localhub.state.people import Organization, Team, User
from bot.localhub.state.repositories import Environment, Label, Redirect, Repository, Ruleset
from bot.localhub.state.table import Table

FIRST_ID = 1001  # ids are larger than any issue number a person types by hand


class World:
    """The tables. Opened on a folder it continues what the folder holds."""

    def __init__(self, folder: Path) -> None:
        self.journal = journal = Journal(folder / "journal.jsonl")
        self.users = Table(User, journal, key=lambda u: u.login.lower())
        self.organizations = Table(Organization, journal, key=lambda o: o.login.lower())
        self.teams = Table(
            Team,
            journal,
            key=lambda t: (t.organization.lower(), t.slug),
            group=lambda t: t.organization.lower(),
        )
        self.apps = Table(App, journal, key=lambda a: a.slug)
        self.manifest_codes = Table(ManifestCode, journal, key=lambda c: c.code)
        self.installations = Table(
            Installation,
            journal,
            key=lambda i: (i.app_id, i.account.lower()),
            group=lambda i: i.account.lower(),
        )
        self.tokens = Table(InstallationToken, journal, key=lambda t: t.token)
        self.deliveries = Table(Delivery, journal, group=lambda d: d.app_id)
        self.repositories = Table(
            Repository,
            journal,
            key=lambda r: r.full_name.lower(),
            group=lambda r: r.owner.lower(),
        )
        self.redirects = Table(Redirect, journal, key=lambda r: r.full_name.lower())
        self.labels = Table(
            Label,
            journal,
            key=lambda x: (x.repository_id, x.name.lower()),
            group=lambda x: x.repository_id,
        )
        self.rulesets = Table(Ruleset, journal, group=lambda r: r.repository_id)
        self.environments = Table(
            Environment,
            journal,
            key=lambda e: (e.repository_id, e.name.lower()),
            group=lambda e: e.repository_id,
        )
        self.issues = Table(
            Issue,
            journal,
            key=lambda i: (i.repository_id, i.number),
            group=lambda i: i.repository_id,
        )
        self.comments = Table(Comment, journal, group=lambda c: c.issue_id)
        self.reviews = Table(Review, journal, group=lambda r: r.issue_id)
        self.reactions = Table(Reaction, journal, group=lambda r: (r.issue_id, r.comment_id))
        self.check_suites = Table(
            CheckSuite,
            journal,
            key=lambda s: (s.repository_id, s.app_id, s.head_sha, s.workflow_run_id),
            group=lambda s: (s.repository_id, s.head_sha),
        )
        self.check_runs = Table(CheckRun, journal, group=lambda c: (c.repository_id, c.head_sha))
        self.statuses = Table(CommitStatus, journal, group=lambda s: (s.repository_id, s.sha))
        self.deployments = Table(Deployment, journal, group=lambda d: d.repository_id)
        self.deployment_statuses = Table(DeploymentStatus, journal, group=lambda s: s.deployment_id)
        self.workflows = Table(
            Workflow,
            journal,
            key=lambda w: (w.repository_id, w.path),
            group=lambda w: w.repository_id,
        )
        self.workflow_runs = Table(WorkflowRun, journal, group=lambda r: r.repository_id)
        self.jobs = Table(Job, journal, group=lambda j: j.run_id)
        self.settings = Table(
            Setting,
            journal,
            key=lambda s: (s.scope, s.secret, s.name),
            group=lambda s: (s.scope, s.secret),
        )
        self._tables: dict[str, Table[Any]] = {
            table.kind: table for table in vars(self).values() if isinstance(table, Table)
        }
        self._last_id = FIRST_ID
        self._replay()

    def next_id(self) -> int:
        """A number that no record has had before."""
        self._last_id += 1
        return self._last_id

    def tidy(self) -> None:
        """Rewrite the journal when it has grown long."""
        if self.journal.long:
            self._rewrite()

    def close(self) -> None:
        """Close the journal; every change is on disk already."""
        self.journal.close()

    def _replay(self) -> None:
        for change, kind, value in self.journal.read():
            if change == "last_id":
                self._last_id = value
                continue
            self._tables[kind].replay(change, value)
            self._last_id = max(self._last_id, value if change == "drop" else value["id"])
        self._rewrite()

    def _rewrite(self) -> None:
        lines = [("last_id", "", self._last_id)]
        every = (change for table in self._tables.values() for change in table.changes())
        self.journal.rewrite((*lines, *every).__iter__())
