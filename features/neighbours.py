"""Accounts that share keys as a graph, all days at once: who hangs together, with how many, and how centrally."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_array

from features.components import components

ROUNDS, STAY = 30, 0.15  # PageRank: rounds, and what every node has without its neighbours


def neighbours(links: pa.Table) -> pa.Table:
    """day_no, account_id, accounts (others it shares a key with), centrality, of every account with a neighbour.

    ``links`` are distinct (day_no, account_id, key). The centrality is a PageRank over the simple graph, scaled to a
    mean of 1 in a component, rounded to nine digits. The order of ``links`` changes nothing, nor do other days.
    """
    days, names, row, shares = _graph(links)
    others = np.diff(shares.indptr)
    found = {
        "day_no": pa.array(days[row], pa.int64()),
        "account_id": names.take(pa.array(row)),
        "accounts": pa.array(others.astype(np.int64)),
        "centrality": pa.array(np.round(_page_rank(shares, others), 9)),
    }
    return pa.table(found).filter(pa.array(others > 0))


def together(links: pa.Table) -> pa.Table:
    """day_no, account_id, component (a number), accounts (its size) of every account of ``links``; distinct rows."""
    label = components(links.rename_columns({"account_id": "node"}))
    rows = links.select(["day_no", "account_id"]).append_column("component", pa.array(label, pa.int64()))
    once = rows.group_by(["day_no", "account_id", "component"]).aggregate([])
    sizes = np.bincount(once.column("component").to_numpy(), minlength=1)
    return once.append_column("accounts", pa.array(sizes[once.column("component").to_numpy()], pa.int64()))


def ranks(values: pa.ChunkedArray) -> np.ndarray:
    """The place of each value among the distinct ones, from 0; text in the order of its UTF-8 bytes.

    >>> ranks(pa.chunked_array([["b", "a"], ["b"]])).tolist()
    [1, 0, 1]
    """
    coded = values.combine_chunks().dictionary_encode()
    place = np.empty(len(coded.dictionary), dtype=np.int64)
    place[pc.array_sort_indices(coded.dictionary).to_numpy()] = np.arange(len(place))
    return np.asarray(place[coded.indices.to_numpy()], dtype=np.int64)


def _graph(links: pa.Table) -> tuple[np.ndarray, pa.ChunkedArray, np.ndarray, csr_array]:
    """Days and accounts of ``links``, a row of it for every node, and the nodes' adjacency without loops.

    Nodes are in order of (day, account), so that sums over neighbours do not depend on who else is there.
    """
    days = links.column("day_no").to_numpy().astype(np.int64)
    account, key = ranks(links.column("account_id")), ranks(links.column("key"))
    _, row, node = np.unique(np.column_stack([days, account]), axis=0, return_index=True, return_inverse=True)
    _, place = np.unique(np.column_stack([days, key]), axis=0, return_inverse=True)
    node, place = node.reshape(-1), place.reshape(-1)
    shape = (len(row), int(place.max()) + 1 if len(place) else 0)
    uses = csr_array((np.ones(len(node), dtype=np.int32), (node, place)), shape=shape)
    shares = (uses @ uses.T).tocoo()
    other = shares.row != shares.col
    edges = (np.ones(int(other.sum())), (shares.row[other], shares.col[other]))
    graph = csr_array(edges, shape=(len(row), len(row)))
    graph.sort_indices()
    return days, links.column("account_id"), row, graph


def _page_rank(graph: csr_array, others: np.ndarray) -> np.ndarray:
    value = np.ones(len(others))
    degree = np.maximum(others, 1)
    for _ in range(ROUNDS):
        value = STAY + (1 - STAY) * (graph @ (value / degree))
    return value
