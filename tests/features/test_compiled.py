"""An expression is compiled once in a process, whichever session it is over, and answers from its own session."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import ibis
import pytest

from features.compiled import _sql, fetch, keep


def session(*numbers: int) -> Any:
    backend = ibis.duckdb.connect()
    backend.con.execute(f"CREATE TABLE lots AS SELECT unnest({list(numbers)}::BIGINT[]) AS n")
    return backend


def total(backend: Any) -> Any:
    lots = backend.table("lots")
    return lots.aggregate(total=lots.n.sum())


def test_each_session_answers_from_its_own_rows_by_one_statement() -> None:
    _sql.cache_clear()
    one, other = session(1, 2), session(10)
    assert [fetch(total(backend))["total"].to_pylist() for backend in (one, other, one)] == [[3], [10], [3]]
    assert _sql.cache_info().misses == 1


def test_a_closed_session_is_not_held_by_the_statements() -> None:
    backend = session(1)
    fetch(total(backend))
    gone = weakref.ref(backend)
    backend.disconnect()
    del backend
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("held", [False, True], ids=["of the session", "held in the expression"])
def test_what_is_kept_has_the_types_of_the_expression_and_the_newest_rows(held: bool) -> None:
    backend = session(1, 2)
    for wanted in ([1, 2], [7]):
        backend.con.execute("DELETE FROM lots")
        backend.con.executemany("INSERT INTO lots VALUES (?)", [(n,) for n in wanted])
        rows = ibis.memtable({"n": wanted}, schema={"n": "int64"}) if held else backend.table("lots")
        kept = keep(backend, "kept", rows.aggregate(total=rows.n.sum(), most=rows.n.max()))
        assert backend.to_pyarrow(kept).to_pylist() == [{"total": sum(wanted), "most": max(wanted)}]
        [(kind,)] = backend.con.execute("SELECT typeof(total) FROM kept").fetchall()
        assert kind == "BIGINT"


def test_rows_held_in_an_expression_are_not_kept_with_the_statements() -> None:
    backend, before = session(), _sql.cache_info().currsize
    rows = ibis.memtable({"n": [4]})
    keep(backend, "kept", rows)
    assert _sql.cache_info().currsize == before
