"""The dated tiers of the exchanges' order fee 申报费: ``parameters/message_fee.yaml`` read and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from alertgrade.errors import AlertError
from features.events.schema import EXCHANGES
from rules_baseline.limits import KINDS, SHIPPED
from rules_baseline.signature import SIGNATURE

FILE = "message_fee.yaml"
_KEYS = {"effective_from", "effective_to", "kinds", "products", "tiers", "unfilled_is_high", "source", "verified"}


@dataclass(frozen=True, slots=True)
class Tier:
    """Messages above ``above`` and up to the next tier: CNY a message at OTR <= 2 and > 2; None: rate not known."""

    above: int
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Tariff:
    """One dated tariff: for trading days ``[starts, ends)``, kinds, and products (None: all of these kinds)."""

    exchange: str
    starts: date
    ends: date
    kinds: tuple[str, ...]
    products: frozenset[str] | None
    tiers: tuple[Tier, ...]
    unfilled_is_high: bool
    source: str
    verified: bool

    def holds(self, exchange: str, day: date, kind: str, product: str) -> bool:
        """Whether it is the tariff of a contract on a day."""
        ours = self.products is None or product in self.products
        return self.exchange == exchange and self.starts <= day < self.ends and kind in self.kinds and ours


def fee(messages: int, filled: int, tariff: Tariff) -> Decimal | None:
    """CNY for the messages of one subject, contract and day, tier by tier; None where a rate it needs is not known.

    OTR = messages / max(filled, 1) - 1, compared with 2 exactly; without a fill it is high where the tariff says so.

    >>> tariff = Tariff("SHFE", date(2023, 4, 1), date(2024, 1, 1), ("future",), None,
    ...     (Tier(4000, Decimal(0), Decimal("0.5")), Tier(8000, Decimal(0), Decimal("2.5")),
    ...      Tier(40000, Decimal(0), Decimal(50))), False, "", False)
    >>> fee(119_200, 0, tariff)
    Decimal('4042000.0')
    """
    high = messages > 3 * max(filled, 1) or (filled == 0 and tariff.unfilled_is_high)
    ends = [*(tier.above for tier in tariff.tiers[1:]), messages]
    total = Decimal(0)
    for tier, end in zip(tariff.tiers, ends, strict=True):
        within = min(messages, end) - tier.above
        rate = tier.high if high else tier.low
        if within > 0 and rate is None:
            return None
        total += max(within, 0) * (rate or 0)
    return total


def load_tariffs(folder: Path | None = None) -> tuple[Tariff, ...]:
    """Read ``message_fee.yaml`` of ``folder`` (None: the shipped one); ``AlertError`` names what is wrong in it."""
    path = (SHIPPED if folder is None else folder) / FILE
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        found = [_tariff(name, raw) for name, many in document.items() if name != "measure" for raw in many]
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise AlertError(f"{path}: {error!r}", "wanted dated tiers", "compare with the shipped file") from error
    _refuse_overlaps(path, found)
    return tuple(found)


def _tariff(exchange: str, raw: Mapping[str, Any]) -> Tariff:
    products, kinds, starts, ends = raw["products"], tuple(raw["kinds"]), raw["effective_from"], raw.get("effective_to")
    dated = type(starts) is date and (ends is None or type(ends) is date)
    if exchange not in EXCHANGES or set(raw) - {*_KEYS, *SIGNATURE} or set(kinds) - set(KINDS) or not dated:
        raise ValueError(f"{exchange}: {dict(raw)}")
    tiers = tuple(Tier(int(above), _rate(low), _rate(high)) for above, low, high in raw["tiers"])
    if not tiers or [t.above for t in tiers] != sorted({t.above for t in tiers}):
        raise ValueError(f"{exchange}: tiers {raw['tiers']} do not rise")
    named = None if products == "all" else frozenset(map(str, products))
    unfilled, source = bool(raw.get("unfilled_is_high", False)), str(raw["source"])
    return Tariff(exchange, starts, ends or date.max, kinds, named, tiers, unfilled, source, bool(raw["verified"]))


def _rate(text: Any) -> Decimal | None:
    if text is None:
        return None
    if not isinstance(text, str):
        raise ValueError(f"rate {text!r}: wanted text, so that 0.1 stays exactly 0.1")  # noqa: TRY004 -- caught above
    return Decimal(text)


def _refuse_overlaps(path: Path, tariffs: Sequence[Tariff]) -> None:
    for i, one in enumerate(tariffs):
        for two in tariffs[i + 1 :]:
            shared = one.products is None or two.products is None or one.products & two.products
            meet = one.exchange == two.exchange and one.starts < two.ends and two.starts < one.ends
            if meet and shared and set(one.kinds) & set(two.kinds):
                raise AlertError(
                    f"{path}: {one.exchange} has two tariffs of one product from {one.starts} and {two.starts}",
                    "wanted one for a product and day",
                )
