"""``alertgrade monitor report|backtest|inventory|changes|lineage|samples``: what governance and supervisors ask."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from alertgrade.commands.context import console, open_ledger
from alertgrade.commands.models import load_keypair, registry
from alertgrade.commands.monitor import Out, Record, Since, Until, day_of, opened, write_json
from alertgrade.commands.monitor_reports import At, moment_of
from alertgrade.errors import AlertError
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from models.scorer import AlertScorer
    from monitoring.backtest import Month
    from monitoring.inventory import ModelRow

PERIODS = {"monthly": 30, "halfyear": 182, "market": 30}  # days back where none are given


def report(
    kind: Annotated[str, typer.Option(help="monthly, halfyear or market")] = "monthly",
    since: Since = None,
    until: Until = None,
    at: At = None,
    lang: Annotated[str, typer.Option(help="zh, en or both")] = "both",
    events: Annotated[
        Path | None, typer.Option(help="Raw tables, for the market report; default: events at home.")
    ] = None,
    out: Out = None,
    record: Record = False,
) -> None:
    """Write the management or the market report as HTML and PDF, with the rows behind every figure.

    Example: alertgrade monitor report --kind monthly --since 2026-03-01 --until 2026-03-31
    """
    if kind not in PERIODS or lang not in ("zh", "en", "both"):
        raise AlertError(f"--kind {kind} --lang {lang}", "wanted monthly, halfyear or market; zh, en or both")
    home, moment = Settings.read(), moment_of(at)
    last = day_of(until, "--until") or (moment + timedelta(hours=8)).date()
    first = day_of(since, "--since") or last - timedelta(days=PERIODS[kind])
    folder = out or home.reports_dir / f"{kind}-{first}-{last}"
    with console.status(f"{kind} report"):
        written = write_report(
            home, kind, (first, last), moment, folder=folder, events=events, record=record, lang=lang
        )
    for path in written:
        console.print(f"wrote {path}", soft_wrap=True)


def write_report(
    home: Settings, kind: str, period: tuple[date, date], moment: datetime, *, folder: Path, **more: Any
) -> list[Path]:
    """Build one report: HTML and PDF in each language, its JSON, and the rows behind it."""
    from alertgrade.commands.report_parts import management_report, market_report
    from alertgrade.documents.html import render_html
    from alertgrade.documents.pdf import render_pdf
    from monitoring.recorded import record_report
    from monitoring.report_document import document

    build = market_report if kind == "market" else management_report
    printed, summary = build(home, kind, period, moment, folder, more.get("events"))
    written = [write_json(folder / f"{kind}.json", summary)]
    for language in ("zh", "en") if more.get("lang", "both") == "both" else (more["lang"],):
        blocks = document(printed, language)
        for suffix, content in (("html", render_html(blocks).encode()), ("pdf", render_pdf(blocks))):
            path = folder / f"{kind}.{language}.{suffix}"
            path.write_bytes(content)
            written.append(path)
    if more.get("record"):
        ledger = open_ledger(home)
        record_report(ledger, kind, summary, moment)
        ledger.close()
    return written


def backtest(since: Since = None, until: Until = None, at: At = None, out: Out = None, record: Record = False) -> None:
    """Replay past months with what was known then: the grades given, the rules alone, and the champion of today.

    Example: alertgrade monitor backtest --since 2026-01-01 --until 2026-06-30
    """
    home, moment = Settings.read(), moment_of(at)
    last = day_of(until, "--until") or (moment + timedelta(hours=8)).date()
    first = day_of(since, "--since") or last - timedelta(days=PERIODS["halfyear"])
    with console.status("back-test"):
        months = run_backtest(home, (first, last), moment, record=record)
    table = Table("month", "alerts", "metric", "given then", "rules only", "champion now")
    for month in months:
        for metric in ("expected_cost", "quadratic_kappa", "macro_mae"):
            cells = [month.figures.get(voice, {}).get(metric) for voice in ("given", "rules only", "champion")]
            said = ["–" if e is None else f"{e.value:.3f} [{e.low:.3f}, {e.high:.3f}]" for e in cells]
            table.add_row(
                f"{month.month:%Y-%m}" + (" (trained on)" if month.seen else ""), str(month.alerts), metric, *said
            )
    console.print(table)
    path = (out or home.reports_dir / moment.date().isoformat()) / "backtest.json"
    console.print(f"wrote {write_json(path, {'months': [one.to_dict() for one in months]})}", soft_wrap=True)


def run_backtest(home: Settings, period: tuple[date, date], moment: datetime, *, record: bool = False) -> list[Month]:
    """The back-test's months; put on record where asked: a champion's validation, if it has a classifier."""
    import numpy as np

    from models.policy import Policy
    from monitoring.backtest import backtest as run
    from monitoring.recorded import record_report

    champion, until = champion_scorer(home)
    cost = np.array(Policy.read().file.cost, dtype=np.float64)
    with opened(home) as (ledger, columns):
        months = run(columns, champion, cost, period, moment, seed=7, trained_until=until)
        if record:
            record_report(ledger, "backtest", {"months": [one.to_dict() for one in months]}, moment)
    return months


def champion_scorer(home: Settings) -> tuple[AlertScorer | None, date | None]:
    """The champion's scorer and the last day of its data; nulls where there is no champion."""
    from models.bundle import load_bundle, read_manifest
    from monitoring.reference import champion_reference

    if not (home.bundles_dir / "champion.json").is_file():
        return None, None
    folder = home.bundles_dir / champion_reference(home.bundles_dir).digest / "bundle"
    public = load_keypair(home)[1]
    until = read_manifest(folder, public).get("data_to")
    return load_bundle(folder, public), None if until is None else date.fromisoformat(str(until)[:10])


def inventory(out: Out = None) -> None:
    """Every registered model: owner, purpose, data, limits, approvals, last validation, next review.

    Example: alertgrade monitor inventory
    """
    home = Settings.read()
    rows = model_rows(home)
    table = Table("version", "status", "digest", "owner", "author", "data", "approvals", "validated", "next review")
    for row in rows:
        data = f"{row.data_from} to {row.data_to}"
        people = (row.owner, row.author, data, "; ".join(row.approvals))
        table.add_row(
            row.version, row.status, row.digest[:12], *people, row.last_validation or "–", row.next_review or "–"
        )
    console.print(table)
    path = (out or home.reports_dir) / "inventory.json"
    console.print(f"wrote {write_json(path, {'models': [row.to_dict() for row in rows]})}", soft_wrap=True)


def model_rows(home: Settings) -> list[ModelRow]:
    """The inventory out of the registry, the bundles' signed facts and the ledger."""
    from models.bundle import BundleRefused, read_manifest
    from monitoring.changes import changes as changes_of
    from monitoring.inventory import inventory as rows_of
    from monitoring.inventory import validated_on

    models, public = registry(home), load_keypair(home)[1]
    versions = []
    for one in models.versions():
        try:
            manifest = read_manifest(models.bundle(one.version)[0], public)
        except BundleRefused:
            manifest = {}  # the row stays, its facts empty: `alertgrade serve` names the file at fault
        facts = {name: getattr(one, name) for name in ("version", "digest", "aliases", "retired", "author", "metrics")}
        versions.append({**facts, "manifest": manifest})
    ledger = open_ledger(home)
    found = rows_of(versions, changes_of(ledger), validated_on(ledger.entries(kinds=("report",), after=0)))
    ledger.close()
    return found


def changes(since: Since = None, until: Until = None) -> None:
    """The change log of rules, policy, models, strategies and keys, out of the ledger.

    Example: alertgrade monitor changes --since 2026-01-01
    """
    from monitoring.changes import changes as changes_of
    from monitoring.changes import facts_text

    home = Settings.read()
    first, last = day_of(since, "--since"), day_of(until, "--until")
    ledger = open_ledger(home)
    table = Table("entry", "recorded", "what", "by", "approved by", "facts")
    for one in changes_of(ledger, str(first or ""), str(last + timedelta(days=1)) if last else "9"):
        table.add_row(
            str(one.seq), one.recorded_at[:19], one.kind, one.by or "–", one.approver or "–", facts_text(one.facts)
        )
    ledger.close()
    console.print(table)


def lineage(score_id: Annotated[str, typer.Argument(help="score_id of an answer")]) -> None:
    """From one grade to its alert, features, model, code and people, as JSON.

    Example: alertgrade monitor lineage S0123456789abcdef0123
    """
    from models.bundle import read_manifest
    from monitoring.lineage import lineage as lineage_of

    home = Settings.read()
    public = load_keypair(home)[1]

    def manifest_of(digest: str) -> Any:
        folder = home.bundles_dir / digest / "bundle"
        return read_manifest(folder, public) if folder.is_dir() else None

    ledger = open_ledger(home)
    found = lineage_of(ledger, score_id, manifest_of)
    ledger.close()
    console.print_json(json.dumps(found, ensure_ascii=False))


def samples(
    out: Annotated[Path, typer.Argument(help="JSON-lines file to write")],
    limit: Annotated[int, typer.Option(min=1, help="cases")] = 1000,
) -> None:
    """Export closed cases as a library of test cases: no names, no free text, ids replaced by a keyed hash.

    Example: alertgrade monitor samples CASES.jsonl --limit 200
    """
    from features.events.pseudonym import load_or_create_key
    from monitoring.sample_library import closed_cases

    home = Settings.read()
    key = load_or_create_key(home.keys_dir / "sample_library.key")  # another than the events': not to be joined
    count = 0
    with opened(home) as (_, columns), out.open("w", encoding="utf-8") as file:
        for case in closed_cases(columns, key, limit=limit):
            file.write(json.dumps(case, ensure_ascii=False) + "\n")
            count += 1
    console.print(f"{count:,} closed cases in {out}")
