"""Which rows a rule counted, from the parameters that its alert names: how large, which cancels, which are exempt."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_Said = tuple[str, str]
_HEDGES = {"hedging": "套保", "arbitrage": "套利", "market_making": "做市", "speculation": "投机"}
_ORDINARY = ("非 FOK/FAK 的客户撤单", "the client's own cancels of orders that are not FOK or FAK")
_RELEASED: dict[str, _Said] = {
    "all": (
        "收取申报费的合约只计 FOK/FAK 撤单；其他合约计全部撤单（FOK/FAK 不论由谁撤销）",
        "on contracts with an order fee only cancels of FOK and FAK orders; on others every cancel of the client's "
        "and of FOK and FAK orders",
    ),
    "limit": (
        "收取申报费的合约计 FOK/FAK 撤单及非限价单撤单；其他合约计全部撤单（FOK/FAK 不论由谁撤销）",
        "on contracts with an order fee cancels of FOK and FAK orders and of orders that are no limit orders; on "
        "others every cancel of the client's and of FOK and FAK orders",
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
    lots, share = values.get("size_lots"), values.get("size_share")
    if lots is not None:
        return f"单笔撤单 {lots} 手及以上", f"single cancels of {lots} lots or more"
    if share is not None:
        percent = f"{Decimal(str(share)) * 100:f}".rstrip("0").rstrip(".")
        return (
            f"单笔撤单达到合约最大下单手数的 {percent}% 及以上",
            f"single cancels of {percent} % of the contract's largest order or more",
        )
    return None


def _cancels(rule_id: str, values: Mapping[str, Any]) -> _Said | None:
    if rule_id == "frequent_cancel":
        return _RELEASED.get(str(values.get("fee_releases"))) if values.get("regime") == "fee_aware" else _ORDINARY
    if rule_id == "large_cancel":
        also = "，以及 FOK/FAK 撤单", ", and cancels of FOK and FAK orders"
        return (_ORDINARY[0] + also[0], _ORDINARY[1] + also[1]) if values.get("ioc_counts") else _ORDINARY
    return None


def _exempt(values: Mapping[str, Any]) -> _Said | None:
    hedges = [name for name in str(values.get("exempt_hedges") or "").split(",") if name]
    if not hedges:
        return None
    zh = "、".join(_HEDGES.get(name, name) for name in hedges)
    return f"{zh}不计", f"not counted: {', '.join(hedges)}"
