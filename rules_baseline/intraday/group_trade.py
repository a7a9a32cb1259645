"""``group_trade`` 组内互为对手: a match in which two members of one declared control group stand against each other.

Legal basis: 上海期货交易所异常交易行为管理办法 (上期公告〔2025〕87号) art. 8: any trade between accounts under common
actual control 实际控制关系账户 is abnormal, from 2025-08-08; INE the same (a choice, unverified). No hedge flag
exempts, and the match counts whether or not it is also a self-trade of the group.
"""

from __future__ import annotations

from typing import Any

import ibis

from rules_baseline.inputs import Inputs, answered
from rules_baseline.rule import Rule

_MATCH_OF_GROUP = ("exchange", "trading_day", "contract", "trade_id", "subject_type", "subject_id")


def events(inputs: Inputs) -> Any:
    """Each match of one group, at the first row at which a buy of one member meets a sell of another."""
    rows = inputs.legs.filter(inputs.legs.subject_type == "group")
    order = [rows.event_time, rows.seq.isnull(), rows.seq, rows.order_id, rows.side, rows.account_id]
    # places over all rows: they are compared within a match only, and a window in many small parts costs more
    rows = rows.mutate(place=ibis.row_number().over(ibis.window(order_by=order)))
    meetings = _first_meetings(rows)
    matches = inputs.with_terms(meetings, "group_trade")
    return answered(
        matches,
        counts=ibis.literal(True),
        reason="contract not in contracts",
        event_rank=0,
        event_id=matches.trade_id,
    )


def _first_meetings(rows: Any) -> Any:
    """The first row that stands against an earlier row of another member, and the earliest such row."""
    other = rows.view()
    same = [rows[name] == other[name] for name in _MATCH_OF_GROUP]
    against = [rows.side != other.side, rows.account_id != other.account_id, other.place < rows.place]
    pairs = rows.inner_join(other, [*same, *against]).select(
        rows, other_place=other.place, other_account_id=other.account_id
    )
    first = ibis.window(group_by=_MATCH_OF_GROUP, order_by=[pairs.place, pairs.other_place])
    pairs = pairs.mutate(meeting=ibis.row_number().over(first))
    return pairs.filter(pairs.meeting == 0).drop("meeting", "place", "other_place")


RULE = Rule(
    id="group_trade",
    title_zh="组内互为对手",
    title_en="Trading inside a control group",
    legal_basis="SHFE 异常交易行为管理办法 (上期公告〔2025〕87号) art. 8; INE by analogy",
    reads={"trades": ("side",), "control_groups": ("group_id", "account_id"), "contracts": ("kind",)},
    events=events,
    looks_at="trades",
    derived=True,
    needs=("control_groups",),
)
