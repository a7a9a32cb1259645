"""Moving windows over account-days are what adding up each window by hand gives, to the last digit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal, localcontext
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from features import in_parts as in_parts_module
from features.account_days import Asked, windows_of
from features.compiled import fetch
from features.in_parts import forget, in_parts
from features.moving import moving_max, moving_sum
from features.windows import Distinct, trailing

HUGE = Decimal("9999999999999999999999999999.9999")  # far beyond 64 bits
FIRST, LAST = np.array([0, 0, 1, 2, 3, 4]), np.array([0, 1, 3, 4, 3, 5])


def by_hand(values: list[Any], fold: Any) -> list[Any]:
    windows = ([v for v in values[a:b] if v is not None] for a, b in zip(FIRST, LAST, strict=True))
    return [fold(window) if window else None for window in windows]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (pa.int64(), [5, -3, 2**62, -(2**62), 7]),
        (pa.int64(), [None, 4, None, None, 9]),
        (pa.int8(), [100, 100, 100, 100, None]),
        (pa.decimal128(38, 4), [HUGE, -HUGE, Decimal("0.0001"), HUGE, Decimal("-0.0003")]),
        (pa.decimal128(18, 2), [None, Decimal("-1.25"), None, Decimal("12.50"), None]),
    ],
)
def test_sums_and_maxima_are_exact_and_nothing_known_is_null(kind: pa.DataType, values: list[Any]) -> None:
    column = pa.array([None, *values, None], kind).slice(1, len(values))
    sums, largest = moving_sum(column, FIRST, LAST), moving_max(column, FIRST, LAST)
    with localcontext(prec=40):
        assert sums.to_pylist() == by_hand(values, sum)
    assert largest.to_pylist() == by_hand(values, max)
    assert sums.type == (pa.decimal128(38, kind.scale) if pa.types.is_decimal(kind) else pa.int64())


def test_a_running_sum_may_pass_64_bits_where_no_window_does() -> None:
    values = [2**62] * 5 + [-(2**61)]
    first = np.arange(5)
    assert moving_sum(pa.array(values), first, first + 1).to_pylist() == values[:5]
    assert moving_sum(pa.array(values), np.array([4]), np.array([6])).to_pylist() == [2**62 - 2**61]


def test_doubles_have_a_largest_and_no_exact_sum() -> None:
    column = pa.array([0.5, None, -1.0, None, 0.25])
    assert moving_max(column, FIRST, LAST).to_pylist() == by_hand(column.to_pylist(), max)
    with pytest.raises(TypeError, match="a moving sum of double"):
        moving_sum(column, FIRST, LAST)


def test_a_window_of_any_width_has_its_largest() -> None:
    values = random.Random(3).choices(range(-50, 50), k=40)
    first, last = np.divmod(np.arange(1600), 40)
    wide = last >= first
    found = moving_max(pa.array(values), first[wide], last[wide] + 1).to_pylist()
    assert found == [max(values[a : b + 1]) for a, b in zip(first[wide], last[wide], strict=True)]


LENGTHS, LAST_DAY = (5, 20), 45


def an_active_market(seed: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    days = [(account, day) for account in ("b", "a", "c") for day in range(46) if chance.random() < 0.1]
    rows = [{"account_id": a, "day_no": d, "lots": chance.choice([None, 1, 2, 7])} for a, d in days]
    return chance.sample(rows, len(rows))


def of(rows: list[dict[str, Any]]) -> dict[tuple[str, int], Any]:
    return {(row["account_id"], row["day_no"]): row for row in rows}


def inside(active: list[dict[str, Any]], account: str, day: int, length: int) -> list[Any]:
    return [r for r in active if r["account_id"] == account and day - length < r["day_no"] <= day]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("every", [False, True])
def test_rows_stand_where_a_value_may_change_and_hold_what_the_window_holds(seed: int, every: bool) -> None:
    active = an_active_market(seed)
    also = [{"account_id": "b", "day_no": 3}, {"account_id": "nobody", "day_no": 7}]
    items = [{"account_id": r["account_id"], "day_no": r["day_no"], "item": f"{r['lots']}"} for r in active]
    given = {"daily": pa.Table.from_pylist(active), "seen": pa.Table.from_pylist(items * 2)}
    given |= {} if every else {"also": pa.Table.from_pylist(also)}
    wanted = {(r["account_id"], r["day_no"] + n) for r in active for n in (range(21) if every else (0, 5, 20))}
    wanted |= set() if every else {(row["account_id"], row["day_no"]) for row in also}
    found = of(windows_of(given, Asked(("lots",), (), LENGTHS, every, LAST_DAY, {"seen": 7})).to_pylist())
    assert set(found) == {(account, day) for account, day in wanted if day <= LAST_DAY}
    largest = of(windows_of(given, Asked((), ("lots",), LENGTHS, every, LAST_DAY)).to_pylist())
    for (account, day), row in found.items():
        for length in LENGTHS:
            known = [r["lots"] for r in inside(active, account, day, length) if r["lots"] is not None]
            assert row[f"lots_{length}"] == (sum(known) if known else None)
            assert largest[account, day][f"lots_{length}"] == max(known, default=None)
        assert (row["seen"] or 0) == len({r["lots"] for r in inside(active, account, day, 7)})
        assert row["seen"] != 0


def test_on_given_days_alone(session: Session) -> None:
    daily = session.days("daily", [("a", 2, 5), ("b", 2, 6)])
    on = session.days("asked", [("a", 6, 0), ("a", 7, 0), ("a", 7, 0), ("b", 99, 0)])
    wanted = [{"account_id": "a", "day_no": 6, "lots_5": 5}, {"account_id": "a", "day_no": 7, "lots_5": None}]
    assert session.moved(daily, lengths=(5,), on=on) == wanted


def test_some_accounts_at_a_time_or_all_at_once_is_the_same(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"account {n}", n % 9, n) for n in range(200)]
    daily, parts = session.days("daily", rows), []

    def counted(given: Any, asked: Asked) -> pa.Table:
        parts.append(given["daily"].num_rows)
        return windows_of(given, asked)

    monkeypatch.setattr("features.windows.windows_of", counted)
    at_once = session.moved(daily, distinct={"seen": Distinct(daily, "lots", 3)})
    monkeypatch.setattr(in_parts_module, "ROWS", 30)
    again = session.moved(daily, distinct={"seen": Distinct(daily, "lots", 3)})
    assert of(again) == of(at_once)
    assert len(again) == len(at_once) == 3 * 200 - sum(day + 20 > 25 for _, day, _ in rows)
    assert (parts[0], len(parts[1:]), sum(parts[1:])) == (200, 7, 200)


def test_no_rows_at_all_give_columns_of_their_types(session: Session) -> None:
    empty = session.days("daily", [("a", 1, 1)]).filter(ibis.literal(False))
    found = trailing(empty, session.calendar, ["lots"], every=True)
    assert fetch(found).num_rows == 0
    kinds = {"account_id": "string", "day_no": "int64", "lots_5": "int64", "lots_20": "int64"}
    assert {name: str(kind) for name, kind in found.schema().items()} == kinds


def test_forgotten_tables_are_gone(session: Session) -> None:
    made = in_parts({"daily": session.days("daily", [("a", 1, 1)])}, "day_no", lambda given: given["daily"], "nothing")
    assert fetch(made).num_rows == 1
    forget(session.backend.con)
    left = session.backend.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    assert set(left) == {("calendar",), ("daily",)}


Days = list[tuple[str, int, int]]


class Session:
    """A DuckDB session with tables of days, and a calendar of 26 of them."""

    def __init__(self) -> None:
        self.backend = ibis.duckdb.connect()
        self.calendar = self.table("calendar", day_no=list(range(26)))

    def table(self, name: str, **columns: list[Any]) -> Any:
        self.backend.con.register("given", pa.table(columns))
        self.backend.con.execute(f"CREATE TABLE {name} AS FROM given")
        self.backend.con.unregister("given")
        return self.backend.table(name)

    def days(self, name: str, rows: Days) -> Any:
        accounts, numbers, lots = map(list, zip(*rows, strict=True))
        return self.table(name, account_id=accounts, day_no=numbers, lots=lots)

    def moved(self, daily: Any, **how: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = fetch(trailing(daily, self.calendar, ["lots"], **how)).to_pylist()
        return rows


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session()
    yield made
    made.backend.disconnect()
