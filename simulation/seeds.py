"""Child random streams: every agent and day draws from its own, so that one more account changes no other."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What a child stream is for; the numbers are part of what a seed means."""

    PRICES = 1
    ACCOUNT = 2
    SPELL = 3
    TURN = 4
    DEVICE = 5
    LOGIN = 6
    CASH = 7
    NOTICE = 8


def child(seed: int, stream: Stream, *key: int) -> np.random.Generator:
    """The generator of one agent (and day); the same arguments give the same draws in any process and order.

    >>> bool(child(7, Stream.TURN, 3, 5).random() == child(7, Stream.TURN, 3, 5).random())
    True
    >>> bool(child(7, Stream.TURN, 3, 5).random() == child(7, Stream.TURN, 5, 3).random())
    False
    """
    return np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=(int(stream), *key)))
