"""``alertgrade monitor``: what the ledger says of the champion in use, of the desk, and of where the voices part."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from alertgrade.errors import AlertError
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from monitoring.drift import DriftReport
    from monitoring.entry_columns import EntryColumns
    from monitoring.reference import Reference
    from monitoring.scored import Scores

_SHOWN = 20  # rows of the terminal's table; drift.json has all
_COLOURS = {"major": "red", "moderate": "yellow", "unproven": "cyan", "slight": "blue", "stable": "green"}
Since = Annotated[str | None, typer.Option(help="First trading day, YYYY-MM-DD.")]
Until = Annotated[str | None, typer.Option(help="Last trading day, YYYY-MM-DD.")]
Out = Annotated[Path | None, typer.Option(help="Folder of the report; default: reports/<last day> at home.")]
Record = Annotated[
    bool, typer.Option("--record", help="Put the summary on the ledger's record, for API and dashboard.")
]


def drift(
    since: Since = None,
    until: Until = None,
    out: Out = None,
    html: Annotated[bool, typer.Option("--html/--no-html", help="Also write Evidently's page.")] = True,
    record: Record = False,
) -> None:
    """Compare the scored alerts with the champion's training sample: PSI a feature, voice, grade and slice.

    Example: alertgrade monitor drift --since 2026-03-02 --until 2026-03-31
    """
    from monitoring.drift import drift_report
    from monitoring.reference import champion_reference
    from monitoring.scored import read_scores

    settings = Settings.read()
    first, last = day_of(since, "--since"), day_of(until, "--until")
    reference = champion_reference(settings.bundles_dir)
    console = Console()
    with opened(settings) as (ledger, columns):
        scores = read_scores(columns, reference.digest, first, last)
        use = champion_use(settings, reference)
        report = drift_report(reference.table, scores.table, use=use, subjects=scores.table.subjects())
        summary = drift_summary(report, reference, scores)
        folder = out or settings.reports_dir / scores.last_day.isoformat()
        written = [write_json(folder / "drift.json", summary)]
        print_drift(console, report, reference, scores)
        if html:
            with console.status("Evidently's page"):
                written.append(evidently_page(columns, reference, scores, folder / "drift.html"))
        if record:
            from monitoring.recorded import record_report

            record_report(ledger, "drift", summary, datetime.now(UTC))
    for path in written:
        console.print(f"wrote {path}", soft_wrap=True)


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Ledger, EntryColumns]]:
    """The ledger and its entries as columns, brought up to date; a missing ledger is not made."""
    from ledger.ledger import Ledger
    from monitoring.entry_columns import EntryColumns

    if not settings.has_ledger:  # opening it would make one: a report must not
        seen = f"no ledger at {settings.ledger_file}"
        raise AlertError(seen, "wanted graded alerts", "run alertgrade serve or alertgrade demo")
    ledger = Ledger(settings.ledger_url, lambda: datetime.now(UTC))
    columns = EntryColumns(settings.reports_dir / "columns")
    try:
        columns.follow(ledger)
        yield ledger, columns
    finally:
        columns.close()
        ledger.close()


def champion_use(settings: Settings, reference: Reference) -> dict[str, float]:
    """The champion's use of each feature; empty where its bundle cannot be opened, which the service says already."""
    from models.bundle import BundleRefused, load_bundle
    from models.signing import load_or_create_keypair
    from monitoring.feature_use import feature_use

    folder = settings.bundles_dir / reference.digest / "bundle"
    if not (folder / "manifest.json").is_file():
        return {}
    try:
        return feature_use(load_bundle(folder, load_or_create_keypair(settings.keys_dir)[1]), reference.table)
    except BundleRefused as error:
        raise AlertError(
            f"the champion's bundle is refused: {error}", "wanted it as signed", "promote again"
        ) from error


def evidently_page(columns: EntryColumns, reference: Reference, scores: Scores, path: Path) -> Path:
    """Evidently's page on a sample of both sides and of the decided alerts."""
    from monitoring.evidently_report import SAMPLE_ROWS, decided_sample, write_html

    shared = [name for name in scores.table.columns if name in reference.table]
    current = scores.table.frame(shared, rows=SAMPLE_ROWS)
    about = f"Model {reference.version} ({reference.digest[:12]}), scores of {scores.first_day} to {scores.last_day} "
    about += f"({len(scores.table):,}) against its training sample."
    return write_html(reference.table, current, path, decided=decided_sample(columns, reference.digest), about=about)


def drift_summary(report: DriftReport, reference: Reference, scores: Scores) -> dict[str, Any]:
    """The JSON of a drift report: what file, ledger and API hold."""
    return {
        "model": {"digest": reference.digest, "version": reference.version},
        "first_day": scores.first_day.isoformat(),
        "last_day": scores.last_day.isoformat(),
        "degraded_scores": scores.degraded,
        "scores_of_other_models": scores.other_models,
        **report.to_dict(),
    }


def day_of(text: str | None, option: str) -> date | None:
    """A day given on the command line."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise AlertError(f"{option} {text}", "wanted a day as YYYY-MM-DD") from error


def write_json(path: Path, summary: Mapping[str, Any]) -> Path:
    """Write a summary as people and machines read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(summary, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def print_drift(console: Console, report: DriftReport, reference: Reference, scores: Scores) -> None:
    """The worst rows, the counts, and everything that was left out."""
    from monitoring.drift import VERDICTS_ZH, WEAK_BELOW

    title = f"Drift 漂移 {scores.first_day} to {scores.last_day}: {report.current_rows} scores"
    table = Table(title=f"{title} against {report.reference_rows} training rows of {reference.version or 'champion'}")
    for name in ("column", "use", "PSI", "proof above", "missing then", "missing now", "median then", "median now"):
        table.add_column(name, justify="left" if name == "column" else "right")
    table.add_column("verdict")
    for row in report.rows[:_SHOWN]:
        word = f"[{_COLOURS[row.verdict.value]}]{row.verdict.value} {VERDICTS_ZH[row.verdict]}[/]"
        medians = ("–" if value is None else f"{value:.4g}" for value in (row.reference_median, row.current_median))
        missing = (f"{row.reference_missing:.1%}", f"{row.current_missing:.1%}")
        name = row.name if row.slice is None else f"{row.name} {row.slice}"
        use = "–" if row.use is None else f"{row.use:.1%}"
        table.add_row(name, use, f"{row.psi:.3f}", f"{row.critical:.3f}", *missing, *medians, word)
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
