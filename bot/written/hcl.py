"""Terraform's language as blocks and arguments with their lines, read and never evaluated.

Enough to ask what a file declares (which resources, with which arguments, on which
line, and which keys a map names) without running anything of it. Expressions stay
text. It is linear in the file's length.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.problems import Problem, ProblemsFound
from bot.written.hcl_tokens import NotHcl, Token, tokens_of
from bot.written.source import Place

_DEEPEST: Final = 50
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_ESCAPE: Final = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|(?:\$\$|%%)(?=\{)", re.DOTALL
)
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t"}
_TEMPLATE: Final = re.compile(r"(?<![$%])[$%]\{")

Key = tuple[str, Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class HclArgument:
    """``name = expression``.

    ``text`` is the value where it is a text in quotes that computes nothing. ``keys``
    are those of a literal map, or of the literal maps that ``merge`` is called with;
    ``complete`` says that there can be no other ones. ``references`` are the dotted
    names that it reads, such as ``local.tags``.
    """

    name: str
    place: Place
    expression: str
    text: str | None = None
    keys: tuple[Key, ...] = ()
    complete: bool = False
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HclBlock:
    """``kind "label" … { … }``; the file itself is a block without kind and labels."""

    kind: str
    labels: tuple[str, ...]
    place: Place
    arguments: Mapping[str, HclArgument]
    blocks: tuple["HclBlock", ...]

    def walk(self) -> Iterator["HclBlock"]:
        """All blocks inside, at any depth, in the order of the file."""
        for block in self.blocks:
            yield block
            yield from block.walk()

    def text(self, name: str) -> str | None:
        """The value of that argument, where it is a text in quotes that computes nothing."""
        argument = self.arguments.get(name)
        return argument.text if argument else None


def read_hcl(text: str, *, path: str, limit_bytes: int) -> HclBlock:
    """The file as a block. Of an argument that stands twice the last is kept.

    Raises ProblemsFound for what is not HCL's native syntax, for more than 50 levels
    and for more than ``limit_bytes`` bytes.
    """
    lines = _Lines(text)
    if len(text.encode("utf-8", "replace")) > limit_bytes:
        message = f"The file is larger than {limit_bytes // 1000} kB."
        raise ProblemsFound([_problem(path, Place(1, 1), "too-large", message)])
    try:
        return _Reader(text, tokens_of(text), lines).body()
    except NotHcl as error:
        message = f"This cannot be read as Terraform's language: {error.what}."
        raise ProblemsFound([_problem(path, lines.place(error.offset), "hcl", message)]) from None


def _problem(path: str, place: Place, rule: str, message: str) -> Problem:
    return Problem(path=path, line=place.line, column=place.column, rule=rule, message=message)


class _Lines:
    """Places of offsets."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, offset: int) -> Place:
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)


@dataclass(slots=True)
class _Open:
    """A block that is being read."""

    kind: str
    labels: tuple[str, ...]
    place: Place
    arguments: dict[str, HclArgument] = field(default_factory=dict)
    blocks: list[HclBlock] = field(default_factory=list)

    def closed(self) -> HclBlock:
        return HclBlock(
            kind=self.kind,
            labels=self.labels,
            place=self.place,
            arguments=self.arguments,
            blocks=tuple(self.blocks),
        )


class _Reader:
    """Puts words together to blocks; what is open lies on a stack."""

    def __init__(self, text: str, tokens: Sequence[Token], lines: _Lines) -> None:
        self._text, self._tokens, self._lines = text, tokens, lines
        self._at = 0
        self._open = [_Open("", (), Place(1, 1))]

    def body(self) -> HclBlock:
        """The whole file."""
        while (token := self._take()).kind != "end":
            if token.text == "}" and len(self._open) > 1:
                closed = self._open.pop().closed()
                self._open[-1].blocks.append(closed)
            elif token.kind == "name":
                self._statement(token)
            elif token.kind != "newline":
                raise NotHcl("an argument or a block must begin here", token.offset)
        if len(self._open) > 1:
            raise NotHcl("a block is not closed", token.offset)
        return self._open[0].closed()

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += token.kind != "end"
        return token

    def _statement(self, name: Token) -> None:
        place = self._lines.place(name.offset)
        token = self._take()
        if token.text == "=":
            self._open[-1].arguments[name.text] = self._argument(name.text, place)
            return
        labels: list[str] = []
        while token.kind in ("name", "text"):
            labels.append(_said(token))
            token = self._take()
        if token.text != "{":
            raise NotHcl("`=` or `{` must stand here", token.offset)
        if len(self._open) > _DEEPEST:
            raise NotHcl("blocks are nested too deeply", name.offset)
        self._open.append(_Open(name.text, tuple(labels), place))

    def _argument(self, name: str, place: Place) -> HclArgument:
        words = self._expression()
        if not words:
            raise NotHcl("a value must stand here", self._tokens[self._at].offset)
        keys, complete = _keys(words)
        return HclArgument(
            name=name,
            place=place,
            expression=self._text[words[0].offset : words[-1].end],
            text=_plain(words[0]) if len(words) == 1 else None,
            keys=tuple((key, self._lines.place(offset)) for key, offset in keys),
            complete=complete,
            references=tuple(dict.fromkeys(_references(words))),
        )

    def _expression(self) -> list[Token]:
        """Up to the end of the line, or of the block on one line; brackets span lines."""
        words: list[Token] = []
        closing: list[str] = []
        while True:
            token = self._tokens[self._at]
            if not closing:
                if token.kind in ("newline", "end") or token.text == "}":
                    return words
                if token.kind != "mark" and words and words[-1].kind != "mark":
                    raise NotHcl("an argument ends with its line", token.offset)
            elif token.kind == "end":
                raise NotHcl("a bracket is not closed", words[0].offset)
            if token.text in _CLOSING:
                closing.append(_CLOSING[token.text])
            elif token.text in ")]}" and (not closing or closing.pop() != token.text):
                raise NotHcl("a bracket is closed that is not open", token.offset)
            words.append(token)
            self._at += 1


def _keys(words: Sequence[Token]) -> tuple[list[tuple[str, int]], bool]:
    """Keys with their offsets, and whether there can be no other ones."""
    if words[0].text == "{" and _closes_at_end(words):
        return _map_keys(words[1:-1])
    if [word.text for word in words[:2]] != ["merge", "("] or not _closes_at_end(words[1:]):
        return [], False
    found: list[tuple[str, int]] = []
    complete = True
    for part in _parts(words[2:-1], at_lines=False):
        literal = part[0].text == "{" and _closes_at_end(part)
        keys, whole = _map_keys(part[1:-1]) if literal else ([], False)
        found += keys
        complete = complete and whole
    return found, complete


def _map_keys(words: Sequence[Token]) -> tuple[list[tuple[str, int]], bool]:
    """The keys of a literal map; there may be others where one is computed."""
    found: list[tuple[str, int]] = []
    complete = True
    for part in _parts(words, at_lines=True):
        key = part[0].text if part[0].kind == "name" else _plain(part[0])
        if key is None or len(part) < 3 or part[1].text not in ("=", ":"):
            complete = False
        else:
            found.append((key, part[0].offset))
    return found, complete


def _depth(word: Token) -> int:
    """How much deeper the brackets are after this word."""
    if word.kind != "mark":
        return 0
    return (word.text in _CLOSING) - (word.text in ")]}")


def _closes_at_end(words: Sequence[Token]) -> bool:
    """Whether the bracket that opens with the first word closes with the last."""
    depth = 0
    for number, word in enumerate(words):
        depth += _depth(word)
        if depth == 0:
            return number == len(words) - 1
    return False


def _parts(words: Sequence[Token], *, at_lines: bool) -> Iterator[list[Token]]:
    """What stands between commas, or the ends of lines, that are in no bracket."""
    part: list[Token] = []
    depth = 0
    for word in words:
        depth += _depth(word)
        if depth > 0 or (word.text != "," and word.kind != "newline"):
            part.append(word)
        elif part and (word.text == "," or at_lines):
            yield part
            part = []
    if part:
        yield part


def _references(words: Sequence[Token]) -> Iterator[str]:
    """``local.tags`` and the like; of ``data.a.b.c`` all of it."""
    names: list[str] = []
    follows = False  # whether a dot stands before the word
    for word in (*words, Token("end", "", 0)):
        if word.kind == "name" and (follows or not names):
            names.append(word.text)
        elif word.text != "." or not names:
            if len(names) > 1:
                yield ".".join(names)
            names = [word.text] if word.kind == "name" else []
        follows = word.text == "."


def _plain(word: Token) -> str | None:
    """What a text in quotes says, None where it is no text or computes something."""
    if word.kind != "text" or _TEMPLATE.search(word.text):
        return None
    return _said(word)


def _said(word: Token) -> str:
    """A name or a text as Terraform reads it, escapes and all."""
    if word.kind != "text":
        return word.text
    return _ESCAPE.sub(_character, word.text[1:-1])


def _character(escape: "re.Match[str]") -> str:
    code = escape[1] or escape[2]
    if code:
        return chr(int(code, 16)) if int(code, 16) <= 0x10FFFF else ""
    if escape[3] is None:
        return escape[0][0]
    return _ESCAPED.get(escape[3], escape[3])
