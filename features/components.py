"""Connected components: which accounts hang together, on every day at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def components(links: pa.Table) -> np.ndarray:
    """A component number for every row of ``links`` (columns ``day_no``, ``node``, ``key``; text but for the day).

    Nodes of one day that share a key are in one component; days never meet. Linear in rows: keys are nodes of their
    own, so a key shared by n nodes costs n edges and not n squared.
    """
    nodes = _codes(links, "node")
    keys = _codes(links, "key") + (int(nodes.max()) + 1 if len(nodes) else 0)
    size = int(keys.max()) + 1 if len(keys) else 0
    if not size:
        return np.zeros(0, dtype=np.int64)
    edges = coo_array((np.ones(len(nodes), dtype=np.int8), (nodes, keys)), shape=(size, size))
    _, labels = connected_components(edges, directed=False)
    return np.asarray(labels[nodes], dtype=np.int64)


def _codes(links: pa.Table, name: str) -> np.ndarray:
    """A number for every distinct (day, value)."""
    values = links.column(name).combine_chunks().dictionary_encode()
    days = links.column("day_no").to_numpy().astype(np.int64)
    both = days * max(len(values.dictionary), 1) + values.indices.to_numpy().astype(np.int64)
    return np.unique(both, return_inverse=True)[1].astype(np.int64)
