"""The files that the bot keeps in the catalog, brought up to date in one commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from bot.errors import RetryLater
from bot.forms import Form, compile_form, form_yaml
from bot.github.port import File, Forbidden, GitHub, RepositoryName, Stale, Tree
from bot.github.tree_plan import blob_id
from bot.organization import Organization
from bot.problems import ProblemsFound
from bot.templates.catalog_files import VERIFY_WORKFLOW, verify_workflow
from bot.templates.figures import Figures
from bot.templates.registration import chooser
from bot.templates.registration.readme_table import health_words, with_table
from bot.templates.version_record import TemplateVersion

log = structlog.get_logger(__name__)

FORMS_FOLDER: Final = ".github/ISSUE_TEMPLATE"
README: Final = "README.md"
LABEL_COLOR: Final = "0e8a16"
MESSAGE: Final = "Bring the forms and the table of templates in line with the templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Everything that is offered at a commit, with what is shown beside it."""

    versions: Sequence[TemplateVersion]
    figures: Mapping[str, Figures]
    organization: Organization


class Publish:
    """Writes forms, README, chooser and the verify workflow."""

    def __init__(self, github: GitHub, catalog: RepositoryName) -> None:
        self._github, self._catalog = github, catalog

    async def __call__(
        self, offered: Offered, tree: Tree, *, branch: str, commit: str, labels: bool
    ) -> str:
        """Write what differs from the tree; returns the branch's head afterwards.

        New forms get their label first, with ``labels`` all of them: GitHub drops a label
        that somebody has deleted from what is filed, and it is no request then. Raises
        RetryLater where the catalog moved meanwhile or cannot be written.
        """
        wanted = await self._wanted(offered, tree)
        changed = [file for file in wanted if not _is_there(file, tree)]
        stale = sorted(_forms_in(tree) - {file.path for file in wanted})
        for version in offered.versions:
            if labels or form_path(version.template) not in tree.entries:
                await self._label(version)
        if not changed and not stale:
            return commit
        try:
            return await self._commit(changed, stale, tree, branch=branch, commit=commit)
        except Stale:
            raise RetryLater("The catalog moved while its forms were written.") from None
        except Forbidden as error:
            raise RetryLater(f"The forms cannot be written to {self._catalog}: {error}.") from None

    async def _commit(
        self, changed: Sequence[File], stale: Sequence[str], tree: Tree, *, branch: str, commit: str
    ) -> str:
        """Without the workflow where only that is not permitted: the forms matter more."""

        async def write(files: Sequence[File]) -> str:
            return await self._github.contents.commit(
                self._catalog,
                branch,
                files,
                deleted=stale,
                message=MESSAGE,
                parent=commit,
                base_tree=tree.id,
            )

        try:
            return await write(changed)
        except Forbidden:
            rest = [file for file in changed if file.path != VERIFY_WORKFLOW]
            if len(rest) == len(changed):
                raise
            log.warning("the verify workflow may not be written", catalog=str(self._catalog))
            return await write(rest) if rest or stale else commit

    async def _wanted(self, offered: Offered, tree: Tree) -> list[File]:
        files = [
            File(path=form_path(version.template), content=form)
            for version in offered.versions
            if (form := _form(version, offered)) is not None
        ]
        readme = with_table(
            (await self._read(README, tree) or b"").decode("utf-8", "replace"),
            offered.versions,
            offered.figures,
        )
        config = chooser.chooser(await self._read(chooser.PATH, tree))
        return [
            *files,
            File(path=README, content=readme.encode()),
            File(path=chooser.PATH, content=config),
            File(path=VERIFY_WORKFLOW, content=verify_workflow()),
        ]

    async def _read(self, path: str, tree: Tree) -> bytes | None:
        entry = tree.entries.get(path)
        if entry is None or entry.kind != "file":
            return None
        return await self._github.contents.read_blob(self._catalog, entry.id)

    async def _label(self, version: TemplateVersion) -> None:
        await self._github.issues.ensure_label(
            self._catalog,
            f"template:{version.template}",
            color=LABEL_COLOR,
            description=f"Asks for a new project from {version.name}"[:100],
        )


def form_path(template: str) -> str:
    """Where GitHub looks for the form of a template."""
    return f"{FORMS_FOLDER}/new-{template}.yml"


def form_of(version: TemplateVersion, organization: Organization) -> Form:
    """The version's form for this organisation. Raises FormImpossible."""
    return compile_form(version.definition, organization)


def _form(version: TemplateVersion, offered: Offered) -> bytes | None:
    """The form's file, its health in the description that the list of forms shows."""
    try:
        form = form_of(version, offered.organization)
    except ProblemsFound as error:  # what the organisation says now does not go with it
        log.warning("form left out", version=version.id, reason=str(error))
        return None
    figures = offered.figures.get(version.id, Figures())
    if figures.health is not None:
        form = replace(form, description=f"{form.description} · Health {health_words(figures)}")
    return form_yaml(form).encode()


def _is_there(file: File, tree: Tree) -> bool:
    entry = tree.entries.get(file.path)
    return entry is not None and entry.id == blob_id(file.content)


def _forms_in(tree: Tree) -> set[str]:
    return {
        f"{FORMS_FOLDER}/{path}"
        for path in tree.below(FORMS_FOLDER)
        if path.startswith("new-") and path.endswith(".yml")
    }
