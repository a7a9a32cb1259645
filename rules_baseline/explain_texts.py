"""One sentence a rule, in Chinese and English: what was counted. The numbers follow it, from the alert's evidence."""

from __future__ import annotations

# {subject} {account} {day} {place} {measured} {threshold}; a level that is not the breach is named before the sentence
SENTENCES: dict[str, tuple[str, str]] = {
    "self_trade": (
        "{subject} 在 {place} 自成交 {measured} 次，限额 {threshold} 次。",
        "{subject} traded with itself {measured} times on {place}; the limit is {threshold}.",
    ),
    "group_trade": (
        "实控组 {subject} 的成员在 {place} 互为对手成交 {measured} 次，限额 {threshold} 次。",
        "Members of group {subject} traded with each other {measured} times on {place}; the limit is {threshold}.",
    ),
    "frequent_cancel": (
        "{subject} 在 {place} 撤单 {measured} 次，限额 {threshold} 次。",
        "{subject} cancelled {measured} orders on {place}; the limit is {threshold}.",
    ),
    "large_cancel": (
        "{subject} 在 {place} 大额撤单 {measured} 次，限额 {threshold} 次。",
        "{subject} made {measured} large cancels on {place}; the limit is {threshold}.",
    ),
    "limit_price_cancel": (
        "{subject} 在 {place} 涨跌停板价撤单，计 {measured}（严重级别为手数），限额 {threshold}。",
        "{subject} cancelled at the price limit on {place}: {measured} (lots where severe); the limit is {threshold}.",
    ),
    "intraday_open": (
        "{subject} 在 {place} 日内开仓 {measured} 手，限额 {threshold} 手。",
        "{subject} opened {measured} lots on {place} within the day; the limit is {threshold}.",
    ),
    "programme_reporting": (
        "{subject} 在 {place} 出现 {measured} 个高频秒（一秒内多笔报撤），达到 {threshold} 个须作程序化报告。",
        "{subject} had {measured} bursts of messages at {place}; from {threshold} on it has to be reported.",
    ),
    "large_loss": (
        "账户 {subject} 窗口内净亏损 {measured} 元，限额 {threshold} 元。",
        "Account {subject} lost {measured} CNY over the window; the limit is {threshold}.",
    ),
    "frequent_trading": (
        "账户 {subject} 成交 {measured} 笔，限额 {threshold} 笔。",
        "Account {subject} had {measured} trade rows; the limit is {threshold}.",
    ),
    "high_fee": (
        "账户 {subject} 手续费为交易所手续费的 {measured} 倍，限额 {threshold} 倍。",
        "Account {subject} paid {measured} times the exchange's fees; the limit is {threshold} times.",
    ),
    "shared_address": (
        "以账户 {subject} 为首的一簇账户共用地址，关联主体数减一为 {measured}，限额 {threshold}。",
        "The cluster of {subject} shares addresses: {measured} subjects beyond the first; the limit is {threshold}.",
    ),
    "synchronous_trading": (
        "账户 {subject} 同步成交 {measured} 笔，限额 {threshold} 笔。",
        "Accounts {subject} made {measured} trades at the same time; the limit is {threshold}.",
    ),
    "benefit_transfer": (
        "账户 {subject} 相互成交，按结算价净输送 {measured} 元，限额 {threshold} 元。",
        "Trading between accounts {subject} moved {measured} CNY net at settlement; the limit is {threshold}.",
    ),
    "margin_lending": (
        "账户 {subject} 以 {measured} 个设备（MAC）登录，限额 {threshold} 个。",
        "{measured} machines (macs) logged in to account {subject}; the limit is {threshold}.",
    ),
    "spoofing": (
        "账户 {subject} 在 {place} 出现 {measured} 次虚假申报，限额 {threshold} 次。",
        "Account {subject} had {measured} spoofing episodes on {place}; the limit is {threshold}.",
    ),
    "matched_orders": (
        "以账户 {subject} 为首的关联账户在 {place} 内部成交占比 {measured}，限额 {threshold}。",
        "Accounts linked with {subject} matched {measured} of their lots inside on {place}; the limit is {threshold}.",
    ),
    "funding_jump": (
        "账户 {subject} 当日出入金为历史日均的 {measured} 倍，限额 {threshold} 倍。",
        "Account {subject} moved {measured} times its mean daily flow; the limit is {threshold} times.",
    ),
    "position_concentration": (
        "账户 {subject} 在 {place} 的持仓为历史中位数的 {measured} 倍，限额 {threshold} 倍。",
        "Account {subject} held {measured} times its median lots on {place}; the limit is {threshold} times.",
    ),
    "position_limit": (
        "{subject} 在 {place} 持仓 {measured} 手，超过限额 {threshold} 手。",
        "{subject} held {measured} lots on {place}; no more than {threshold} are allowed.",
    ),
    "leverage": (
        "账户 {subject} 期货持仓价值为权益的 {measured} 倍，限额 {threshold} 倍。",
        "Account {subject} held futures worth {measured} times its equity; the limit is {threshold} times.",
    ),
}
OTHER = (
    "{subject} 在 {place} 计 {measured}，限额 {threshold}。",
    "{subject} reached {measured} on {place}; the limit is {threshold}.",
)
NO_RATIO = ("（分母为零或负，视为达到）", "no ratio (a divisor of 0 or less counts as reached)")
LEVELS = {"warning": ("预警", "warning"), "breach": ("超限", "breach"), "severe": ("严重", "severe")}
WORDS: dict[str, tuple[str, str]] = {  # headings of the explanation
    "counted": ("计量", "counted"),
    "limit": ("限额", "limit"),
    "distance": ("距限额（0 为达到，负数为超过）", "left to the limit (0 reached, below 0 above it)"),
    "source": ("限额来源", "source of the limit"),
    "in_force": ("有效期", "in force"),
    "trading_days": ("个交易日", "trading days"),
    "warning_at": ("预警线", "warning at"),
    "unverified": ("未经核实", "not verified"),
    "window": ("窗口", "window"),
    "members": ("成员份额", "members' shares"),
    "accounts": ("涉及账户", "accounts"),
    "facts": ("其他数据", "other figures"),
    "events": ("事件", "events"),
    "occurrence": ("第几次", "occurrence"),
    "rows": ("原始记录", "rows"),
    "condition": ("条件", "condition"),
    "signed": ("制定 → 审批", "author → approver"),
    "version": ("版本", "version"),
}
