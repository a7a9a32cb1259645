"""What of an account's features the desk reads first, in words; the rest is listed under its technical names."""

from __future__ import annotations

from collections.abc import Mapping

from serving.dashboard.formats import NONE, number, share
from serving.dashboard.language import Texts

ACTIVITY: dict[str, tuple[str, str]] = {  # names as in the feature catalogue; a test holds them together
    "orders_20d": ("近20日报单数", "orders accepted over 20 days"),
    "cancel_ratio_20d": ("近20日撤单率", "cancels as a share of orders, 20 days"),
    "traded_lots_20d": ("近20日成交手数", "lots traded over 20 days"),
    "self_matches_20d": ("近20日自成交次数", "matches with the account on both sides, 20 days"),
    "distinct_macs_20d": ("近20日设备数", "distinct MAC addresses of logins, 20 days"),
    "alerts_250d": ("近250日预警数", "alerts in the 250 days to the last close"),
    "sanctions_250d": ("近250日限制或移送数", "restricted or referred in the 250 days to the last close"),
}
FLAGS: dict[str, tuple[str, str]] = {
    "is_programmatic": ("程序化账户", "marked as programme trading"),
    "is_market_maker": ("做市商", "marked as market maker"),
    "is_employee": ("员工账户", "marked as employee"),
    "via_introducing_broker": ("居间人介绍", "introduced by an introducing broker"),
}
_TYPES = ("type_individual", "type_institution", "type_product")


def profile(t: Texts, values: Mapping[str, float | None]) -> list[tuple[str, str]]:
    """Names and values to show, what is null as a dash.

    >>> profile(Texts("en"), {"account_type_code": 1.0, "is_employee": None})[0]
    ('Account type', 'institution')
    """
    place, code = t.place, values.get("account_type_code")
    known = code is not None and code in (0, 1, 2)
    shown = [(t("account_type"), t(_TYPES[int(code)]) if known and code is not None else NONE)]
    for name, words in FLAGS.items():
        value = values.get(name)
        shown.append((_begun(words[place]), NONE if value is None else t("yes" if value else "no")))
    for name, words in ACTIVITY.items():
        value = values.get(name)
        shown.append((_begun(words[place]), share(value) if "ratio" in name else number(value)))
    return shown


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]
