"""What is wrong with a template's files, seen without running any of them.

The same check serves authors offline, pull requests to the catalog, and the
moment of registration. What can only be seen by rendering is ``check_rendered``.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from bot.github.port import File
from bot.organization import AllowedForTemplate
from bot.problems import Problem, ProblemsFound, in_order
from bot.templates.check.free_text import check_free_text
from bot.templates.definition import TemplateDefinition, load_template
from bot.templates.folder import MOST_BYTES, MOST_FILES
from bot.templates.variables import PATH as VARIABLES_PATH
from bot.written import Source, code, forbidden_character, read_json

_TOP: Final = re.compile(r"\{\{\s*cookiecutter\.[A-Za-z_][A-Za-z0-9_]*[^/{}]*\}\}")
_GIT_FILES: Final = (".gitmodules", ".lfsconfig")
_SWITCHES: Final = ("trim_blocks", "lstrip_blocks")
# Loaded for every template: they compute text and reach for nothing.
_USUAL_EXTENSIONS: Final = (
    "cookiecutter.extensions.JsonifyExtension",
    "cookiecutter.extensions.SlugifyExtension",
)


def check_template(
    files: Sequence[File], *, folder: str | None = None, allowed: AllowedForTemplate | None = None
) -> tuple[Problem, ...]:
    """Every problem of the files of one template folder, in order of place.

    ``folder`` is the folder's name, which the id must repeat. ``allowed`` is what the
    platform team allows this template; None (not known, as offline) turns what needs
    its word into warnings.
    """
    problems = [*_size(files), *_names(files), *_top_folder(files)]
    definition: TemplateDefinition | None = None
    try:
        definition = load_template(files, commit="", folder=folder)
    except ProblemsFound as error:
        problems += error.problems
    problems += _keys(files, allowed)
    problems += _hooks(files, allowed)
    if definition is not None:
        problems += check_free_text(definition.variables, files)
    return in_order(problems)


def _problem(path: str, rule: str, message: str, line: int = 1) -> Problem:
    return Problem(path=path, line=line, column=1, rule=rule, message=message)


def _size(files: Sequence[File]) -> Iterator[Problem]:
    size_bytes = sum(len(file.content) for file in files)
    if len(files) > MOST_FILES:
        yield _problem(".", "too-many-files", f"There are more than {MOST_FILES:,} files.")
    if size_bytes > MOST_BYTES:
        message = f"The files have more than {MOST_BYTES // 1_000_000} MB together."
        yield _problem(".", "too-large", message)


def _names(files: Sequence[File]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for file in files:
        parts = PurePosixPath(file.path).parts
        if wrong := forbidden_character(file.path):
            yield _problem(file.path, "odd-name", f"The name holds {wrong}.")
        if "\\" in file.path or ".." in parts or file.path.startswith("/"):
            yield _problem(file.path, "path-outside", "The name leads outside of its folder.")
        if any(part.lower() == ".git" for part in parts) or parts[-1] in _GIT_FILES:
            yield _problem(file.path, "git-name", "The name means something to git; remove it.")
        twin = seen.setdefault(file.path.casefold(), file.path)
        if twin != file.path:
            message = f"The name differs from {code(twin)} only in the case of its letters."
            yield _problem(file.path, "collision", message)
        if parts[-1] == ".gitattributes":
            yield from _git_attributes(file)


def _git_attributes(file: File) -> Iterator[Problem]:
    for number, line in enumerate(file.content.decode("utf-8", "replace").splitlines(), 1):
        if re.search(r"\s(export-ignore|export-subst|filter)\b", line):
            message = "`export-ignore`, `export-subst` and `filter` are not used in templates."
            yield _problem(file.path, "git-attributes", message, number)


def _top_folder(files: Sequence[File]) -> Iterator[Problem]:
    """Exactly one folder becomes the project, and it has a README."""
    tops = dict.fromkeys(
        file.path.split("/")[0]
        for file in files
        if "/" in file.path and "{" in file.path.split("/")[0]
    )
    if len(tops) != 1 or not _TOP.fullmatch(next(iter(tops), "")):
        message = "A template has exactly one folder named `{{cookiecutter.project_slug}}`."
        yield _problem(".", "top-folder", message)
        return
    top = next(iter(tops))
    if not any(file.path.lower().startswith(f"{top}/readme".lower()) for file in files):
        yield _problem(top, "readme", "The project has no README that tells the next command.")


def _keys(files: Sequence[File], allowed: AllowedForTemplate | None) -> Iterator[Problem]:
    """Keys of cookiecutter.json that reach outside of the template."""
    file = next((each for each in files if each.path == VARIABLES_PATH), None)
    if file is None:
        return
    try:
        source = read_json(file.content.decode(), path=VARIABLES_PATH, limit_bytes=100_000)
    except (ProblemsFound, UnicodeDecodeError):  # told with the definition
        return
    if not isinstance(source.value, dict):
        return
    for key in ("template", "templates"):
        if key in source.value:
            message = f"{code(key)} points to other folders; a template is one folder."
            yield source.problem((key,), "forbidden-key", message, at_key=True)
    switches = source.value.get("_jinja2_env_vars", {})
    for key in switches if isinstance(switches, dict) else ["_jinja2_env_vars"]:
        if key not in _SWITCHES:
            message = (
                f"Of `_jinja2_env_vars` only {' and '.join(map(code, _SWITCHES))} are allowed."
            )
            yield source.problem(("_jinja2_env_vars", key), "forbidden-key", message, at_key=True)
    yield from _extensions(source, source.value.get("_extensions", []), allowed)


def _extensions(
    source: Source, wanted: object, allowed: AllowedForTemplate | None
) -> Iterator[Problem]:
    if not isinstance(wanted, list):
        return
    for i, name in enumerate(wanted):
        if name in _USUAL_EXTENSIONS or (allowed is not None and name in allowed.extensions):
            continue
        message = f"The extension {code(str(name))} needs the platform team's word in "
        yield source.problem(
            ("_extensions", i),
            "extension-not-allowed",
            f"{message}`organization.yml` (policies, templates, extensions).",
            severity="warning" if allowed is None else "error",
        )


def _hooks(files: Sequence[File], allowed: AllowedForTemplate | None) -> Iterator[Problem]:
    for file in files:
        if file.path.startswith("hooks/") and not (allowed is not None and allowed.hooks):
            yield Problem(
                path=file.path,
                line=1,
                column=1,
                rule="hook-not-allowed",
                severity="warning" if allowed is None else "error",
                message="Hooks need the platform team's word in `organization.yml` "
                "(policies, templates, hooks).",
            )
