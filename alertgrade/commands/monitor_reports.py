"""``alertgrade monitor outcomes|effectiveness|disagreement``: what came of the grades, the desk, where voices part."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from alertgrade.commands.context import instant
from alertgrade.commands.monitor import Out, Record, Since, Until, day_of, opened, write_json
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from monitoring.figures import Computed, Sheet

At = Annotated[str | None, typer.Option(help="As known at this instant, ISO 8601; default: now.")]


def outcomes(since: Since = None, at: At = None, out: Out = None, record: Record = False) -> None:
    """What the grades were worth, on days whose outcomes are ripe, beside what the rules alone would have said.

    Example: alertgrade monitor outcomes --since 2026-01-05
    """
    settings, moment = Settings.read(), moment_of(at)
    summary, report = outcome_summary(settings, day_of(since, "--since"), moment, record=record)
    path = write_json((out or settings.reports_dir / moment.date().isoformat()) / "outcomes.json", summary)
    console = Console()
    table = Table("metric", "champion", "rules only", "difference (95 %)", title=_title(summary))
    for name, row in report.metrics.items():
        difference = row["difference"]
        interval = f"{difference.value:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]"
        table.add_row(name, f"{row['champion'].value:.3f}", f"{row['rules_only'].value:.3f}", interval)
    console.print(table)
    console.print(
        f"conformal sets cover {_share(report.coverage)}, calibration error {_number(report.calibration_error)}"
    )
    people = report.people
    console.print(
        f"reviews agreed {_number(people.agreement)} of {people.reviews}; anchoring {_number(people.anchoring)} "
        f"({people.blind_cases} blind cases); overridden {_number(people.override_rate)}"
    )
    for alarm in report.alarms:
        said = f"[red]alarm since {alarm.raised_on}[/]" if alarm.raised_on else "quiet"
        console.print(f"{alarm.name} {alarm.name_zh}: {alarm.usual:.3f}, allowed {alarm.allowed:.3f}: {said}")
    console.print(f"wrote {path}", soft_wrap=True)


def effectiveness(
    since: Since = None, until: Until = None, at: At = None, out: Out = None, record: Record = False
) -> None:
    """The desk's figures 处置效能: alerts, hits, false positives, times, closing rate 闭环率, by week, month, person.

    Example: alertgrade monitor effectiveness --since 2026-03-01 --until 2026-03-31
    """
    from monitoring.effectiveness import SHEET
    from monitoring.effectiveness import effectiveness as compute

    _sheet("effectiveness", SHEET, compute, (since, until, at, out), record)


def disagreement(
    since: Since = None,
    until: Until = None,
    at: At = None,
    out: Out = None,
    record: Record = False,
    draw: Annotated[
        float | None, typer.Option(help="Draw undecided alerts of both corners for labelling with this probability.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the drawing.")] = 7,
) -> None:
    """Where rules and classifier part most, in both directions; and alerts drawn from there for labelling.

    Example: alertgrade monitor disagreement --since 2026-03-01 --draw 0.2
    """
    from monitoring.disagreement import SHEET, record_samples
    from monitoring.disagreement import disagreement as compute
    from monitoring.disagreement import draw as drawn_of

    def also(ledger: Any, columns: Any) -> None:
        if draw is not None:
            count = record_samples(ledger, drawn_of(columns, probability=draw, seed=seed))
            Console().print(f"{count} alerts drawn for labelling, each with probability {draw}")

    _sheet("disagreement", SHEET, compute, (since, until, at, out), record, also)


def outcome_summary(
    settings: Settings, since: date | None, moment: datetime, *, record: bool
) -> tuple[dict[str, Any], Any]:
    """The outcome report of the champion, its JSON first; put on record where asked."""
    import numpy as np

    from models.policy import Policy
    from monitoring.outcomes import outcome_report
    from monitoring.recorded import record_report
    from monitoring.reference import champion_reference

    digest = champion_reference(settings.bundles_dir).digest
    cost = np.array(Policy.read().file.cost, dtype=np.float64)
    with opened(settings) as (ledger, columns):
        report = outcome_report(columns, digest, cost, moment, since=since, seed=7)
        summary = report.to_dict()
        if record:
            record_report(ledger, "outcomes", summary, moment)
    return summary, report


def sheet_summary(
    settings: Settings, kind: str, sheet: Sheet, compute: Any, period: tuple[date, date], moment: datetime, **more: Any
) -> tuple[dict[str, Any], Computed]:
    """A report of figures and listings with its rows kept beside it: the JSON and what was computed."""
    from monitoring.figures import keep_rows
    from monitoring.recorded import record_report

    folder, record, also = more["folder"], more.get("record", False), more.get("also")
    with opened(settings) as (ledger, columns):
        found = compute(columns, *period, moment)
        keep_rows(columns, sheet, found, folder / f"{kind}-rows")
        summary = {"first_day": period[0].isoformat(), "last_day": period[1].isoformat(), "as_of": moment.isoformat()}
        summary |= found.to_dict()
        if also is not None:
            also(ledger, columns)
        if record:
            record_report(ledger, kind, summary, moment)
    return summary, found


def moment_of(at: str | None) -> datetime:
    """The instant given, or now."""
    return datetime.now(UTC) if at is None else instant(at, "--at")


def _sheet(kind: str, sheet: Sheet, compute: Any, given: tuple[Any, ...], record: bool, also: Any = None) -> None:
    since, until, at, out = given
    settings, moment = Settings.read(), moment_of(at)
    last = day_of(until, "--until") or (moment + timedelta(hours=8)).date()
    first = day_of(since, "--since") or last - timedelta(days=30)
    folder = out or settings.reports_dir / moment.date().isoformat()
    summary, found = sheet_summary(
        settings, kind, sheet, compute, (first, last), moment, folder=folder, record=record, also=also
    )
    console = Console()
    table = Table(title=f"{kind} {first} to {last}")
    for name in ("id", "figure", "value"):
        table.add_column(name)
    for figure in sheet.figures:
        table.add_row(figure.id, f"{figure.zh} {figure.en}", shown(found.figures[figure.id], figure.unit))
    console.print(table)
    for listing in sheet.listings:
        rows = Table(*(f"{zh} {en}" for zh, en in listing.columns), title=f"{listing.zh} {listing.en}")
        for row in found.listings[listing.id][:15]:
            rows.add_row(*("–" if value is None else str(value) for value in row))
        console.print(rows)
    console.print(f"wrote {write_json(folder / f'{kind}.json', summary)}, its rows beside it", soft_wrap=True)


def shown(value: float | int | None, unit: str) -> str:
    """A figure as people read it.

    >>> shown(0.1234, "share"), shown(None, "count"), shown(12345, "count"), shown(30.25, "hours")
    ('12.3%', '–', '12,345', '30.2 h')
    """
    if value is None:
        return "–"
    if unit == "share":
        return f"{value:.1%}"
    if unit == "hours":
        return f"{value:.1f} h"
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 1000 else f"{value:,.3g}"


def _title(summary: dict[str, Any]) -> str:
    days = f"{summary['first_day']} to {summary['last_day']}"
    left = f"{summary['undecided']} undecided, {summary['unripe_days']} days not ripe"
    return f"Outcomes 处置结果 {days}: {summary['decided']} decided alerts; {left}"


def _share(one: Any) -> str:
    return "–" if one.value is None else f"{one.value:.1%} [{one.low:.1%}, {one.high:.1%}] of {one.rows:,}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
