"""What the printed reports are made of, gathered from ledger, registry, raw tables and feature store."""
# statements are built of our own names; values are bound

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from alertgrade.commands.context import open_events
from alertgrade.commands.governance import champion_scorer
from alertgrade.commands.monitor import champion_use, opened
from alertgrade.errors import AlertError
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from monitoring.entry_columns import EntryColumns
    from monitoring.report_document import Printed

SYNTHETIC = ("合成数据，非真实客户", "Synthetic data: no real client.")


def management_report(
    home: Settings, kind: str, period: tuple[date, date], at: datetime, folder: Path, events: Path | None
) -> tuple[Printed, dict[str, Any]]:
    """The monthly or half-yearly report and its JSON; rows go to ``folder``/rows."""
    from models.policy import Policy
    from monitoring import disagreement, effectiveness, outcome_sheet
    from monitoring.backtest import backtest
    from monitoring.changes import changes
    from monitoring.drift import drift_report
    from monitoring.figures import keep_rows
    from monitoring.management import Contents, management
    from monitoring.outcomes import outcome_report
    from monitoring.reference import champion_reference
    from monitoring.scored import read_scores

    policy = Policy.read().file
    cost = np.array(policy.cost, dtype=np.float64)
    reference = champion_reference(home.bundles_dir)
    length = period[1] - period[0] + timedelta(days=1)
    past = (period[0] - length, period[0] - timedelta(days=1))
    with opened(home) as (ledger, columns):
        before = (
            effectiveness.effectiveness(columns, *past, at),
            outcome_sheet.outcome_figures(columns, reference.digest, policy.cost, *past, at),
        )
        for name, sheet, found in zip(
            ("desk", "outcomes"), (effectiveness.SHEET, outcome_sheet.SHEET), before, strict=True
        ):
            keep_rows(columns, sheet, found, folder / "rows" / f"{name}-before")
        desk = effectiveness.effectiveness(columns, *period, at)
        outcomes = outcome_sheet.outcome_figures(columns, reference.digest, policy.cost, *period, at)
        voices = disagreement.disagreement(columns, *period, at)
        judged = _or_none(lambda: outcome_report(columns, reference.digest, cost, at, since=period[0], seed=7))
        scores = _or_none(lambda: read_scores(columns, reference.digest, *period))
        drift = scores and drift_report(
            reference.table, scores.table, use=champion_use(home, reference), subjects=scores.table.subjects()
        )
        months = []
        if kind == "halfyear":
            champion, until = champion_scorer(home)
            months = backtest(columns, champion, cost, period, at, seed=7, trained_until=until)
        for name, sheet, found in (
            ("desk", effectiveness.SHEET, desk),
            ("outcomes", outcome_sheet.SHEET, outcomes),
            ("voices", disagreement.SHEET, voices),
        ):
            keep_rows(columns, sheet, found, folder / "rows" / name)
        changed = changes(ledger, period[0].isoformat(), f"{period[1].isoformat()}U")
    contents = Contents(desk, outcomes, judged, drift, voices, before, changed, months)
    facts = [
        *_made(period),
        ("现行模型（版本，摘要）", "champion (version, digest)", f"{reference.version} ({reference.digest[:12]})"),
        ("决策策略（版本）", "policy (version)", policy.version),
    ]
    printed = management(kind, contents, period, at, facts, _note(home, events))
    summary = {
        "first_day": period[0].isoformat(),
        "last_day": period[1].isoformat(),
        "as_of": at.isoformat(),
        "desk": desk.to_dict(),
        "outcomes": outcomes.to_dict(),
        "voices": voices.to_dict(),
        "drift": drift.to_dict() if drift else None,
        "judged": judged.to_dict() if judged else None,
        "changes": [one.to_dict() for one in changed],
        "months": [one.to_dict() for one in months],
    }
    return printed, summary


def market_report(
    home: Settings, kind: str, period: tuple[date, date], at: datetime, folder: Path, events: Path | None
) -> tuple[Printed, dict[str, Any]]:
    """The market report and its JSON; rows go to ``folder``/rows."""
    from monitoring import market
    from monitoring.figures import keep_rows
    from monitoring.market_report import printed_market

    source = events or home.home / "events"
    if not source.is_dir():
        raise AlertError(f"no raw tables at {source}", "wanted the folder of raw tables", "give --events FOLDER")
    with opened(home) as (_, columns):
        _register(home, columns, source, period[1])
        found = market.market(columns, *period, at)
        keep_rows(columns, market.SHEET, found, folder / "rows")
    printed = printed_market(found, period, at, _note(home, events), _made(period))
    days = {"first_day": period[0].isoformat(), "last_day": period[1].isoformat(), "as_of": at.isoformat()}
    return printed, {**days, **found.to_dict()}


def _register(home: Settings, columns: EntryColumns, source: Path, last: date) -> None:
    import pyarrow as pa

    from monitoring import market
    from rules_baseline.suspects.find import suspects
    from rules_baseline.suspects.tables import group_table

    with open_events(source, home) as raw:
        tables = {name: raw.table(name).to_pyarrow() for name in market.TABLES}
        try:
            groups = group_table(suspects(raw, home.rules_dir / "suspects", last=min(last, _last_day(raw))))
        except AlertError:  # too few days for a search: the chapter says that there are none
            groups = pa.table(
                {name: [] for name in ("rank", "group_id", "score", "accounts", "account_ids", "new_breaches")}
            )
    market.register(columns, tables, _network(home, columns, last), groups)


def _last_day(raw: Any) -> date:
    return raw.trading_days().trading_day.max().to_pyarrow().as_py()  # type: ignore[no-any-return]


def _network(home: Settings, columns: EntryColumns, last: date) -> Any:
    files = home.features_dir / "offline" / "network"
    if not files.is_dir():
        raise AlertError(
            f"no network features at {files}", "wanted the offline store", "run alertgrade features EVENTS"
        )
    return columns.query(
        "SELECT * FROM read_parquet($files, union_by_name=true) WHERE event_timestamp < $last "
        "QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY event_timestamp DESC, created_timestamp DESC) = 1",
        {
            "files": str(files / "**" / "*.parquet"),
            "last": datetime(last.year, last.month, last.day, 23, 59, tzinfo=UTC),
        },
    )


def _or_none(make: Any) -> Any:
    try:
        return make()
    except AlertError:  # nothing to say it of: the report says that in words
        return None


def _made(period: tuple[date, date]) -> list[tuple[str, str, Any]]:
    """Whose report this is, of when, and made by what."""
    from importlib.metadata import version

    from monitoring.inventory import read_register

    return [
        ("报告期", "period", f"{period[0]} – {period[1]}"),
        ("责任部门", "owner", str(read_register()["owner"])),
        ("编制", "made by", f"AlertGrade {version('alertgrade')}"),
    ]


def _note(home: Settings, events: Path | None) -> tuple[str, str]:
    truth = (events or home.home / "events") / "_truth"
    return SYNTHETIC if truth.exists() else ("", "")
