"""The bot's way to a verdict: the full check with its renderer, a few at a time."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from bot.errors import RetryLater, UserError
from bot.forms import Answers, FormInvalid, compile_form
from bot.github.port import File
from bot.organization import Organization
from bot.problems import ProblemsFound
from bot.progress.inert import inert
from bot.rendering import RenderError, RendererUnavailable
from bot.store.port import Json
from bot.templates.check.files import check_template
from bot.templates.check.trials import Renders, check_rendered, render
from bot.templates.check.verdict import Verdict
from bot.templates.definition import TemplateDefinition, load_template

AT_ONCE: Final = 2  # checks of one process: requests for projects are worked on beside them


class CheckContent:
    """Verdicts on files that were read from the catalog."""

    def __init__(self, renderer: Renders) -> None:
        self._renderer = renderer
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def __call__(
        self, template: str, files: Sequence[File], organization: Organization
    ) -> Verdict:
        """The verdict. Raises RetryLater where no process could be started."""
        async with self._slots:
            try:
                return await self._check(template, files, organization)
            except RendererUnavailable:
                raise RetryLater("No process could be started to render the template.") from None

    async def _check(
        self, template: str, files: Sequence[File], organization: Organization
    ) -> Verdict:
        problems = list(
            check_template(files, folder=template, allowed=organization.allowed_for(template))
        )
        if any(each.severity == "error" for each in problems):
            return Verdict(template=template, problems=tuple(problems))
        try:
            definition = load_template(files, commit="", folder=template)
            form = compile_form(definition, organization)
            problems += await check_rendered(self._renderer, definition, form, organization)
        except ProblemsFound as error:
            problems += error.problems
        except FormInvalid:
            pass
        return Verdict(template=template, problems=tuple(problems))


class RenderProject:
    """Makes the project of answers that are stored, for the template's own commands."""

    def __init__(self, renderer: Renders) -> None:
        self._renderer = renderer

    async def __call__(
        self,
        definition: TemplateDefinition,
        answers: Mapping[str, Json],
        organization: Organization,
    ) -> Sequence[File]:
        """The project's files. Raises UserError where it cannot be made, and RetryLater."""
        try:
            rendered = await render(
                self._renderer, definition, Answers.from_json(answers), organization
            )
        except RenderError as error:
            raise UserError(
                f"A project of `{definition.id}` could not be rendered: "
                f"{inert(error.message, limit=500)}",
                fix="Press *Re-run*.",
            ) from None
        except RendererUnavailable:
            raise RetryLater("No process could be started to render the template.") from None
        return [
            File(path=file.path, content=file.content, executable=file.executable)
            for file in rendered.files
        ]
