"""How long the bot waits when GitHub says "not so fast"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from bot.github.rate_limits import budget, is_rate_limit, wait_after_refusal

NOW_S = 1_700_000_000.0


@pytest.mark.parametrize(
    ("headers", "attempt", "wait_s"),
    [
        pytest.param({"Retry-After": "7"}, 1, 7.0, id="retry-after"),
        pytest.param(
            {
                "Retry-After": "7",
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": "1700000900",
            },
            1,
            7.0,
            id="retry-after-goes-before-the-reset",
        ),
        pytest.param(
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000090"},
            1,
            91.0,
            id="nothing-left-waits-for-the-reset",
        ),
        pytest.param(
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1699999000"},
            1,
            0.0,
            id="a-reset-in-the-past-is-no-wait",
        ),
        pytest.param(
            {"X-RateLimit-Remaining": "12", "X-RateLimit-Reset": "1700000090"},
            1,
            60.0,
            id="something-left-means-a-secondary-limit",
        ),
        pytest.param({}, 1, 60.0, id="no-word-is-a-minute"),
        pytest.param({}, 2, 120.0, id="then-two"),
        pytest.param({}, 3, 240.0, id="then-four"),
        pytest.param({}, 50, 3600.0, id="never-more-than-an-hour"),
        pytest.param({"Retry-After": "99999"}, 1, 3600.0, id="not-even-if-asked-to"),
        pytest.param({"Retry-After": "soon"}, 1, 60.0, id="a-word-is-no-number"),
        pytest.param({"Retry-After": "-5"}, 1, 60.0, id="a-negative-number-is-none"),
        pytest.param({"Retry-After": "٣"}, 1, 60.0, id="nor-are-other-digits"),
    ],
)
def test_the_wait_follows_githubs_rules(
    headers: dict[str, str], attempt: int, wait_s: float
) -> None:
    """Retry-After first, then the reset, then a minute that doubles."""
    told = CIMultiDict(headers)
    assert wait_after_refusal(told, now_s=NOW_S, attempt=attempt) == wait_s


@given(
    headers=st.dictionaries(
        st.sampled_from(["Retry-After", "X-RateLimit-Remaining", "X-RateLimit-Reset"]),
        st.one_of(st.text(max_size=12), st.integers(-(10**12), 10**12).map(str)),
    ),
    attempt=st.integers(1, 10**6),
)
def test_no_header_makes_the_bot_wait_forever_or_fail(
    headers: dict[str, str], attempt: int
) -> None:
    """Whatever a proxy sends, the wait lies between nothing and an hour."""
    told = CIMultiDict(headers)
    assert 0 <= wait_after_refusal(told, now_s=NOW_S, attempt=attempt) <= 3600
    budget(told)


@pytest.mark.parametrize(
    ("status", "headers", "message", "is_limit"),
    [
        pytest.param(429, {}, "", True, id="429"),
        pytest.param(403, {"X-RateLimit-Remaining": "0"}, "", True, id="403-nothing-left"),
        pytest.param(403, {"Retry-After": "60"}, "", True, id="403-retry-after"),
        pytest.param(
            403, {}, "You have exceeded a secondary rate limit.", True, id="403-in-words-only"
        ),
        pytest.param(
            403,
            {"X-RateLimit-Remaining": "4000"},
            "Resource not accessible by integration",
            False,
            id="403-permission",
        ),
        pytest.param(403, {}, "Upgrade to GitHub Pro", False, id="403-plan"),
        pytest.param(404, {"X-RateLimit-Remaining": "0"}, "", False, id="404-on-the-last-request"),
        pytest.param(422, {"Retry-After": "1"}, "", False, id="422"),
    ],
)
def test_a_missing_permission_is_not_taken_for_a_limit(
    status: int, headers: dict[str, str], message: str, is_limit: bool
) -> None:
    """Waiting for a permission would never end."""
    assert is_rate_limit(status, CIMultiDict(headers), message) is is_limit
