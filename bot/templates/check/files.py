"""What is wrong with a template's files, seen without running any of them.

What can only be seen by rendering is told by ``faults`` and ``looks``.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from bot.github.port import File
from bot.organization import AllowedForTemplate
from bot.problems import Problem, ProblemsFound, in_order
from bot.templates.check.given import USUAL_EXTENSIONS
from bot.templates.check.rules import breaks
from bot.templates.folder import MOST_BYTES, MOST_FILES
from bot.templates.variables import PATH as VARIABLES_PATH
from bot.written import Source, code, forbidden_character, read_json

_TOP: Final = re.compile(r"\{\{\s*cookiecutter\.[A-Za-z_][A-Za-z0-9_]*[^/{}]*\}\}")
_GIT_FILES: Final = (".gitmodules", ".lfsconfig")
_SWITCHES: Final = ("trim_blocks", "lstrip_blocks")


def check_size(files: Sequence[File]) -> tuple[Problem, ...]:
    """Whether there is so much that nothing else should be looked at."""
    problems: list[Problem] = []
    if len(files) > MOST_FILES:
        message = f"There are more than {MOST_FILES:,} files; leave out what a build fetches."
        problems.append(breaks("too-many-files", ".", message))
    if sum(len(file.content) for file in files) > MOST_BYTES:
        message = (
            f"The files have more than {MOST_BYTES // 1_000_000} MB together; leave out what a "
            "build fetches."
        )
        problems.append(breaks("too-large", ".", message))
    return tuple(problems)


def check_files(
    files: Sequence[File], *, allowed: AllowedForTemplate | None = None
) -> tuple[Problem, ...]:
    """What names, folders, hooks and keys of a template's files show, in order of place.

    ``allowed`` is what the platform team allows this template; None (not known, as
    offline) turns what needs its word into warnings.
    """
    return in_order(
        [*_names(files), *_top_folder(files), *_keys(files, allowed), *_hooks(files, allowed)]
    )


def _names(files: Sequence[File]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for file in files:
        parts = PurePosixPath(file.path).parts
        if wrong := forbidden_character(file.path):
            yield breaks("odd-name", file.path, f"The name holds {wrong}; type it again.")
        if "\\" in file.path or ".." in parts or file.path.startswith("/"):
            message = "The name leads outside of its folder; rename the file."
            yield breaks("path-outside", file.path, message)
        if any(part.lower() == ".git" for part in parts) or parts[-1] in _GIT_FILES:
            message = "The name means something to git; remove the file, or rename it."
            yield breaks("git-name", file.path, message)
        twin = seen.setdefault(file.path.casefold(), file.path)
        if twin != file.path:
            message = (
                f"The name differs from {code(twin)} only in the case of its letters; rename one."
            )
            yield breaks("collision", file.path, message)
        if parts[-1] == ".gitattributes":
            yield from _git_attributes(file)


def _git_attributes(file: File) -> Iterator[Problem]:
    for number, line in enumerate(file.content.decode("utf-8", "replace").splitlines(), 1):
        if re.search(r"\s(export-ignore|export-subst|filter)\b", line):
            message = "Remove `export-ignore`, `export-subst` and `filter`: they hide files or run."
            yield breaks("git-attributes", file.path, message, line=number)


def _top_folder(files: Sequence[File]) -> Iterator[Problem]:
    """Exactly one folder becomes the project, and it has a README."""
    tops = dict.fromkeys(
        file.path.split("/")[0]
        for file in files
        if "/" in file.path and "{" in file.path.split("/")[0]
    )
    if len(tops) != 1 or not _TOP.fullmatch(next(iter(tops), "")):
        message = (
            "A template has exactly one folder named `{{cookiecutter.project_slug}}`; put into it "
            "all that becomes the project."
        )
        yield breaks("top-folder", ".", message)
        return
    top = next(iter(tops))
    if not any(file.path.lower().startswith(f"{top}/readme".lower()) for file in files):
        message = "The project has no README that tells the next command; add a `README.md`."
        yield breaks("readme", top, message)


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
            message = f"{code(key)} points to other folders; a template is one folder. Remove it."
            yield source.problem((key,), "forbidden-key", message, at_key=True)
    switches = source.value.get("_jinja2_env_vars", {})
    for key in switches if isinstance(switches, dict) else ["_jinja2_env_vars"]:
        if key not in _SWITCHES:
            allowed_ones = " and ".join(map(code, _SWITCHES))
            message = f"Of `_jinja2_env_vars` only {allowed_ones} are allowed; remove the rest."
            yield source.problem(("_jinja2_env_vars", key), "forbidden-key", message, at_key=True)
    yield from _extensions(source, source.value.get("_extensions", []), allowed)


def _extensions(
    source: Source, wanted: object, allowed: AllowedForTemplate | None
) -> Iterator[Problem]:
    if not isinstance(wanted, list):
        return
    for i, name in enumerate(wanted):
        if name in USUAL_EXTENSIONS or (allowed is not None and name in allowed.extensions):
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
            yield breaks(
                "hook-not-allowed",
                file.path,
                "Hooks need the platform team's word in `organization.yml` (policies, templates, "
                "hooks).",
                severity="warning" if allowed is None else "error",
            )
