"""No secret is ever readable in a log line, a traceback or an error."""

import io
import logging
import traceback

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ManualClock
from bot.github.redact import GONE, RedactingFilter, Redactor
from tests.github.scripted_github import TOKEN_TAIL

LONG = "ghs_4711" + TOKEN_TAIL
OLD = "ghs_" + "16C7e42F292c6912E7710c838347Ae178B4a"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI0NzExIn0.c2lnbmF0dXJl-canary_x"
AWS = "AKIA" + "IOSFODNN7EXAMPLE"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEcanaryKEY+/base64==\n-----END RSA PRIVATE KEY-----"
OPAQUE = "a-secret-of-no-known-shape:£42"

KNOWN_BY_SHAPE = [
    pytest.param(LONG, id="token-of-2026"),
    pytest.param(OLD, id="token-of-old"),
    pytest.param("ghp_" + "a1B2" * 9, id="personal-token"),
    pytest.param("github_pat_" + "11ABC_" * 8, id="fine-grained-token"),
    pytest.param(JWT, id="jwt"),
    pytest.param(AWS, id="aws-key"),
    pytest.param(PEM, id="pem"),
    pytest.param(PEM.replace("\n", "\\n"), id="pem-in-one-line"),
    pytest.param(PEM[:60], id="pem-cut-off"),
]


@pytest.mark.parametrize("secret", KNOWN_BY_SHAPE)
@pytest.mark.parametrize(
    "around", ["{}", "token={} end", '{{"a":"{}"}}', "https://x:{}@github.com/a"]
)
def test_a_secret_that_never_went_through_us_is_known_by_its_shape(
    secret: str, around: str
) -> None:
    """An operator's paste, a library's message."""
    cleaned = Redactor().clean(around.format(secret))
    assert "canary" not in cleaned
    assert secret[12:] not in cleaned
    assert GONE in cleaned


def test_a_live_value_is_blanked_whatever_it_looks_like() -> None:
    """Tokens are opaque: no shape is promised."""
    redactor = Redactor()
    redactor.remember(OPAQUE)
    assert redactor.clean(f"<{OPAQUE}> and {OPAQUE}") == f"<{GONE}> and {GONE}"


def test_a_token_cut_in_two_shows_in_neither_half() -> None:
    """As when a message is split over two log lines or a chain of errors."""
    redactor = Redactor()
    redactor.remember(LONG)
    for cut in range(24, len(LONG) - 24, 7):
        for half in (LONG[:cut], LONG[cut:]):
            cleaned = redactor.clean(f"got {half} here")
            assert not any(LONG[i : i + 20] in cleaned for i in range(len(LONG) - 20))


@given(
    start=st.integers(0, len(LONG) - 20),
    length=st.integers(20, 300),
    before=st.text("xyz._-", max_size=30),
    after=st.text("xyz._-", max_size=30),
)
def test_no_twenty_characters_of_a_token_get_through(
    start: int, length: int, before: str, after: str
) -> None:
    """Wherever it was cut, and whatever it was glued to."""
    redactor = Redactor()
    redactor.remember("another-live-secret-of-letters-only")
    redactor.remember(LONG)
    cleaned = redactor.clean(f"a {before}{LONG[start : start + length]}{after} b")
    assert not any(LONG[i : i + 20] in cleaned for i in range(len(LONG) - 19))
    assert cleaned.startswith("a ")
    assert cleaned.endswith(" b")


@given(st.text(alphabet="abcdefghij ._-/\n", max_size=300))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    """Redaction that eats the message would hide what happened."""
    redactor = Redactor()
    redactor.remember(LONG)
    assert redactor.clean(text) == text


@given(st.text(max_size=200), st.sampled_from([LONG, OLD, JWT, AWS, PEM]), st.text(max_size=50))
def test_cleaning_is_done_once(before: str, secret: str, after: str) -> None:
    """A clean text stays the same, so filters may stand in a row."""
    redactor = Redactor()
    redactor.remember(LONG)
    once = redactor.clean(before + secret + after)
    assert redactor.clean(once) == once
    assert secret not in once


def test_a_dead_token_is_forgotten_in_time() -> None:
    """The list of what to look for does not grow for ever."""
    clock = ManualClock(0.0)
    redactor = Redactor(clock)
    redactor.remember(OPAQUE, until_s=10)
    clock.advance(11)
    redactor.remember("another-secret-of-ours")
    assert redactor.clean(OPAQUE) == OPAQUE
    assert redactor.clean("another-secret-of-ours") == GONE


def _fail_with(secret: str) -> None:
    try:
        raise ConnectionError(f"first {secret[:300]}")
    except ConnectionError as first:
        raise RuntimeError(f"second {secret[300:]}") from first


def test_the_standard_log_shows_no_secret() -> None:
    """In the message, split over arguments, in a chain of errors, in a wrong log call."""
    redactor = Redactor()
    redactor.remember(LONG)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(RedactingFilter(redactor))
    log = logging.Logger("test")
    log.addHandler(handler)

    log.error("whole %s", LONG)
    log.error("split %s%s", LONG[:9], LONG[9:])
    log.error("wrong call %d", LONG)
    log.error("too many %s", "x", LONG)  # noqa: PLE1205 - a wrong call is the point
    try:
        _fail_with(LONG)
    except RuntimeError:
        log.exception("failed", stack_info=True)

    assert_hidden(written.getvalue())
    assert "RuntimeError: second" in written.getvalue()
    assert "ConnectionError: first" in written.getvalue()


@pytest.mark.parametrize("place", ["after", "before"])
def test_the_structured_log_shows_no_secret(place: str) -> None:
    """Values, nested values, keys, bytes, objects, and tracebacks with local variables."""
    redactor = Redactor()
    redactor.remember(LONG)
    written = io.StringIO()
    last = [redactor.processor, structlog.processors.JSONRenderer()]
    log = structlog.wrap_logger(
        structlog.PrintLogger(written),
        processors=[
            structlog.processors.dict_tracebacks,
            *(last if place == "before" else reversed(last)),
        ],
    )
    log.error("event " + LONG, a=LONG, b={"c": [LONG, {LONG: 1}]}, d=LONG.encode(), e={LONG}, f=3)
    try:
        _fail_with(LONG)
    except RuntimeError:
        log.exception("failed")
    assert_hidden(written.getvalue())
    assert '"f": 3' in written.getvalue()


def test_an_errors_text_shows_no_secret() -> None:
    """What a person or an operator is told of a failure."""
    redactor = Redactor()
    redactor.remember(LONG)
    try:
        _fail_with(LONG)
    except RuntimeError as error:
        text = "".join(traceback.format_exception(error))
    assert_hidden(redactor.clean(text))


def assert_hidden(text: str) -> None:
    assert not [LONG[i : i + 20] for i in range(len(LONG) - 20) if LONG[i : i + 20] in text]
