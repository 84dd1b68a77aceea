"""The bot's way to a verdict: the full check with its renderer and linters, a few at a time."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from bot.errors import RetryLater, UserError
from bot.forms import Answers
from bot.github.port import File
from bot.organization import Organization
from bot.progress.inert import inert
from bot.rendering import RenderError, RendererUnavailable
from bot.store.port import Json
from bot.templates.check.lints import Lints
from bot.templates.check.renders import Renders, render
from bot.templates.check.verdict import Verdict
from bot.templates.check.version import check_version
from bot.templates.definition import TemplateDefinition

AT_ONCE: Final = 2  # checks of one process: requests for projects are worked on beside them
_NO_PROCESS: Final = "No process could be started to render the template."


class CheckContent:
    """Verdicts on files that were read from the catalog."""

    def __init__(self, renderer: Renders, linters: Lints) -> None:
        self._renderer, self._linters = renderer, linters
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def __call__(
        self, template: str, files: Sequence[File], organization: Organization
    ) -> Verdict:
        """The verdict. Raises RetryLater where no process could be started."""
        async with self._slots:
            try:
                return await check_version(
                    files,
                    folder=template,
                    organization=organization,
                    allowed=organization.allowed_for(template),
                    renderer=self._renderer,
                    linters=self._linters,
                )
            except RendererUnavailable:
                raise RetryLater(_NO_PROCESS) from None


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
            raise RetryLater(_NO_PROCESS) from None
        return [
            File(path=file.path, content=file.content, executable=file.executable)
            for file in rendered.files
        ]
