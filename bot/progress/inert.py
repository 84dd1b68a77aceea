"""The one place that makes strangers' text safe inside our comments: shown, never obeyed.

In a code span GitHub mentions nobody, links and closes no issue, loads no
picture and reads no HTML (GitHub Flavored Markdown, "Code spans"). What is left
is to stay one span on one line, whatever the text holds.
"""

import re
import unicodedata

SHOWN = 200  # characters of a stranger's text that are enough to recognise it
LONGEST_BLOCK = 4_000
EMPTY = "(empty)"
NEWLINE = "↵"
HIDDEN = frozenset(
    {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
)  # invisible, or reorders what is seen


def inert(text: str, *, limit: int = SHOWN) -> str:
    """``text`` as one Markdown code span on one line, cut after ``limit`` characters.

    It belongs in a paragraph, a list item or (through ``words.cell``) a table;
    not on a line that starts with HTML, where Markdown is not read. Line breaks
    are shown as ↵, invisible and direction-changing characters by their number.
    """
    shown = "".join(_visible(character) for character in _cut(_one_line(text), limit))
    shown = shown.replace("<!--", "<\u200b!--")  # our own comments are found by such a marker
    shown = shown.replace("\\|", "\\\u200b|")  # two before it: a cell that ends, to GitHub
    return _code_span(shown or EMPTY)


def inert_block(text: str, *, limit: int = LONGEST_BLOCK) -> str:
    """``text`` as one fenced block of code, its lines kept, cut after ``limit`` characters.

    It stands on lines of its own. Nothing inside ends the fence.
    """
    lines = re.split("\r\n|\r|\n", _cut(text, limit))
    shown = "\n".join("".join(_visible(c) for c in line.replace("\t", " ")) for line in lines)
    shown = shown.replace("<!--", "<\u200b!--")
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}text\n{shown or EMPTY}\n{fence}"


def _one_line(text: str) -> str:
    return re.sub("\r\n|\r|\n", NEWLINE, text).replace("\t", " ")


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"


def _visible(character: str) -> str:
    if unicodedata.category(character) not in HIDDEN:
        return character
    return f"⟨U+{ord(character):04X}⟩"


def _code_span(text: str) -> str:
    """Quoted by one backtick more than the longest run inside; spaces keep the ends apart."""
    ticks = "`" * (_longest_run(text) + 1)
    edge = " " if text[0] in " `" or text[-1] in " `" else ""
    if not text.strip(" "):  # Markdown strips nothing from a span of spaces alone
        edge = ""
    return f"{ticks}{edge}{text}{edge}{ticks}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
