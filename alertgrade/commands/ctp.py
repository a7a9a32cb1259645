"""Command of the CTP adapter: import ctp."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from alertgrade.commands.context import console

if TYPE_CHECKING:
    from features.events.ctp_import import CtpImported

MOST_SHOWN = 10


def import_ctp(
    src: Annotated[Path, typer.Argument(help="folder of orders*.csv, trades*.csv, sessions*.csv and contracts.csv")],
    out: Annotated[Path, typer.Argument(help="the new folder of raw tables")],
    config: Annotated[
        Path | None, typer.Option(help="YAML of relays, accounts and broker users; by default SRC/ctp.yaml")
    ] = None,
) -> None:
    """Turn CTP records (OnRtnOrder, OnRtnTrade, sessions) into a folder of raw tables.

    Records that are broken are set aside in OUT/_quarantine.parquet; that alone is no error (exit code 0).

    Example: alertgrade import ctp SRC EVENTS --config ctp.yaml
    """
    from features.events.ctp_config import read_ctp_config
    from features.events.ctp_import import import_ctp as run

    with console.status("import"):
        result = run(src, out, read_ctp_config(src, config))
    _print_counts(result)
    _print_notes(result)
    console.print(f"written to {escape(str(out))}")


def _print_counts(result: CtpImported) -> None:
    for table, rows in result.tables.items():
        console.print(f"  {table:<16} {rows:>10,} rows")
    orders, trades, sessions = result.orders, result.trades, result.sessions
    console.print(
        f"{orders.messages:,} order messages: {orders.transitions:,} transitions, {orders.duplicates:,} sent again; "
        f"{orders.accepted:,} orders accepted, {orders.cancelled:,} cancelled, {orders.rejected:,} rejected",
        soft_wrap=True,
    )
    console.print(
        f"{trades.messages:,} trade messages: {trades.kept:,} trades, {trades.duplicates:,} sent again, "
        f"{trades.no_matches:,} no match in the book; {trades.unmatched:,} without an accepted order",
        soft_wrap=True,
    )
    if sessions is not None:
        console.print(
            f"{sessions.records:,} session records: {sessions.logins:,} logins, {sessions.duplicates:,} sent again, "
            f"{sessions.of_the_broker:,} of the broker's operators",
            soft_wrap=True,
        )
    console.print(f"{result.quarantined:,} records quarantined")


def _print_notes(result: CtpImported) -> None:
    for found in result.reasons[:MOST_SHOWN]:
        place = f"first in {found.source}, line {found.line}"
        _note(f"quarantined {found.rows:,} x {found.table}: {found.reason} ({place})")
    if len(result.reasons) > MOST_SHOWN:
        _note(f"... and {len(result.reasons) - MOST_SHOWN:,} more reasons")
    orders, trades = result.orders, result.trades
    for count, what in (
        (orders.not_at_exchange, "orders ended before the exchange had them (conditions, parked orders)"),
        (orders.unresolved, "orders were not heard of again before the exchange had them"),
        (orders.carried_in, "lasting orders were accepted before the first day here: their accept is not here"),
        (orders.combinations, "orders for combinations: they stay under the combination's own code"),
        (orders.below_zero, "orders have a price below zero"),
        (orders.from_quotes, "orders come from market makers' quotes"),
        (trades.combination_legs, "trades are legs of combinations"),
        (orders.date_mismatches, "orders have an InsertDate other than their exchange writes (not used)"),
        (trades.date_mismatches, "trades have a TradeDate other than their exchange writes (not used)"),
    ):
        if count:
            _note(f"{count:,} {what}")
    if not result.relays_known:
        _note("no relays are configured: via_relay is null in orders and false in logins")
    for file in result.files:
        if file.unknown_columns:
            _note(f"{file.name}: columns that are not CTP's, ignored: {', '.join(file.unknown_columns)}")
    if result.ignored:
        _note(f"neither CTP records nor raw tables, ignored: {', '.join(result.ignored)}")


def _note(text: str) -> None:
    console.print(f"- {escape(text)}", highlight=False, soft_wrap=True)
