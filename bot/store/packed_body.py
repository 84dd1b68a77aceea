"""Bodies of deliveries, compressed fast rather than small: a tenth of the bytes are kept."""

import asyncio
import zlib

RAW = -zlib.MAX_WBITS  # deflate without a checksum: every engine's log has one
PACK_INLINE_BYTES = 256 * 1024  # compressing more than this would hold the event loop up


async def pack(body: bytes) -> bytes:
    """The body compressed, a large one in a thread."""
    if len(body) > PACK_INLINE_BYTES:
        return await asyncio.to_thread(_pack, body)
    return _pack(body)


def unpack(packed: bytes) -> bytes:
    """The body as it came."""
    return zlib.decompress(packed, wbits=RAW)


def _pack(body: bytes) -> bytes:
    packer = zlib.compressobj(1, wbits=RAW, memLevel=6)  # the least level, little to prepare
    return packer.compress(body) + packer.flush()
