"""What is a command in a comment, and the many things that are none."""

import re
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.commands import Typed, read_commands
from bot.commands.grammar import LONGEST_BYTES, MOST_COMMANDS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("/deploy staging", [Typed("deploy", ("staging",))], id="one"),
        pytest.param("Thanks!\n\n/retry\n/status", [Typed("retry"), Typed("status")], id="two"),
        pytest.param("/retry\r\n\r\n/status\r\n", [Typed("retry"), Typed("status")], id="crlf"),
        pytest.param("Please\n/retry", [Typed("retry")], id="second-line-of-a-paragraph"),
        pytest.param("  /retry", [Typed("retry")], id="indented-a-little"),
        pytest.param("text\n    /retry", [Typed("retry")], id="indented-yet-seen-as-text"),
        pytest.param("/undo   confirm  ", [Typed("undo", ("confirm",))], id="spaces"),
        pytest.param("/undo\tconfirm", [Typed("undo", ("confirm",))], id="tab"),
        pytest.param("/Retry", [Typed("Retry")], id="capital-kept-for-the-hint"),
        pytest.param(
            "/lock dev the load test, 100% & more",
            [Typed("lock", ("dev", "the", "load", "test,", "100%", "&", "more"))],
            id="free-text",
        ),
        pytest.param(
            "/report `make test` fails with ``a`b``",
            [Typed("report", ("`make", "test`", "fails", "with", "``a`b``"))],
            id="code-behind-the-verb",
        ),
        pytest.param("> said who?\n\n/retry", [Typed("retry")], id="below-a-quote"),
        pytest.param("```\nlog\n```\n/retry", [Typed("retry")], id="below-code"),
        pytest.param("- item\n\n/retry", [Typed("retry")], id="below-a-list"),
        pytest.param("<!-- note -->\n\n/retry", [Typed("retry")], id="below-an-html-comment"),
        pytest.param(
            "<details>\n\nlog\n\n</details>\n\n/retry", [Typed("retry")], id="below-a-closed-fold"
        ),
        pytest.param("a<br>\n/retry", [Typed("retry")], id="below-a-line-break-tag"),
        pytest.param("~~no~~\n/retry", [Typed("retry")], id="below-struck-out"),
        pytest.param("/deploy prоduction", [Typed("deploy", ("prоduction",))], id="cyrillic-seen"),
        pytest.param("/retry\n" * 9, [Typed("retry")] * MOST_COMMANDS, id="only-the-first-five"),
    ],
)
def test_what_was_meant_is_read(text: str, expected: list[Typed]) -> None:
    """A command starts a visible line of its own, wherever that stands in the comment."""
    assert read_commands(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("> /deploy production", id="quoted"),
        pytest.param("> quote\n/deploy production", id="lazy-quote"),
        pytest.param("> > /deploy production", id="quote-in-quote"),
        pytest.param("> [!NOTE]\n> /deploy production", id="alert"),
        pytest.param("```\n/deploy production\n```", id="in-a-code-block"),
        pytest.param("```\n/deploy production", id="in-an-open-code-block"),
        pytest.param("~~~\n/deploy production\n~~~", id="in-a-tilde-block"),
        pytest.param("    /deploy production", id="indented-code"),
        pytest.param("\t/deploy production", id="tab-indented-code"),
        pytest.param("`/deploy production`", id="code-span"),
        pytest.param("`\n/deploy production\n`", id="code-span-over-lines"),
        pytest.param("\\`x` \n/deploy production\n`", id="code-span-after-an-escape"),
        pytest.param("/deploy`production`", id="code-span-at-the-verb"),
        pytest.param("/deploy `a\nb` production", id="code-span-behind-the-verb-over-lines"),
        pytest.param("`x` /deploy production", id="behind-a-code-span"),
        pytest.param("- /deploy production", id="list"),
        pytest.param("- item\n/deploy production", id="lazy-list"),
        pytest.param("- item\n\n  /deploy production", id="paragraph-in-a-list"),
        pytest.param("1. /deploy production", id="numbered"),
        pytest.param("- [ ] /deploy production", id="task"),
        pytest.param("# /deploy production", id="heading"),
        pytest.param("/deploy production\n---", id="underlined-heading"),
        pytest.param("| /deploy production |\n| --- |", id="table-head"),
        pytest.param("a | b\n--- | ---\n/deploy production", id="table-row-without-pipes"),
        pytest.param("see /deploy docs", id="mid-sentence"),
        pytest.param("**/deploy production**", id="bold"),
        pytest.param("/deploy **production**", id="bold-word"),
        pytest.param("/deploy ~~staging~~ production", id="struck-word"),
        pytest.param("[/deploy production](https://example.test)", id="link"),
        pytest.param("/deploy [production](https://example.test)", id="link-word"),
        pytest.param("/deploy ![production](x.png)", id="picture"),
        pytest.param("\\/deploy production", id="escaped"),
        pytest.param("&#47;deploy production", id="entity"),
        pytest.param("/deploy prod&#117;ction", id="entity-in-a-word"),
        pytest.param("/deploy prod\\uction", id="backslash-in-a-word"),
        pytest.param("/deploy <production>", id="tag-in-a-word"),
        pytest.param("<!-- /deploy production -->", id="html-comment"),
        pytest.param("<!--\n\n/deploy production\n\n-->", id="html-comment-over-paragraphs"),
        pytest.param("<!--\n\n/deploy production", id="open-html-comment"),
        pytest.param("text <!-- x\n/deploy production\n-->", id="inline-html-comment"),
        pytest.param("<details>\n\n/deploy production\n\n</details>", id="fold"),
        pytest.param("<details>\n\n/deploy production", id="open-fold"),
        pytest.param("<details/>\n\n/deploy production", id="fold-that-seems-closed"),
        pytest.param("<details><p></p>\n\n/deploy production", id="fold-with-content"),
        pytest.param("<details></p>\n\n/deploy production", id="fold-with-a-foreign-end"),
        pytest.param("<details\n\n/deploy production\n\n>", id="tag-that-does-not-end"),
        pytest.param("text <details>\n/deploy production", id="fold-in-a-paragraph"),
        pytest.param("<blockquote>\n\n/deploy production\n\n</blockquote>", id="html-quote"),
        pytest.param("<b>\n/deploy production\n</b>", id="inline-element"),
        pytest.param("<pre>\n/deploy production\n</pre>", id="pre"),
        pytest.param("<table><tr><td>\n\n/deploy production\n\n</td></tr></table>", id="cell"),
        pytest.param("[^1]: note\n/deploy production", id="footnote"),
        pytest.param("[^1]: note\r/deploy production", id="footnote-after-an-old-line-end"),
        pytest.param("a\r\r[^1]: note\r/retry", id="footnote-below-old-line-ends"),
        pytest.param("[a]: /deploy\n'/deploy production'", id="link-definition"),
        pytest.param("[a]:\n/deploy", id="link-definition-over-lines"),
        pytest.param("／deploy production", id="fullwidth-slash"),
        pytest.param("⁄deploy production", id="fraction-slash"),
        pytest.param("/dеploy production", id="cyrillic-verb"),
        pytest.param("/deploy\u00a0production", id="no-break-space"),
        pytest.param("\u200b/deploy production", id="zero-width-first"),
        pytest.param("\ufeff/deploy production", id="byte-order-mark-first"),
        pytest.param("\u202e/deploy production", id="override-first"),
        pytest.param("x\u2028/deploy production", id="unicode-line-separator"),
        pytest.param("x\x0b/deploy production", id="vertical-tab"),
        pytest.param("x\x85/deploy production", id="next-line"),
        pytest.param("//deploy production", id="two-slashes"),
        pytest.param("/ deploy production", id="slash-alone"),
        pytest.param("/usr/bin/deploy is missing", id="path"),
        pytest.param("/deploy: production", id="punctuation"),
        pytest.param("/1 production", id="number"),
        pytest.param(f"/{'d' * 33}", id="endless-verb"),
        pytest.param("", id="empty"),
        pytest.param("x" * LONGEST_BYTES + "\n\n/retry", id="too-long"),
        pytest.param("é" * (LONGEST_BYTES // 2) + "\n/retry", id="too-long-in-bytes"),
        pytest.param("\ud800\n\n> /retry", id="half-a-surrogate-pair"),
    ],
)
def test_everything_else_is_no_command(text: str) -> None:
    """Quotes, code, folds, lists, prose and look-alikes execute nothing."""
    assert read_commands(text) == []


INSIDE = st.sampled_from(
    [
        "> {}",
        "> x\n> {}",
        "- x\n  {}",
        "* {}",
        "3) {}",
        "```\n{}\n```",
        "~~~~\n{}\n~~~~",
        "    {}",
        "`{}`",
        "x {}",
        "**{}**",
        "<details>\n\n{}\n\n</details>",
        "<!--\n{}\n-->",
        "<div>\n{}\n</div>",
        "\\{}",
        "# {}",
        "| {} |\n| --- |",
    ]
)
COMMAND = st.sampled_from(["/deploy production", "/retry", "/undo confirm", "/approve"])


@settings(max_examples=2_000, deadline=None)
@given(st.lists(st.tuples(INSIDE, COMMAND), min_size=1, max_size=5))
def test_hidden_commands_stay_hidden_in_any_order(parts: list[tuple[str, str]]) -> None:
    """However quotes, code, lists and folds follow each other, nothing in them runs."""
    text = "\n\n".join(frame.format(command) for frame, command in parts)
    # An indented line after a list item continues the item; it is no command either way.
    assert read_commands(text) == []


@settings(max_examples=10_000, deadline=None)
@given(st.text(st.characters(codec=None, categories=None), max_size=60))
def test_ten_thousand_texts_without_a_slash_line_hold_nothing(text: str) -> None:
    """No comment runs anything unless one of its lines starts with a slash and a letter."""
    assume(not re.search(r"(?:^|[\r\n]) {0,3}/[A-Za-z]", text))
    assert read_commands(text) == []


@settings(max_examples=2_000, deadline=None)
@given(st.text("/>`~-*# \n\t<!d>eploy&;[]()|\\", max_size=80))
def test_what_is_read_was_typed_as_a_line(text: str) -> None:
    """From any jumble of Markdown only lines come back that stand in the text as they are."""
    for typed in read_commands(text):
        assert any(" ".join(line.split()) == str(typed) for line in re.split(r"[\r\n]", text))


@pytest.mark.parametrize(
    "unit",
    ["> ", "[", "*", "`", "<", "a**b", "![[", "- ", "<details>\n\n", "*a_ ", "| a ", "&#", "a\n"],
)
def test_hostile_nesting_is_read_in_reasonable_time(unit: str) -> None:
    """A comment made to be slow costs well under the time of one GitHub call."""
    text = unit * (LONGEST_BYTES // len(unit))
    start_s = time.process_time()

    assert read_commands(text) == []

    assert time.process_time() - start_s < 3
