"""Any CSV becomes raw tables by a YAML, and a mistake in the YAML is named by its key."""

from __future__ import annotations

import duckdb
import pytest
import yaml

from alertgrade.errors import AlertError
from features.events.load import load_events
from features.events.mapping import PairTrades, read_mapping
from features.events.mapping_run import run_mapping
from features.events.pair_trades import pair_trades

SOURCE = """\
ts,what,who,id,code,dir,qty,px
1767576600123456789,new,7,1,rb2605,B,2,350000
1767576600123456999,fill,7,1,rb2605,B,1,350000
1767576600124000000,fill,8,2,rb2605,S,1,350000
1767576660000000000,heartbeat,,,,,,
"""

COMMON = {
    "event_time": {"from": "ts", "unit": "ns"},
    "trading_day": {"from": "ts", "unit": "ns", "date_in": "Asia/Shanghai"},
    "exchange": {"constant": "SHFE"},
    "contract": {"from": "code"},
    "account_id": {"from": "who", "prefix": "C-"},
    "order_id": {"from": "id"},
    "side": {"from": "dir", "values": {"B": "buy", "S": "sell"}},
    "offset": {"constant": "open"},
    "hedge": {"constant": "speculation"},
    "price": {"from": "px", "divide_by": 100},
    "volume": {"from": "qty"},
    "seq": {"row_number": True},
}


def a_mapping():
    return {
        "tables": {
            "contracts": [
                {
                    "where": {"what": "new"},
                    "distinct": True,
                    "columns": {
                        "exchange": {"constant": "SHFE"},
                        "contract": {"from": "code"},
                        "product": {"constant": "rb"},
                        "kind": {"constant": "future"},
                        "multiplier": {"constant": 10},
                        "tick": {"constant": 0.5},
                        "has_order_fee": {"constant": False},
                        "valid_from": {"constant": "2026-01-01"},
                    },
                }
            ],
            "orders": [
                {
                    "where": {"what": ["new"]},
                    "columns": {
                        **COMMON,
                        "event": {"constant": "accepted"},
                        "order_type": {"constant": "limit"},
                        "time_in_force": {"constant": "GFD"},
                    },
                }
            ],
            "trades": [{"where": {"what": "fill"}, "columns": dict(COMMON)}],
        },
        "pair_trades": {"within_ms": 1},
    }


@pytest.fixture
def run(tmp_path):
    """Run a mapping (changed by a function) over a source text; the folder and what was counted."""

    def _run(change=lambda mapping: None, source=SOURCE):
        mapping = a_mapping()
        change(mapping)
        (tmp_path / "mapping.yaml").write_text(yaml.safe_dump(mapping))
        (tmp_path / "source.csv").write_text(source)
        out = tmp_path / "out"
        return run_mapping(tmp_path / "source.csv", out, read_mapping(tmp_path / "mapping.yaml")), out

    return _run


def test_a_mapped_source_loads_without_a_quarantined_row(run, rows):
    result, out = run()
    assert (result.rows_read, result.unused, result.tables) == (4, 1, {"contracts": 1, "orders": 1, "trades": 2})
    with load_events(out, pseudonym_key=b"k" * 32) as events:
        assert events.summary.quarantined == 0
        (order,) = rows(events.table("orders"))
        trades = rows(events.table("trades").order_by("seq"))
    assert str(order["event_time"]) == "2026-01-05 01:30:00.123456"
    assert (str(order["trading_day"]), str(order["price"])) == ("2026-01-05", "3500.000000")
    assert (order["account_id"], order["side"], order["volume"], order["seq"]) == ("C-7", "buy", 2, 1)
    assert [t["seq"] for t in trades] == [2, 3]


def test_a_date_is_taken_in_the_zone_that_is_named(run, rows):
    # 2026-01-05T16:30Z is the sixth in Shanghai
    _, out = run(source=SOURCE.replace("1767576600", "1767630600"))
    with load_events(out, pseudonym_key=b"k" * 32) as events:
        assert [str(r["trading_day"]) for r in rows(events.table("orders"))] == ["2026-01-06"]


def trade_ids(out, rows):
    with load_events(out, pseudonym_key=b"k" * 32) as events:
        return [r["trade_id"] for r in rows(events.table("trades").order_by("seq"))]


def test_a_buy_and_a_sell_that_agree_get_one_id(run, rows):
    result, out = run()
    assert (result.pairing.paired, result.pairing.without_partner, result.pairing.with_several) == (2, 0, 0)
    assert trade_ids(out, rows) == ["M1", "M1"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fill,8,2,rb2605,S,1,350000", "fill,8,2,rb2605,S,1,350001"),
        ("fill,8,2,rb2605,S,1,350000", "fill,8,2,rb2605,S,2,350000"),
        ("fill,8,2,rb2605,S,1,350000", "fill,8,2,rb2605,B,1,350000"),
        ("fill,8,2,rb2605,S,1,350000", "fill,8,2,rb2606,S,1,350000"),
        ("1767576600124000000", "1767576600124457000"),
    ],
)
def test_what_does_not_agree_stays_apart(run, rows, old, new):
    result, out = run(source=SOURCE.replace(old, new))
    assert (result.pairing.paired, result.pairing.without_partner) == (0, 2)
    assert trade_ids(out, rows) == ["U1", "U2"]


@pytest.mark.parametrize(("time", "paired"), [("1767576600124456000", 2), ("1767576600124457000", 0)])
def test_the_window_of_pairing_is_closed_at_its_end(run, time, paired):
    # the buy is at .123456 once it is cut to microseconds; one millisecond later is .124456
    assert run(source=SOURCE.replace("1767576600124000000", time))[0].pairing.paired == paired


@pytest.mark.parametrize("start", range(0, 3_000, 250))  # wherever the window lies on the clock
@pytest.mark.parametrize(("apart", "paired"), [(-1_001, 0), (-1_000, 2), (0, 2), (1_000, 2), (1_001, 0)])
def test_a_window_that_crosses_any_microsecond_pairs_the_same(start, apart, paired):
    with duckdb.connect() as db:
        db.execute("CREATE TEMP TABLE t (event_time TIMESTAMP, side VARCHAR, price INTEGER, trade_id VARCHAR)")
        times = [1767576600_000_000 + start, 1767576600_000_000 + start + apart]
        db.execute("INSERT INTO t SELECT make_timestamp(unnest(?)), unnest(['buy', 'sell']), 1, NULL", [times])
        assert pair_trades(db, "t", PairTrades(within_ms=1, equal=("price",))).paired == paired


def test_two_partners_that_fit_equally_are_not_chosen_between(run, rows):
    result, out = run(source=SOURCE + "1767576600123999999,fill,9,3,rb2605,S,1,350000\n")
    assert (result.pairing.paired, result.pairing.without_partner, result.pairing.with_several) == (0, 0, 3)
    assert len(set(trade_ids(out, rows))) == 3


def test_a_value_that_the_contract_refuses_reaches_the_quarantine_and_not_the_ground(run, reasons):
    bad = "1767576600123456789,new,7,2,rb2605,?,two,abc\nsoon,new,7,3,rb2605,B,1,1\n"
    _, out = run(source=SOURCE + bad)
    with load_events(out, pseudonym_key=b"k" * 32) as events:
        found = [reason for _, _, reason in reasons(events)]
        assert events.table("orders").count().execute() == 1
    assert found[0].startswith("side is '?', wanted one of buy, sell; price is 'abc'")
    assert found[1].startswith("event_time is 'soon'")


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        ("new,7", " new,7\t", (1, 0)),
        ("rb2605,B,2,350000", "rb2605,B,2,350000.00001", (0, 0)),  # hundredths: the sixth decimal holds
        ("1767576660000000000,heartbeat,", " 1767576660000000000,heartbeat,", (1, 0)),
    ],
)
def test_blanks_taken_off_are_counted(run, rows, old, new, counts):
    result, out = run(source=SOURCE.replace(old, new))
    assert (result.trimmed, result.rounded) == counts
    with load_events(out, pseudonym_key=b"k" * 32) as events:
        assert [r["account_id"] for r in rows(events.table("orders"))] == ["C-7"]


@pytest.mark.parametrize(("price", "rounded"), [("3500.123456", 0), ("3500.1234567", 1), ("1e-7", 1)])
def test_rows_in_which_a_number_is_rounded_are_counted(run, price, rounded):
    result, _ = run(put("orders", "price", {"from": "px"}), source=SOURCE.replace("B,2,350000", f"B,2,{price}"))
    assert result.rounded == rounded


def test_lines_that_are_no_rows_are_written_beside(run):
    result, out = run(source=SOURCE + "too,short\n")
    assert result.unreadable == 1
    assert (out / "_unreadable.parquet").exists()


def drop(table, column):
    return lambda mapping: mapping["tables"][table][0]["columns"].pop(column)


def put(table, column, value):
    return lambda mapping: mapping["tables"][table][0]["columns"].update({column: value})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop("orders", "side"), "tables.orders.0.columns.side is missing"),
        (put("orders", "colour", {"constant": "red"}), "tables.orders.0.columns.colour is no column of orders"),
        (put("trades", "trade_id", {"from": "id"}), "tables.trades.0.columns.trade_id is made by pair_trades"),
        (put("orders", "side", {"form": "dir"}), "tables.orders.0.columns.side.form"),
        (put("orders", "side", {"from": "dir", "constant": "buy"}), "wanted exactly one of from, constant, row_number"),
        (put("orders", "side", {}), "wanted exactly one of from, constant, row_number"),
        (put("orders", "side", {"constant": "buy", "unit": "ns"}), "go with `from` only"),
        (put("orders", "event_time", {"from": "ts", "unit": "weeks"}), "tables.orders.0.columns.event_time.unit"),
        (put("orders", "price", {"from": "px", "divide_by": 0}), "tables.orders.0.columns.price.divide_by"),
        (lambda mapping: mapping["tables"].update(quotes=[]), "tables.quotes"),
        (lambda mapping: mapping.update(speed=3), "speed"),
        (lambda mapping: mapping["pair_trades"].update(within_ms=-1), "pair_trades.within_ms"),
        (lambda mapping: mapping["pair_trades"].update(equal=["side"]), "side cannot pair trades"),
        (put("orders", "side", {"from": "direction"}), "source.csv has no column 'direction'"),
        (
            lambda mapping: mapping["tables"]["orders"][0].update(where={"kind": "new"}),
            "source.csv has no column 'kind'",
        ),
    ],
)
def test_a_mistake_in_the_mapping_is_named_by_its_key(run, tmp_path, change, message):
    with pytest.raises(AlertError) as error:
        run(change)
    assert message in str(error.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["a: [", "- 1", ""])
def test_a_file_that_is_no_mapping_is_refused(tmp_path, text):
    (tmp_path / "mapping.yaml").write_text(text)
    with pytest.raises(AlertError, match=r"mapping\.yaml"):
        read_mapping(tmp_path / "mapping.yaml")


def test_an_existing_folder_is_not_overwritten(run, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(AlertError, match="exists"):
        run()
