"""The weights that turn shared traces into a score: ``scoring.yaml`` read and checked, and its formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from alertgrade.errors import AlertError

SHIPPED = Path(__file__).with_name("scoring.yaml")
KINDS = ("mac", "ip", "bank", "synchronous", "matched")
_COUNTS = ("most_users", "half_days", "half_trades", "largest")


@dataclass(frozen=True, slots=True)
class Scoring:
    """Weights by kind and the other numbers of ``scoring.yaml``, whose comments say what each is for."""

    weights: Mapping[str, float]
    most_users: int
    half_days: int
    half_trades: int
    cut: float
    step: float
    largest: int

    def of_address(self, kind: str, users: int, days: int) -> float:
        """Strength in [0, 1] of an address that ``users`` subjects use, both of the pair on ``days`` days at least.

        >>> scoring = load_scoring()
        >>> round(scoring.of_address("mac", 2, 20), 2), round(scoring.of_address("ip", 20, 20), 2)
        (0.6, 0.06)
        """
        return self.weights[kind] * self._rarity(users) * _grown(days, self.half_days)

    def of_bank(self, users: int) -> float:
        """Strength of a bank account of ``users`` subjects; once is enough."""
        return self.weights["bank"] * self._rarity(users)

    def of_synchronous(self, beyond: float, fewer: int) -> float:
        """Strength of trades made together ``beyond`` chance, where the lesser of the two made ``fewer`` in all."""
        share = min(1.0, beyond / fewer) if fewer > 0 else 0.0
        return self.weights["synchronous"] * share * _grown(beyond, self.half_trades)

    def of_matched(self, beyond: float) -> float:
        """Strength of matches with each other ``beyond`` chance."""
        return self.weights["matched"] * _grown(beyond, self.half_trades)

    def _rarity(self, users: int) -> float:
        return 0.0 if users > self.most_users else float((users - 1) ** -0.5)


def noisy_or(strengths: Iterable[float]) -> float:
    """The chance that one cause at least is at work: 1 - (1 - s1)(1 - s2)...

    >>> noisy_or([0.5, 0.5])
    0.75
    """
    left = 1.0
    for strength in strengths:
        left *= 1 - strength
    return 1 - left


def load_scoring(file: Path | None = None) -> Scoring:
    """Read a scoring file (None: the shipped one); raises ``AlertError`` naming what is missing or out of range."""
    path = SHIPPED if file is None else Path(file)
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise AlertError(f"{path} cannot be read ({error})", "wanted a scoring file", "copy the shipped one") from error
    names = {"weights", "cut", "step", *_COUNTS}
    weights = raw.get("weights") if isinstance(raw, dict) else None
    if not isinstance(weights, dict) or set(raw) != names or set(weights) != set(KINDS):
        raise AlertError(f"{path} does not hold just {', '.join(sorted(names))}, with weights of {', '.join(KINDS)}")
    shares = {**weights, "cut": raw["cut"], "step": raw["step"]}
    numbers = {name: _share(f"{path}: {name}", value) for name, value in shares.items()}
    for name in _COUNTS:
        if type(raw[name]) is not int or raw[name] < 1 + (name in ("most_users", "largest")):
            raise AlertError(f"{path}: {name} is {raw[name]!r}", "wanted a whole number, large enough for a pair")
    if not (numbers["cut"] > 0 and numbers["step"] > 0):
        raise AlertError(f"{path}: cut {raw['cut']}, step {raw['step']}", "wanted both above 0")
    return Scoring(
        {kind: numbers[kind] for kind in KINDS},
        cut=numbers["cut"],
        step=numbers["step"],
        **{name: raw[name] for name in _COUNTS},
    )


def _share(where: str, raw: Any) -> float:
    try:
        value = Decimal(str(raw))
    except InvalidOperation as error:
        raise AlertError(f"{where} is {raw!r}", "wanted a number in [0, 1]") from error
    if not (value.is_finite() and 0 <= value <= 1):
        raise AlertError(f"{where} is {raw!r}", "wanted a number in [0, 1]")
    return float(value)


def _grown(count: float, half: int) -> float:
    """0 without any, a half at ``half``, towards 1 with many."""
    return float(1 - 2.0 ** (-max(count, 0.0) / half))
