"""``alertgrade rules explain``: what an alert counted, in Chinese and English, and the raw rows behind it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from alertgrade.commands.context import console, open_events, settings
from alertgrade.commands.faults import say_faults
from alertgrade.errors import AlertError

if TYPE_CHECKING:
    from rules_baseline.explain_rows import Shown

_WIDEST = 2_000  # columns; beyond it cells are cut short


def explain(
    alert_id: Annotated[str, typer.Argument(help="id of the alert, as in the alerts file")],
    alerts: Annotated[Path, typer.Option(help="alerts file that has it")],
    events: Annotated[Path | None, typer.Option(help="folder of raw tables, to print the rows themselves")] = None,
    custom: Annotated[Path | None, typer.Option(help="folder of your own rules, for their names")] = None,
) -> None:
    """Say in Chinese and English what an alert counted, against which limit, and which events it looked at.

    Example: alertgrade rules explain self_trade:breach:2026-03-02:SHFE.cu2605:A1 --alerts ALERTS.parquet
    """
    from rules_baseline.alerts import read_alerts
    from rules_baseline.explain import explained
    from rules_baseline.explain_rows import as_text, named_events, rows_behind
    from rules_baseline.rulebook import load_rulebook

    alert = next((one for one in read_alerts(alerts) if one.alert_id == alert_id), None)
    if alert is None:
        raise AlertError(f"{alerts} has no alert {alert_id}{_instead(alert_id, alerts)}", "wanted an alert_id of it")
    for line in explained(alert, load_rulebook(None, custom).titles().get(alert.rule_id)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if events is None:
        return
    with open_events(events, settings()) as raw:
        found = rows_behind(raw, alert)
        for name, rows in found.items():
            _print_rows(f"{name} ({rows.num_rows})", as_text(rows))
        if not found:
            said = f"0 of {named_events(alert):,} events found in {events}"
            console.print(said, markup=False, highlight=False, soft_wrap=True)
            say_faults(raw)


def _print_rows(title: str, shown: Shown) -> None:
    if shown.same:
        said = ", ".join(f"{name} {value}" for name, value in shown.same.items())
        console.print(f"{title}, 各行相同 alike in all: {said}", markup=False, highlight=False, soft_wrap=True)
    if not shown.columns:
        return
    table = Table(title=title, title_justify="left")
    for name in shown.columns:
        table.add_column(name, no_wrap=True)
    for row in shown.rows:
        table.add_row(*map(escape, row))
    # wider than the terminal rather than cut short: an id without its end proves nothing
    natural = console.measure(table, options=console.options.update(width=_WIDEST)).maximum
    Console(file=console.file, width=max(console.width, natural)).print(table)


def _instead(alert_id: str, alerts: Path) -> str:
    """What the finding of the same subject says, where one lies beside the alerts file."""
    from rules_baseline.unraised import finding_instead

    finding = finding_instead(alert_id, alerts)
    if finding is None:
        return ""
    total = "" if finding["day_total"] is None else f", {finding['day_total']:,.10g} on the day"
    return f" (its finding is {finding['answer']}: {finding['reason']}{total})"
