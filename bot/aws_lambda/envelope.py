"""How a render travels to its function and back: bytes in JSON, small enough for Lambda."""

import base64
import binascii
import zlib

# Source: AWS Lambda Developer Guide, "Lambda quotas": 6 MB each for request and response
# of a synchronous invocation. What is around the text in the JSON fits into the rest.
MOST_BYTES = 6_000_000

_LEVEL = 6


class TooLarge(Exception):
    """It does not fit, or would become larger than what was allowed for it."""


class NoEnvelope(Exception):
    """The text was not made by ``pack``."""


def pack(content: bytes) -> str:
    """The content, compressed, as text. Raises TooLarge."""
    packed = base64.b64encode(zlib.compress(content, _LEVEL))
    if len(packed) > MOST_BYTES:
        raise TooLarge
    return packed.decode("ascii")


def unpack(packed: object, *, most_bytes: int) -> bytes:
    """What was packed. Never unpacks more than ``most_bytes``. Raises NoEnvelope, TooLarge."""
    if not isinstance(packed, str) or len(packed) > MOST_BYTES:
        raise NoEnvelope
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(base64.b64decode(packed, validate=True), most_bytes)
    except (zlib.error, binascii.Error, ValueError):
        raise NoEnvelope from None
    if unpacking.unconsumed_tail:
        raise TooLarge
    if not unpacking.eof or unpacking.unused_data:
        raise NoEnvelope
    return content
