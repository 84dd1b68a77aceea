"""Projects for GitHub Actions: what is on the branch that the verify workflow runs at."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.github.port import File
from bot.organization import Organization
from bot.templates.catalog_files import VERIFY_WORKFLOW, verify_workflow
from bot.templates.check import VerifyCase
from bot.templates.definition import TemplateDefinition
from bot.templates.pull_requests.services import RenderCase

PROJECTS: Final = "projects"
COMMANDS: Final = "commands"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One job: a project of a template. ``job`` is the name that people see there."""

    template: str
    case: VerifyCase

    @property
    def job(self) -> str:
        """Unique, of letters, digits, hyphens and one slash."""
        return f"{self.template}/{self.case.id}"

    @property
    def folder(self) -> str:
        """Where its files lie on the branch."""
        return f"{PROJECTS}/{self.job}"


async def files_for(
    projects: Sequence[tuple[Project, TemplateDefinition]],
    organization: Organization,
    render: RenderCase,
) -> list[File]:
    """The branch's whole content. Raises bot.errors.UserError where a project cannot be made."""
    files = [File(path=VERIFY_WORKFLOW, content=verify_workflow())]
    scripts = {
        project.template: _script(definition.manifest.verify) for project, definition in projects
    }
    files += [
        File(path=_script_path(template), content=script)
        for template, script in sorted(scripts.items())
    ]
    for project, definition in projects:
        made = await render(definition, project.case.answers, organization)
        files += [replace(file, path=f"{project.folder}/{file.path}") for file in made]
    return files


def cases_input(projects: Sequence[Project]) -> str:
    """The matrix, as the workflow takes it."""
    return json.dumps(
        [
            {
                "project": project.job,
                "folder": project.folder,
                "commands": _script_path(project.template),
            }
            for project in projects
        ]
    )


def _script_path(template: str) -> str:
    return f"{COMMANDS}/{template}.sh"


def _script(commands: Sequence[str]) -> bytes:
    """Each command under a heading of its own; the first that fails ends the script."""
    lines: list[str] = []
    for number, command in enumerate(commands, 1):
        lines += [
            f"echo '::group::Command {number} of {len(commands)}'",
            command,
            "echo '::endgroup::'",
        ]
    return ("\n".join(lines) + "\n").encode()
