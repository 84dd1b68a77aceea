"""Names that a template reads and nothing defines, found in its syntax, also where no answer leads.

What a render runs into depends on the answers. Here every branch is looked at,
and what its author asks about first (``is defined``, ``default``) is left alone.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from jinja2 import Environment, nodes
from jinja2.meta import find_undeclared_variables

_CONTEXT = "cookiecutter"
_ASKING_TESTS = frozenset({"defined", "undefined"})
_ASKING_FILTERS = frozenset({"default", "d"})


@dataclass(frozen=True, slots=True)
class UndefinedName:
    """``name`` as the template writes it, and the line where it does."""

    name: str
    line: int


def undefined_names(
    environment: Environment, text: str, declared: Collection[str], *, alone: bool
) -> Iterator[UndefinedName]:
    """Every place that reads a variable which is not ``declared``, in order.

    ``alone`` says that the file is rendered by itself; another one may be included
    where names are given to it. Raises jinja2.TemplateSyntaxError, for filters and tests
    that do not exist too.
    """
    tree = environment.parse(text)
    undeclared = find_undeclared_variables(tree)
    asked = set(_asked_about(tree))
    known = {*declared, *dir(dict)}
    found = [
        UndefinedName(f"{_CONTEXT}.{name}", line)
        for name, line in _read_from_context(tree)
        if name not in known and f"{_CONTEXT}.{name}" not in asked
    ]
    if alone:
        found += _bare(tree, undeclared - set(asked))
    yield from sorted(set(found), key=lambda each: (each.line, each.name))


def _read_from_context(tree: nodes.Node) -> Iterator[tuple[str, int]]:
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        name = _attribute(node)
        if name is not None:
            yield name, node.lineno


def _attribute(node: nodes.Node) -> str | None:
    """The variable that ``cookiecutter.name`` or ``cookiecutter['name']`` reads."""
    if not isinstance(node, nodes.Getattr | nodes.Getitem):
        return None
    if not isinstance(node.node, nodes.Name) or node.node.name != _CONTEXT:
        return None
    if isinstance(node, nodes.Getattr):
        return node.attr
    is_text = isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str)
    return str(node.arg.value) if is_text else None  # type: ignore[attr-defined]  # a Const, as was asked


def _bare(tree: nodes.Template, undeclared: Collection[str]) -> Iterator[UndefinedName]:
    """Names without ``cookiecutter.``; one that is also assigned somewhere is left to renders."""
    reads: dict[str, list[int]] = {}
    assigned: set[str] = set()
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load":
            reads.setdefault(node.name, []).append(node.lineno)
        else:
            assigned.add(node.name)
    for name in set(undeclared) - assigned - {_CONTEXT}:
        yield from (UndefinedName(name, line) for line in reads.get(name, ()))


def _asked_about(tree: nodes.Template) -> Iterator[str]:
    """Names that the template makes sure of before it uses them, anywhere in the file."""
    for test in tree.find_all(nodes.Test):
        if test.name in _ASKING_TESTS:
            yield from _written(test.node)
    for applied in tree.find_all(nodes.Filter):
        if applied.name in _ASKING_FILTERS and applied.node is not None:
            yield from _written(applied.node)
    for compared in tree.find_all(nodes.Compare):
        inside = [each for each in compared.ops if each.op in ("in", "notin")]
        of_context = any(_is_context(each.expr) for each in inside)
        if of_context and isinstance(compared.expr, nodes.Const):
            yield f"{_CONTEXT}.{compared.expr.value}"


def _is_context(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == _CONTEXT


def _written(node: nodes.Node) -> Iterator[str]:
    name = _attribute(node)
    if name is not None:
        yield f"{_CONTEXT}.{name}"
    elif isinstance(node, nodes.Name):
        yield node.name
