"""``spoofing`` 虚假申报: large orders on one side, withdrawn as soon as a small one on the other side is filled.

Legal basis: 期货和衍生品法 art. 12 (虚假申报: orders made without the intent to trade); the numbers are the firm's own.
``partner_traded``: another account of its group or address cluster traded the side opposite to the filled orders, which
makes the finding a suspected violation.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.links import groups_of_day, shared_addresses_of_day
from rules_baseline.after_close.screen import LIMIT_TYPE, Limit, Screen, of_account

_UNIT = ["account_id", "exchange", "contract", "day_no"]
_ORDER = [*_UNIT, "order_id"]
_EPOCH = "2000-01-01"
_EPISODES = pa.schema(
    [
        *((name, pa.string()) for name in _UNIT[:3]),
        ("day_no", pa.int64()),
        ("side", pa.string()),
        ("event_time", pa.timestamp("us")),
        ("order_ids", pa.list_(pa.string())),
    ]
)


def _filled(closing: Closing, choice: Choice) -> Any:
    """Filled orders: side, first fill and the lots filled within the window after it."""
    rows = closing.rows("trades")
    key = [*_ORDER, "side"]
    first = rows.group_by(key).aggregate(filled_at=rows.event_time.min())
    joined = rows.join(first, key)
    within = joined.event_time <= joined.filled_at + ibis.interval(seconds=choice.count("window_seconds"))
    early = joined.filter(within)
    return early.group_by([*key, "filled_at"]).aggregate(lots=early.volume.sum().cast("int64"))


def _withdrawn(closing: Closing) -> Any:
    """Orders accepted and never filled that day, with every time at which the client cancelled them."""
    rows = closing.rows("orders")
    accepted = rows.filter(rows.event == "accepted")
    accepted = accepted.group_by([*_ORDER, "side"]).aggregate(
        accepted_at=accepted.event_time.min(), original=accepted.volume.argmin(accepted.event_time)
    )
    trades = closing.rows("trades").select("exchange", "day_no", "order_id").distinct()
    never = accepted.anti_join(trades, ["exchange", "day_no", "order_id"])
    by_client = (rows.event == "cancelled") & (ibis.coalesce(rows.cancelled_by, "client") == "client")
    cancelled = rows.filter(by_client).select(*_ORDER, cancelled_at=rows.event_time).distinct()
    return never.join(cancelled, _ORDER)


def _candidates(closing: Closing, choice: Choice) -> Any:
    """Filled orders with the opposite orders around each; only those where all of them together would do."""
    window = choice.count("window_seconds")
    filled, withdrawn = _filled(closing, choice), _withdrawn(closing)
    bucket = (_micros(filled.filled_at) // (window * 1_000_000)).cast("int64")
    # a cancel in (t, t + window] is in the bucket of t or the next: an equality join, never all with all
    filled = filled.mutate(near=ibis.array([bucket, bucket + 1]).unnest())
    other = withdrawn.select(
        **{f"r_{name}": withdrawn[name] for name in (*_ORDER, "side", "accepted_at", "cancelled_at", "original")},
        r_near=(_micros(withdrawn.cancelled_at) // (window * 1_000_000)).cast("int64"),
    )
    around = [
        *(filled[key] == other[f"r_{key}"] for key in _UNIT),
        filled.near == other.r_near,
        filled.side != other.r_side,
        other.r_accepted_at < filled.filled_at,
        other.r_accepted_at >= filled.filled_at - ibis.interval(seconds=choice.count("look_back_seconds")),
        other.r_cancelled_at > filled.filled_at,
        other.r_cancelled_at <= filled.filled_at + ibis.interval(seconds=window),
    ]
    rows = (
        filled.join(other, around).select(*_ORDER, "side", "filled_at", "lots", "r_order_id", "r_original").distinct()
    )
    rows = rows.mutate(together=rows.r_original.sum().over(ibis.window(group_by=[*_ORDER, "side"])))
    multiple = ibis.literal(choice.limit("lots_multiple"), LIMIT_TYPE)
    return rows.filter(rows.together >= multiple * rows.lots)


def episodes(closing: Closing, choice: Choice) -> Any:
    """The columns ``_EPISODES``: one row an episode, its filled order first in ``order_ids``."""
    return closing.once(("episodes", choice.starts), lambda: _episodes(closing, choice))


def _episodes(closing: Closing, choice: Choice) -> Any:
    around: dict[tuple[Any, ...], list[tuple[str, int]]] = defaultdict(list)
    for row in closing.fetch(_candidates(closing, choice)).to_pylist():
        unit = tuple(row[name] for name in _UNIT)
        filled = (row["filled_at"], row["order_id"], row["side"], row["lots"])
        around[unit, filled].append((row["r_order_id"], row["r_original"]))
    used: dict[Any, set[str]] = defaultdict(set)
    found = []
    multiple = choice.limit("lots_multiple")
    for unit, filled in sorted(around):
        free = sorted(order for order in around[unit, filled] if order[0] not in used[unit])
        if Decimal(sum(lots for _, lots in free)) >= multiple * filled[3] and free:
            used[unit].update(order for order, _ in free)
            ids = [filled[1], *(order for order, _ in free)]
            found.append(
                {**dict(zip(_UNIT, unit, strict=True)), "side": filled[2], "event_time": filled[0], "order_ids": ids}
            )
    return closing.put(pa.Table.from_pylist(found, schema=_EPISODES))


def find(closing: Closing, choice: Choice) -> Any:
    """Episodes of every account and contract with a fill."""
    each = episodes(closing, choice)
    counted = each.group_by(_UNIT).aggregate(episodes=each.count())
    partners = _partners(closing, each)
    looked_at = closing.rows("trades").select(*_UNIT).distinct()
    rows = looked_at.left_join(counted, [looked_at[key] == counted[key] for key in _UNIT]).select(
        looked_at, episodes=ibis.coalesce(counted.episodes, 0)
    )
    rows = rows.left_join(partners, [rows[key] == partners[key] for key in _UNIT]).select(rows, partners.partners)
    rows = closing.on_run_days(rows)
    return of_account(
        rows,
        exchange=rows.exchange,
        contract=rows.contract,
        episodes=rows.episodes,
        partners=rows.partners,
        partner_traded=rows.partners.notnull(),
    )


def _partners(closing: Closing, each: Any) -> Any:
    """Accounts of the same group or address cluster that traded the side opposite to an episode's filled order."""
    keys = closing.keep(ibis.union(groups_of_day(closing), shared_addresses_of_day(closing), distinct=True))
    spoofers = each.mutate(other_side=ibis.ifelse(each.side == "buy", "sell", "buy"))
    spoofers = spoofers.select(*_UNIT, "other_side").distinct().join(keys, ["day_no", "account_id"])
    others = keys.select("day_no", "key", partner="account_id")
    near = spoofers.join(others, ["day_no", "key"]).filter(ibis._.account_id != ibis._.partner)
    traded = (
        closing.rows("trades")
        .select("day_no", "exchange", "contract", partner="account_id", other_side="side")
        .distinct()
    )
    acted = near.join(traded, ["day_no", "exchange", "contract", "partner", "other_side"])
    return acted.group_by(_UNIT).aggregate(partners=acted.partner.collect(distinct=True))


def _micros(moment: Any) -> Any:
    return moment.delta(ibis.timestamp(_EPOCH), unit="microsecond")


def events(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The orders of every episode, the filled one first."""
    each = episodes(closing, choice)
    rows = hits.select("hit_no", *_UNIT).join(each, _UNIT)
    return rows.select("hit_no", "event_time", event_id=rows.order_ids.unnest())


SCREEN = Screen(
    id="spoofing",
    title_zh="虚假申报",
    title_en="Spoofing",
    legal_basis="期货和衍生品法 art. 12 (虚假申报); numbers are the firm's own",
    needs=("trades",),
    limits=(Limit("episodes", "episodes", "虚假申报次数", "episodes"),),
    parameters={
        "window_seconds": "count",
        "look_back_seconds": "count",
        "lots_multiple": "decimal",
    },
    find=find,
    events=events,
)
