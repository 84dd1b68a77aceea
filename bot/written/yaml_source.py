"""YAML 1.2 as people need it for a settings file: plain values, each key once.

Only maps, lists, text, numbers, booleans and null exist here. Anchors, aliases,
merge keys and tags are refused: they are where YAML's surprises and its
bombs live, and a file that is reviewed by people does not need them.
"""

from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.problems import Problem, ProblemsFound
from bot.written.plain_text import code
from bot.written.source import Path, Place, Source, Value

_PREFIX: Final = "tag:yaml.org,2002:"
_DEEPEST = 20


def read_yaml(text: str, *, path: str, limit_bytes: int) -> Source:
    """The file's value and the places in it. Takes about 3 s a megabyte, all of it CPU.

    Raises ProblemsFound for anything that is not the plain YAML described above,
    for more than ``limit_bytes`` bytes and for an empty file.
    """
    if len(text.encode("utf-8", "replace")) > limit_bytes:
        raise ProblemsFound([_whole(path, "too-large", _too_large(limit_bytes))])
    root = _compose(text, path)
    reader = _Reader(path)
    value = reader.value(root, ())
    if reader.problems:
        raise ProblemsFound(reader.problems)
    return Source(path, value, reader.values, reader.keys)


def _too_large(limit_bytes: int) -> str:
    return f"The file is larger than {limit_bytes // 1000} kB."


def _whole(path: str, rule: str, message: str) -> Problem:
    return Problem(path=path, line=1, column=1, rule=rule, message=message)


def _compose(text: str, path: str) -> Node:
    if text.lstrip("\ufeff \n").startswith("%"):
        raise ProblemsFound(
            [_whole(path, "yaml", "A line that starts with `%` is not used here; remove it.")]
        )
    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        raise ProblemsFound([_syntax(error, path)]) from error
    except RecursionError as error:
        raise ProblemsFound([_whole(path, "yaml", "The file is nested too deeply.")]) from error
    except (YAMLError, ValueError) as error:  # a character that YAML does not allow
        message = "The file holds a character that YAML does not allow; retype that line."
        raise ProblemsFound([_whole(path, "yaml", message)]) from error
    if root is None:
        raise ProblemsFound([_whole(path, "empty", "The file is empty.")])
    return root


def _syntax(error: MarkedYAMLError, path: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    what = " ".join(part for part in (error.context, error.problem) if part)
    return Problem(
        path=path,
        line=mark.line + 1 if mark else 1,
        column=mark.column + 1 if mark else 1,
        rule="yaml",
        message=f"This is not YAML: {what or 'it cannot be read'}.",
    )


class _Reader:
    """Turns nodes into plain values and remembers places and problems on the way."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.problems: list[Problem] = []
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}

    def value(self, node: Node, path: Path) -> Value:
        self.values[path] = _place(node)
        if node.anchor is not None:
            return self._refuse(node, "anchor", "Anchors (`&name`, `*name`) are not used here.")
        if len(path) > _DEEPEST:
            return self._refuse(node, "too-deep", "The file is nested too deeply.")
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(each, (*path, i)) for i, each in enumerate(node.value)]
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        return self._refuse(node, "yaml", "This cannot be read.")  # no other node exists

    def _mapping(self, node: MappingNode, path: Path) -> Value:
        if node.tag != f"{_PREFIX}map":
            return self._refuse(node, "tag", f"The tag {code(str(node.tag))} is not used here.")
        found: dict[str, Value] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._refuse(key_node, "key", "A key is plain text.")
                continue
            key = str(key_node.value)
            if key == "<<":
                self._refuse(key_node, "anchor", "Merge keys (`<<`) are not used here.")
                continue
            if key in found:
                self._refuse(key_node, "duplicate-key", f"The key {code(key)} stands here twice.")
                continue
            self.keys[*path, key] = _place(key_node)
            found[key] = self.value(value_node, (*path, key))
        return found

    def _scalar(self, node: ScalarNode) -> Value:
        text, kind = str(node.value), str(node.tag).removeprefix(_PREFIX)
        if kind in ("str", "timestamp"):  # a date is text: only its writer knows what it means
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind in ("int", "float"):
            return self._number(node, text)
        return self._refuse(node, "tag", f"The tag {code(str(node.tag))} is not used here.")

    def _number(self, node: ScalarNode, text: str) -> Value:
        try:
            return int(text) if node.tag == f"{_PREFIX}int" else float(text)
        except ValueError:  # 0x1F, 0o17, .nan: not numbers that people mean in such a file
            return self._refuse(node, "number", f"{code(text)} is not a number; put it in quotes.")

    def _refuse(self, node: Node, rule: str, message: str) -> Value:
        """Note the problem and read on, with nothing in the place of the value."""
        place = _place(node)
        self.problems.append(
            Problem(
                path=self._path, line=place.line, column=place.column, rule=rule, message=message
            )
        )
        return None


def _place(node: Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
