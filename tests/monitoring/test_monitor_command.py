"""``alertgrade monitor drift`` on a real ledger and a real training sample."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

import pytest
import typer
from typer.testing import CliRunner

from alertgrade.commands.monitor import drift, opened
from alertgrade.errors import AlertError
from alertgrade.settings import Settings
from ledger.ledger import Ledger
from monitoring import scored
from monitoring.entry_columns import EntryColumns
from monitoring.scored import read_scores
from tests.ledger.postgres import fresh_database


def run(*arguments: str) -> str:
    """What the command prints; its error is raised."""
    app = typer.Typer()
    app.command()(drift)
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None:
        raise result.exception
    return result.output


def report(home, day: str = "2026-03-02") -> dict[str, object]:
    return json.loads((home.folder / "reports" / day / "drift.json").read_text(encoding="utf-8"))


def test_scores_like_the_training_sample_are_stable(home):
    home.train()
    home.score(300)
    printed = run("--no-html")
    written = report(home)
    assert written["verdict"] == "stable"
    assert (written["reference_rows"], written["current_rows"], written["weak"]) == (400, 300, False)
    assert "0 major" in printed
    assert "drift.json" in printed
    assert not (home.folder / "reports" / "2026-03-02" / "drift.html").exists()


def test_a_feature_that_moved_is_named_first_and_printed(home):
    home.train()
    home.score(300, shift=1.5)
    printed = run("--no-html")
    first = report(home)["rows"][0]
    assert (first["name"], first["verdict"]) == ("orders_5d", "major")
    assert re.search(r"orders_5d.*major 显著漂移", printed)
    assert "only in the scores, not compared: baseline_grade" in printed


def test_the_report_is_dated_by_the_last_trading_day_of_its_scores(home):
    home.train()
    for day in (0, 1, 2):
        home.score(60, day=day)
    run("--no-html", "--until", "2026-03-03")
    written = report(home, "2026-03-03")
    assert (written["first_day"], written["last_day"], written["current_rows"]) == ("2026-03-02", "2026-03-03", 120)


@pytest.mark.parametrize(
    ("since", "until", "rows"),
    [("2026-03-03", "2026-03-03", 60), ("2026-03-03", "2026-03-09", 110), ("2026-03-01", "2026-03-02", 70)],
)
def test_both_days_belong_to_the_interval(home, since, until, rows):
    home.train()
    for day, count in ((0, 70), (1, 60), (2, 50)):
        home.score(count, day=day)
    run("--no-html", "--since", since, "--until", until, "--out", str(home.folder / "here"))
    assert json.loads((home.folder / "here" / "drift.json").read_text(encoding="utf-8"))["current_rows"] == rows


@pytest.mark.parametrize(("rows", "weak"), [(49, True), (50, False)])
def test_few_scores_are_called_weak_aloud(home, rows, weak):
    home.train()
    home.score(rows)
    assert ("weak: " in run("--no-html")) is weak
    assert report(home)["weak"] is weak


def test_degraded_scores_and_those_of_other_models_are_counted(home):
    home.train()
    home.score(60)
    home.score(5, digest=None, degraded=["model_missing: none"])
    home.score(7, digest="cd" * 32)
    printed = run("--no-html")
    written = report(home)
    assert (written["current_rows"], written["degraded_scores"], written["scores_of_other_models"]) == (65, 5, 7)
    assert "5 scores were degraded" in printed
    assert "7 scores of other models left out" in printed


def test_evidentlys_page_is_written_and_fetches_nothing(home):
    home.train()
    home.score(60)
    assert "drift.html" in run()
    page = (home.folder / "reports" / "2026-03-02" / "drift.html").read_text(encoding="utf-8")
    assert "orders_5d" in page
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=[\"']https?://", page)


def test_without_a_champion_it_says_to_train(home):
    home.score(1)
    with pytest.raises(AlertError, match=r"no champion at .*; run alertgrade train"):
        run()


def test_without_a_training_sample_it_says_so(home):
    home.train()
    next(home.folder.glob("bundles/*/reference.parquet")).unlink()
    home.score(1)
    with pytest.raises(AlertError, match="no training sample"):
        run()


@pytest.mark.parametrize("text", ["{", "[]", '{"version": "3"}'])
def test_a_broken_champion_pointer_is_named(home, text):
    home.train()
    (home.folder / "bundles" / "champion.json").write_text(text)
    with pytest.raises(AlertError, match="is not a champion pointer"):
        run()


def test_without_a_ledger_it_makes_none(home):
    home.train()
    with pytest.raises(AlertError, match="no ledger"):
        run()
    assert not (home.folder / "ledger.db").exists()


def test_a_ledger_on_a_server_is_read_where_no_file_is(home, monkeypatch):
    with fresh_database() as url:
        monkeypatch.setenv("ALERTGRADE_LEDGER", url)
        settings = Settings.read()
        assert settings.has_ledger
        with opened(settings) as (ledger, _):
            assert ledger.counts() == {"alerts": [], "cases": []}
    assert not settings.ledger_file.exists()


def test_no_scores_in_the_interval_and_none_by_the_champion_are_told_apart(home):
    home.train()
    home.score(3, digest="cd" * 32)
    with pytest.raises(AlertError, match="no scores from 2027-01-01 to the last day"):
        run("--since", "2027-01-01")
    with pytest.raises(AlertError, match="3 scores, none by the champion abababababab"):
        run()


def test_a_malformed_day_is_named(home):
    with pytest.raises(AlertError, match="--since yesterday"):
        run("--since", "yesterday")


def test_the_table_of_scores_has_nulls_where_features_were_null(home, tmp_path):
    home.score(4)
    ledger = Ledger(f"sqlite:///{home.folder / 'ledger.db'}", lambda: datetime(2026, 4, 1, tzinfo=UTC))
    columns = EntryColumns(tmp_path / "columns")
    columns.follow(ledger)
    scores = read_scores(columns, "ab" * 32)
    assert {"orders_5d", "cancel_ratio_5d", "is_employee", "logins_5d", "grade", "severity"} <= set(
        scores.table.columns
    )
    assert scores.table["logins_5d"].isna().all()
    assert len(scores.table) == 4
    assert scores.first_day == scores.last_day == date(2026, 3, 2)
    columns.close()
    ledger.close()


def test_features_read_together_and_one_at_a_time_are_the_same_rows(home, tmp_path, monkeypatch):
    home.score(5)
    home.score(3, digest="cd" * 32)  # between them: another model's
    home.score(4)
    with opened(Settings.read()) as (_, columns):
        table = read_scores(columns, "ab" * 32).table
        together = table["orders_5d"]
        monkeypatch.setattr(scored, "AT_ONCE", 0)
        alone = read_scores(columns, "ab" * 32).table
        drawn = alone.frame(["orders_5d", "grade"], rows=100)
        assert len(together) == 9
        assert alone["orders_5d"].tolist() == together.tolist()
        assert sorted(drawn["orders_5d"]) == sorted(together)
