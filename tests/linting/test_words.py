"""Messages of linters are shown as plain text, whatever they repeat of a stranger's file."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.linting.words import plain, sentence, without

MARKS = st.text(alphabet="ab1 _*`~<>[]()!#@&;:/\\$|-+.\"'\n", max_size=60)
MARKDOWN = """\
@octo #12 GH-7 [a](b) ![a](b) <b> &lt; __x__ *x* `x` ~~x~~ https://a.example/x www.a.example
a@b.example :tada: $x$ 1. - > # \\*
"""
WORDS = st.sampled_from(MARKDOWN.split())
TEXTS = st.one_of(st.text(max_size=80), MARKS, st.lists(WORDS, max_size=6).map(" ".join))
GITHUB_ONLY = re.compile(r"(?<!\w)@\w|#\d|\bGH-\d|https?://|\bwww\.|@[\w-]+\.\w|\$.+\$|:[\w+-]+:")


@given(TEXTS)
def test_nothing_in_a_message_is_markdown(text: str) -> None:
    shown = sentence(text)
    blocks = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(shown)
    children = blocks[1].children or []

    assert [block.type for block in blocks] == ["paragraph_open", "inline", "paragraph_close"]
    assert [child.type for child in children] == ["text"]
    assert children[0].content == shown
    assert not GITHUB_ONLY.search(shown)


@given(TEXTS)
def test_a_message_is_one_short_visible_line(text: str) -> None:
    shown = sentence(text)

    assert shown.isprintable()
    assert len(shown) < 320
    assert shown[0] == shown[0].upper()
    assert shown[-1] in ".!?…"


@given(TEXTS)
def test_what_is_fit_to_show_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("double quote to prevent x", "Double quote to prevent x.", id="words"),
        pytest.param('"x" is unknown.', 'It says: "x" is unknown.', id="quoted"),
        pytest.param("use actions/cache@v4 or a_b", "Use actions/cache@v4 or a_b.", id="harmless"),
        pytest.param("line\n  break\x1b[0m", "Line break [0m.", id="control"),
        pytest.param("a. see https://x.example/y#z", "A. …", id="address"),
    ],
)
def test_sentences(text: str, shown: str) -> None:
    assert sentence(text) == shown


def test_hidden_values_are_gone() -> None:
    assert without('label "s3cr3t-value" is unknown', {"s3cr3t-value"}) == 'label "…" is unknown'
