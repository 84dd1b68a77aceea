"""A template at one commit: what it says, what it asks, what it is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.github.port import File
from bot.problems import Problem, ProblemsFound
from bot.templates import manifest as manifest_file
from bot.templates import variables as variables_file
from bot.templates.manifest import Manifest, ManifestFile, Via, parse_manifest
from bot.templates.variables import Variable, read_variables
from bot.written import Value

# Of UTF-8 and of both byte orders of UTF-16: cookiecutter reads none of them.
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class TemplateInvalid(ProblemsFound):
    """A template cannot be used; ``problems`` says why, by file and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDefinition:
    """A template pinned to the commit it was read at; paths are relative to its folder."""

    manifest: Manifest
    variables: tuple[Variable, ...]
    files: tuple[File, ...]
    commit: str

    @property
    def id(self) -> str:
        """The template's id, which is the name of its folder."""
        return self.manifest.id

    def variable(self, name: str) -> Variable | None:
        """The variable of that name, or None."""
        return next((each for each in self.variables if each.name == name), None)

    def via_of(self, answers: Mapping[str, Value]) -> Via:
        """Who deploys a project that was asked for with these answers to the variables."""
        rules = self.manifest.variables.items()
        by_others = any(answers.get(name) in rule.via_deployment for name, rule in rules)
        return "deployment" if by_others else self.manifest.via


def load_template(
    files: Sequence[File], *, commit: str, folder: str | None = None
) -> TemplateDefinition:
    """The definition that the files of a template's folder make.

    ``folder`` is the folder's name; where it is given, the id must be the same.
    Raises TemplateInvalid with all problems of ``template.yml`` and
    ``cookiecutter.json``. The rest of the files is not looked at: see ``check``.
    """
    problems: list[Problem] = []
    texts = {
        path: _text(files, path, problems) for path in (manifest_file.PATH, variables_file.PATH)
    }
    manifest = _manifest(texts[manifest_file.PATH], folder, problems)
    variables: tuple[Variable, ...] = ()
    text = texts[variables_file.PATH]
    if text is not None and manifest is not None:
        try:
            variables = read_variables(text, manifest)
        except ProblemsFound as error:
            problems += error.problems
    if problems or manifest is None:
        raise TemplateInvalid(problems)
    return TemplateDefinition(
        manifest=manifest.manifest, variables=variables, files=tuple(files), commit=commit
    )


def _manifest(text: str | None, folder: str | None, problems: list[Problem]) -> ManifestFile | None:
    if text is None:
        return None
    try:
        return parse_manifest(text, folder=folder)
    except ProblemsFound as error:
        problems += error.problems
        return None


def _text(files: Sequence[File], path: str, problems: list[Problem]) -> str | None:
    found = next((file for file in files if file.path == path), None)
    if found is None:
        message = f"The template has no `{path}`; it lies directly in the template's folder."
        problems.append(Problem(path=path, rule="missing-file", message=message))
        return None
    if found.content.startswith(_BYTE_ORDER_MARKS):
        message = "The file begins with a byte order mark; save it as UTF-8 without one."
        problems.append(
            Problem(path=path, line=1, column=1, rule="byte-order-mark", message=message)
        )
        return None
    try:
        return found.content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = found.content.count(b"\n", 0, error.start) + 1
        message = "This is not UTF-8; save the file as UTF-8."
        problems.append(Problem(path=path, line=line, column=1, rule="encoding", message=message))
        return None
