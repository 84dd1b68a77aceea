"""Turns what people mean in plain text into links: addresses, @names, #numbers, :emoji:.

It works on the text of a finished document, outside code and links, as GitHub
does; so a name inside `<summary>` is linked and one inside a code span is not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Protocol

# The few short codes that our own documents and most people use. Unknown ones stay text.
EMOJI = {
    "+1": "👍",
    "-1": "👎",
    "bug": "🐛",
    "bulb": "💡",
    "confused": "😕",
    "eyes": "👀",
    "fire": "🔥",
    "heart": "❤️",
    "hourglass": "⌛",
    "lock": "🔒",
    "memo": "📝",
    "package": "📦",
    "rocket": "🚀",
    "smile": "😄",
    "sparkles": "✨",
    "tada": "🎉",
    "thumbsdown": "👎",
    "thumbsup": "👍",
    "warning": "⚠️",
    "wave": "👋",
    "white_check_mark": "✅",
    "x": "❌",
}

_LOGIN = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})"
_MEANT = re.compile(
    rf"""
      (?<![\w/]) (?P<url> (?:https?://|www\.) [^\s<>]+ )
    | (?<![\w/@`]) @(?P<mention> {_LOGIN}(?:/[A-Za-z0-9][A-Za-z0-9-]*)? ) (?![\w-])
    | (?<![\w/#&]) (?P<repository> {_LOGIN}/[\w.-]+ )? \#(?P<number> [1-9][0-9]{{0,9}} ) (?!\w)
    | :(?P<emoji> [a-z0-9_+-]+ ):
    """,
    re.VERBOSE | re.ASCII,
)
_AFTER_AN_ADDRESS = "?!.,:*_~'\""  # GFM, "Extended autolink path validation"


class Links(Protocol):
    """Where a name or number leads, for the reader of this page; None leaves it as text."""

    def mention(self, name: str) -> str | None:
        """The page of a person (``login``) or team (``organization/slug``)."""
        ...

    def issue(self, repository: str | None, number: int) -> str | None:
        """The page of an issue of ``owner/name``; None means the repository of the page."""
        ...


@dataclass(frozen=True, slots=True)
class _Nowhere:
    def mention(self, name: str) -> str | None:  # noqa: ARG002 -- the protocol's parameter
        return None

    def issue(self, repository: str | None, number: int) -> str | None:  # noqa: ARG002 -- as above
        return None


NO_LINKS: Links = _Nowhere()


def linked(text: str, links: Links) -> str:
    """``text`` as HTML: escaped, with links where something is meant."""
    return "".join(_pieces(text, links))


def _pieces(text: str, links: Links) -> Iterator[str]:
    done = 0
    for found in _MEANT.finditer(text):
        html, end = _one(found, links)
        if html is None:
            continue
        yield escape(text[done : found.start()], quote=False)
        yield html
        done = end
    yield escape(text[done:], quote=False)


def _one(found: re.Match[str], links: Links) -> tuple[str | None, int]:
    """The HTML of one find, None where it means nothing, and where the find ends."""
    end = found.end()
    if found["url"]:
        address = _trimmed(found["url"])
        target = address if "://" in address else f"http://{address}"
        return anchor(target, escape(address, quote=False)), found.start() + len(address)
    if found["mention"]:
        page = links.mention(found["mention"])
        return page and anchor(page, f"@{found['mention']}", mark="mention"), end
    if found["number"]:
        page = links.issue(found["repository"], int(found["number"]))
        return page and anchor(page, found.group().strip()), end
    return EMOJI.get(found["emoji"]), end


def _trimmed(address: str) -> str:
    """Without the punctuation of the sentence around it."""
    while address:
        if address[-1] in _AFTER_AN_ADDRESS or (
            address[-1] == ")" and address.count(")") > address.count("(")
        ):
            address = address[:-1]
        else:
            break
    return address


def anchor(target: str, inner_html: str, *, mark: str = "") -> str:
    """A link; one that leaves this site tells the other side nothing about us."""
    mark = f' class="{mark}"' if mark else ""
    away = "" if target.startswith(("/", "#")) else ' rel="nofollow noopener noreferrer"'
    return f'<a href="{escape(target)}"{mark}{away}>{inner_html}</a>'
