"""What the reference tables say of a contract on a trading day: by validity, never by what was said later."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

CONTRACT = ("exchange", "contract")


def with_valid(rows: ir.Table, reference: ir.Table, names: Sequence[str]) -> ir.Table:
    """``rows`` (exchange, contract, trading_day) with columns ``names`` of the row of ``reference`` valid that day.

    ``reference`` is ``contracts`` or ``position_limits`` (valid_from <= day < valid_to); null where no row is valid.
    """
    known = reference.select(*[reference[c].name(f"_{c}") for c in (*CONTRACT, "valid_from", "valid_to")], *names)
    valid = [
        rows.exchange == known["_exchange"],
        rows.contract == known["_contract"],
        known["_valid_from"] <= rows.trading_day,
        known["_valid_to"].isnull() | (rows.trading_day < known["_valid_to"]),
    ]
    return rows.left_join(known, valid).select(rows, *[known[name] for name in names])


def with_day(rows: ir.Table, contract_days: ir.Table, names: Sequence[str]) -> ir.Table:
    """``rows`` (exchange, contract, trading_day) with columns ``names`` of that day's ``contract_days``, else null."""
    keys = ["trading_day", *CONTRACT]
    once = contract_days.group_by(keys).aggregate(**{name: contract_days[name].max() for name in names})
    joined = rows.left_join(once, [rows[key] == once[key] for key in keys])
    return joined.select(rows, *[once[name] for name in names])


def fee_unit(rows: ir.Table) -> ir.StringValue:
    """What messages are counted by: the contract, of an option its product and month (``with_valid`` gave both).

    The blank keeps options of a month apart from the future of that name (m2605 is both at DCE).
    """
    return ibis.ifelse(rows.option_month.isnull(), rows.contract, rows["product"] + " " + rows.option_month)
