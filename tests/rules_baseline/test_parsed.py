"""A text of SQL is parsed once and answers as if it were parsed each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from rules_baseline.parsed import ParsedConnection


class Counting:
    """A connection that counts what it is asked to parse."""

    def __init__(self, con: Any) -> None:
        self.con, self.parsed = con, 0

    def extract_statements(self, sql: str) -> Any:
        self.parsed += 1
        return self.con.extract_statements(sql)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.con, name)


@pytest.fixture
def raw() -> Iterator[Counting]:
    with duckdb.connect() as con:
        yield Counting(con)


def test_a_text_is_parsed_once_and_takes_new_parameters_each_time(raw: Counting) -> None:
    con = ParsedConnection(raw)
    assert [con.execute("SELECT $x + 1", {"x": x}).fetchall() for x in (1, 2, 3)] == [[(2,)], [(3,)], [(4,)]]
    assert raw.parsed == 1


def test_a_table_that_was_made_anew_is_the_one_that_answers(raw: Counting) -> None:
    con = ParsedConnection(raw)
    found = []
    for make in (
        "CREATE OR REPLACE TEMP TABLE t AS SELECT 1 AS x",
        "CREATE OR REPLACE TEMP TABLE t AS SELECT 'a' AS x",
    ):
        con.execute(make)
        found.append(con.execute("SELECT x FROM t").fetchall())
    assert found == [[(1,)], [("a",)]]


def test_several_statements_in_one_text_all_run(raw: Counting) -> None:
    con = ParsedConnection(raw)
    con.execute("CREATE TABLE t (x INT); INSERT INTO t VALUES (1)")
    con.execute("INSERT INTO t VALUES (2); INSERT INTO t VALUES (3)")
    assert con.execute("SELECT sum(x) FROM t").fetchall() == [(6,)]


def test_texts_without_end_are_not_all_kept(raw: Counting) -> None:
    con = ParsedConnection(raw)
    assert [con.execute(f"SELECT {number}").fetchall() for number in range(300)] == [[(n,)] for n in range(300)]
    assert raw.parsed < 300


def test_what_is_not_sql_is_refused_as_by_the_connection(raw: Counting) -> None:
    with pytest.raises(duckdb.ParserException):
        ParsedConnection(raw).execute("SELEC 1")
