"""The dated tiers of the exchanges' order fee 申报费: ``parameters/message_fee.yaml`` read and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from alertgrade.errors import AlertError
from alertgrade.yaml_text import plain_yaml
from features.events.schema import EXCHANGES
from rules_baseline.bad_entry import BadEntry, line_of, shown
from rules_baseline.bounds import exact, whole, within
from rules_baseline.entry_values import dates_of, flag_of, list_of
from rules_baseline.limits import KINDS, SHIPPED
from rules_baseline.signature import SIGNATURE

FILE = "message_fee.yaml"
_KEYS = {"effective_from", "effective_to", "kinds", "products", "tiers", "unfilled_is_high", "source", "verified"}

_OPTIONAL = {"effective_to", "unfilled_is_high"}
_WANTED_TIERS = "wanted rising tiers [above, rate at OTR <= 2, rate at OTR > 2], rates as text"


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
        text = path.read_text(encoding="utf-8")
        document = plain_yaml(text)
        listed = [(name, number, raw) for name, many in document.items() if name != "measure"
                  for number, raw in enumerate(many)]  # fmt: skip
    except (OSError, yaml.YAMLError, TypeError, AttributeError) as error:
        raise AlertError(f"{path}: {error}", "wanted dated tiers", "compare with the shipped file") from error
    found = []
    for name, number, raw in listed:
        try:
            found.append(_tariff(f"{path}: {name} tariff {number + 1}", name, raw))
        except BadEntry as error:
            raise error.on_line(line_of(text, (str(name), number), error.key)) from error
    _refuse_overlaps(path, found)
    return tuple(found)


def _tariff(where: str, exchange: str, raw: Mapping[str, Any]) -> Tariff:
    if exchange not in EXCHANGES:
        raise BadEntry(where, "", f"exchange {shown(exchange)}", f"wanted one of {', '.join(EXCHANGES)}")
    _refuse_keys(where, raw)
    starts, ends = dates_of(where, raw)
    kinds = list_of(where, "kinds", raw["kinds"], KINDS)
    named = None if raw["products"] == "all" else frozenset(list_of(where, "products", raw["products"]))
    unfilled = flag_of(where, "unfilled_is_high", raw.get("unfilled_is_high", False))
    verified, source = flag_of(where, "verified", raw["verified"]), str(raw["source"])
    tiers = _tiers(where, raw["tiers"])
    return Tariff(exchange, starts, ends or date.max, kinds, named, tiers, unfilled, source, verified)


def _tiers(where: str, raw: Any) -> tuple[Tier, ...]:
    try:
        tiers = tuple(Tier(_messages(above), _rate(low), _rate(high)) for above, low, high in raw)
    except (TypeError, ValueError) as error:
        raise BadEntry(where, "tiers", f"tiers={raw} ({error})", _WANTED_TIERS) from error
    if not tiers or [t.above for t in tiers] != sorted({t.above for t in tiers}):
        raise BadEntry(where, "tiers", f"tiers {raw} do not rise", _WANTED_TIERS)
    return tiers


def _refuse_keys(where: str, raw: Mapping[str, Any]) -> None:
    if not isinstance(raw, Mapping):
        raise BadEntry(where, "", f"{shown(raw)} is no tariff", f"wanted {', '.join(sorted(_KEYS))}")
    for key in sorted(set(raw) - {*_KEYS, *SIGNATURE}, key=str):
        raise BadEntry(where, str(key), f"{key} is no key of a tariff", f"wanted only {', '.join(sorted(_KEYS))}")
    for key in sorted(_KEYS - _OPTIONAL - set(raw)):
        raise BadEntry(where, key, f"no {key}", "wanted it in every tariff")


def _messages(raw: Any) -> int:
    if not whole(raw, "count"):
        raise ValueError(f"{shown(raw)}: wanted {within('count')}")
    return int(raw)


def _rate(text: Any) -> Decimal | None:
    if text is None:
        return None
    if not isinstance(text, str):
        raise ValueError(f"rate {text!r}: wanted text, so that 0.1 stays exactly 0.1")  # noqa: TRY004 -- caught above
    rate = exact(text, "decimal")
    if rate is None:
        raise ValueError(f"rate {text!r}: wanted {within('decimal')}")
    return rate


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
