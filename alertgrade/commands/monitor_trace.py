"""``alertgrade monitor trace``: a report's figures computed again from the rows beside it, one with its rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alertgrade.commands.context import console
from alertgrade.errors import AlertError

if TYPE_CHECKING:
    from monitoring.figures import Traced


def trace(
    report: Annotated[Path, typer.Argument(help="folder of a report")],
    figure: Annotated[str | None, typer.Argument(help="id of one figure, as printed; default: check all")] = None,
    rows: Annotated[int, typer.Option(min=1, help="rows shown of one figure")] = 20,
) -> None:
    """Compute the figures of a report again from the rows kept beside it; show one with how it follows.

    Example: alertgrade monitor trace reports/monthly-2026-03-01-2026-03-31 desk_closing_rate
    """
    from monitoring.figures import TRACE, figures_of, retrace
    from monitoring.figures import trace as traced

    folders = sorted(path.parent for path in report.rglob(TRACE))
    if not folders:
        raise AlertError(f"no {TRACE} under {report}", "wanted the folder of a report with its rows")
    if figure is not None:
        having = [folder for folder in folders if figure in figures_of(folder)]
        if not having:
            raise AlertError(f"no figure {figure!r} under {report}", "wanted an id as the report prints it")
        for folder in having:  # the period before has the same figures
            _show(traced(folder, figure, rows))
        return
    faults = [f"{folder}: {fault}" for folder in folders for fault in retrace(folder)]
    for fault in faults:
        console.print(fault, style="red", markup=False, soft_wrap=True)
    if faults:
        raise typer.Exit(1)
    console.print(f"every figure and listing of {len(folders)} sheets follows from its rows")


def _show(found: Traced) -> None:
    one = found.figure
    console.print(f"{one.id}  {one.zh}  {one.en}: {found.said} {one.unit}; from its rows: {found.again}", markup=False)
    rows = f"'{found.file}' WHERE {one.where}"
    console.print(f"{one.sql} over {rows}: {len(found.first)} of {found.rows:,} rows", markup=False, soft_wrap=True)
    for row in (found.columns, *found.first):  # as text, so that an id is whole and can be copied
        typer.echo("\t".join("" if value is None else str(value) for value in row))
    if found.again != found.said:
        raise typer.Exit(1)
