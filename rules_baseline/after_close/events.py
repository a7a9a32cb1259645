"""The rows behind a finding: which events of a raw table a HIT looked at, under ids that can be found again."""

from __future__ import annotations

from typing import Any

from rules_baseline.after_close.closing import Closing


def of_window(
    closing: Closing, hits: Any, name: str, days: int, event_id: Any, where: Any = None, *, by_contract: bool = False
) -> Any:
    """hit_no, event_id, event_time of the account's rows of table ``name`` in the window of every hit.

    ``event_id`` and ``where`` are given the rows (columns of the raw table). A table without instants is ordered by
    trading day. ``by_contract``: only rows of the hit's exchange and contract.
    """
    rows = closing.rows(name, days)
    rows = rows if where is None else rows.filter(where(rows))
    at = rows.event_time if "event_time" in rows.columns else rows.trading_day.cast("timestamp(6)")
    place = {"seen_exchange": rows.exchange, "seen_contract": rows.contract} if by_contract else {}
    seen = rows.select(account="account_id", seen_no="day_no", event_id=event_id(rows), event_time=at, **place)
    looked_at = [
        hits.account_id == seen.account,
        seen.seen_no <= hits.day_no,
        seen.seen_no > hits.day_no - days,
    ]
    if by_contract:
        looked_at += [hits.exchange == seen.seen_exchange, hits.contract == seen.seen_contract]
    return hits.join(seen, looked_at).select("hit_no", "event_id", "event_time")


def instant_id(rows: Any) -> Any:
    """The id of a row that has none: ``account@instant``, UTC."""
    # letters within a pattern mean other things on other engines
    day, time = rows.event_time.strftime("%Y-%m-%d"), rows.event_time.strftime("%H:%M:%S.%f")
    return rows.account_id + "@" + day + "T" + time + "Z"


def day_id(rows: Any) -> Any:
    """The id of an account's day: ``account@day``."""
    return rows.account_id + "@" + rows.trading_day.cast("string")


def position_id(rows: Any) -> Any:
    """The id of a position: ``account@day/exchange.contract/side/hedge``."""
    return day_id(rows) + "/" + rows.exchange + "." + rows.contract + "/" + rows.side + "/" + rows.hedge
