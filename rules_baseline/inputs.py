"""What a rule's expression may see: unbound tables under fixed names, and the shapes every rule shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis

from features.events.schema import TABLES, Kind

IBIS_TYPES = {
    Kind.TEXT: "string",
    Kind.BOOL: "boolean",
    Kind.DATE: "date",
    Kind.INSTANT: "timestamp(6)",
    Kind.COUNT: "int64",
    Kind.PRICE: "decimal(18, 6)",
    Kind.MONEY: "decimal(20, 4)",
    Kind.NUMBER: "float64",
}
UNIT = ("exchange", "contract", "trading_day", "subject_type", "subject_id")
EVENT_COLUMNS = (
    *UNIT,
    "account_id",
    "other_account_id",
    "event_time",
    "seq",
    "event_rank",
    "event_id",
    "order_id",
    "amount",  # towards the limit
    "weight",  # towards the member's own count
    "lots",  # towards the second limit of a severe level
    "note",
    "term_id",
    "counts",
    "reason",
)
NO_KIND = ""  # the kind of a contract that ``contracts`` does not know, and of a rule that counts over contracts
_SUBJECT = {"subject_type": "string", "subject_id": "string"}
_CONTRACT_FACTS = {
    "kind": "string",  # null: the contract is not known that day
    "has_order_fee": "boolean",
    "max_order_volume": "int64",
    "tick": IBIS_TYPES[Kind.PRICE],
    "has_day": "boolean",  # contract_days has a row
    **dict.fromkeys(("upper_limit", "lower_limit", "high_price", "low_price"), IBIS_TYPES[Kind.PRICE]),
}


def columns_of(name: str, columns: tuple[str, ...]) -> dict[str, str]:
    """Ibis types of some columns of a raw table, in the order given.

    >>> columns_of("trades", ("exchange", "volume"))
    {'exchange': 'string', 'volume': 'int64'}
    """
    kinds = {column.name: column.kind for column in TABLES[name].columns}
    return {column: IBIS_TYPES[kinds[column]] for column in columns}


CANCEL_COLUMNS = (
    "event_time",
    "trading_day",
    "exchange",
    "contract",
    "account_id",
    "order_id",
    "seq",
    "side",
    "hedge",
    "order_type",
    "time_in_force",
    "price",
    "volume",
    "cancelled_by",
)
OPEN_COLUMNS = (
    "event_time",
    "trading_day",
    "exchange",
    "contract",
    "account_id",
    "trade_id",
    "order_id",
    "seq",
    "hedge",
    "volume",
)
LEG_COLUMNS = (
    "exchange",
    "trading_day",
    "contract",
    "trade_id",
    "account_id",
    "order_id",
    "side",
    "hedge",
    "event_time",
    "seq",
)
SCHEMAS: Mapping[str, Mapping[str, str]] = {
    "cancels": {**columns_of("orders", CANCEL_COLUMNS), **_SUBJECT, **_CONTRACT_FACTS},
    "opens": {**columns_of("trades", OPEN_COLUMNS), **_SUBJECT, "kind": "string"},
    "legs": {**columns_of("trades", LEG_COLUMNS), **_SUBJECT, "kind": "string"},
    "messages": {
        **columns_of("orders", ("exchange", "trading_day", "account_id", "order_id", "event_time", "seq")),
        "second": "timestamp(6)",
        "cancelled": "boolean",
        **_SUBJECT,
    },
    "immediate": columns_of("orders", ("exchange", "trading_day", "order_id", "event_time")),
    "opening_terms": {
        "term_exchange": "string",
        "term_contract": "string",
        "starts": "date",
        "ends": "date",
        "key": "string",
        "term_id": "int64",
        "exempt_hedges": "string",
    },
    "opening_unknown": {"term_exchange": "string", "starts": "date", "ends": "date", "exempt_hedges": "string"},
}


class Inputs:
    """The unbound tables of a batch, with facts joined, and the dated terms.

    ``cancels``, ``opens``: rows of the batch in hand. ``legs``, ``messages``, ``immediate``: what the events of
    derived rules are made of, whole: every row so far of each match with two sides that the batch touches, of each
    busy second of a subject, and the known orders whose trades are exempt. A rule on trades is asked only where one
    subject stands on both sides of a match (one that needs ``control_groups``: by several members). ``before`` names
    the same as they were before the batch. ``terms`` gives the schema of each ``terms_{rule_id}``.
    """

    def __init__(self, terms: Mapping[str, Mapping[str, str]], *, before: bool = False) -> None:
        held = "before_" if before else "held_"
        self._terms = terms
        self.cancels = _table("cancels")
        self.opens = _table("opens")
        self.legs = _table("legs", held)
        self.messages = _table("messages", held)
        self.immediate = _table("immediate", held)
        self.opening_terms = _table("opening_terms")
        self.opening_unknown = _table("opening_unknown")

    def terms(self, rule_id: str) -> Any:
        """Dated terms of a rule: one row per exchange, kind (``''`` unknown) and period ``[starts, ends)``."""
        return ibis.table(dict(self._terms[rule_id]), name=f"terms_{rule_id}")

    def with_terms(self, rows: Any, rule_id: str) -> Any:
        """Rows with the terms in force for them, by the contract's kind if there is one; no others."""
        terms = self.terms(rule_id)
        kind = ibis.coalesce(rows.kind, NO_KIND) if "kind" in rows.columns else ibis.literal(NO_KIND)
        of_day = [
            rows.exchange == terms.term_exchange,
            kind == terms.term_kind,
            rows.trading_day >= terms.starts,
            rows.trading_day < terms.ends,
        ]
        more = [terms[name] for name in terms.columns if name not in {"term_exchange", "term_kind", "starts", "ends"}]
        return rows.inner_join(terms, of_day).select(rows, *more)


def answered(rows: Any, *, counts: Any, reason: Any, event_rank: int, event_id: Any) -> Any:
    """The standard event columns of the rows that count or may: an unknown limit leaves open what would count.

    ``rows`` hold the unit, account_id, order_id, event_time, seq and the terms; ``other_account_id``, ``note``,
    ``amount`` and ``lots`` are taken from them where present, else null, null, 1 and 0; ``weight`` is else the amount.
    """
    have = set(rows.columns)
    yes = ibis.ifelse(rows.limit_value.isnull(), ibis.null("boolean"), True) if "limit_value" in have else True
    amount = rows.amount if "amount" in have else ibis.literal(1, "int64")
    made = {
        "counts": counts & yes,
        "reason": ibis.literal(reason) if isinstance(reason, str) else reason,
        "event_rank": rows.event_rank if "event_rank" in have else ibis.literal(event_rank, "int8"),
        "event_id": event_id,
        "other_account_id": rows.other_account_id if "other_account_id" in have else ibis.null("string"),
        "amount": amount,
        "weight": rows.weight if "weight" in have else amount,
        "lots": rows.lots if "lots" in have else ibis.literal(0, "int64"),
        "note": rows.note if "note" in have else ibis.null("string"),
    }
    found = rows.select(**{name: made[name] if name in made else rows[name] for name in EVENT_COLUMNS})
    return found.filter(found.counts.fill_null(True))


def _table(name: str, prefix: str = "") -> Any:
    return ibis.table(dict(SCHEMAS[name]), name=f"{prefix}{name}")
