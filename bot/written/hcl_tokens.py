"""The words of HCL (Terraform's language) with their places.

A text in quotes or in a heredoc is one token, whatever templates are in it: inside
``${`` the language begins anew, with texts and comments of its own, so their ends
are found with a stack. It is read once from left to right and cannot be driven
into recursion.

Source: the HCL native syntax specification, "Lexical Elements" and "Templates".
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["name", "text", "heredoc", "number", "mark", "newline", "end"]

_DEEPEST: Final = 100
_TOKEN: Final = re.compile(
    r"(?P<space>[ \t\r\ufeff]+|/\*.*?\*/)|(?P<unended>/\*)"
    r"|(?P<newline>\n|(?:#|//)[^\n]*(?:\n|\Z))"
    r"|(?P<heredoc><<-?(?P<marker>[^\W\d][\w-]*)\r?\n)"
    r"|(?P<name>[^\W\d][\w-]*)|(?P<number>\d[\w.]*(?:(?<=[eE])[+-]\d+)?)"
    r"|(?P<text>\")|(?P<mark>==|!=|<=|>=|=>|&&|\|\||\.\.\.|::|[=!<>&|?:.,+*/%()\[\]{}-])",
    re.DOTALL,
)
_IN_TEXT: Final = re.compile(r"\$\$\{|%%\{|(?P<open>[$%]\{)|\\[^\n]|(?P<end>\")|(?P<newline>\n)")
_IN_HEREDOC: Final = re.compile(r"\$\$\{|%%\{|(?P<open>[$%]\{)|(?P<newline>\n)")
_IN_CODE: Final = re.compile(
    r"/\*.*?\*/|(?P<unended>/\*)|(?:#|//)[^\n]*|(?P<heredoc><<-?(?P<marker>[^\W\d][\w-]*)\r?\n)"
    r"|(?P<text>\")|(?P<open>\{)|(?P<close>\})",
    re.DOTALL,
)


class NotHcl(Exception):
    """The text is not HCL; ``offset`` is where that was seen."""

    def __init__(self, what: str, offset: int) -> None:
        super().__init__(what)
        self.what, self.offset = what, offset


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` is the source as it stands there, ``offset`` its first character."""

    kind: Kind
    text: str
    offset: int

    @property
    def end(self) -> int:
        """The offset after it."""
        return self.offset + len(self.text)


def tokens_of(text: str) -> list[Token]:
    """All words in order, the last of them of kind ``end``; raises NotHcl."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotHcl(f"the character {text[at]!r} has no meaning here", at)
        kind, end = match.lastgroup, match.end()
        if kind == "unended":  # said at once: looking for the end again and again takes long
            raise NotHcl("a comment that begins here does not end", at)
        if kind == "text":
            end = _end_of_text(text, end, None)
        elif match["heredoc"]:
            kind, end = "heredoc", _end_of_text(text, end, match["marker"])
        if kind != "space":
            found.append(Token(kind, text[at:end], at))  # type: ignore[arg-type]  # the groups' names
        at = end
    return [*found, Token("end", "", at)]


def _end_of_text(text: str, at: int, marker: str | None) -> int:
    """The offset after the text in quotes, or after the heredoc with that marker.

    On the stack lie the texts and the code inside them that are still open: None for
    quotes, a heredoc's marker, or "" for code between braces.
    """
    start, stack = at, [marker]
    line_begins = marker is not None
    while stack:
        if len(stack) > _DEEPEST:
            raise NotHcl("texts are nested too deeply", at)
        top = stack[-1]
        if top and line_begins:
            end = _end_of_line(text, at)
            if text[at:end].strip() == top:
                stack.pop()
                at = end if stack else at + len(text[at:end].rstrip("\r\n"))
                line_begins = False
                continue
        pattern = _IN_CODE if top == "" else _IN_TEXT if top is None else _IN_HEREDOC
        match = pattern.search(text, at)
        if match is None:
            raise NotHcl("a text that begins here does not end", start)
        at, line_begins = match.end(), _follow(match, stack, start)
    return at


def _follow(match: "re.Match[str]", stack: list[str | None], start: int) -> bool:
    """Open or close what the match says; True where a heredoc's line begins after it."""
    groups = match.groupdict()
    if groups.get("unended"):
        raise NotHcl("a comment in a text that begins here does not end", start)
    if stack[-1] == "":
        if groups["heredoc"]:
            stack.append(groups["marker"])
            return True
        if groups["text"]:
            stack.append(None)
        elif groups["open"]:
            stack.append("")
        elif groups["close"]:
            stack.pop()
    elif groups["open"]:
        stack.append("")
    elif groups["newline"]:
        if stack[-1] is None:
            raise NotHcl("a text in quotes that begins here does not end on its line", start)
        return True
    elif groups.get("end"):
        stack.pop()
    return False


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1
