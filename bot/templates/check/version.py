"""The full verdict on a template folder: the one check, offline, on a pull request, at a merge.

Each project is rendered once, and rules look at what came out: equal texts once, the
linters once with everything. Nothing strange is read in this process: templates are
rendered in the isolation, and what they make is parsed apart.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.forms import Form, FormInvalid, compile_form, draft_form, form_yaml
from bot.github.port import File
from bot.organization import AllowedForTemplate, Organization
from bot.problems import Problem, ProblemsFound, in_order
from bot.reading.apart import Apart
from bot.templates.check.cases import verify_cases
from bot.templates.check.copied import copied_paths
from bot.templates.check.faults import faults, odd_faults
from bot.templates.check.files import check_files, check_size
from bot.templates.check.form_rows import form_rows
from bot.templates.check.given import Given, given_to_renders
from bot.templates.check.lints import Lints, lint
from bot.templates.check.looks import Reader
from bot.templates.check.odd_answers import OddAnswers
from bot.templates.check.owner import check_owner
from bot.templates.check.projects import lost_names, must_have
from bot.templates.check.renders import Kitchen, Made, Renders
from bot.templates.check.rules import breaks
from bot.templates.check.side_by_side import side_by_side
from bot.templates.check.spots import problems_at
from bot.templates.check.trials import Plan, plan_trials
from bot.templates.check.verdict import FormRow, Verdict, VerifyCase
from bot.templates.definition import TemplateDefinition, load_template
from bot.templates.variables import PATH as VARIABLES_PATH
from bot.written import code

# The renderer refuses a template as a whole for each of these.
_STOPS_RENDERING: Final = frozenset(
    {
        "odd-name", "path-outside", "git-name", "collision", "git-attributes", "top-folder",
        "forbidden-key",
    }
)  # fmt: skip


@dataclass(slots=True)
class _Report:
    """What was found so far."""

    problems: list[Problem] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    tree: tuple[str, ...] = ()
    rows: tuple[FormRow, ...] = ()
    form: str = ""
    renders: int = 0
    cases: tuple[VerifyCase, ...] = ()

    def verdict(self, folder: str) -> Verdict:
        return Verdict(
            template=folder,
            problems=in_order(self.problems),
            tree=self.tree,
            form=self.rows,
            form_yaml=self.form,
            renders=self.renders,
            left_out=tuple(dict.fromkeys(self.left_out)),
            cases=self.cases,
        )


async def check_version(
    files: Sequence[File],
    *,
    folder: str,
    organization: Organization,
    allowed: AllowedForTemplate | None,
    renderer: Renders,
    linters: Lints,
) -> Verdict:
    """What is wrong with the template in ``files``, and what it would become.

    Args:
        files: the template's folder, paths relative to it.
        folder: the folder's name, which the id must repeat.
        organization: whose teams and cost centers the form shows.
        allowed: what the platform team allows this template; None where nobody knows,
            because ``organization`` is only an example: then its teams bind nobody.

    Raises:
        bot.rendering.RendererUnavailable: no process could be started; try again later.
    """
    report = _Report()
    report.problems += check_size(files)
    if not report.problems:
        definition = await _definition(files, folder, organization, allowed, report)
        if definition is not None:
            check = _Check(definition, organization, allowed, renderer, linters, report)
            await check.run()
    return report.verdict(folder)


async def _definition(
    files: Sequence[File],
    folder: str,
    organization: Organization,
    allowed: AllowedForTemplate | None,
    report: _Report,
) -> TemplateDefinition | None:
    """The two files are read on a thread: up to a third of a second of processor time each."""
    report.problems += await asyncio.to_thread(check_files, files, allowed=allowed)
    if allowed is not None:
        report.problems += await asyncio.to_thread(check_owner, files, organization)
    try:
        return await asyncio.to_thread(load_template, files, commit="", folder=folder)
    except ProblemsFound as error:
        report.problems += error.problems
        report.left_out.append("Nothing was rendered, because the problems above come first.")
        return None


@dataclass(slots=True)
class _Check:
    """The check of a template whose two files can be read."""

    definition: TemplateDefinition
    organization: Organization
    allowed: AllowedForTemplate | None
    renderer: Renders
    linters: Lints
    report: _Report

    async def run(self) -> None:
        """Everything is in the report."""
        form, plan = await self._plan()
        given = given_to_renders(self.definition, self.allowed)
        self.report.left_out += given.left_out
        kitchen = Kitchen(self.renderer, self.definition, self.organization, given)
        async with Apart() as apart:
            reader = Reader(apart, kitchen.contents, self.definition)
            problems, _ = await side_by_side(
                reader.free_text(copied_paths(self.definition)),
                self._render_and_look(kitchen, reader, form, plan, given),
            )
        self.report.problems += problems
        self.report.left_out += [*kitchen.left_out, *reader.left_out()]
        self.report.renders = kitchen.renders

    async def _render_and_look(
        self,
        kitchen: Kitchen,
        reader: Reader,
        form: Form,
        plan: Plan | None,
        given: Given,
    ) -> None:
        made = await self._made(kitchen, plan, given)
        linted, _ = await side_by_side(
            lint(self.linters, made, kitchen.contents, self.definition),
            self._look(kitchen, reader, made, form, plan),
        )
        tried = [each.trial for each in made]
        self.report.problems += linted.problems
        self.report.left_out += linted.left_out
        self.report.problems += await problems_at(linted.spots, kitchen, self.definition, tried)

    async def _plan(self) -> tuple[Form, Plan | None]:
        """The form, and the projects to try with it; what makes them impossible is told."""
        form = draft_form(self.definition, self.organization)
        try:
            await asyncio.to_thread(compile_form, self.definition, self.organization)
            self.report.rows, self.report.form = form_rows(form), form_yaml(form)
        except ProblemsFound as error:
            self.report.problems += error.problems
        try:
            plan = await asyncio.to_thread(plan_trials, form, self.definition)
        except FormInvalid as error:
            known = {(each.rule, each.path) for each in self.report.problems}
            if ("form", VARIABLES_PATH) not in known:  # a default that is refused is told by line
                self.report.problems += [_unanswerable(each.field_label) for each in error.problems]
            self.report.left_out.append("Nothing was rendered, because nobody could ask for it.")
            return form, None
        self.report.cases, left_out = verify_cases(form, self.definition)
        self.report.left_out += left_out
        if plan.missed:
            self.report.left_out.append(
                f"{plan.missed} pairs of options were not tried together; every option was tried."
            )
        return form, plan

    async def _made(self, kitchen: Kitchen, plan: Plan | None, given: Given) -> list[Made]:
        if plan is None or not given.is_renderable:
            return []
        if any(each.rule in _STOPS_RENDERING for each in self.report.problems):
            self.report.left_out.append("Nothing was rendered, because the problems above stop it.")
            return []
        made = await kitchen.make_all(plan)
        if made and made[0].error is None:
            self.report.tree = tuple(sorted(made[0].files))
        return made

    async def _look(
        self,
        kitchen: Kitchen,
        reader: Reader,
        made: Sequence[Made],
        form: Form,
        plan: Plan | None,
    ) -> None:
        if not made or plan is None:
            return
        odd = OddAnswers(kitchen, form, plan)
        found = await faults(kitchen, made)
        found += await odd_faults(made, odd, found)
        spots = await reader.looks(
            [each for each in made if not each.trial.odd or each.trial.twin is None]
        )
        spots += await reader.cost_tags([each for each in made if each.trial.is_row])
        spots += await reader.odd(made, odd)
        tried = [each.trial for each in made]
        found += await problems_at(spots, kitchen, self.definition, tried)
        known = {each.rule for each in self.report.problems}
        found += [each for each in must_have(made, self.definition) if each.rule not in known]
        found += lost_names(made, self.definition)
        self.report.problems += found


def _unanswerable(label: str) -> Problem:
    message = f"No example answers {code(label)}; give its variable a default that its rule allows."
    return breaks("no-example", VARIABLES_PATH, message)
