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
ALWAYS_READ = {  # identity, place and order of an event: every rule needs them
    "orders": ("event_time", "trading_day", "exchange", "contract", "account_id", "order_id", "event", "seq"),
    "trades": (
        "event_time",
        "trading_day",
        "exchange",
        "contract",
        "account_id",
        "trade_id",
        "order_id",
        "side",
        "seq",
    ),
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
    "amount",
    "term_id",
    "counts",
    "reason",
)
NO_KIND = ""  # the kind of a contract that ``contracts`` does not know


def raw_table(name: str, columns: tuple[str, ...] = (), *, prefix: str = "") -> Any:
    """An unbound Ibis table of raw table ``name``, all its columns or those given, in contract order."""
    wanted = columns or TABLES[name].column_names
    schema = {column.name: IBIS_TYPES[column.kind] for column in TABLES[name].columns if column.name in wanted}
    return ibis.table(schema, name=f"{prefix}{name}")


class Inputs:
    """The tables of one batch, the reference tables, the dated terms and the rules' memories, all unbound.

    ``batch_columns`` are the columns of ``batch_orders`` and ``batch_trades``; ``terms`` the schema of each
    rule's ``terms_{rule_id}``; ``memories`` the schema of each ``memory_{name}`` (this batch included).
    """

    def __init__(self, batch_columns: Mapping[str, tuple[str, ...]], terms: Mapping[str, Mapping[str, str]]) -> None:
        self.batch_orders = raw_table("orders", batch_columns["orders"], prefix="batch_")
        self.batch_trades = raw_table("trades", batch_columns["trades"], prefix="batch_")
        self.this_batch = ibis.table({"sequence": "int64"}, name="this_batch")  # one row: the batch in hand
        self.memories: dict[str, Any] = {}
        self._terms = terms

    def terms(self, rule_id: str) -> Any:
        """Dated terms of a rule: one row per exchange, kind (``''`` unknown) and period ``[starts, ends)``."""
        return ibis.table(dict(self._terms[rule_id]), name=f"terms_{rule_id}")

    def memory(self, name: str) -> Any:
        """Rows remembered under ``name``, with the ``sequence`` of the batch that brought them."""
        return self.memories[name]

    def with_facts(self, rows: Any) -> Any:
        """Rows of orders or trades with their subject and what ``contracts`` says of the contract that day.

        A declared group stands for its member; ``kind``, ``has_order_fee`` and ``max_order_volume`` are null for
        a contract that is not known on that day.
        """
        members = ibis.table(
            {"account_id": "string", "group_id": "string", "valid_from": "date", "valid_to": "date"}, name="memberships"
        )
        contracts = raw_table("contracts")
        of_day = [rows.account_id == members.account_id, *_valid(rows, members)]
        rows = rows.left_join(members, of_day).select(rows, group_id=members.group_id)
        known = [rows.exchange == contracts.exchange, rows.contract == contracts.contract, *_valid(rows, contracts)]
        return rows.left_join(contracts, known).select(
            *(rows[name] for name in rows.columns if name != "group_id"),
            subject_type=ibis.ifelse(rows.group_id.isnull(), "account", "group"),
            subject_id=ibis.coalesce(rows.group_id, rows.account_id),
            kind=contracts.kind,
            has_order_fee=contracts.has_order_fee,
            max_order_volume=contracts.max_order_volume,
        )

    def cancels(self) -> Any:
        """Cancelled rows of the batch, with facts: what the cancel rules look at."""
        return self.with_facts(self.batch_orders.filter(self.batch_orders.event == "cancelled"))

    def with_terms(self, rows: Any, rule_id: str) -> Any:
        """Rows with the terms in force for them; ``term_id`` is null where the rule is not in force."""
        terms = self.terms(rule_id)
        of_day = [
            rows.exchange == terms.term_exchange,
            ibis.coalesce(rows.kind, NO_KIND) == terms.term_kind,
            rows.trading_day >= terms.starts,
            rows.trading_day < terms.ends,
        ]
        return rows.left_join(terms, of_day).drop("term_exchange", "term_kind", "starts", "ends")


def answered(rows: Any, *, counts: Any, reason: Any, event_rank: int, event_id: Any) -> Any:
    """The standard event columns: not in force never counts, an unknown limit leaves open what would count.

    ``rows`` hold the unit, account_id, order_id, event_time, seq and the terms; ``other_account_id`` and
    ``amount`` are taken from them where present, else null and 1.
    """
    yes = ibis.ifelse(rows.limit_value.isnull(), ibis.null("boolean"), True)
    return rows.mutate(
        counts=ibis.ifelse(rows.term_id.isnull(), False, counts & yes),
        reason=ibis.literal(reason) if isinstance(reason, str) else reason,
        event_rank=ibis.literal(event_rank, "int8"),
        event_id=event_id,
        other_account_id=rows.other_account_id if "other_account_id" in rows.columns else ibis.null("string"),
        amount=rows.amount if "amount" in rows.columns else ibis.literal(1, "int64"),
    ).select(*EVENT_COLUMNS)


def _valid(rows: Any, dated: Any) -> list[Any]:
    return [dated.valid_from <= rows.trading_day, dated.valid_to.isnull() | (rows.trading_day < dated.valid_to)]
