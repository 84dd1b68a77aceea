"""What strangers wrote is shown in our comments and does nothing there."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.progress.inert import inert, inert_block
from bot.progress.words import cell

MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})

HOSTILE = [
    pytest.param("@acme/everyone", id="mention"),
    pytest.param("#1", id="issue"),
    pytest.param("fixes #1", id="closing word"),
    pytest.param("![x](https://example.test/x.png)", id="picture"),
    pytest.param("[x](javascript:alert(1))", id="link"),
    pytest.param("</details></td></table>", id="closing tags"),
    pytest.param("<!-- paved-road:request -->", id="our own marker"),
    pytest.param("-->", id="end of a comment"),
    pytest.param("x\n/deploy production", id="command on a line of its own"),
    pytest.param("x\n\n/deploy production", id="command in a paragraph of its own"),
    pytest.param("`", id="backtick"),
    pytest.param("``` ```", id="fences"),
    pytest.param("`a`` b ```c````", id="runs of backticks"),
    pytest.param("\\`", id="escaped backtick"),
    pytest.param("&#96;&lt;b&gt;", id="entities"),
    pytest.param(" ", id="a space"),
    pytest.param("   ", id="spaces"),
    pytest.param("", id="nothing"),
    pytest.param("\u202egpj.exe", id="right-to-left override"),
    pytest.param("a\u200bb\ufeff", id="zero width"),
    pytest.param("\x00\x1b[31m\x7f", id="control characters"),
    pytest.param("\ud800", id="half a surrogate pair"),
    pytest.param("a\u2028/deploy production", id="unicode line separator"),
    pytest.param("a | b\n--- | ---", id="table"),
    pytest.param("a\\|b\\\\|c\\", id="escaped pipes"),
    pytest.param("$`x`$ $$y$$", id="mathematics"),
    pytest.param("x" * 5000 + "`", id="long"),
]


def nodes(markdown: str) -> list[Token]:
    """The inline nodes of a text that must be one paragraph."""
    tokens = MARKDOWN.parse(markdown)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    return tokens[1].children or []


def assert_one_code_node(text: str) -> None:
    shown = inert(text)
    assert [node.type for node in nodes(shown)] == ["code_inline"]
    within = nodes(f"Before {shown} after")
    assert [node.type for node in within] == ["text", "code_inline", "text"]
    assert within[0].content == "Before "
    assert within[2].content == " after"
    assert "\n" not in shown
    assert "<!--" not in shown
    shown.encode()  # GitHub takes UTF-8 only
    hidden = {c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert hidden <= {"\u200b"}


@pytest.mark.parametrize("text", HOSTILE)
def test_it_is_text_in_a_code_span_and_nothing_else(text: str) -> None:
    """No mention, no closed issue, no picture, no command, no broken fold."""
    assert_one_code_node(text)


@given(st.text(st.characters(codec=None, categories=None)))
@example("` `")
@example("`\n\n`")
def test_any_text_is_one_code_span(text: str) -> None:
    """However it is made, a stranger's text cannot get out of its span."""
    assert_one_code_node(text)


@given(st.text("`\\ |<>!-\n&a*_[]()@#", max_size=40))
def test_markdown_characters_in_any_order_are_one_code_span(text: str) -> None:
    """Found by trying combinations of what Markdown gives a meaning."""
    assert_one_code_node(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_in_a_table_it_fills_one_cell(text: str) -> None:
    """A correction's table keeps its columns."""
    row = f"| {cell(inert(text))} | fine |"
    assert "\\\\|" not in row  # GitHub reads it as a backslash and the end of the cell
    tokens = MARKDOWN.parse(f"| a | b |\n| --- | --- |\n{row}")

    cells = [tokens[i + 1] for i, token in enumerate(tokens) if token.type == "td_open"]

    assert len(cells) == 2
    assert [node.type for node in cells[0].children or []] == ["code_inline"]
    assert cells[1].content == "fine"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("payments", "`payments`", id="plain"),
        pytest.param("a`b", "``a`b``", id="a backtick"),
        pytest.param("`", "`` ` ``", id="only a backtick"),
        pytest.param("  padded", "`   padded `", id="leading spaces stay"),
        pytest.param("one\r\ntwo", "`one↵two`", id="line break"),
        pytest.param("a\u202eb", "`a⟨U+202E⟩b`", id="override shown by number"),
        pytest.param("", "`(empty)`", id="empty"),
        pytest.param("Straße 日本 🚀", "`Straße 日本 🚀`", id="languages and emoji stay"),
    ],
)
def test_people_recognise_what_they_wrote(text: str, shown: str) -> None:
    """What can be shown is shown as it is; the rest is named."""
    assert inert(text) == shown


def test_long_text_is_cut_where_it_was_told() -> None:
    """A page of text does not fill the comment."""
    assert inert("x" * 11, limit=10) == f"`{'x' * 10}…`"
    assert inert("x" * 10, limit=10) == f"`{'x' * 10}`"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_block_of_it_is_one_block(text: str) -> None:
    """Nothing inside ends the fence, and what stands around it is as it was."""
    assert_one_block(text)


@given(st.text(max_size=200))
def test_a_block_of_anything_is_one_block(text: str) -> None:
    assert_one_block(text)


def assert_one_block(text: str) -> None:
    tokens = MARKDOWN.parse(f"Before\n\n{inert_block(text)}\n\nafter")
    kinds = [token.type for token in tokens if token.level == 0 and token.nesting >= 0]
    assert kinds == ["paragraph_open", "fence", "paragraph_open"]
    (block,) = [token for token in tokens if token.type == "fence"]
    assert "<!--" not in block.content
    seen = [c for c in block.content if c not in "\n\u200b"]
    assert not [c for c in seen if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def test_a_block_keeps_its_lines_and_is_cut() -> None:
    assert inert_block("one\r\ntwo\rthree\tx") == "```text\none\ntwo\nthree x\n```"
    assert inert_block("abc", limit=2) == "```text\nab…\n```"
    assert inert_block("") == "```text\n(empty)\n```"
