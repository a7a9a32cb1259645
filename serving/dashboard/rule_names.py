"""Names of the rules as the desk says them; a broker's own rule is shown by its id."""

from __future__ import annotations

RULES: dict[str, tuple[str, str]] = {
    "self_trade": ("自成交", "Self-trade"),
    "group_trade": ("组内互为对手", "Trading inside a control group"),
    "frequent_cancel": ("频繁报撤单", "Frequent cancelling"),
    "large_cancel": ("大额报撤单", "Large cancelling"),
    "limit_price_cancel": ("停板报撤单", "Cancelling at the price limit"),
    "intraday_open": ("日内开仓", "Intraday opening volume"),
    "programme_reporting": ("程序化报告", "Duty to report programme trading"),
    "large_loss": ("大额亏损", "Large loss"),
    "frequent_trading": ("交易频繁", "Frequent trading"),
    "high_fee": ("高手续费", "High fees"),
    "shared_address": ("同址", "Shared address"),
    "synchronous_trading": ("趋同交易", "Synchronous trading"),
    "benefit_transfer": ("利益输送", "Transfer of benefit"),
    "margin_lending": ("疑似配资", "Suspected margin lending"),
    "spoofing": ("虚假申报", "Spoofing"),
    "matched_orders": ("对倒对敲", "Matched orders"),
    "funding_jump": ("异常出入金", "Unusual deposits and withdrawals"),
    "position_concentration": ("单日持仓过大", "Position concentration"),
    "position_limit": ("持仓超限", "Position limit"),
    "leverage": ("高杠杆", "High leverage"),
}
