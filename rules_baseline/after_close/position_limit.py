"""``position_limit`` 持仓超限: lots of one subject, contract and side at the close above the exchange's limit.

Legal basis: 期货和衍生品法 on position limits (持仓限额) and the exchanges' 风险控制管理办法; control groups are
counted as one. The limit is a row of ``position_limits`` in force that day; without one there is none.
"""

from __future__ import annotations

from typing import Any

import ibis

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.events import position_id
from rules_baseline.after_close.screen import Limit, Screen

_UNIT = ["exchange", "held", "trading_day", "day_no", "side", "subject_type", "subject_id"]


def _members(closing: Closing) -> Any:
    """Lots of every account by subject, contract and side."""
    rows = closing.with_group(closing.rows("positions"))
    rows = rows.filter(rows.volume > 0).mutate(
        held=rows.contract,
        subject_type=ibis.ifelse(rows.group_id.isnull(), "account", "group"),
        subject_id=ibis.coalesce(rows.group_id, rows.account_id),
    )
    return rows.group_by([*_UNIT, "account_id"]).aggregate(lots=rows.volume.sum().cast("int64"))


def find(closing: Closing, choice: Choice) -> Any:
    """Lots of every subject with a position, and the limit where there is one."""
    rows = _members(closing)
    largest = ibis.window(group_by=_UNIT, order_by=[rows.lots.desc(), rows.account_id])
    rows = rows.mutate(place=ibis.row_number().over(largest))
    held = rows.group_by(_UNIT).aggregate(
        lots=rows.lots.sum().cast("int64"), account_id=rows.account_id.max(where=rows.place == 0)
    )
    limits = closing.session.raw("position_limits").select(
        "exchange", "contract", "valid_from", "valid_to", most=ibis._["limit"].cast("int64")
    )
    in_force = [
        held.exchange == limits.exchange,
        held.held == limits.contract,
        limits.valid_from <= held.trading_day,
        limits.valid_to.isnull() | (held.trading_day < limits.valid_to),
    ]
    judged = held.left_join(limits, in_force).select(held, limits.most)
    return judged.select(
        "exchange",
        "day_no",
        "subject_type",
        "subject_id",
        "account_id",
        contract=judged.held + "/" + judged.side,
        because=ibis.literal("no table of position_limits"),
        lots=judged.lots,
        position_limit=judged.most,
        open=ibis.literal(not closing.has("position_limits")),
    )


def events(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The positions added up."""
    rows = closing.with_group(closing.rows("positions"))
    mine = [
        hits.day_no == rows.day_no,
        hits.subject_id == ibis.coalesce(rows.group_id, rows.account_id),
        hits.exchange == rows.exchange,
        hits.contract == rows.contract + "/" + rows.side,
    ]
    return hits.join(rows, mine).select(
        hits.hit_no, event_id=position_id(rows), event_time=rows.trading_day.cast("timestamp(6)")
    )


def members(closing: Closing, choice: Choice, hits: Any) -> Any:
    """Lots of each member."""
    rows = _members(closing)
    mine = [
        hits.day_no == rows.day_no,
        hits.subject_id == rows.subject_id,
        hits.exchange == rows.exchange,
        hits.contract == rows.held + "/" + rows.side,
    ]
    return hits.join(rows, mine).select(hits.hit_no, account_id=rows.account_id, amount=rows.lots)


SCREEN = Screen(
    id="position_limit",
    title_zh="持仓超限",
    title_en="Position limit",
    legal_basis="期货和衍生品法 (持仓限额), the exchanges' 风险控制管理办法; the limits are the table position_limits",
    needs=("positions",),
    limits=(Limit("position_limit", "lots", "持仓手数", "lots held", above=True, own="position_limit"),),
    parameters={},
    find=find,
    events=events,
    members=members,
    subject="group",
)
