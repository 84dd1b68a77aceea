"""Renders a registered template version for a request: the bridge to the isolated renderer."""

import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.errors import RetryLater, UserError
from bot.github.port import File
from bot.organization import Organization
from bot.progress.inert import inert
from bot.rendering import (
    Allowed,
    Renderer,
    RenderError,
    RendererUnavailable,
    Template,
    TemplateFile,
)
from bot.store.port import Json
from bot.templates.source import TemplateSource


class TemplateBroken(UserError):
    """The template's own fault: its owners mend it."""

    code = "template-broken"

    def __init__(self, version_id: str, error: RenderError) -> None:
        super().__init__(
            f"The template `{version_id.partition('+')[0]}` could not be rendered: "
            f"{inert(error.message, limit=500)}",
            fix="Tell the template's owners. When they have mended it: `/undo confirm`, then edit "
            "this issue, and it starts anew with the mended template.",
        )


class RenderVersion:
    """What the generate run calls to render."""

    def __init__(
        self,
        source: TemplateSource,
        renderer: Renderer,
        organization: Callable[[], Awaitable[Organization]],
        *,
        watch: Callable[[str, float], None],
    ) -> None:
        """``watch`` hears how a render ended (``ok``, ``refused``) and its seconds."""
        self._source = source
        self._renderer = renderer
        self._organization = organization
        self._watch = watch

    async def __call__(self, version_id: str, answers: Mapping[str, Json]) -> Sequence[File]:
        """The rendered files. Raises TemplateBroken or TemplateGone."""
        definition = await self._source.by_id(version_id)
        organization = await self._organization()
        allowed = organization.allowed_for(definition.id)
        template = Template(
            key=re.sub(r"[^A-Za-z0-9._-]", "-", version_id),
            files=tuple(
                TemplateFile(file.path, file.content, file.executable) for file in definition.files
            ),
        )
        began_s = time.perf_counter()
        try:
            rendered = await self._renderer.render(
                template,
                answers,
                allowed=Allowed(hooks=allowed.hooks, extensions=allowed.extensions),
            )
        except RenderError as error:
            self._watch("refused", time.perf_counter() - began_s)
            raise TemplateBroken(version_id, error) from None
        except RendererUnavailable:
            raise RetryLater("No process could be started to render the template.") from None
        self._watch("ok", time.perf_counter() - began_s)
        return [
            File(path=file.path, content=file.content, executable=file.executable)
            for file in rendered.files
        ]
