"""Which lines of a comment are commands: pure text in, what was typed out.

A command is a line that a reader sees as such: it starts with ``/verb`` in
plain text at the top level of the comment. Not in quotes, code, lists, tables,
headings, links or emphasis, not in HTML comments, folds or other HTML, and not
behind escapes: what counts as typed is exactly what is seen. CommonMark with
GitHub's tables and strikethrough decides (specification: github.github.com/gfm).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

LONGEST_BYTES = 20_000  # of a comment that is looked at; longer ones hold no commands
MOST_COMMANDS = 5  # in one comment; what follows is ignored

_LINE = re.compile(r"/([A-Za-z][A-Za-z-]{0,31})(?:[ \t]+(.*))?", re.DOTALL)
_VERB = re.compile(r"/[A-Za-z][A-Za-z-]*[ \t]")
_FOOTNOTE = re.compile(r"^ {0,3}\[\^[^\]\n]+\]:", re.MULTILINE)  # GitHub moves it to the end
_LINE_END = re.compile(r"\r\n?")  # CommonMark's other ways to end a line
_VOID = frozenset({"br", "hr", "img", "wbr", "input", "source"})

# Without "text_join" a backslash escape and an entity stay tokens of their own,
# so that `\/deploy` and `&#47;deploy` are told from what was typed plainly.
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("text_join")


@dataclass(frozen=True, slots=True)
class Typed:
    """One command line: its verb, without the slash, and the words after it, unchecked."""

    verb: str
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join([f"/{self.verb}", *self.words])


def read_commands(text: str) -> list[Typed]:
    """The command lines of a new comment, in order; at most ``MOST_COMMANDS``.

    Verbs are not looked up here, and keep their capitals: ``/cc`` of another bot
    is typed as well. A comment of more than ``LONGEST_BYTES`` of UTF-8 has none.
    """
    if len(text.encode(errors="surrogatepass")) > LONGEST_BYTES:
        return []
    text = _LINE_END.sub("\n", text)
    footnote = _FOOTNOTE.search(text)
    tokens = _MARKDOWN.parse(text[: footnote.start()] if footnote else text)
    found = (_LINE.fullmatch(line) for line in _visible_lines(tokens, text))
    typed = [Typed(match[1], _words(match[2] or "")) for match in found if match]
    return typed[:MOST_COMMANDS]


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[ \t]+", text) if word)


def _visible_lines(tokens: Sequence[Token], text: str) -> Iterator[str]:
    """Lines of plain text in paragraphs at the top level, outside every HTML element.

    Behind the verb there may be code spans: people quote what they write about.
    """
    html = _OpenElements()
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "html_block":
            html.feed(token.content)
        if token.type != "inline":
            continue
        top = before is not None and before.type == "paragraph_open" and before.level == 0
        for line in _lines(token.children or []):
            if top and _is_plain(line, text) and not html.inside:
                yield _as_typed(line)
            for node in line:
                if node.type == "html_inline":
                    html.feed(node.content)


def _is_plain(line: Sequence[Token], text: str) -> bool:
    if all(node.type == "text" for node in line):
        return True
    if not all(node.type in ("text", "code_inline") for node in line):
        return False
    # A code span may have gone over lines, or have lost spaces: then nobody typed this line.
    typed = _as_typed(line).split()
    verb_is_text = line[0].type == "text" and _VERB.match(line[0].content) is not None
    return verb_is_text and any(typed == each.split() for each in text.split("\n"))


def _as_typed(line: Sequence[Token]) -> str:
    return "".join(
        node.content if node.type == "text" else f"{node.markup}{node.content}{node.markup}"
        for node in line
    )


def _lines(nodes: Sequence[Token]) -> Iterator[list[Token]]:
    line: list[Token] = []
    for node in nodes:
        if node.type in ("softbreak", "hardbreak"):
            yield line
            line = []
        else:
            line.append(node)
    yield line


class _OpenElements(HTMLParser):
    """Follows raw HTML through the comment to know whether an element is open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self._open: list[str] = []

    @property
    def inside(self) -> bool:
        """Whether text here is inside an element, or inside a tag that did not end."""
        return bool(self._open or self.rawdata)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - HTMLParser's
        """An element opens; one that holds nothing is no place to hide in."""
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """HTML has no self-closing elements: ``<details/>`` is open."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """The newest element of that name closes, and all that opened in it."""
        if tag in self._open:
            while self._open.pop() != tag:
                pass
