"""Hand-written CTP records: a whole message of each kind, to change in one place at a time, and ways to import them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from features.events.ctp_config import CtpConfig
from features.events.ctp_import import CtpImported, import_ctp

CONTRACTS = """\
exchange,contract,product,kind,multiplier,tick,max_order_volume,has_order_fee,option_month,valid_from,valid_to
SHFE,rb2605,rb,future,10,1,500,false,,2026-01-01,
"""
ORDER = {
    "BrokerID": "9999",
    "InvestorID": "1001",
    "InstrumentID": "rb2605",
    "OrderRef": "           1",
    "UserID": "1001",
    "OrderPriceType": "2",
    "Direction": "0",
    "CombOffsetFlag": "0",
    "CombHedgeFlag": "1",
    "LimitPrice": "3500",
    "VolumeTotalOriginal": "10",
    "TimeCondition": "3",
    "VolumeCondition": "1",
    "ContingentCondition": "1",
    "ForceCloseReason": "0",
    "ExchangeID": "SHFE",
    "ClientID": "00100101",
    "TradingDay": "20260106",
    "OrderSysID": "",
    "OrderStatus": "a",
    "OrderSubmitStatus": "0",
    "OrderType": "0",
    "VolumeTraded": "0",
    "VolumeTotal": "10",
    "InsertDate": "20260106",
    "InsertTime": "09:30:00",
    "ActiveTime": "",
    "UpdateTime": "",
    "CancelTime": "",
    "SequenceNo": "0",
    "FrontID": "1",
    "SessionID": "77",
    "UserProductInfo": "",
    "StatusMsg": "报单已提交",
    "ActiveUserID": "",
    "BrokerOrderSeq": "0",
    "RelativeOrderSysID": "",
    "IPAddress": "10.0.0.1",
    "MacAddress": "02-00-00-00-00-01",
    "reserve1": "",
}
TRADE = {
    "BrokerID": "9999",
    "InvestorID": "1001",
    "InstrumentID": "rb2605",
    "ExchangeID": "SHFE",
    "ClientID": "00100101",
    "TradeID": "         501",
    "Direction": "0",
    "OrderSysID": "         901",
    "OffsetFlag": "0",
    "HedgeFlag": "1",
    "Price": "3500",
    "Volume": "4",
    "TradeDate": "20260106",
    "TradeTime": "09:30:05",
    "TradeType": "0",
    "TradingDay": "20260106",
    "SequenceNo": "0",
    "reserve1": "",
}
SESSION = {
    "TradingDay": "20260106",
    "BrokerID": "9999",
    "UserID": "1001",
    "LoginDate": "20260106",
    "LoginTime": "08:55:00",
    "FrontID": "1",
    "SessionID": "77",
    "IPAddress": "10.0.0.1",
    "MacAddress": "020000000001",
    "UserProductInfo": "",
    "ClientAppID": "client_app_1.0",
    "Event": "login",
}


@dataclass
class Imported:
    """What an import wrote and said."""

    result: CtpImported
    folder: Path

    def rows(self, name: str) -> list[dict[str, Any]]:
        return pq.read_table(self.folder / f"{name}.parquet").to_pylist()

    @property
    def steps(self) -> list[tuple[str, str, int]]:
        """(order_id, event, volume) of all order rows."""
        return [(row["order_id"], row["event"], row["volume"]) for row in self.rows("orders")]

    @property
    def only_order(self) -> dict[str, Any]:
        (row,) = self.rows("orders")
        return row

    @property
    def reasons(self) -> list[tuple[str, str, int, str]]:
        if not (self.folder / "_quarantine.parquet").exists():
            return []
        return [(row["table"], row["source"], row["line"], row["reason"]) for row in self.rows("_quarantine")]


@dataclass
class Desk:
    """Records to be written into one folder, in the order they were added."""

    src: Path
    orders: list[dict[str, str]] = field(default_factory=list)
    trades: list[dict[str, str]] = field(default_factory=list)
    sessions: list[dict[str, str]] = field(default_factory=list)
    runs: int = 0

    def order(self, **changed: str) -> Desk:
        self.orders.append({**ORDER, **changed})
        return self

    def sent(self, **changed: str) -> Desk:
        """The first message: CTP has the order, the exchange has not named it."""
        return self.order(**changed)

    def at_exchange(self, status: str = "3", **changed: str) -> Desk:
        """A message of an order that the exchange named 901."""
        usual = {"OrderSysID": "         901", "OrderStatus": status, "OrderSubmitStatus": "3", "StatusMsg": "未成交"}
        return self.order(**{**usual, **changed})

    def cancelled(self, **changed: str) -> Desk:
        return self.at_exchange("5", **{"CancelTime": "09:31:00", "StatusMsg": "已撤单", **changed})

    def trade(self, **changed: str) -> Desk:
        self.trades.append({**TRADE, **changed})
        return self

    def session(self, **changed: str) -> Desk:
        self.sessions.append({**SESSION, **changed})
        return self

    def write(self) -> Path:
        write_csv(self.src / "orders.csv", self.orders, ORDER)
        write_csv(self.src / "trades.csv", self.trades, TRADE)
        if self.sessions:
            write_csv(self.src / "sessions.csv", self.sessions, SESSION)
        return self.src

    def run(self, **config: Any) -> Imported:
        """Write the records and import them; ``config`` as in ctp.yaml."""
        return self.run_files(self.write(), **config)

    def run_files(self, src: Path, **config: Any) -> Imported:
        self.runs += 1
        out = self.src.parent / f"out{self.runs}"
        return Imported(import_ctp(src, out, CtpConfig.model_validate(config), threads=1), out)


def write_csv(file: Path, rows: list[dict[str, str]], columns: dict[str, str]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(columns))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A folder with contracts and no records yet."""
    src = tmp_path / "src"
    src.mkdir()
    (src / "contracts.csv").write_text(CONTRACTS, encoding="utf-8")
    return Desk(src)


@pytest.fixture
def utc() -> Callable[[dict[str, Any]], str]:
    """The instant of a row as text."""
    return lambda row: row["event_time"].strftime("%Y-%m-%dT%H:%M:%S")
