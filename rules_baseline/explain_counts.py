"""Which rows a rule counted, from the parameters that its alert names: how large, which cancels, which are exempt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules_baseline.bounds import exact, whole

_Said = tuple[str, str]
_HEDGES = {"hedging": "套保", "arbitrage": "套利", "market_making": "做市", "speculation": "投机"}
_ORDINARY = ("非 FOK/FAK 的客户撤单", "the client's own cancels of orders that are not FOK or FAK")
_OTHERS = (
    "其他合约计客户自己的全部撤单及 FOK/FAK 撤单（后者不论由谁撤销）",
    "on others every cancel of the client's and of FOK and FAK orders",
)
_RELEASED: dict[str, _Said] = {
    "all": ("收取申报费的合约只计 FOK/FAK 撤单", "on contracts with an order fee only cancels of FOK and FAK orders"),
    "limit": (
        "收取申报费的合约计 FOK/FAK 撤单及客户自己的非限价单撤单",
        "on contracts with an order fee cancels of FOK and FAK orders, and the client's own of orders that are no "
        "limit orders",
    ),
}


def counted_rows(rule_id: str, values: Any) -> _Said | None:
    """What counts, in Chinese and English, by the parameters of an alert; None where it names none that say so.

    >>> counted_rows("large_cancel", {"size_lots": 300, "ioc_counts": False})[1]
    "single cancels of 300 lots or more; the client's own cancels of orders that are not FOK or FAK"
    """
    if not isinstance(values, Mapping):
        return None
    parts = [part for part in (_size(values), _cancels(rule_id, values), _exempt(values)) if part is not None]
    return ("；".join(zh for zh, _ in parts), "; ".join(en for _, en in parts)) if parts else None


def _size(values: Mapping[str, Any]) -> _Said | None:
    lots, share = values.get("size_lots"), exact(str(values.get("size_share")), "share")
    if whole(lots, "count"):
        return f"单笔撤单 {lots} 手及以上", f"single cancels of {lots} lots or more"
    if share is not None:
        percent = f"{(share * 100).normalize():f}"
        return (
            f"单笔撤单达到合约最大下单手数的 {percent}% 及以上",
            f"single cancels of {percent} % of the contract's largest order or more",
        )
    return None


def _cancels(rule_id: str, values: Mapping[str, Any]) -> _Said | None:
    if rule_id == "frequent_cancel":
        return _by_regime(values)
    if rule_id == "large_cancel" and isinstance(values.get("ioc_counts"), bool):
        also = "，以及 FOK/FAK 撤单", ", and cancels of FOK and FAK orders"
        return (_ORDINARY[0] + also[0], _ORDINARY[1] + also[1]) if values["ioc_counts"] else _ORDINARY
    return None


def _by_regime(values: Mapping[str, Any]) -> _Said | None:
    if values.get("regime") == "exempt_ioc":
        return _ORDINARY
    charged = _RELEASED.get(str(values.get("fee_releases"))) if values.get("regime") == "fee_aware" else None
    return None if charged is None else (f"{charged[0]}；{_OTHERS[0]}", f"{charged[1]}; {_OTHERS[1]}")


def _exempt(values: Mapping[str, Any]) -> _Said | None:
    listed = values.get("exempt_hedges")
    hedges = [name for name in listed.split(",") if name] if isinstance(listed, str) else []
    if not hedges:
        return None
    zh = "、".join(_HEDGES.get(name, name) for name in hedges)
    return f"{zh}不计", f"not counted: {', '.join(hedges)}"
