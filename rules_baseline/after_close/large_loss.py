"""``large_loss`` AT00 大额亏损: an account's loss over a window, in money and as a share of its mean equity.

Basis: the firm's own client protection and suitability watch (投资者适当性, 期货公司 自行监测); no exchange publishes
a number. Both limits must be reached; a mean equity of 0 or less reaches the share.
"""

from __future__ import annotations

from typing import Any

import ibis

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.events import day_id, of_window
from rules_baseline.after_close.screen import Limit, Screen, of_account
from rules_baseline.after_close.window import windowed


def find(closing: Closing, choice: Choice) -> Any:
    """Loss and equity of every account with a row of ``account_days`` in the window."""
    days = choice.count("days")
    rows = closing.rows("account_days", days)
    daily = rows.select(
        "account_id", "day_no", loss=-rows.net_pnl, equity_sum=rows.equity, account_rows=ibis.literal(1, "int64")
    )
    sums = windowed(closing, daily, ["account_id"], ["loss", "equity_sum", "account_rows"], days)
    return of_account(
        sums,
        loss=sums.loss,
        equity_sum=sums.equity_sum,
        account_rows=sums.account_rows,
        _loss_times_rows=sums.loss * sums.account_rows,
    )


def events(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The days summed."""
    return of_window(closing, hits, "account_days", choice.count("days"), day_id)


SCREEN = Screen(
    id="large_loss",
    title_zh="大额亏损",
    title_en="Large loss",
    legal_basis="the firm's own watch (AT00); no exchange publishes a number",
    needs=("account_days",),
    limits=(
        Limit("loss", "loss", "窗口内净亏损（元）", "net loss over the window (CNY)"),
        Limit("loss_to_equity", "_loss_times_rows", "亏损与平均权益之比", "loss over mean equity", per="equity_sum"),
    ),
    parameters={"days": "count"},
    find=find,
    events=events,
)
