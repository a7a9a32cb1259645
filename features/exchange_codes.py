"""The exchanges as numbers, stable for ever: kept beside a model's training sample and compared by monitoring."""

from __future__ import annotations

EXCHANGE_CODES: dict[str, int] = {"SHFE": 1, "INE": 2, "DCE": 3, "CZCE": 4, "CFFEX": 5, "GFEX": 6}


def exchange_code_sql(column: str) -> str:
    """The code of a text column as SQL; null where the alert names no exchange.

    >>> exchange_code_sql("exchange")[:40]
    "CASE exchange WHEN 'SHFE' THEN 1 WHEN 'I"
    """
    cases = " ".join(f"WHEN '{name}' THEN {code}" for name, code in EXCHANGE_CODES.items())
    return f"CASE {column} {cases} END"
