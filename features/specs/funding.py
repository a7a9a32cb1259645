"""Cash flows (出入金): its features by name, and what exactly each counts.

Made of ``cash_flows`` rows (a *flow*; exact duplicates once), and of ``account_days`` for one feature. Windows are the 20
days to D. Where the account has no flow in the window, every value is null. Sums are exact (decimals), then a double.

- ``deposits_20d``, ``withdrawals_20d``: sum of ``amount`` of either ``direction``; 0 where there is none of it.
- ``cash_flows_20d``: number of flows.
- ``cash_flow_days_20d``: days with a flow.
- ``distinct_bank_accounts_20d``: distinct non-null ``bank_account`` of flows.
- ``cross_border_share_20d``: amount of flows with ``cross_border`` true over amount of all flows.
- ``same_day_in_out_share_20d``: 2 * (sum over days of the smaller of the day's deposits and the day's withdrawals) over
  (deposits + withdrawals of the window): 1 where every day's money went in and out.
- ``gross_flow_over_mean_equity_20d``: (deposits + withdrawals) * e / (sum of ``equity``), e being the number of days of the
  window with an ``account_days`` row of the account (several rows of one day are added up to one); null where e = 0 or
  the sum is 0 or less.
- ``flow_on_day_over_mean_20d``: F(D) * 20 / (F(D - 20) + ... + F(D - 1)), F(d) being deposits + withdrawals of day d; days
  without a flow, and days before the calendar's first, count 0. Null where there is no flow on D itself (though there may
  be in the window), or the divisor is 0.
"""

from __future__ import annotations

from features.specs.spec import CLOSE, D20, FeatureSpec, specs

_NOTHING = "null: no cash flow in the window, or no cash_flows table"

SPECS: tuple[FeatureSpec, ...] = (
    *specs(
        "funding",
        window=D20,
        empty=_NOTHING,
        tables=("cash_flows", "account_days"),
        available=CLOSE,
        rows=(
            ("deposits_20d", "近20日入金", "deposits over 20 days", "CNY"),
            ("withdrawals_20d", "近20日出金", "withdrawals over 20 days", "CNY"),
            ("cash_flows_20d", "近20日出入金笔数", "deposits and withdrawals counted, 20 days", "flows"),
            ("cash_flow_days_20d", "近20日有出入金天数", "days with a deposit or withdrawal, 20 days", "days"),
            (
                "distinct_bank_accounts_20d",
                "近20日出入金银行账户数",
                "distinct bank accounts of cash flows, 20 days",
                "bank accounts",
            ),
            (
                "cross_border_share_20d",
                "近20日跨境出入金占比",
                "cross-border share of the amount of cash flows, 20 days",
                "share",
            ),
            (
                "same_day_in_out_share_20d",
                "近20日当日快进快出占比",
                "share of the amount that went in and out on one day, 20 days",
                "share",
            ),
            (
                "gross_flow_over_mean_equity_20d",
                "近20日出入金与平均权益之比",
                "deposits and withdrawals over mean equity, 20 days",
                "ratio",
            ),
        ),
    ),
    *specs(
        "funding",
        window="20 trading days before the day, the day itself above the line",
        empty="null: no cash flow on the day, none in the 20 days before, or no cash_flows table",
        tables=("cash_flows",),
        available=CLOSE,
        rows=(
            (
                "flow_on_day_over_mean_20d",
                "当日出入金与此前近20日日均之比",
                "cash flow of the day over the daily mean of the 20 days before",
                "ratio",
            ),
        ),
    ),
)
