"""A small complete folder of raw tables to break in one place at a time, and ways to write and load it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from features.events.events import Events
from features.events.load import load_events

KEY = b"k" * 32

CONTRACTS = """\
exchange,contract,product,kind,multiplier,tick,max_order_volume,has_order_fee,option_month,valid_from,valid_to
SHFE,rb2605,rb,future,10,1,500,false,,2026-01-01,
"""
ORDERS = """\
event_time,trading_day,exchange,contract,account_id,order_id,event,side,offset,hedge,order_type,time_in_force,price,volume,cancelled_by,ip,mac,via_relay,seq
2026-01-05T01:30:00.000001Z,2026-01-05,SHFE,rb2605,A1,O1,accepted,buy,open,speculation,limit,GFD,3500,2,,10.0.0.1,aa,false,1
2026-01-05T01:30:01Z,2026-01-05,SHFE,rb2605,A1,O1,cancelled,buy,open,speculation,limit,GFD,3500,1,client,10.0.0.1,aa,false,2
2026-01-05T01:30:00Z,2026-01-05,SHFE,rb2605,A2,O2,accepted,sell,open,speculation,limit,GFD,3500,1,,,,,
"""
TRADES = """\
event_time,trading_day,exchange,contract,account_id,trade_id,order_id,side,offset,hedge,price,volume,fee,exchange_fee,seq
2026-01-05T01:30:00.5Z,2026-01-05,SHFE,rb2605,A1,T1,O1,buy,open,speculation,3500,1,1.5,1,
2026-01-05T01:30:00.5Z,2026-01-05,SHFE,rb2605,A2,T1,O2,sell,open,speculation,3500,1,1.5,1,
"""
ACCOUNTS = """\
account_id,account_type,branch,channel,is_employee,is_programmatic,is_market_maker,opened_on,name,valid_from,valid_to
A1,individual,B1,direct,false,false,false,2020-01-01,Person One,2020-01-01,
A2,institution,B1,direct,false,true,false,2020-01-01,Person Two,2020-01-01,
"""
GROUPS = "group_id,account_id,declared,valid_from,valid_to\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The smallest whole folder, as CSV, without a fault."""
    place = tmp_path / "events"
    place.mkdir()
    for name, text in (("contracts", CONTRACTS), ("orders", ORDERS), ("trades", TRADES), ("accounts", ACCOUNTS)):
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def write(folder: Path) -> Callable[..., Path]:
    """Write a table's CSV: lines added to what is there, or ``text`` in its place."""

    def _write(name: str, *lines: str, text: str | None = None) -> Path:
        file = folder / f"{name}.csv"
        old = text if text is not None else file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(old + "".join(line + "\n" for line in lines), encoding="utf-8")
        return file

    return _write


@pytest.fixture
def load(folder: Path) -> Iterator[Callable[..., Events]]:
    """Load the folder as it is now; closed after the test."""
    opened: list[Events] = []

    def _load(**options: Any) -> Events:
        opened.append(load_events(folder, **{"pseudonym_key": KEY, **options}))
        return opened[-1]

    yield _load
    for events in opened:
        events.close()


@pytest.fixture
def rows() -> Callable[[Any], list[dict[str, Any]]]:
    """An Ibis table's rows as plain dictionaries."""
    return lambda table: table.to_pyarrow().to_pylist()


@pytest.fixture
def reasons() -> Callable[[Events], list[tuple[str, int | None, str]]]:
    """(table, line, reason) of all quarantined rows, in order."""

    def _reasons(events: Events) -> list[tuple[str, int | None, str]]:
        found = events.quarantine.order_by("table", "source", "line").to_pyarrow().to_pylist()
        return [(row["table"], row["line"], row["reason"]) for row in found]

    return _reasons
