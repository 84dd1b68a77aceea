"""Where templates are rendered: in processes of ours, or in a function of their own."""

from bot.rendering import Elsewhere, Renderer
from bot.settings import Settings


def open_renderer(settings: Settings) -> Renderer:
    """The renderer that these settings ask for; use with ``async with``."""
    if settings.render_function:
        from bot.aws_lambda.remote_renderer import RenderFunction  # noqa: PLC0415 - boto3 loads slowly

        return Renderer(isolation=Elsewhere(RenderFunction(settings.render_function)))
    return Renderer()
