"""Which characters text may hold, and how a stranger's words are shown inert.

Invisible characters let a text read as something other than it is (a name with a
zero-width space, a line turned around by a bidirectional override), so they are
refused by name instead of being removed in silence.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

# Control, format (zero-width and bidirectional among them), surrogate, line and
# paragraph separator: none of them can be seen, all of them can mislead.
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Letters by category that are drawn as nothing.
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def normal(text: str) -> str:
    """``text`` in Unicode's composed form (NFC) without white space around it."""
    return unicodedata.normalize("NFC", text).strip()


def forbidden_character(text: str, *, lines: bool = False) -> str:
    """The first character that text may not hold, named; empty where all are fine.

    With ``lines``, line feeds and tabs are allowed.
    """
    for character in text:
        if lines and character in "\n\t":
            continue
        if character in _BLANK_LETTERS or unicodedata.category(character) in _INVISIBLE_CATEGORIES:
            return _name(character)
    return ""


def _name(character: str) -> str:
    """How to speak of a character that cannot be seen."""
    if character in "\n\r\u0085\u2028\u2029":
        return "a line break"
    if character == "\t":
        return "a tab"
    name = unicodedata.name(character, "control character").lower()
    return f"an invisible character (U+{ord(character):04X}, {name})"


def code(text: str) -> str:
    """``text`` as a Markdown code span that its own backticks cannot end.

    Line breaks become spaces: a code span that holds a blank line is none.
    """
    shown = re.sub(r"\s+", " ", text)
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * (longest + 1)
    edge = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{edge}{shown}{edge}{fence}"


def without_code(text: str) -> str:
    """``text`` with what ``code`` put around its words taken away: plain text for people."""
    return re.sub(r"(?<!`)(`+)(?!`)( ?)(.+?)\2(?<!`)\1(?!`)", r"\3", text)


def one_of(choices: Iterable[str], *, most: int = 12) -> str:
    """``one of `a`, `b` `` for people; a long list is cut and says by how much."""
    listed = list(choices)
    shown = ", ".join(code(choice) for choice in listed[:most])
    if len(listed) == 1:
        return shown
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return f"one of {shown}{more}"


def near_miss(word: str, known: Sequence[str]) -> str:
    """The sentence that offers the nearest known word, or nothing."""
    begun = [each for each in known if len(word) > 2 and each.startswith(word)]
    found = begun or difflib.get_close_matches(word[:100], known, n=1)
    return f" Did you mean {code(found[0])}?" if found else ""
