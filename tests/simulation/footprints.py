"""What misconduct leaves in the written tables, counted from these alone, simply and apart from the rules."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

DAY = ["exchange", "contract", "trading_day"]
FEE_AWARE = ("SHFE", "INE", "CZCE", "GFEX")


class Tables:
    """The tables of one simulated folder, read once each; prices as floats."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._known:
            table = pq.read_table(self.folder / f"{name}.parquet").to_pandas()
            for column in table.columns:
                if column.endswith(("price", "limit", "tick", "multiplier", "amount", "fee", "equity", "net_pnl")):
                    table[column] = pd.to_numeric(table[column], errors="coerce").astype(float)
            self._known[name] = table
        return self._known[name]

    def truth(self, name: str = "intent") -> pd.DataFrame:
        """One of the files kept apart."""
        return self[f"_truth/{name}"]

    def subjects(self) -> pd.Series:
        """The declared group of every account that has one, else the account."""
        groups = self["control_groups"]
        declared = groups[groups["declared"]].sort_values("group_id").drop_duplicates("account_id")
        known = self["accounts"].set_index("account_id").index
        return declared.set_index("account_id")["group_id"].reindex(known).fillna(pd.Series(known, index=known))


def self_matches(tables: Tables) -> pd.Series:
    """Matches of a subject with itself, by subject, exchange, contract and day; hedging (and arbitrage) left out."""
    trades = tables["trades"]
    exempt = (trades["hedge"] == "hedging") | (trades["hedge"] == "arbitrage") & trades["exchange"].isin(
        ["SHFE", "INE"]
    )
    trades = trades.assign(subject=trades["account_id"].map(tables.subjects()), exempt=exempt)
    both = trades.groupby([*DAY, "trade_id", "subject"]).agg(sides=("side", "nunique"), exempt=("exempt", "any"))
    own = both[(both["sides"] == 2) & ~both["exempt"]]
    return own.groupby(["subject", *DAY]).size()


def _cancels(tables: Tables) -> pd.DataFrame:
    contracts = tables["contracts"][["exchange", "contract", "has_order_fee", "max_order_volume", "kind"]]
    orders = tables["orders"]
    found = orders[orders["event"] == "cancelled"].merge(contracts, on=["exchange", "contract"])
    found["subject"] = found["account_id"].map(tables.subjects())
    found["ioc"] = found["time_in_force"].isin(["FAK", "FOK"])
    found["by_client"] = found["cancelled_by"].isna() | (found["cancelled_by"] == "client")
    found["fee_aware"] = found["exchange"].isin(FEE_AWARE)
    return found


def cancels(tables: Tables) -> pd.DataFrame:
    """Cancels that count (columns count, limit), by subject, exchange, contract and day."""
    rows = _cancels(tables)
    rows = rows[~rows["hedge"].isin(["hedging", "market_making"])]
    plain, fee = rows["by_client"] & ~rows["ioc"], rows["fee_aware"] & rows["has_order_fee"]
    counts = np.where(fee, rows["ioc"], np.where(rows["fee_aware"], plain | rows["ioc"], plain))
    rows = rows[counts.astype(bool)]
    found = rows.groupby(["subject", *DAY]).agg(count=("volume", "size"), kind=("kind", "first"))
    return found.assign(limit=np.where(found["kind"] == "index_future", 400, 500))


def large_cancels(tables: Tables) -> pd.DataFrame:
    """Large cancels (columns count, limit), by subject, exchange, contract and day."""
    rows = _cancels(tables)
    size = rows["exchange"].map({"SHFE": 300, "INE": 300, "CZCE": 800}).fillna(0.8 * rows["max_order_volume"])
    rows = rows[(rows["hedge"] != "hedging") & (rows["volume"] >= size) & (rows["by_client"] & ~rows["ioc"])]
    found = rows.groupby(["subject", *DAY]).size().rename("count").reset_index()
    found["limit"] = np.where(found["exchange"] == "CFFEX", 100, 50)
    return found.set_index(["subject", *DAY])


def opened(tables: Tables) -> pd.DataFrame:
    """Lots opened (columns count, limit), by subject, exchange, contract and day, where the contract has a limit."""
    trades, limits = tables["trades"], tables["opening_limits"]
    trades = trades[(trades["offset"] == "open") & ~trades["hedge"].isin(["hedging", "market_making"])]
    trades = trades.assign(subject=trades["account_id"].map(tables.subjects()))
    found = trades.groupby(["subject", *DAY])["volume"].sum().rename("count").reset_index()
    limits = limits[limits["scope"] == "contract"].drop_duplicates(["exchange", "key"])
    found = found.merge(
        limits[["exchange", "key", "limit"]], left_on=["exchange", "contract"], right_on=["exchange", "key"]
    )
    return found.set_index(["subject", *DAY])


def limit_price_cancels(tables: Tables) -> pd.Series:
    """CZCE cancels at a limit that the day touched, by account, exchange, contract and day."""
    rows = _cancels(tables)
    rows = rows[(rows["exchange"] == "CZCE") & rows["by_client"]].merge(tables["contract_days"], on=DAY)
    up = (rows["side"] == "buy") & (rows["price"] == rows["upper_limit"]) & (rows["high_price"] == rows["upper_limit"])
    down = (
        (rows["side"] == "sell") & (rows["price"] == rows["lower_limit"]) & (rows["low_price"] == rows["lower_limit"])
    )
    return rows[up | down].groupby(["account_id", *DAY]).size()


def pair_matches(tables: Tables) -> pd.DataFrame:
    """Matches of two accounts: by pair (buyer, seller both named), day and contract, with the first's gain in CNY."""
    trades = tables["trades"]
    key = [*DAY, "trade_id"]
    buys, sells = (
        trades.loc[trades["side"] == side, [*key, "account_id", "price", "volume"]] for side in ("buy", "sell")
    )
    both = buys.merge(sells, on=[*key, "price", "volume"], suffixes=("", "_2"))
    both = both[both["account_id"] != both["account_id_2"]]
    both = both.merge(tables["contract_days"][[*DAY, "settlement_price"]], on=DAY)
    both = both.merge(tables["contracts"][["exchange", "contract", "multiplier"]], on=["exchange", "contract"])
    both["gain"] = (both["settlement_price"] - both["price"]) * both["volume"] * both["multiplier"]
    first = both[["account_id", "account_id_2"]].min(axis=1)
    turned = np.where(first == both["account_id"], 1.0, -1.0)
    both = both.assign(a=first, b=both[["account_id", "account_id_2"]].max(axis=1), gain=both["gain"] * turned)
    return both.groupby(["a", "b", *DAY]).agg(matches=("gain", "size"), gain=("gain", "sum")).reset_index()


def episodes(tables: Tables) -> pd.Series:
    """Spoofing episodes by account, exchange, contract and day: a fill, and large opposite orders around it."""
    orders, trades = tables["orders"], tables["trades"]
    key, order = ["account_id", *DAY], ["exchange", "trading_day", "order_id"]
    born = orders[orders["event"] == "accepted"].set_index(order)
    by_client = orders["cancelled_by"].isna() | (orders["cancelled_by"] == "client")
    gone = orders[(orders["event"] == "cancelled") & by_client]
    shown = gone.join(born[["event_time", "volume"]], on=order, rsuffix="_0", how="inner")
    filled = pd.MultiIndex.from_frame(trades[order].drop_duplicates())
    shown = shown[~pd.MultiIndex.from_frame(shown[order]).isin(filled)]
    firsts = trades.groupby([*order, "account_id", "contract", "side"]).agg(
        t=("event_time", "min"), lots=("volume", "sum")
    )
    pairs = firsts.reset_index().merge(shown, on=key, suffixes=("", "_r"))
    pairs = pairs[pairs["side"] != pairs["side_r"]]
    stands = pairs["t"] - pairs["event_time_0"]
    goes = pairs["event_time"] - pairs["t"]
    around = (stands > pd.Timedelta(0)) & (stands <= pd.Timedelta(seconds=60))
    around &= (goes > pd.Timedelta(0)) & (goes <= pd.Timedelta(seconds=10))
    pairs = pairs[around]
    sums = pairs.groupby([*key, "order_id"]).agg(shown=("volume_0", "sum"), lots=("lots", "first"))
    return sums[sums["shown"] >= 5 * sums["lots"]].groupby(key).size()


def close_fills(tables: Tables, first: str, second: str) -> tuple[int, float]:
    """Fills of two accounts on one contract, side and price within a second; and their share of the fewer trades."""
    trades = tables["trades"].drop_duplicates(["exchange", "trading_day", "order_id", "price", "account_id"])
    one, two = (trades[trades["account_id"] == account] for account in (first, second))
    pairs = one.merge(two, on=[*DAY, "side", "price"])
    near = (pairs["event_time_x"] - pairs["event_time_y"]).abs() <= pd.Timedelta(seconds=1)
    count = pairs.loc[near, "order_id_x"].nunique()
    return count, count / max(min(len(one), len(two)), 1)
