"""``high_fee`` AT02 高手续费: what an account paid in fees against what the exchange took of it.

Basis: the firm's own watch for churning (手续费加收, 居间人); no exchange publishes a number. Both limits must be
reached; without any exchange fee the ratio is UNKNOWN.
"""

from __future__ import annotations

from typing import Any

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.events import day_id, of_window
from rules_baseline.after_close.screen import Limit, Screen, of_account
from rules_baseline.after_close.window import windowed


def find(closing: Closing, choice: Choice) -> Any:
    """Fees of every account with a row of ``account_days`` in the window."""
    days = choice.count("days")
    daily = closing.rows("account_days", days).select("account_id", "day_no", "fee", "exchange_fee")
    sums = windowed(closing, daily, ["account_id"], ["fee", "exchange_fee"], days)
    return of_account(sums, "no exchange fee in the window", fee=sums.fee, exchange_fee=sums.exchange_fee)


def events(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The days summed."""
    return of_window(closing, hits, "account_days", choice.count("days"), day_id)


SCREEN = Screen(
    id="high_fee",
    title_zh="高手续费",
    title_en="High fees",
    legal_basis="the firm's own watch (AT02); no exchange publishes a number",
    needs=("account_days",),
    limits=(
        Limit(
            "fee_to_exchange_fee",
            "fee",
            "手续费与交易所手续费之比",
            "fees over exchange fees",
            per="exchange_fee",
            empty="unknown",
        ),
        Limit("fee", "fee", "手续费（元）", "fees (CNY)"),
    ),
    parameters={"days": "count"},
    find=find,
    events=events,
)
