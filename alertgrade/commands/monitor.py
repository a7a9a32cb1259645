"""``alertgrade monitor``: what the ledger says of the champion in use."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from alertgrade.errors import AlertError
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from monitoring.drift import DriftReport
    from monitoring.reference import Reference
    from monitoring.score_log import Scores

_SHOWN = 20  # rows of the terminal's table; drift.json has all
_COLOURS = {"major": "red", "moderate": "yellow", "unproven": "cyan", "slight": "blue", "stable": "green"}


def drift(
    since: Annotated[str | None, typer.Option(help="First trading day, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Last trading day, YYYY-MM-DD.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the report; default: reports/<last day> at home.")] = None,
    html: Annotated[bool, typer.Option("--html/--no-html", help="Also write Evidently's page.")] = True,
) -> None:
    """Compare the scored alerts with the champion's training sample: PSI a feature, grade and score.

    Example: alertgrade monitor drift --since 2026-03-02 --until 2026-03-31
    """
    from monitoring.drift import drift_report
    from monitoring.reference import champion_reference

    settings = Settings.read()
    first, last = _day(since, "--since"), _day(until, "--until")
    reference = champion_reference(settings.bundles_dir)
    scores = _scores(settings, reference.digest, first, last)
    report = drift_report(reference.table, scores.table)
    folder = out or settings.reports_dir / scores.last_day.isoformat()
    written = _write(folder, report, reference, scores)
    console = Console()
    _print(console, report, reference, scores)
    if html:
        from monitoring.evidently_report import write_html

        with console.status("Evidently's page"):
            written.append(write_html(reference.table, scores.table, folder / "drift.html"))
    for path in written:
        console.print(f"wrote {path}", soft_wrap=True)


def _day(text: str | None, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise AlertError(f"{option} {text}", "wanted a day as YYYY-MM-DD") from error


def _scores(settings: Settings, digest: str, since: date | None, until: date | None) -> Scores:
    from ledger.ledger import Ledger
    from monitoring.score_log import read_scores

    path = settings.home / "ledger.db"
    if not path.is_file():  # opening it would make one: a report must not
        raise AlertError(f"no ledger at {path}", "wanted graded alerts", "run alertgrade serve or alertgrade demo")
    ledger = Ledger(settings.ledger_url, lambda: datetime.now(UTC))
    try:
        return read_scores(ledger, digest, since, until)
    finally:
        ledger.close()


def _write(folder: Path, report: DriftReport, reference: Reference, scores: Scores) -> list[Path]:
    about = {
        "model": {"digest": reference.digest, "version": reference.version},
        "first_day": scores.first_day.isoformat(),
        "last_day": scores.last_day.isoformat(),
        "degraded_scores": scores.degraded,
        "scores_of_other_models": scores.other_models,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "drift.json"
    text = json.dumps(about | report.to_dict(), ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return [path]


def _print(console: Console, report: DriftReport, reference: Reference, scores: Scores) -> None:
    from monitoring.drift import VERDICTS_ZH, WEAK_BELOW

    title = f"Drift 漂移 {scores.first_day} to {scores.last_day}: {report.current_rows} scores"
    table = Table(title=f"{title} against {report.reference_rows} training rows of {reference.version or 'champion'}")
    for name in ("column", "PSI", "proof above", "missing then", "missing now", "median then", "median now", "verdict"):
        table.add_column(name, justify="left" if name in ("column", "verdict") else "right")
    for row in report.rows[:_SHOWN]:
        word = f"[{_COLOURS[row.verdict.value]}]{row.verdict.value} {VERDICTS_ZH[row.verdict]}[/]"
        medians = ("–" if value is None else f"{value:.4g}" for value in (row.reference_median, row.current_median))
        missing = (f"{row.reference_missing:.1%}", f"{row.current_missing:.1%}")
        table.add_row(row.name, f"{row.psi:.3f}", f"{row.critical:.3f}", *missing, *medians, word)
    console.print(table)
    console.print(", ".join(f"{count} {word}" for word, count in report.counts().items()) + f" of {len(report.rows)}")
    if report.weak:
        console.print(f"[yellow]weak: {report.current_rows} scores, fewer than {WEAK_BELOW}; no verdict is final[/]")
    if scores.degraded:
        console.print(f"[yellow]{scores.degraded} scores were degraded[/] (their missing features count as missing)")
    if scores.other_models:
        console.print(f"{scores.other_models} scores of other models left out")
    for names, where in ((report.only_in_reference, "training sample"), (report.only_in_current, "scores")):
        if names:
            console.print(f"only in the {where}, not compared: {', '.join(names)}")
