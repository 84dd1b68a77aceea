"""Where a template puts free text into a file in which text can do something.

A value is pasted into a generated file before YAML, HCL or a shell reads it: a
quote or a line break in it starts something new there. An answer whose kind and
pattern leave no such character is harmless everywhere; any other may only stand
in prose, or behind a filter that writes it as a literal of that very language.
The template is parsed here, and nothing of it is run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes

from bot.github.port import File
from bot.problems import Problem
from bot.templates.variables import Variable
from bot.written import Pattern, code

_DANGEROUS: Final = "\"'`\\$<>{};|&"
_DANGEROUS_BESIDE_SPACE: Final = ":#"  # ": " and " #" mean something in YAML
_MOST_BYTES: Final = 500_000
_CONTEXT: Final = "cookiecutter"

# Filters that write a value as a literal which cannot be left again.
_JSON: Final = frozenset({"tojson", "jsonify"})
_MARKUP: Final = frozenset({"e", "escape", "forceescape"})
_NONE: Final[frozenset[str]] = frozenset()
_ANYWHERE: Final = frozenset({"slugify", "int", "length", "count", "wordcount"})

_SAFE_FILTERS: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys((".yml", ".yaml", ".json", ".toml", ".py", ".js", ".ts", ".tsx"), _JSON),
    **dict.fromkeys((".xml", ".html", ".svg"), _MARKUP),
    **dict.fromkeys((".tf", ".tfvars", ".hcl", ".sh", ".bash", ".ps1", ".bat", ".cmd"), _NONE),
    **dict.fromkeys((".properties", ".env", ".ini", ".cfg", ".conf", ".sql"), _NONE),
    **dict.fromkeys((".kt", ".kts", ".java", ".gradle", ".scala", ".go", ".rb"), _NONE),
}
_BY_NAME: Final = ("Dockerfile", "Containerfile", "Makefile", "CODEOWNERS", "Jenkinsfile")


@dataclass(frozen=True, slots=True)
class _Taint:
    """A name that carries free text, and the variable it came from."""

    names: Mapping[str, str]  # name → the variable asked
    attributes: Mapping[str, str]  # name below ``cookiecutter`` → the variable asked


def check_free_text(variables: Sequence[Variable], files: Sequence[File]) -> Iterator[Problem]:
    """One problem for each place where free text reaches a file that is more than prose.

    An error below ``.github``, where values become workflows; a warning elsewhere.
    """
    free = {each.name: each.name for each in variables if is_free(each)}
    if not free:
        return
    environment = Environment(autoescape=False)  # noqa: S701  # parses only; nothing is rendered
    free |= _computed(environment, variables, free)
    for file in files:
        if "{{" not in file.path.split("/")[0]:  # only the project's folder is generated
            continue
        safe = _safe_filters(file.path)
        if safe is not None and len(file.content) <= _MOST_BYTES:
            yield from _check_file(environment, file, safe, free)


def is_free(variable: Variable) -> bool:
    """Whether an answer may hold a character that ends a literal somewhere."""
    if variable.name == "description":
        return True
    if not variable.asked or variable.kind not in ("line", "text", "dict"):
        return False
    if variable.pattern is None:
        return True
    pattern = Pattern(variable.pattern)
    beside = _DANGEROUS_BESIDE_SPACE if pattern.allows(" ") else ""
    breaks = "\n" if variable.kind == "text" else ""  # a line holds none, whatever its pattern
    return any(pattern.allows(character) for character in _DANGEROUS + beside + breaks)


def _safe_filters(path: str) -> frozenset[str] | None:
    """Filters that are safe in this file; None where text can do nothing."""
    name = PurePosixPath(path)
    if ".github" in name.parts:
        return _NONE  # an expression of Actions runs inside a quoted text too
    if name.name.startswith(_BY_NAME):
        return _NONE
    return _SAFE_FILTERS.get(name.suffix.lower())


def _computed(
    environment: Environment, variables: Sequence[Variable], free: Mapping[str, str]
) -> dict[str, str]:
    """Variables that cookiecutter computes from free text carry it on."""
    carried: dict[str, str] = {}
    for variable in variables:  # a default sees only the variables above it
        if isinstance(variable.default, str) and "{{" in variable.default:
            tree = _parse(environment, variable.default)
            if tree is None:
                continue
            known = _with_assigned(tree, _Taint({}, {**free, **carried}))
            source = next(_outputs(tree, known, _NONE), None)
            if source is not None:
                carried[variable.name] = source[1]
    return carried


def _check_file(
    environment: Environment, file: File, safe: frozenset[str], free: Mapping[str, str]
) -> Iterator[Problem]:
    tree = _parse(environment, file.content.decode("utf-8", "replace"))
    if tree is None:  # rendering says what is wrong with it
        return
    taint = _with_assigned(tree, _Taint({}, free))
    workflow = ".github" in PurePosixPath(file.path).parts
    for line, name in _outputs(tree, taint, safe):
        yield Problem(
            path=file.path,
            line=line,
            column=1,
            rule="free-text",
            severity="error" if workflow else "warning",
            message=_sentence(name, safe),
        )


def _sentence(name: str, safe: frozenset[str]) -> str:
    ways = [f"write `{{{{ cookiecutter.{name} | {filter_} }}}}`" for filter_ in sorted(safe)[-1:]]
    if name != "description":
        ways.append(f"give {code(name)} a `pattern` without quotes, `$`, braces and the like")
    ways.append("leave it to prose such as README")
    return f"The free text of {code(name)} can break out of this file: {', or '.join(ways)}."


def _parse(environment: Environment, text: str) -> nodes.Template | None:
    try:
        return environment.parse(text)
    except (TemplateSyntaxError, RecursionError):
        return None


def _with_assigned(tree: nodes.Template, taint: _Taint) -> _Taint:
    """Names that ``set`` and ``for`` give to free text; a second round follows chains."""
    names = dict(taint.names)
    for _ in range(2):
        now = _Taint(names, taint.attributes)
        given: list[tuple[nodes.Node, nodes.Node]]
        given = [(each.target, each.node) for each in tree.find_all(nodes.Assign)]
        given += [(each.target, each.iter) for each in tree.find_all(nodes.For)]
        for target, value in given:
            source = next(_sources(value, now, _NONE), None)
            if source is not None and isinstance(target, nodes.Name):
                names[target.name] = source
    return _Taint(names, taint.attributes)


def _outputs(
    tree: nodes.Template, taint: _Taint, safe: frozenset[str]
) -> Iterator[tuple[int, str]]:
    """Line and variable of each place where free text is written out."""
    for output in tree.find_all(nodes.Output):
        for part in output.nodes:
            if not isinstance(part, nodes.TemplateData):
                for name in dict.fromkeys(_sources(part, taint, safe)):
                    yield part.lineno, name


def _sources(node: nodes.Node, taint: _Taint, safe: frozenset[str]) -> Iterator[str]:
    """The variables whose free text reaches ``node`` without a safe filter on the way."""
    if isinstance(node, nodes.Filter) and node.name in safe | _ANYWHERE:
        return
    if isinstance(node, nodes.CondExpr):  # what is asked is not written
        yield from _sources(node.expr1, taint, safe)
        if node.expr2 is not None:
            yield from _sources(node.expr2, taint, safe)
        return
    if isinstance(node, nodes.Compare | nodes.Test):
        return
    name = _named(node, taint)
    if name is not None:
        yield name
        return
    for child in node.iter_child_nodes():
        yield from _sources(child, taint, safe)


def _named(node: nodes.Node, taint: _Taint) -> str | None:
    if isinstance(node, nodes.Name):
        return taint.names.get(node.name)
    if isinstance(node, nodes.Getattr) and _is_context(node.node):
        return taint.attributes.get(node.attr)
    if isinstance(node, nodes.Getitem) and _is_context(node.node):
        key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        return taint.attributes.get(str(key))
    return None


def _is_context(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == _CONTEXT
