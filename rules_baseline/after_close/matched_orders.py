"""``matched_orders`` 对倒对敲: linked accounts trading with each other, on one contract and day.

Legal basis: 期货和衍生品法 art. 12 (与他人串通 and 在自己实际控制的账户之间 trading); the numbers are the firm's own. A
self-match counts; lots matched inside a match are the smaller of the cluster's bought and sold lots in it.
"""

from __future__ import annotations

from typing import Any

import ibis

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.links import LINKS, linked_accounts
from rules_baseline.after_close.matches import MATCH, legs
from rules_baseline.after_close.screen import Limit, Screen

_UNIT = ["exchange", "contract", "day_no", "cluster"]


def _of_clusters(closing: Closing, rows: Any) -> Any:
    return rows.join(linked_accounts(closing), ["day_no", "account_id"])


def _inside(closing: Closing) -> Any:
    """Every match, with the lots matched inside each cluster (above 0)."""
    rows = _of_clusters(closing, legs(closing))
    zero = ibis.literal(0, "int64")
    each = rows.group_by([*MATCH, "cluster"]).aggregate(
        bought=ibis.coalesce(rows.lots.sum(where=rows.side == "buy"), zero),
        sold=ibis.coalesce(rows.lots.sum(where=rows.side == "sell"), zero),
    )
    each = each.mutate(inside=ibis.least(each.bought, each.sold).cast("int64"))
    return each.filter(each.inside > 0)


def find(closing: Closing, choice: Choice) -> Any:
    """Lots matched inside every cluster, and all lots of its accounts, by contract and day."""
    rows = _of_clusters(closing, closing.rows("trades"))
    totals = rows.group_by(_UNIT).aggregate(cluster_lots=rows.volume.sum().cast("int64"))
    each = _inside(closing)
    matched = each.group_by(_UNIT).aggregate(
        inside_lots=each.inside.sum().cast("int64"), matches=each.count().cast("int64")
    )
    accounts = linked_accounts(closing)
    accounts = accounts.group_by("day_no", "cluster").aggregate(accounts=accounts.account_id.collect(distinct=True))
    found = totals.left_join(matched, [totals[key] == matched[key] for key in _UNIT]).select(
        totals, inside_lots=ibis.coalesce(matched.inside_lots, 0), matches=ibis.coalesce(matched.matches, 0)
    )
    found = closing.on_run_days(found.join(accounts, ["day_no", "cluster"]))
    missing = closing.lacks(LINKS)
    return found.select(
        "exchange",
        "contract",
        "day_no",
        subject_type=ibis.literal("cluster"),
        subject_id=found.cluster,
        account_id=found.cluster,
        because=ibis.literal(missing),
        inside_lots=found.inside_lots,
        cluster_lots=found.cluster_lots,
        matches=found.matches,
        accounts=found.accounts,
        _inside_twice=found.inside_lots * 2,
        open=ibis.literal(bool(missing)),
    )


def _mine(closing: Closing, hits: Any, rows: Any) -> Any:
    wanted = hits.select("hit_no", "exchange", "contract", "day_no", cluster="subject_id")
    return wanted.join(rows, _UNIT)


def events(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The matches inside."""
    rows = closing.rows("trades")
    first = rows.group_by(MATCH).aggregate(event_time=rows.event_time.min())
    each = _inside(closing).join(first, MATCH)
    return _mine(closing, hits, each).select("hit_no", event_id="trade_id", event_time="event_time")


def members(closing: Closing, choice: Choice, hits: Any) -> Any:
    """Lots of each account in the matches inside."""
    rows = _of_clusters(closing, legs(closing)).semi_join(_inside(closing), [*MATCH, "cluster"])
    mine = _mine(closing, hits, rows)
    return mine.group_by("hit_no", "account_id").aggregate(amount=mine.lots.sum())


SCREEN = Screen(
    id="matched_orders",
    title_zh="对倒对敲",
    title_en="Matched orders",
    legal_basis="期货和衍生品法 art. 12 (trading between one's own accounts); numbers are the firm's own",
    needs=("trades",),
    helps=LINKS,
    limits=(
        Limit(
            "inside_share",
            "_inside_twice",
            "内部成交占比",
            "twice the lots matched inside over all lots",
            per="cluster_lots",
        ),
        Limit("inside_lots", "inside_lots", "内部成交手数", "lots matched inside"),
    ),
    parameters={"bank_days": "count"},
    find=find,
    events=events,
    members=members,
    subject="cluster",
)
