"""Small limits, written once for the oracle and once as a parameters folder for the product."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

import rules_baseline
from tests.oracles.limits import AfterClose, Limits

SHIPPED = Path(rules_baseline.__file__).parent / "parameters"
SMALL = Limits(
    self_trade=3,
    frequent_cancel=5,
    frequent_cancel_index_future=4,
    large_cancel=3,
    large_cancel_cffex=4,
    limit_price_cancel=4,
    limit_price_severe_lots=20,
    bursts=3,
    burst_messages=3,
    after_close=AfterClose(
        large_loss=(500, Fraction(1, 2), 3),
        frequent_trading=(4, 8, 1),
        high_fee=(5, 100, 3),
        shared_address=(1, 2),
        synchronous_trading=(3, Fraction(1, 2), 2),
        benefit_transfer=(100, 2, 3),
        margin_lending=(2, 2, 3),
        spoofing=(2, 5),
        matched_orders=(Fraction(3, 10), 4, 3),
        funding_jump=(2, 500, 6),
        position_concentration=(5, 3, 4),
        leverage=10,
    ),
)
SMALL_SCREENS: dict[str, dict[str, Any]] = {
    "large_loss": {"loss": 500, "days": 3},
    "frequent_trading": {"trades": 4, "lots": 8},
    "high_fee": {"fee": 100, "days": 3},
    "shared_address": {"days": 2},
    "synchronous_trading": {"matches": 3, "days": 2},
    "benefit_transfer": {"gain": 100, "matches": 2, "days": 3},
    "margin_lending": {"macs": 2, "password_changes": 2, "days": 3},
    "spoofing": {"episodes": 2},
    "matched_orders": {"inside_lots": 4, "bank_days": 3},
    "funding_jump": {"flow": 500, "history_days": 6},
    "position_concentration": {"history_days": 4},
}


def write_small(folder: Path) -> Path:
    """The shipped parameters with the numbers of ``SMALL``."""
    shutil.copytree(SHIPPED, folder)
    for name, changes in SMALL_SCREENS.items():
        path = folder / "after_close" / f"{name}.yaml"
        entries = [entry | changes for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]
        path.write_text(yaml.safe_dump(entries, allow_unicode=True, sort_keys=False), encoding="utf-8")
    for path in folder.glob("*.yaml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, entries in content.items():
            for entry in entries if isinstance(entries, list) else ():
                _shrink(content.get("rule", name), content.get("exchange", name), entry)
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


def _shrink(rule: str, exchange: str, entry: dict[str, Any]) -> None:
    if rule == "frequent_cancel" and entry.get("kinds") == ["index_future"]:
        entry["limit"] = SMALL.frequent_cancel_index_future
    elif rule == "large_cancel" and exchange == "CFFEX":
        entry["limit"] = SMALL.large_cancel_cffex
    elif rule in {"self_trade", "frequent_cancel", "large_cancel", "limit_price_cancel"}:
        entry["limit"] = getattr(SMALL, rule)
    elif rule == "programme_reporting":
        entry |= {"limit": SMALL.bursts, "burst_messages": SMALL.burst_messages}
    if rule == "limit_price_cancel":
        entry["severe_lots"] = SMALL.limit_price_severe_lots
