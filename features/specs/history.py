"""History (历史预警与处置): its features by name.

Exact definitions; c is the last close (20:30 Asia/Shanghai of a trading day D of the calendar) at or before the moment
asked, and a window holds what happened in (c - n calendar days, c] to the microsecond: an alert by ``triggered_at`` (of
its column account_id), a disposition by ``decided_at``, a notice by ``received_at``. An account is heard of from the
first close at or after its first row in any table (``features.first_seen``: events and alerts at their instant, daily
rows from their close, an accounts row from 20:30 of the calendar day before valid_from), or its first disposition or
notice. Before that everything is null. A row stands on every close at which a value changes.

*Notices of an account.* A notice whose subject_id is no group_id of control_groups belongs to the account of that id.
Else it belongs to every account whose resolved declared group (DESIGN 3) is that one on the notice's trading_day
(valid_from <= day < valid_to); where nobody is, to nobody. Joining or leaving later changes nothing.

- ``notices_250d``: notices of the account in the window. null: no notices table.
- ``restricted_now``: 1 if a notice of the account with received_at <= c (however old) has restricted_until > D (as
  dates: a restriction until D itself is over at the close of D), else 0. null: no notices table.
- ``days_since_restriction``: with U the latest restricted_until among its notices with received_at <= c, the calendar
  days from U to D, 0 while U >= D; null where no such notice has one, where D - U >= 250, or without a notices table.
- ``distinct_rules_alerted_250d``: distinct rule_id of its alerts in the window.
- ``highest_occurrence_250d``: the largest non-null ``occurrence`` of its alerts, and of its notices where given, in the
  window; 0 where none.
- ``no_action_share_250d``: of its dispositions in the window, those with outcome no_action / all. null: none, or no
  dispositions table.
"""

from __future__ import annotations

from features.specs.spec import CLOSE, FeatureSpec, specs

_NOTHING = (
    "0: nothing known against the account; null: not heard of by the last close, or no alerts table"
    " (of dispositions: or no dispositions table)"
)
_NO_NOTICE = "0: none known; null: not heard of by the last close, or no alerts or notices table"
_LONG = "250 calendar days to the last close c, (c - 250 d, c]"

SPECS: tuple[FeatureSpec, ...] = (
    *specs(
        "history",
        window="30 calendar days to the last close c, (c - 30 d, c]",
        empty=_NOTHING,
        tables=("alerts", "dispositions"),
        available=CLOSE,
        rows=(
            (
                "alerts_30d",
                "近30日预警数",
                "alerts in the 30 days to the last close",
                "alerts",
                ("alerts_250d", 250 / 30),
            ),
        ),
    ),
    *specs(
        "history",
        window=_LONG,
        empty=_NOTHING,
        tables=("alerts", "dispositions"),
        available=CLOSE,
        rows=(
            ("alerts_250d", "近250日预警数", "alerts in the 250 days to the last close", "alerts"),
            ("breaches_250d", "近250日超限预警数", "breach alerts in the 250 days to the last close", "alerts"),
            ("dispositions_250d", "近250日处置数", "dispositions decided in the 250 days to the last close", "cases"),
            (
                "sanctions_250d",
                "近250日限制或移送数",
                "restricted or referred in the 250 days to the last close",
                "cases",
            ),
            ("worst_outcome_250d", "近250日最重处置", "worst outcome decided, 0 none to 5 referred", "level"),
            (
                "distinct_rules_alerted_250d",
                "近250日触发规则数",
                "distinct rules alerted in the 250 days to the last close",
                "rules",
            ),
        ),
    ),
    *specs(
        "history",
        window=_LONG,
        empty="null: no disposition in the window, or no alerts or dispositions table",
        tables=("alerts", "dispositions"),
        available=CLOSE,
        rows=(
            (
                "no_action_share_250d",
                "近250日处置为无需处理占比",
                "share of the dispositions of the 250 days to the last close that were no action",
                "share",
            ),
        ),
    ),
    *specs(
        "history",
        window=_LONG,
        empty="0: none known; null: not heard of by the last close, or no alerts table",
        tables=("alerts", "notices"),
        available=CLOSE,
        rows=(
            (
                "highest_occurrence_250d",
                "近250日最高发生次数",
                "highest occurrence of an alert or notice in the 250 days to the last close",
                "times",
            ),
        ),
    ),
    *specs(
        "history",
        window=_LONG,
        empty=_NO_NOTICE,
        tables=("notices", "control_groups"),
        available=CLOSE,
        rows=(
            ("notices_250d", "近250日交易所函件数", "notices received in the 250 days to the last close", "notices"),
        ),
    ),
    *specs(
        "history",
        window="all known at the last close",
        empty=_NO_NOTICE,
        tables=("notices", "control_groups"),
        available=CLOSE,
        rows=(("restricted_now", "当前处于限制期", "under a restriction not over at the last close", "0/1"),),
    ),
    *specs(
        "history",
        window="all known at the last close, up to 250 calendar days after the end",
        empty="null: no restriction known, over for 250 days or more, or no alerts or notices table",
        tables=("notices", "control_groups"),
        available=CLOSE,
        rows=(
            (
                "days_since_restriction",
                "距最近一次限制结束天数",
                "calendar days since the last restriction ended, 0 while it lasts",
                "days",
            ),
        ),
    ),
)
