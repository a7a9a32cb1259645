"""Texts of an account beside a case; Chinese and English."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # --- the account
    "account_profile": ("账户档案", "Account profile"),
    "no_profile": ("特征库中没有该账户", "The feature store does not know this account"),
    "as_of": ("截至 {moment}", "as of {moment}"),
    "all_features": ("全部特征（{count} 项）", "All features ({count})"),
    "feature": ("特征", "Feature"),
    "value": ("值", "Value"),
    "account_type": ("账户类型", "Account type"),
    "type_individual": ("个人", "individual"),
    "type_institution": ("机构", "institution"),
    "type_product": ("资管产品", "product"),
    "past_alerts": ("历史预警", "Past alerts"),
    "no_past_alerts": ("没有其他预警", "No other alerts"),
    "past_dispositions": ("历史处置", "Past dispositions"),
    "no_past_dispositions": ("没有处置记录", "No dispositions on record"),
    "decided_at": ("处置时间", "Decided at"),
    "decided_by": ("处置人", "Decided by"),
    "conclusion": ("处置结论", "Conclusion"),
}
