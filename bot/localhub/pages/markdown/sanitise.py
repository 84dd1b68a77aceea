"""Writes HTML anew with only what GitHub leaves in: an allow list, balanced and escaped.

Nothing of the input is copied: every tag that comes out was written here, every
text and attribute is escaped here. However a stranger's HTML is misread, the
result is at worst ugly. The allow list follows what GitHub documents for its
README rendering (github/markup, "GitHub Markup", step 2) and "GitHub Flavored
Markdown", "Disallowed Raw HTML".
"""

import re
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

from bot.localhub.pages.markdown.references import Links, anchor, linked

VOID = frozenset({"br", "hr", "img", "input", "wbr"})
ALLOWED = VOID | {
    *("a", "abbr", "b", "bdo", "blockquote", "caption", "cite", "code", "dd", "del", "details"),
    *("dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("i", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp"),
    *("small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td"),
    *("tfoot", "th", "thead", "time", "tr", "tt", "ul", "var"),
}
DROPPED_WITH_CONTENT = {
    *("audio", "canvas", "iframe", "math", "noembed", "noframes", "noscript", "object"),
    *("plaintext", "script", "select", "style", "svg", "template", "textarea", "title"),
    *("video", "xmp"),
}
ATTRIBUTES = {
    *("align", "colspan", "dir", "height", "lang", "open", "rowspan", "start", "title", "width"),
}
CLASSES = re.compile(
    r"language-[\w+#.-]+|task-list-item|contains-task-list|alert(-(note|tip|important|warning|caution))?"
    r"|alert-title"
)
TEXT_IS_LITERAL = frozenset({"a", "code", "pre", "tt"})
DEEPEST = 100  # elements inside each other; the rest keeps its text
ID_PREFIX = "user-content-"  # so that no heading takes the id of something on our pages
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SIDE = re.compile(r"text-align:(left|center|right)")  # how the Markdown reader aligns columns
_INVISIBLE = re.compile(r"[\x00-\x20\x7f]")  # browsers skip them inside an address


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where addresses without a site lead: ``files`` for links, ``raw`` for pictures."""

    files: str = ""
    raw: str = ""


NO_ADDRESSES = Addresses()


def sanitise(html: str, *, links: Links, addresses: Addresses) -> str:
    """``html`` with only harmless elements, all closed; text gets its references linked."""
    writer = _Writer(links, addresses)
    writer.feed(html)
    writer.close()
    return writer.finish()


class _Writer(HTMLParser):
    def __init__(self, links: Links, addresses: Addresses) -> None:
        super().__init__(convert_charrefs=True)
        self._links, self._addresses = links, addresses
        self._out: list[str] = []
        self._open: list[str] = []
        self._dropping = 0

    def set_cdata_mode(self, *_: object, **__: object) -> None:
        """Read the inside of script and style as tags: one that never ends hides no more."""

    def finish(self) -> str:
        while self._open:
            self._close_last()
        return "".join(self._out)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in DROPPED_WITH_CONTENT:
            self._open.append(tag)
            self._dropping += 1
        elif tag in ALLOWED and not self._dropping and len(self._open) < DEEPEST:
            given = {name: value or "" for name, value in reversed(attrs)}
            self._write_start(tag, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # HTML knows no self-closing elements

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._close_last() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._dropping:
            return
        literal = any(tag in TEXT_IS_LITERAL for tag in self._open)
        self._out.append(escape(data, quote=False) if literal else linked(data, self._links))

    def _close_last(self) -> str:
        tag = self._open.pop()
        if tag in DROPPED_WITH_CONTENT:
            self._dropping -= 1
        else:
            self._out.append(f"</{tag}>")
        return tag

    def _write_start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "input":
            self._out.append(_checkbox(given))
        elif tag == "img":
            self._out.append(self._picture(given))
        else:
            self._out.append(f"<{tag}{self._attributes(tag, given)}>")
            if tag not in VOID:
                self._open.append(tag)

    def _attributes(self, tag: str, given: dict[str, str]) -> str:
        kept = {name: value for name, value in given.items() if name in ATTRIBUTES}
        classes = [c for c in given.get("class", "").split() if CLASSES.fullmatch(c)]
        if side := _SIDE.fullmatch(given.get("style", "")):
            kept["align"] = side[1]
        if classes:
            kept["class"] = " ".join(classes)
        if "id" in given:
            kept["id"] = ID_PREFIX + given["id"].removeprefix(ID_PREFIX)
        if tag == "a" and (target := self._target(given.get("href", ""))):
            kept["href"] = target
            if not target.startswith(("/", "#")):
                kept["rel"] = "nofollow noopener noreferrer"
        return "".join(f' {name}="{escape(value)}"' for name, value in kept.items())

    def _target(self, address: str) -> str | None:
        clean = _INVISIBLE.sub("", address)
        if clean.startswith("#"):
            return "#" + ID_PREFIX + clean[1:].removeprefix(ID_PREFIX)
        scheme = _SCHEME.match(clean)
        if scheme:
            return clean if scheme.group().lower() in {"http:", "https:", "mailto:"} else None
        return _placed(clean, self._addresses.files)

    def _picture(self, given: dict[str, str]) -> str:
        """The picture if it is ours, else a link to it: a page asks nobody else for anything."""
        source, name = _INVISIBLE.sub("", given.get("src", "")), given.get("alt", "")
        if _SCHEME.match(source) or source.startswith("//"):
            target = self._target(source)
            inner = escape(name or "picture", quote=False)
            in_a_link = "a" in self._open
            return inner if target is None or in_a_link else anchor(target, inner)
        placed = _placed(source, self._addresses.raw)
        if placed is None:
            return escape(name, quote=False)
        shown = {"src": placed, "alt": name}
        shown |= {n: given[n] for n in ("width", "height", "align", "title") if n in given}
        return "<img" + "".join(f' {n}="{escape(v)}"' for n, v in shown.items()) + ">"


def _checkbox(given: dict[str, str]) -> str:
    if given.get("type") != "checkbox":
        return ""
    checked = " checked" if "checked" in given else ""
    return f'<input type="checkbox" disabled{checked}>'


def _placed(address: str, folder: str) -> str | None:
    """An address within this site; None for one that names another site."""
    if not address or address.startswith(("//", "\\", "/\\")):
        return None
    if address.startswith("/"):
        return address
    return f"{folder}{address}" if folder else None
