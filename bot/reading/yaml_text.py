"""YAML of any program: several documents, anchors and tags of one's own are fine here."""

import re
from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from bot.reading.found import Found, Leaf, NotReadable
from bot.written import code

_PREFIX = "tag:yaml.org,2002:"
# What is wrong only at its end: there the place to mend is where it began.
_UNFINISHED = re.compile(r"found unexpected end of stream|could not find expected|expected ','")
# The parser's words → words for people, the first that fits.
_WORDS = (
    ("mapping values are not allowed", "a `key: value` cannot stand here; look at its "
     "indentation, or put the text in quotes"),
    ("could not find expected ':'", "a key without a `:` stands here"),
    ("found unexpected end of stream", "a quote is not closed"),
    ("but found '<block end>'", "the indentation does not fit the lines above"),
    ("expected <block end>", "the line does not fit the indentation above it"),
    ("found character '\\t'", "a tab stands where YAML wants spaces"),
    ("cannot start any token", "a value begins with a mark that means something to YAML; put it "
     "in quotes"),
    ("expected ',' or", "a bracket is not closed, or a comma is missing"),
    ("found unknown escape", "a backslash in double quotes stands before a character that it "
     "cannot escape"),
)  # fmt: skip


def look_at_yaml(text: str) -> list[Found]:
    """Everything that is wrong with the text as YAML."""
    try:
        documents = _documents(text)
        return [found for document in documents for found in _doubled(document, set())]
    except NotReadable as error:
        return [error.found]
    except RecursionError:
        return [_too_deep()]


def leaves_of_yaml(text: str) -> list[Leaf]:
    """Keys and values in order. Raises NotReadable."""
    try:
        return [
            leaf
            for number, document in enumerate(_documents(text))
            for leaf in _leaves(document, (number,), set())
        ]
    except RecursionError:
        raise NotReadable(_too_deep()) from None


def _too_deep() -> Found:
    return Found(line=1, rule="yaml", message="it is nested too deeply")


def _documents(text: str) -> list[Node]:
    try:
        found = list(YAML(typ="safe", pure=True).compose_all(text))
    except MarkedYAMLError as error:
        raise NotReadable(_syntax(error)) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position or 0) + 1
        said = f"U+{int(error.character):04X} is a character that YAML does not allow"
        raise NotReadable(Found(line=line, rule="yaml", message=said)) from None
    except (YAMLError, ValueError) as error:
        what = str(error).partition("\n")[0] or "it cannot be read"
        raise NotReadable(Found(line=1, rule="yaml", message=what)) from None
    return [each for each in found if each is not None]


def _syntax(error: MarkedYAMLError) -> Found:
    """Where something begins that is not finished, or else where it cannot go on."""
    unfinished = _UNFINISHED.match(str(error.problem)) is not None
    begun = error.context_mark if unfinished else None
    mark = begun or error.problem_mark or error.context_mark
    said = next((words for part, words in _WORDS if part in str(error.problem)), error.problem)
    return Found(
        line=mark.line + 1 if mark else 1,
        column=mark.column + 1 if mark else 1,
        rule="yaml",
        message=said or "it cannot be read",
    )


def _doubled(node: Node, seen: set[int]) -> Iterator[Found]:
    """Keys that stand twice in one map; only the last would count, or the file is refused."""
    if id(node) in seen:  # an alias
        return
    seen.add(id(node))
    if isinstance(node, SequenceNode):
        for item in node.value:
            yield from _doubled(item, seen)
    if not isinstance(node, MappingNode):
        return
    known: set[tuple[str, str]] = set()
    for key, value in node.value:
        if isinstance(key, ScalarNode) and key.value != "<<":
            name = (str(key.tag), str(key.value))
            if name in known:
                yield _twice(key)
            known.add(name)
        yield from _doubled(key, seen)
        yield from _doubled(value, seen)


def _twice(key: ScalarNode) -> Found:
    return Found(
        line=key.start_mark.line + 1,
        column=key.start_mark.column + 1,
        rule="duplicate-key",
        message=f"The key {code(str(key.value))} stands here twice.",
    )


def _leaves(node: Node, path: tuple[int, ...], seen: set[int]) -> Iterator[Leaf]:
    if id(node) in seen:
        yield Leaf(path, "alias", "")
        return
    seen.add(id(node))
    if isinstance(node, ScalarNode):
        yield Leaf(path, str(node.tag).removeprefix(_PREFIX), str(node.value))
        return
    yield Leaf(path, f"{type(node).__name__} of {len(node.value)}", "")
    for number, item in enumerate(node.value):
        if isinstance(node, MappingNode):
            yield from _leaves(item[0], (*path, number, 0), seen)
            yield from _leaves(item[1], (*path, number, 1), seen)
        else:
            yield from _leaves(item, (*path, number), seen)
