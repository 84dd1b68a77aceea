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

from bot.reading.found import Found
from bot.written import code

Names = Mapping[str, str]

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


def carried_on(free: Names, computed: Sequence[tuple[str, str]]) -> Names:
    """``free`` and what cookiecutter computes from it: each name → the variable asked.

    ``computed`` holds names and texts of the defaults in the order of the file, because
    a default sees only the variables above it.
    """
    environment = Environment(autoescape=False)  # noqa: S701  # parses only; nothing is rendered
    carried = dict(free)
    for name, default in computed:
        tree = _parse(environment, default)
        if tree is None:
            continue
        known = _with_assigned(tree, _Taint({}, carried))
        source = next(_outputs(tree, known, _NONE), None)
        if source is not None:
            carried[name] = source[1]
    return carried


def concerns(path: str, size_bytes: int) -> bool:
    """Whether free text could do anything in this file of a template."""
    is_generated = "{{" in path.partition("/")[0]
    return is_generated and _safe_filters(path) is not None and size_bytes <= _MOST_BYTES


def free_text(path: str, text: str, free: Names) -> Iterator[Found]:
    """Each place of the template's file where free text reaches it without a safe filter."""
    safe = _safe_filters(path)
    environment = Environment(autoescape=False)  # noqa: S701  # parses only; nothing is rendered
    tree = _parse(environment, text)
    if tree is None or safe is None:  # rendering says what is wrong with it
        return
    taint = _with_assigned(tree, _Taint({}, free))
    for line, name in _outputs(tree, taint, safe):
        yield Found(line=line, rule="free-text", message=sentence(name, path))


def _safe_filters(path: str) -> frozenset[str] | None:
    """Filters that are safe in this file; None where text can do nothing."""
    name = PurePosixPath(path)
    if ".github" in name.parts:
        return _NONE  # an expression of Actions runs inside a quoted text too
    if name.name.startswith(_BY_NAME):
        return _NONE
    return _SAFE_FILTERS.get(name.suffix.lower())


def sentence(name: str, path: str) -> str:
    """What to do about the free text of that variable in that file."""
    safe = _safe_filters(path) or _NONE
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
