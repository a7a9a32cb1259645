"""History (历史预警与处置): its features by name."""

from __future__ import annotations

from features.specs.spec import CLOSE, FeatureSpec, specs

_NOTHING = "0: nothing known against the account; null: not heard of by the last close, or no alerts table"

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
        window="250 calendar days to the last close c, (c - 250 d, c]",
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
        ),
    ),
)
