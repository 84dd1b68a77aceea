"""The only code that executes template text, in a process kept apart from the bot.

A template is a stranger's program even after its review. It is read from
memory, rendered by cookiecutter in a sandboxed Jinja inside a process without
network, files or secrets, and what comes back is checked as a stranger's message.

    async with Renderer() as renderer:
        rendered = await renderer.render(template, {"project_slug": "money-kit"})
"""

from .elsewhere import Elsewhere, Exchange
from .errors import RenderError, RendererUnavailable
from .far_end import FarEnd
from .inside.limits import Limits
from .inside.wire import Truncated
from .isolation import Isolation, PlainProcess, detect_isolation
from .renderer import Renderer
from .template import JSON, Allowed, Rendered, RenderedFile, Template, TemplateFile
from .trace import Origin, Trace

__all__ = [
    "JSON",
    "Allowed",
    "Elsewhere",
    "Exchange",
    "FarEnd",
    "Isolation",
    "Limits",
    "Origin",
    "PlainProcess",
    "RenderError",
    "Rendered",
    "RenderedFile",
    "Renderer",
    "RendererUnavailable",
    "Template",
    "TemplateFile",
    "Trace",
    "Truncated",
    "detect_isolation",
]
