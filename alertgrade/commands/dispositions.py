"""``alertgrade dispositions import``: what was decided before this installation, put on record once."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from alertgrade.commands.context import console, open_ledger, settings
from alertgrade.commands.outputs import ready_file

if TYPE_CHECKING:
    from training.past_dispositions import SetAside

SHOWN = 5  # rows set aside that are printed; the file holds all


def import_past(
    file: Annotated[Path, typer.Argument(help="CSV or parquet with the columns of the raw table dispositions")],
    alerts: Annotated[Path | None, typer.Option(help="their alerts, columns of the raw table alerts")] = None,
    quarantine: Annotated[Path | None, typer.Option(help="write the rows set aside to this CSV file")] = None,
) -> None:
    """Import past dispositions: good rows go on record once, bad ones are named with their line and left out.

    Example: alertgrade dispositions import PAST.csv --alerts ALERTS.csv --quarantine BAD.csv
    """
    from training.past_dispositions import import_dispositions

    if quarantine is not None:
        ready_file(quarantine, "--quarantine", {"the file to import,": file, "--alerts": alerts})
    ledger = open_ledger(settings())
    try:
        found = import_dispositions(ledger, file, alerts)
    finally:
        ledger.close()
    console.print(
        f"{found.read:,} rows: {found.taken:,} taken, {found.known:,} had an outcome on record, "
        f"{len(found.aside):,} set aside"
    )
    for one in found.aside[:SHOWN]:
        place = one.source if one.line is None else f"{one.source} line {one.line}"
        console.print(f"  {escape(place)}: {escape(one.reason)} ({escape(one.row[:80])})", highlight=False)
    if len(found.aside) > SHOWN:
        console.print(f"  and {len(found.aside) - SHOWN:,} more" + ("" if quarantine else "; see --quarantine FILE"))
    if quarantine is not None:
        _write(quarantine, found.aside)
        console.print(f"{len(found.aside):,} rows written to {escape(str(quarantine))}")


def _write(path: Path, aside: Sequence[SetAside]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(("source", "line", "reason", "row"))
        writer.writerows((one.source, one.line, one.reason, one.row) for one in aside)
