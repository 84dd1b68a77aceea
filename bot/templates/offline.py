"""What ``paved-road template form|check|render`` do, without GitHub, by the bot's own code.

The organisation is read from ``organization.yml`` above the template where there
is one; elsewhere an example stands in, so that an author sees a form at once.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bot.forms import (
    Form,
    compile_form,
    form_yaml,
    sample_answers,
    text_of,
)
from bot.forms.form import Group
from bot.organization import Organization, parse_organization
from bot.organization.parse import PATH as ORGANIZATION_PATH
from bot.problems import Problem, ProblemsFound
from bot.rendering import RenderedFile, RenderError
from bot.templates.check import Lints, Renders, Verdict, check_version
from bot.templates.check.renders import render
from bot.templates.definition import TemplateDefinition, load_template
from bot.templates.folder import read_folder
from bot.written import code, near_miss

_EXAMPLE: Final = """\
organization: acme
platform_team: platform
business_units:
  - name: Example unit
    cost_centers: [CC-100]
teams:
  - slug: platform
    business_unit: Example unit
    cost_centers: [CC-100]
"""


def form_for(folder: Path) -> str:
    """The issue form that the catalog would get. Raises ProblemsFound, OSError."""
    organization, _ = organization_for(folder)
    return form_yaml(compile_form(load(folder), organization))


async def check(folder: Path, renderer: Renders, linters: Lints) -> Verdict:
    """The verdict on the template in ``folder``. Raises OSError, RendererUnavailable.

    Without an ``organization.yml`` above it, what needs the platform team's word is a
    warning, and the owner may be any team.
    """
    name = _name(folder)
    try:
        files = read_folder(folder)
        organization, is_real = organization_for(folder)
    except ProblemsFound as error:
        return Verdict(template=name, problems=error.problems)
    return await check_version(
        files,
        folder=name,
        organization=organization,
        allowed=organization.allowed_for(name) if is_real else None,
        renderer=renderer,
        linters=linters,
    )


async def render_to(
    folder: Path, given: Mapping[str, str], output: Path, renderer: Renders
) -> tuple[str, ...]:
    """Write the project that these answers make; returns the paths below ``output``.

    ``given`` holds answers by variable (``project_slug`` and the like included);
    the rest is what the form shows by itself. ``output`` must not exist yet, or be
    empty. Raises ProblemsFound, FormInvalid, OSError, FileExistsError.
    """
    _refuse_filled(output)
    definition = load(folder)
    organization, _ = organization_for(folder)
    form = compile_form(definition, organization)
    answers = sample_answers(form, _texts(form, given))
    try:
        rendered = await render(renderer, definition, answers, organization)
    except RenderError as error:
        problem = Problem(
            path=error.path or ".", line=error.line or 1, rule=error.rule, message=error.message
        )
        raise ProblemsFound([problem]) from error
    for file in rendered.files:
        _write(output, file)
    return tuple(file.path for file in rendered.files)


def load(folder: Path) -> TemplateDefinition:
    """The template in ``folder`` as the bot reads it. Raises ProblemsFound, OSError."""
    return load_template(read_folder(folder), commit="", folder=_name(folder))


def _name(folder: Path) -> str:
    """The folder's own name, also where it is given as ``.``."""
    return folder.resolve().name


def _refuse_filled(output: Path) -> None:
    if output.exists() and any(output.iterdir()):
        raise FileExistsError(f"{output} is not empty.")


def organization_for(folder: Path) -> tuple[Organization, bool]:
    """The organisation of the catalog around ``folder``, and whether there is one.

    A catalog holds its templates in ``templates/<id>``. Raises ProblemsFound, OSError.
    """
    found = folder.resolve().parent.parent / ORGANIZATION_PATH
    if found.is_file():
        return parse_organization(found.read_text(encoding="utf-8")), True
    return parse_organization(_EXAMPLE), False


def _texts(form: Form, given: Mapping[str, str]) -> dict[tuple[Group, str], str]:
    """Answers by variable → texts by question. Raises ProblemsFound for an unknown name."""
    keys: dict[str, tuple[Group, str]] = {
        (each.name if each.name != "repository_name" else "project_slug"): (each.group, each.name)
        for each in form.questions
    }
    unknown = [name for name in given if name not in keys]
    if unknown:
        raise ProblemsFound(
            Problem(
                path="--set",
                rule="unknown-variable",
                message=f"The template asks for no {code(name)}.{near_miss(name, list(keys))}",
            )
            for name in unknown
        )
    texts = {}
    for name, value in given.items():
        question = form.question(*keys[name])
        if question is not None:
            texts[keys[name]] = text_of(question, value)
    return texts


def _write(output: Path, file: RenderedFile) -> None:
    """Paths were checked by the renderer; this refuses to follow anything outside anyway."""
    path = output / file.path
    if not path.resolve().is_relative_to(output.resolve()):
        raise FileExistsError(f"{file.path} leads outside of {output}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.content)
    path.chmod(0o755 if file.executable else 0o644)
