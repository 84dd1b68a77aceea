"""What a check lets a template do while it is rendered, and which files it gives to the render."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.github.port import File
from bot.organization import AllowedForTemplate
from bot.rendering import Allowed
from bot.templates.definition import TemplateDefinition

_HOOKS: Final = "hooks/"
# Loaded for every template: they compute text and reach for nothing.
USUAL_EXTENSIONS: Final = (
    "cookiecutter.extensions.JsonifyExtension",
    "cookiecutter.extensions.SlugifyExtension",
)
# Cookiecutter's own, too. They make other text each time, so a template needs the platform
# team's word for them; for a check they do no harm.
_HARMLESS: Final = tuple(
    f"cookiecutter.extensions.{name}Extension" for name in ("Time", "UUID", "RandomString")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """``files`` are rendered with what is ``allowed``; ``left_out`` says what was taken away.

    ``is_renderable`` is False where the template needs an extension that it may not use.
    """

    files: tuple[File, ...]
    allowed: Allowed
    left_out: tuple[str, ...] = ()
    is_renderable: bool = True

    def without_hooks(self) -> "Given":
        """The same, and no hook runs."""
        return replace(
            self,
            files=tuple(file for file in self.files if not file.path.startswith(_HOOKS)),
            allowed=replace(self.allowed, hooks=False),
        )


def given_to_renders(definition: TemplateDefinition, allowed: AllowedForTemplate | None) -> Given:
    """``allowed`` is None where nobody knows, as on an author's disk without a catalog."""
    permitted = allowed or AllowedForTemplate()
    wanted = _wanted_extensions(definition)
    missing = [each for each in wanted if each not in (*permitted.extensions, *_HARMLESS)]
    extra = tuple(each for each in wanted if each in _HARMLESS)
    given = Given(
        files=definition.files,
        allowed=Allowed(
            hooks=permitted.hooks,
            extensions=tuple(dict.fromkeys((*permitted.extensions, *extra))),
        ),
        is_renderable=not missing,
    )
    if missing:
        said = "Nothing was rendered, because that would need extensions that are not allowed."
        return replace(given, left_out=(said,))
    has_hooks = any(file.path.startswith(_HOOKS) for file in definition.files)
    if has_hooks and not permitted.hooks:
        said = "Hooks were not run, so what they would change was not looked at."
        return replace(given.without_hooks(), left_out=(said,))
    return given


def _wanted_extensions(definition: TemplateDefinition) -> Sequence[str]:
    declared = definition.variable("_extensions")
    names: Any = declared.default if declared is not None else []
    listed = names if isinstance(names, list) else []
    return [name for name in listed if isinstance(name, str) and name not in USUAL_EXTENSIONS]
