"""What travels between ``work`` and ``render`` is what was packed, or nothing."""

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.aws_lambda.envelope import NoEnvelope, TooLarge, pack, unpack


@given(st.binary(max_size=500))
def test_what_was_packed_is_unpacked(content: bytes) -> None:
    assert unpack(pack(content), most_bytes=500) == content


@given(st.binary(min_size=1, max_size=300), st.integers(min_value=0, max_value=299))
def test_not_a_byte_more_than_allowed_is_unpacked(content: bytes, most_bytes: int) -> None:
    if len(content) > most_bytes > 0:
        with pytest.raises(TooLarge):
            unpack(pack(content), most_bytes=most_bytes)


@given(st.text() | st.binary().map(lambda noise: base64.b64encode(noise).decode()) | st.integers())
def test_noise_is_refused(noise: object) -> None:
    with pytest.raises((NoEnvelope, TooLarge)):
        unpack(noise, most_bytes=100)


def test_what_follows_or_lacks_the_end_is_refused() -> None:
    whole = zlib.compress(b"content")
    for wrong in (whole + b"more", whole[:-1]):
        with pytest.raises(NoEnvelope):
            unpack(base64.b64encode(wrong).decode(), most_bytes=100)
