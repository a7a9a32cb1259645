"""What was counted, as a sentence a rule in Chinese and English. The numbers follow it, from the alert's evidence."""

from __future__ import annotations

# {subject} {account} {day} {place} {measured} {threshold}; of a severe alert also {breach_count} {breach_limit}
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
        "{subject} 在 {place} 涨跌停板价撤单 {measured} 次，限额 {threshold} 次。",
        "{subject} cancelled {measured} orders at the price limit on {place}; the limit is {threshold}.",
    ),
    "intraday_open": (
        "{subject} 在 {place} 日内开仓 {measured} 手，限额 {threshold} 手（超过为违规）。",
        "{subject} opened {measured} lots on {place} within the day; no more than {threshold} are allowed.",
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
# a severe alert measures in another unit than its rule's breach
SEVERE: dict[str, tuple[str, str]] = {
    "limit_price_cancel": (
        "{subject} 在 {place} 涨跌停板价撤单 {breach_count} 次（限额 {breach_limit} 次），共撤 {measured} 手，"
        "达到严重级别的 {threshold} 手。",
        "{subject} cancelled {breach_count} orders at the price limit on {place} (the limit is {breach_limit}), of "
        "{measured} lots together; from {threshold} lots on it is severe.",
    ),
}
# where the divisor is 0 or less there is no figure to give
NO_RATIO: dict[str, tuple[str, str]] = {
    "funding_jump": (
        "账户 {subject} 当日有出入金，而历史日均为零，无倍数可算，视为达到限额 {threshold} 倍。",
        "Account {subject} moved money after days without any: there is no ratio to their mean of 0, which counts as "
        "reached; the limit is {threshold} times.",
    ),
    "position_concentration": (
        "账户 {subject} 在 {place} 有持仓，而历史中位数为零，无倍数可算，视为达到限额 {threshold} 倍。",
        "Account {subject} held lots on {place} after a median of 0: there is no ratio, which counts as reached; the "
        "limit is {threshold} times.",
    ),
    "leverage": (
        "账户 {subject} 持有期货而权益为零或负，无倍数可算，视为达到限额 {threshold} 倍。",
        "Account {subject} held futures with an equity of 0 or less: there is no ratio, which counts as reached; the "
        "limit is {threshold} times.",
    ),
}
OTHER_NO_RATIO = (
    "{subject}：分母为零或负，无比值可算，视为达到限额 {threshold}。",
    "{subject}: what it is divided by is 0 or less, so there is no ratio, which counts as reached; the limit is "
    "{threshold}.",
)
# a rule of one's own, at a contract and without one; with conditions the one that decided is named
OTHER = (
    "{subject} 在 {place} 计 {measured}，限额 {threshold}。",
    "{subject} reached {measured} on {place}; the limit is {threshold}.",
)
OTHER_NO_PLACE = (
    "{subject} 计 {measured}，限额 {threshold}。",
    "{subject} reached {measured}; the limit is {threshold}.",
)
BY_CONDITION = (
    "{subject} 在 {place} 满足条件 {condition}，计 {measured}。",
    "{subject} met {condition} on {place}, with {measured}.",
)
BY_CONDITION_NO_PLACE = (
    "{subject} 满足条件 {condition}，计 {measured}。",
    "{subject} met {condition}, with {measured}.",
)
