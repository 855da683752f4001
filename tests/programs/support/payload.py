"""The data that is transferred: reproducible, without a pattern that could hide a lost block."""

import functools
import hashlib
import random

SIZES = (1, 16384, 10_000_000)


@functools.lru_cache(maxsize=None)
def payload(size):
    """`size` bytes, the same in every process."""
    return random.Random(size).randbytes(size)


def digest(data):
    """SHA-256 of data as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
