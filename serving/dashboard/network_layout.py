"""Where the accounts of a picture stand: springs along the links, the same places every time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_STEPS = 200


def places(count: int, links: Sequence[tuple[int, int]]) -> np.ndarray:
    """Coordinates (count, 2) in [-1, 1] of accounts joined by ``links``.

    Fruchterman and Reingold 1991, from a circle, so that the same links always give the same picture.

    >>> places(1, []).tolist()
    [[0.0, 0.0]]
    >>> triangle = places(3, [(0, 1), (0, 2)])
    >>> bool((triangle == places(3, [(0, 1), (0, 2)])).all()), bool(np.abs(triangle).max() <= 1)
    (True, True)
    """
    if count == 0:
        return np.zeros((0, 2))
    angles = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
    at = np.column_stack([np.cos(angles), np.sin(angles)])
    joined = np.zeros((count, count), dtype=bool)
    for a, b in links:
        joined[a, b] = joined[b, a] = True
    wished = 1.0 / np.sqrt(count)
    for step in range(_STEPS):
        apart = at[:, None, :] - at[None, :, :]
        length = np.maximum(np.linalg.norm(apart, axis=2), 1e-3)
        push = (wished / length) ** 2
        pull = np.where(joined, length / wished, 0.0)
        move = ((push - pull)[:, :, None] * apart / length[:, :, None] * wished).sum(axis=1)
        size = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        at = at + move / size * np.minimum(size, 0.1 * (1.0 - step / _STEPS))
    at = at - (at.min(axis=0) + at.max(axis=0)) / 2.0
    scaled: np.ndarray = np.round(at / max(float(np.abs(at).max()), 1e-9), 6)
    return scaled
