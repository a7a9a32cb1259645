"""The names of what accounts may be up to: kinds of misconduct, and of innocent conduct that looks like it."""

from __future__ import annotations

MISCONDUCT = (
    "self_trading",
    "cancel_flooding",
    "group_trading",
    "fak_flooding",
    "ring",
    "large_order_cancelling",
    "spoofing",
    "opening_over_limit",
    "matched_transfer",
    "synchronised",
    "margin_lending",
    "limit_evasion",
    "stolen_password",
    "limit_price_cancelling",
)
LOOK_ALIKES = (
    "two_strategies",
    "market_maker_quotes",
    "fak_arbitrage",
    "programme_bug",
    "clumsy_crossing",
    "large_retreat",
    "busy_opening",
    "family_device",
    "unflagged_hedger",
    "copy_trading",
    "requoting",
    "office_network",
    "relay_users",
    "own_transfer",
    "forgotten_password",
    "leveraged_gambler",
    "limit_day_queue",
)
