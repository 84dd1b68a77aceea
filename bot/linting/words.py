"""A linter's words made fit to show: one line of plain text in which nothing is Markdown.

Messages repeat what stands in strangers' files, and they end in check runs, comments
and terminals. A code span would keep them apart in Markdown only, so what could be
read as a mark is replaced by a sign that looks like it and means nothing.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

HIDDEN: Final = "…"
_LONGEST: Final = 300
_ALIKE: Final = str.maketrans(
    {"`": "'", "*": "∗", "<": "‹", ">": "›", "~": "∼"}  # emphasis, HTML and code
)
_MARKS: Final = (
    (re.compile(r"\b(?:see\s+)?(?:https?|ftp)://\S+", re.IGNORECASE), HIDDEN),
    (re.compile(r"\bwww\.", re.IGNORECASE), "www "),
    (re.compile(r"(?<=[\])])(?=[\[(])"), " "),  # a link's two halves
    (re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)"), "＼"),  # an escape
    (re.compile(r"&(?=#?\w+;)"), "＆"),  # an entity
    (re.compile(r"#(?=\d)|(?<=GH)-(?=\d)"), "＃"),  # an issue
    (re.compile(r"(?<!\w)@(?=\w)|@(?=[\w-]+\.)"), "＠"),  # a person, an address
    (re.compile(r"(?<![^\W_])_|_(?![^\W_])"), "ˍ"),  # emphasis, but not a_name
    (re.compile(r":(?=[\w+-]+:)"), "∶"),  # a picture by its name
)


def plain(text: str, *, longest: int = _LONGEST) -> str:
    """``text`` on one line, without marks and invisible characters, cut after ``longest``."""
    shown = " ".join("".join(map(_visible, text[: 20 * longest])).split())
    shown = shown.translate(_ALIKE)
    for mark, sign in _MARKS:
        shown = mark.sub(sign, shown)
    if shown.count("$") > 1:  # what stands between two would be a formula
        shown = shown.replace("$", "＄")
    return shown if len(shown) <= longest else f"{shown[:longest].rstrip()}{HIDDEN}"


def sentence(text: str) -> str:
    """The same as a whole sentence: it begins with a capital letter and ends with a full stop."""
    shown = plain(text).strip()
    if not shown[:1].isalpha():
        shown = f"It says: {shown}"
    end = "" if shown.endswith((".", "!", "?", HIDDEN)) else "."
    return f"{shown[0].upper()}{shown[1:]}{end}"


def without(text: str, values: Iterable[str]) -> str:
    """``text`` with none of ``values`` in it."""
    for value in values:
        text = text.replace(value, HIDDEN)
    return text


def _visible(character: str) -> str:
    hidden = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return " " if hidden else character
