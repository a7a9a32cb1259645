"""Chance by key: the same seed and key give the same draws, whatever else is drawn, in any order and process."""

from __future__ import annotations

import hashlib
import math
import struct

DRAWS = 8  # uniform draws a key; a 64-byte digest holds no more


def uniforms(seed: int, key: str) -> tuple[float, ...]:
    """``DRAWS`` uniform draws in (0, 1) that belong to ``key``.

    >>> uniforms(7, "a") == uniforms(7, "a"), uniforms(7, "a") == uniforms(8, "a")
    (True, False)
    """
    words = struct.unpack("<8Q", hashlib.blake2b(f"{seed}:{key}".encode(), digest_size=64).digest())
    return tuple(((word >> 11) + 0.5) / 2**53 for word in words)


def normal(first: float, second: float) -> float:
    """A standard normal draw from two uniform ones (Box and Muller 1958)."""
    return math.sqrt(-2.0 * math.log(first)) * math.cos(2.0 * math.pi * second)
