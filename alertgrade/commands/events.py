"""Commands of the raw events: check, import mapping."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from alertgrade.commands.context import console, open_events, settings
from alertgrade.commands.faults import MOST_SHOWN, more, note, say_not_given, say_set_aside
from alertgrade.commands.inputs import raw_files
from alertgrade.commands.outputs import ready_file
from alertgrade.commands.reading import reading
from alertgrade.errors import AlertError

if TYPE_CHECKING:
    from features.events.mapping_run import Imported
    from features.events.summary import EventsSummary


def check(
    events: Annotated[Path, typer.Argument(help="folder of raw tables")],
    quarantine: Annotated[Path | None, typer.Option(help="write the rows set aside to this parquet file")] = None,
) -> None:
    """Validate a folder of raw tables: what is read, kept, set aside and missing.

    Rows that break the contract are set aside and counted; that alone is no error (exit code 0).

    Example: alertgrade check EVENTS --quarantine QUARANTINE.parquet
    """
    if quarantine is not None and quarantine.suffix != ".parquet":
        raise AlertError(f"--quarantine {quarantine}", "wanted a file that ends in .parquet", "rename it")
    if quarantine is not None:
        ready_file(quarantine, "--quarantine", raw_files(events))
    with reading("check") as progress:
        raw = open_events(events, settings(), progress)
    with raw:
        with console.status("sum up"):
            summary = raw.summary
        _print_tables(summary)
        say_set_aside(raw)
        _print_notes(summary)
        say_not_given(raw)
        if quarantine is not None:
            quarantine.parent.mkdir(parents=True, exist_ok=True)
            raw.quarantine.order_by("table", "source", "line").to_parquet(quarantine)
            console.print(f"{summary.quarantined:,} quarantined rows written to {escape(str(quarantine))}")
        console.print(f"digest {raw.digest}", soft_wrap=True)


def import_mapping(
    src: Annotated[Path, typer.Argument(help="a CSV file, plain or gzip")],
    out: Annotated[Path, typer.Argument(help="the new folder of raw tables")],
    mapping: Annotated[Path, typer.Option(help="YAML of columns and values, such as docs/mappings/abides.yaml")],
) -> None:
    """Turn any CSV into a folder of raw tables, by a YAML that maps columns and values.

    Example: alertgrade import mapping SRC.csv.gz EVENTS --mapping docs/mappings/abides.yaml
    """
    from features.events.mapping import read_mapping
    from features.events.mapping_run import run_mapping

    with reading("import") as progress:
        result = run_mapping(src, out, read_mapping(mapping), progress)
    _print_import(result, out)


def _print_tables(summary: EventsSummary) -> None:
    shown = Table("table", "rows read", "kept", "quarantined", "duplicates dropped")
    for column in shown.columns[1:]:
        column.justify = "right"
    for table in summary.tables:
        counts = (table.read, table.kept, table.quarantined, table.duplicates)
        shown.add_row(table.table, *(f"{count:,}" for count in counts))
    console.print(shown)


def _print_notes(summary: EventsSummary) -> None:
    for unknown in summary.unknown_contracts[:MOST_SHOWN]:
        code = f"{unknown.exchange}.{unknown.contract}"
        note(f"{code} is not in contracts on the day of {unknown.rows:,} rows of {unknown.table}: rules answer UNKNOWN")
    more(len(summary.unknown_contracts), "unknown contracts")
    for overlap in summary.overlaps[:MOST_SHOWN]:
        until = "" if overlap.valid_to is None else f" to {overlap.valid_to}"
        both = f"{overlap.group_id} and {overlap.other_group_id} from {overlap.valid_from}{until}"
        note(f"account {overlap.account_id} is in groups {both}: {overlap.group_id} has it")
    more(len(summary.overlaps), "accounts in two groups")
    if summary.trades_without_accept:
        note(f"{summary.trades_without_accept:,} trades have no accepted order (kept)")
    if summary.cancels_without_accept:
        note(f"{summary.cancels_without_accept:,} cancels have no accepted order (kept)")
    for table in summary.tables:
        if table.encoding not in (None, "UTF-8"):
            note(f"{table.table}: read as {table.encoding}")
        _changed(table.table, table.trimmed, table.rounded)
        if table.extra_columns:
            note(f"{table.table}: columns not in the contract, ignored: {', '.join(table.extra_columns)}")
    if summary.ignored:
        note(f"not raw tables, ignored: {', '.join(summary.ignored)}")


def _print_import(result: Imported, out: Path) -> None:
    for table, rows in result.tables.items():
        console.print(f"  {table:<12} {rows:>10,} rows")
    console.print(f"{result.rows_read:,} rows read; {result.unused:,} of them are no event of any table in the mapping")
    if result.unreadable:
        note(f"{result.unreadable:,} lines are no rows: see {out / '_unreadable.parquet'}")
    if result.encoding != "UTF-8":
        note(f"read as {result.encoding}")
    _changed("source", result.trimmed, result.rounded)
    if result.pairing is not None:
        pairing = result.pairing
        lone = pairing.without_partner + pairing.with_several
        console.print(f"{pairing.paired:,} executions paired to {pairing.paired // 2:,} matches; {lone:,} not paired:")
        console.print(f"  {pairing.without_partner:,} without a partner, {pairing.with_several:,} with more than one")
    console.print(f"written to {escape(str(out))}")


def _changed(what: str, trimmed: int, rounded: int) -> None:
    if trimmed:
        note(f"{what}: blanks around values taken off in {trimmed:,} rows")
    if rounded:
        note(f"{what}: numbers rounded in {rounded:,} rows (a price keeps 6 decimals, an amount 4)")
