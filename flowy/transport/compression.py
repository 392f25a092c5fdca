"""Zstandard: smaller bytes, and back with an eye on what they claim to become."""

import zstandard

from flowy.errors import PayloadLost

LEVEL = 3
"""How hard it tries, as zstd's own default: hundreds of megabytes a second."""

NAME = "zstd"


def compress(data: bytes) -> bytes:
    """Return the bytes compressed, with a checksum inside."""
    return zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(data)


def decompress(data: bytes, size: int) -> bytes:
    """Return the bytes that were compressed.

    Args:
        data: What ``compress`` gave.
        size: How many bytes there were; no more memory is taken than that.

    Raises:
        PayloadLost: It is not what ``compress`` gave for so many bytes.
    """
    try:
        claimed = zstandard.frame_content_size(data)
        if claimed != size:
            raise PayloadLost(f"it claims to become {claimed:,} bytes and not {size:,}")
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=max(size, 1))
    except zstandard.ZstdError as error:
        raise PayloadLost(f"its compressed bytes are damaged ({error})") from error
