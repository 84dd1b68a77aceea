"""Is a filed form right? Its answers, the organisation's rules, GitHub's word: all at once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.deploy_settings import rules_for
from bot.errors import UserError
from bot.forms import (
    Answers,
    FieldProblem,
    FormInvalid,
    cookiecutter_answers,
    parse_body,
)
from bot.github.port import GitHub, RepositoryName
from bot.organization import ApprovalNeeded, Organization
from bot.progress.request_view import Correction
from bot.projects.request_record import Approval
from bot.store.port import Json
from bot.templates import TemplateDefinition
from bot.templates.filed_form import Filed, FiledForms
from bot.templates.version_record import TemplateVersion
from bot.work.events import IssueChanged, Person

LABEL = "template:"
NAME, TEAM = "Repository name", "Team"  # headings that every form has


class MayNotApprove(UserError):
    """The person is in none of the teams whose approval is missing."""

    code = "may-not-approve"


@dataclass(frozen=True, slots=True)
class NeedsCorrection:
    """What to mend, in the form's order."""

    corrections: tuple[Correction, ...]


@dataclass(frozen=True, slots=True)
class MissingApproval:
    """A team whose approval is missing, and the rule that asks for it."""

    team: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Valid answers as the intent of a run, and whose approval they need."""

    full_name: str
    team: str
    answers_hash: str
    intent: Mapping[str, Json]
    approvals: tuple[ApprovalNeeded, ...]

    def missing_approvals(self, given: Sequence[Approval]) -> list[MissingApproval]:
        """What is missing yet; approvals of other answers than these count for nothing."""
        return [
            MissingApproval(rule.by, " ".join(rule.reasons))
            for rule in self.approvals
            if sum(a.team == rule.by and a.answers_hash == self.answers_hash for a in given)
            < rule.count
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """Checks an issue's body against the form of the template that its label names."""

    forms: FiledForms
    organization: Callable[[], Awaitable[Organization]]
    github: GitHub

    def is_request(self, event: IssueChanged) -> bool:
        """Whether the issue carries the label that our forms set."""
        return _template(event) is not None

    async def filed(self, event: IssueChanged, *, known: str, asked_at: str) -> Filed:
        """The form that the issue was filed with; ``known`` is what an earlier look found.

        ``asked_at`` is when somebody asked with these answers first (ISO 8601, may be
        empty). Raises UserError where nothing can come of it.
        """
        return await self.forms.of(
            _template(event) or "",
            event.body,
            await self.organization(),
            asked_at=asked_at,
            known=known,
        )

    async def __call__(self, event: IssueChanged, filed: Filed) -> Checked | NeedsCorrection:
        """The verdict on the issue as the event shows it, by the form it was filed with."""
        organization = await self.organization()
        try:
            answers = parse_body(filed.form, event.body, organization)
        except FormInvalid as invalid:
            problems = [*invalid.problems, *await self._ask_github(invalid.standard, event)]
            order = [question.label for question in filed.form.questions]
            return _corrections(problems, order)
        problems = await self._ask_github(answers.to_json(), event)
        if problems:
            return _corrections(problems, [NAME, TEAM])
        return _checked(event, answers, filed.version, filed.definition, organization)

    async def approving_team(self, checked: Checked, person: Person) -> str:
        """The team for which the person may approve what is missing. Raises MayNotApprove."""
        owner = checked.full_name.partition("/")[0]
        for rule in checked.approvals:
            if await self.github.people.is_team_member(owner, rule.by, person.login):
                return rule.by
        teams = " or ".join(f"`{rule.by}`" for rule in checked.approvals)
        raise MayNotApprove(
            f"Approving this needs a member of {teams}; GitHub does not list you there.",
            fix="Ask one of them.",
        )

    async def _ask_github(
        self, standard: Mapping[str, Json], event: IssueChanged
    ) -> list[FieldProblem]:
        """What only GitHub knows, asked side by side: is the name free, who is in the team."""
        found = await asyncio.gather(
            self._name(standard.get("repository_name"), event),
            self._team(standard.get("team"), event),
        )
        return [problem for problem in found if problem is not None]

    async def _name(self, name: Json, event: IssueChanged) -> FieldProblem | None:
        if not isinstance(name, str):
            return None  # told already
        wanted = RepositoryName(event.repository.owner, name)
        if await self.github.repositories.find(wanted) is None:
            return None
        return FieldProblem(
            field_label=NAME,
            problem=f"`{wanted}` exists already.",
            allowed="A name that is not taken in the organisation.",
        )

    async def _team(self, team: Json, event: IssueChanged) -> FieldProblem | None:
        """The author must be in the team; so must whoever edited the answers for them."""
        if not isinstance(team, str):
            return None
        people = [event.author]
        if event.action == "edited" and event.sender.id != event.author.id:
            people.append(event.sender)
        for person in people:
            if not await self.github.people.is_team_member(
                event.repository.owner, team, person.login
            ):
                who = "You are" if person == event.author else f"@{person.login} is"
                return FieldProblem(
                    field_label=TEAM,
                    problem=f"{who} not a member of `{team}` on GitHub.",
                    allowed="A team you belong to.",
                )
        return None


def _corrections(problems: Sequence[FieldProblem], order: Sequence[str]) -> NeedsCorrection:
    place = {label: number for number, label in enumerate(order)}
    by_place = sorted(problems, key=lambda each: place.get(each.field_label, -1))
    return NeedsCorrection(
        tuple(
            Correction(
                each.field_label, " ".join(filter(None, (each.problem, each.fix))), each.allowed
            )
            for each in by_place
        )
    )


def _checked(
    event: IssueChanged,
    answers: Answers,
    version: TemplateVersion,
    definition: TemplateDefinition,
    organization: Organization,
) -> Checked:
    unit = organization.unit_of(answers.team)
    manifest = definition.manifest
    full_name = f"{event.repository.owner}/{answers.repository_name}"
    intent: dict[str, Json] = {
        "template": manifest.id,
        "version": manifest.version,
        "version_id": version.id,
        "commit": version.commit,
        "kind": manifest.kind,
        "tags": list(manifest.tags),
        "deploys": manifest.is_deployed,
        "full_name": full_name,
        "description": answers.description,
        "team": answers.team,
        "business_unit": unit.name if unit else "",
        "cost_center": answers.cost_center,
        "visibility": answers.visibility,
        "cloud_provider": str(answers.settings.get("cloud_provider", "")),
        "settings": _settings(definition, answers),
        "settings_rules": msgspec.to_builtins(manifest.settings),
        "answers": answers.to_json(),
        "cookiecutter": cookiecutter_answers(definition, answers, organization),
    }
    return Checked(
        full_name=full_name,
        team=answers.team,
        answers_hash=answers.hash(),
        intent=intent,
        approvals=organization.approval_needed(answers),
    )


def _settings(definition: TemplateDefinition, answers: Answers) -> dict[str, Json]:
    """Every setting: as asked, by the answers, or with its default; none where nothing runs."""
    if not definition.manifest.is_deployed:
        return {}
    given: Any = {**answers.settings, "via": definition.via_of(answers.variables)}
    return {**rules_for(definition.manifest.settings).complete(given)}


def _template(event: IssueChanged) -> str | None:
    names = [label.removeprefix(LABEL) for label in event.labels if label.startswith(LABEL)]
    return names[0] if len(names) == 1 else None
