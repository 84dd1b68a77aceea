"""Words in code spans, and the same words as plain text."""

from hypothesis import given
from hypothesis import strategies as st

from bot.templates.variables import SAFE_LINE_SAYS
from bot.written import code
from bot.written.plain_text import without_code

words = st.text(st.characters(codec="utf-8"), min_size=1).map(lambda text: " ".join(text.split()))


@given(
    words.filter(bool), st.sampled_from(["", "One of ", "a "]), st.sampled_from(["", ".", " or"])
)
def test_plain_text_is_what_stood_in_the_span(text: str, before: str, after: str) -> None:
    assert without_code(f"{before}{code(text)}{after}") == f"{before}{text}{after}"


def test_several_spans_and_none() -> None:
    assert without_code("One of `a`, `b, c` and 3 more.") == "One of a, b, c and 3 more."
    assert without_code("No span here.") == "No span here."
    assert without_code(SAFE_LINE_SAYS).endswith(
        "without any of \" ' ` \\ $ < > { } [ ] | ; & # : *"
    )
