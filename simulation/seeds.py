"""Child random streams: every cell, agent and day draws from its own, so that the order of playing changes nothing."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What a child stream is for; the numbers are part of what a seed means. Append only."""

    PRICES = 1
    FLOW = 2
    DEVICE = 3
    LOGIN = 4
    CASH = 5
    NOTICE = 6
    BOOK = 7
    NUMBERS = 8
    PEOPLE = 9
    AGENT = 10
    INVESTIGATOR = 11


def child(seed: int, stream: Stream, *key: int) -> np.random.Generator:
    """The generator of one purpose and key; the same arguments give the same draws in any process and order.

    >>> bool(child(7, Stream.FLOW, 3, 5).random() == child(7, Stream.FLOW, 3, 5).random())
    True
    >>> bool(child(7, Stream.FLOW, 3, 5).random() == child(7, Stream.FLOW, 5, 3).random())
    False
    """
    return np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=(int(stream), *key)))
