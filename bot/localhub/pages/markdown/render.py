"""Markdown as GitHub reads it, to HTML as GitHub leaves it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from bot.localhub.pages.markdown.charts import chart_table
from bot.localhub.pages.markdown.references import NO_LINKS, Links
from bot.localhub.pages.markdown.sanitise import NO_ADDRESSES, Addresses, sanitise

_TASK = re.compile(r"\[([ xX])\][ \t]+")
_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*$", re.IGNORECASE)
_NOT_IN_AN_ID = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a text stands. In a conversation a line break is a break; in a file it is not."""

    links: Links = NO_LINKS
    addresses: Addresses = NO_ADDRESSES
    conversation: bool = True


def render(text: str, place: Place) -> Markup:
    """``text`` as harmless HTML: GFM tables, task lists, strikethrough, alerts, folds, charts.

    HTML comments, scripts, event handlers and pictures from other sites are left
    out; @names and #numbers become links where ``place`` knows the target.
    """
    html = _reader(breaks=place.conversation).render(text)
    return Markup(  # noqa: S704 -- sanitise writes every tag itself and escapes the rest
        sanitise(html, links=place.links, addresses=place.addresses)
    )


@lru_cache(maxsize=2)
def _reader(*, breaks: bool) -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": True, "breaks": breaks})
    reader.enable(["table", "strikethrough"])
    reader.add_render_rule("fence", _fence)
    reader.core.ruler.push("task_lists", _mark_tasks)
    reader.core.ruler.push("alerts", _mark_alerts)
    reader.core.ruler.push("heading_ids", _name_headings)
    reader.core.ruler.push("hidden", _drop_open_comments)
    return reader


def _fence(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """A block of code; of Mermaid's, the charts are shown."""
    token = tokens[index]
    chart = chart_table(token.content) if token.info.strip() == "mermaid" else None
    return chart or self.fence(tokens, index, options, env)


def _inside(tokens: list[Token], opened: str) -> Iterator[tuple[Token, Token]]:
    """Each opening token of a kind whose first content is a paragraph, with that text."""
    for start, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if start.type == opened and paragraph.type == "paragraph_open" and inline.children:
            yield start, inline


def _mark_tasks(state: StateCore) -> None:
    for item, inline in _inside(state.tokens, "list_item_open"):
        assert inline.children  # noqa: S101 -- _inside yields only these
        first = inline.children[0]
        found = _TASK.match(first.content) if first.type == "text" else None
        if found is None:
            continue
        first.content = first.content[found.end() :]
        checked = " checked" if found[1] != " " else ""
        box = Token("html_inline", "", 0, content=f'<input type="checkbox" disabled{checked}> ')
        inline.children.insert(0, box)
        item.attrJoin("class", "task-list-item")


def _mark_alerts(state: StateCore) -> None:
    for quote, inline in _inside(state.tokens, "blockquote_open"):
        assert inline.children  # noqa: S101 -- _inside yields only these
        found = _ALERT.match(inline.children[0].content)
        if found is None:
            continue
        kind = found[1].lower()
        quote.attrJoin("class", f"alert alert-{kind}")
        title = Token("html_inline", "", 0)
        title.content = f'<strong class="alert-title">{kind.title()}</strong>'
        inline.children[0] = title


def _name_headings(state: StateCore) -> None:
    taken: dict[str, int] = {}
    for heading, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if heading.type != "heading_open":
            continue
        name = _NOT_IN_AN_ID.sub("", inline.content.lower()).replace(" ", "-")
        again = taken.get(name, 0)
        taken[name] = again + 1
        heading.attrSet("id", f"{name}-{again}" if again else name)


def _drop_open_comments(state: StateCore) -> None:
    """A comment that is never closed hides the rest, as in a browser."""
    for token in state.tokens:
        opened = token.content.rfind("<!--") if token.type == "html_block" else -1
        if opened >= 0 and "-->" not in token.content[opened:]:
            token.content = token.content[:opened]
