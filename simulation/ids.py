"""How accounts, machines, addresses and bank accounts are written: numbers in, text out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Integers = npt.NDArray[np.int64]
_ROUNDS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F)


def account_id(number: int) -> str:
    """An account as written in every table.

    >>> account_id(17)
    'A0000017'
    """
    return f"A{number:07d}"


def shuffled(numbers: Integers, bits: int, seed: int) -> Integers:
    """A permutation of [0, 2**bits), ``bits`` even and at most 60: equal numbers stay equal, others stay different.

    >>> sorted(shuffled(np.arange(16), 4, 7).tolist()) == list(range(16))
    True
    """
    half = bits // 2
    mask = np.uint64((1 << half) - 1)
    left, right = numbers.astype(np.uint64) >> np.uint64(half), numbers.astype(np.uint64) & mask
    for nth, factor in enumerate(_ROUNDS):
        mixed = (right + np.uint64((seed * 31 + nth * 977) & 0xFFFFFF)) * np.uint64(factor)
        left, right = right, left ^ ((mixed ^ (mixed >> np.uint64(15))) >> np.uint64(7) & mask)
    found: Integers = ((left << np.uint64(half)) | right).astype(np.int64)
    return found


def digits(prefix: str, numbers: Integers, width: int) -> Any:
    """Arrow text of ``prefix`` and each number padded with zeros to ``width`` digits.

    >>> digits("A", np.array([7, 12]), 3).to_pylist()
    ['A007', 'A012']
    """
    letters = np.frombuffer(prefix.encode(), dtype=np.uint8)
    chars = np.empty((len(numbers), len(letters) + width), dtype=np.uint8)
    chars[:, : len(letters)] = letters
    rest = numbers.astype(np.int64)
    for place in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        chars[:, len(letters) + place] = digit + ord("0")
    ends = np.arange(len(numbers) + 1, dtype=np.int32) * chars.shape[1]
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(ends.tobytes()), pa.py_buffer(chars.tobytes()))


def looked_up(values: Integers, write: Any, *, null: npt.NDArray[np.bool_] | None = None) -> Any:
    """Arrow text of many numbers of which few differ: ``write`` turns the distinct ones into a list of texts."""
    distinct, place = np.unique(values, return_inverse=True)
    texts: Sequence[str] = write(distinct)
    indices = pa.array(place.astype(np.int32), mask=null)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(texts), pa.string())).cast(pa.string())
