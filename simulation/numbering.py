"""Numbers as an exchange gives them: orders by acceptance, running over days; trades by time, from 1 every day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.orders import GTC, Orders

Integers = npt.NDArray[np.int64]


class OrderNumbers:
    """Counts every exchange's orders over days, and remembers the numbers of orders that outlive their day."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}
        self._lasting: dict[int, int] = {}

    def give(self, orders: Orders, exchange: Integers, sent: Integers) -> Integers:
        """The number of every order; ``sent`` are the places of today's new ones in order of acceptance.

        Numbers are unique within an exchange; an order of an earlier day keeps the one it had.
        """
        found = np.zeros(len(orders), dtype=np.int64)
        for place in np.unique(exchange).tolist():
            own = sent[exchange[sent] == place]
            first = self._last.get(place, 0) + 1
            found[own] = first + np.arange(len(own))
            self._last[place] = first + len(own) - 1
        for at in np.flatnonzero(orders["earlier"]).tolist():
            found[at] = self._lasting.pop(int(orders["key"][at]))  # it ends today
        lasting = np.flatnonzero((orders["time_in_force"] == GTC) & ~orders["earlier"])
        self._lasting.update(zip(orders["key"][lasting].tolist(), found[lasting].tolist(), strict=True))
        return found


def trade_numbers(exchange: Integers, match: Integers, at: Integers) -> Integers:
    """Numbers of fills in order of their instants ``at``: from 1 on every exchange, the same for fills of one match.

    >>> trade_numbers(np.array([0, 1, 0, 0]), np.array([5, 9, 5, 7]), np.array([20, 10, 20, 15])).tolist()
    [2, 1, 2, 1]
    """
    order = np.lexsort((match, at))
    _, first, place = np.unique(match[order], return_index=True, return_inverse=True)
    leads = first[place] == np.arange(len(match))
    counted = np.zeros(len(match), dtype=np.int64)
    for code in np.unique(exchange).tolist():
        here = exchange[order] == code
        counted[here] = np.cumsum(leads[here])
    found = np.zeros(len(match), dtype=np.int64)
    found[order] = counted[first[place]]
    return found
