"""``programme_reporting`` 程序化报告: ten bursts of ten orders and cancels within one second make a duty to report.

Legal basis: 期货市场程序化交易管理规定（试行）(证监会公告〔2025〕12号) art. 3, 7 and the notices of the exchanges of
2025-08-08 (DCE: 大商所发〔2025〕305号), in force 2025-10-09, a control group being one account. This is a duty to
report, not abnormal trading. A second is a calendar second (the texts do not say); automatic cancels of FOK and FAK
orders are messages too (a choice). A subject whose members are all marked programmatic has reported: no alert.
"""

from __future__ import annotations

from typing import Any

import ibis

from rules_baseline.inputs import Inputs, answered
from rules_baseline.rule import Parameter, Rule

_SECOND = ("exchange", "trading_day", "subject_type", "subject_id", "second")


def events(inputs: Inputs) -> Any:
    """Every message of every burst; its tenth is the event that counts one."""
    rows = inputs.with_terms(inputs.messages, "programme_reporting")
    rows = rows.mutate(event_rank=rows.cancelled.cast("int8"), contract=ibis.literal("-"))
    order = [rows.event_time, rows.seq.isnull(), rows.seq, rows.event_rank, rows.order_id, rows.account_id]
    of_second = ibis.window(group_by=_SECOND)
    rows = rows.mutate(
        place=ibis.row_number().over(ibis.window(group_by=_SECOND, order_by=order)) + 1,
        messages=rows.count().over(of_second),
    )
    rows = rows.filter(rows.messages >= rows.burst_messages)
    tenth = rows.place == rows.burst_messages
    rows = rows.mutate(
        amount=tenth.cast("int64"),
        weight=ibis.literal(1, "int64"),
        note=ibis.ifelse(tenth, "burst " + _text(rows.second), ibis.null("string")),
    )
    return answered(rows, counts=ibis.literal(True), reason="", event_rank=0, event_id=rows.order_id)


def _text(second: Any) -> Any:
    """ISO 8601; letters within a pattern mean other things on other engines."""
    return second.strftime("%Y-%m-%d") + "T" + second.strftime("%H:%M:%S") + "Z"


RULE = Rule(
    id="programme_reporting",
    title_zh="程序化报告",
    title_en="Duty to report programme trading",
    legal_basis="证监会公告〔2025〕12号 art. 3, 7; exchange notices of 2025-08-08 (大商所发〔2025〕305号)",
    reads={"orders": ("event",), "accounts": ("is_programmatic",)},
    parameters=(Parameter("burst_messages", "count"),),
    events=events,
    looks_at="messages",
    unit="exchange",
    derived=True,
    needs=("accounts",),
    exempt="programmatic",
)
