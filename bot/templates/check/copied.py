"""Which files of a template are copied as they are, by cookiecutter's own rule."""

import fnmatch

from bot.templates.definition import TemplateDefinition


def copied_paths(definition: TemplateDefinition) -> frozenset[str]:
    """The template's paths that ``_copy_without_render`` matches, or a folder above them."""
    declared = definition.variable("_copy_without_render")
    globs = declared.default if declared is not None else []
    if not isinstance(globs, list):
        return frozenset()
    texts = [each for each in globs if isinstance(each, str)]
    return frozenset(file.path for file in definition.files if _is_copied(file.path, texts))


def _is_copied(path: str, globs: list[str]) -> bool:
    _, _, inner = path.partition("/")
    parts = inner.split("/")
    starts = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    return any(fnmatch.fnmatch(start, each) for start in starts for each in globs)
