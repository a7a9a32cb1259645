"""``funding_jump`` 异常出入金: one day's deposits and withdrawals far above what the account is used to.

Basis: anti-money-laundering duty of futures firms (期货公司反洗钱); the numbers are the firm's own. Gross flows;
history are the preceding trading days on which the account has a row of ``account_days``, days without a flow included.
Both limits must be reached; a mean of 0 reaches the ratio, a history too short is UNKNOWN.
"""

from __future__ import annotations

from typing import Any

import ibis

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.events import instant_id, of_window
from rules_baseline.after_close.screen import Limit, Screen, of_account
from rules_baseline.after_close.window import windowed


def find(closing: Closing, choice: Choice) -> Any:
    """The day's flow of every account that had one, and its mean over the history."""
    reach = choice.count("history_days") + 1
    flows = closing.rows("cash_flows", reach)
    flows = flows.group_by("account_id", "day_no").aggregate(flow=flows.amount.sum())
    known = closing.rows("account_days", reach).select("account_id", "day_no").distinct()
    zero = ibis.literal(0, "int64")
    daily = known.left_join(flows, ["account_id", "day_no"]).select(
        known.account_id, known.day_no, past_days=ibis.literal(1, "int64"), past_flow=ibis.coalesce(flows.flow, zero)
    )
    sums = windowed(closing, daily, ["account_id"], ["past_days", "past_flow"], reach)
    # the window ends on the day itself, which is no history: it is taken off again
    today = (
        closing.on_run_days(flows).left_join(sums, ["account_id", "day_no"]).drop("account_id_right", "day_no_right")
    )
    own = daily.select(own_account="account_id", own_no="day_no", own_days="past_days", own_flow="past_flow")
    both = today.left_join(own, [today.account_id == own.own_account, today.day_no == own.own_no])
    past_days = (ibis.coalesce(both.past_days, zero) - ibis.coalesce(both.own_days, zero)).cast("int64")
    past_flow = ibis.coalesce(both.past_flow, zero) - ibis.coalesce(both.own_flow, zero)
    enough = past_days >= choice.count("least_history")
    return of_account(
        both,
        "fewer days of history than wanted",
        flow=both.flow,
        history_days=past_days,
        history_flow=past_flow,
        _flow_times_days=both.flow * past_days,
        _history_flow=ibis.ifelse(enough, past_flow, ibis.null(past_flow.type())),
    )


def events(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The day's deposits and withdrawals."""
    return of_window(closing, hits, "cash_flows", 1, instant_id)


SCREEN = Screen(
    id="funding_jump",
    title_zh="异常出入金",
    title_en="Unusual deposits and withdrawals",
    legal_basis="anti-money-laundering duty of futures firms; numbers are the firm's own",
    needs=("cash_flows", "account_days"),
    looks_at="cash_flows",
    limits=(
        Limit(
            "flow_to_mean",
            "_flow_times_days",
            "当日出入金与历史日均之比",
            "the day's flow over the mean of the history",
            per="_history_flow",
        ),
        Limit("flow", "flow", "当日出入金（元）", "the day's flow (CNY)"),
    ),
    parameters={"history_days": "count", "least_history": "count"},
    find=find,
    events=events,
)
