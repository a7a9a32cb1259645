"""`alertgrade simulate` as a person meets it: a whole market with a past, a summary, one line for every mistake."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from alertgrade.errors import AlertError
from alertgrade.synthetic import raise_alerts, synthetic_market
from features.build import build
from features.events.events import Events
from features.events.load import load_events
from features.events.schema import OUTCOMES
from ledger.ledger import Ledger
from rules_baseline.alerts import read_alerts
from rules_baseline.day_baseline import AlertHistory, baselines
from training.history import disposition_rows, past_alerts

KEY = b"k" * 32


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small market made by the same function that the command calls."""
    out = tmp_path_factory.mktemp("market") / "events"
    synthetic_market(out, accounts=60, days=22, seed=3, pseudonym_key=KEY)
    return out


@pytest.fixture(scope="module")
def events(made: Path) -> Iterator[Events]:
    with load_events(made, pseudonym_key=KEY) as loaded:
        yield loaded


def one_error(done: subprocess.CompletedProcess[str], *words: str) -> None:
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert (done.returncode, len(lines)) == (2, 1), done.stderr
    assert lines[0].startswith("error: ")
    assert all(word in lines[0] for word in words), lines[0]


def test_the_command_writes_a_market_and_sums_it_up(run, tmp_path: Path) -> None:
    out = tmp_path / "market"
    done = run("simulate", str(out), "--accounts", "20", "--days", "5", "--seed", "5")
    assert done.returncode == 0, done.stderr
    for word in ("orders", "dispositions", "no_action", "not decided", "random audit", "events/s", "synthetic"):
        assert word in done.stdout
    assert re.search(r"scenario default, seed 5, AlertGrade \d", done.stdout)
    orders = re.search(r"orders\W+([\d,]+)", done.stdout)
    assert orders is not None
    assert int(orders.group(1).replace(",", "")) == len(pd.read_parquet(out / "orders.parquet"))
    assert {path.name for path in (out / "_truth").glob("*.parquet")} >= {"intent.parquet", "cases.parquet"}
    assert not list(out.glob("_rules*"))


def test_an_unknown_scenario_is_one_line_and_writes_nothing(run, tmp_path: Path) -> None:
    one_error(run("simulate", str(tmp_path / "new"), "--scenario", "nowhere"), "nowhere", "default")
    assert not (tmp_path / "new").exists()


def test_an_unknown_form_is_one_line(run, tmp_path: Path) -> None:
    one_error(run("simulate", str(tmp_path / "new"), "--form", "csv"), "--form csv", "ctp")


def test_a_file_in_the_place_of_the_folder_is_one_line(run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    one_error(run("simulate", str(tmp_path / "taken")), "not empty")
    assert (tmp_path / "taken").read_text() == "mine"


def test_nothing_of_it_breaks_the_contract_of_raw_events(events: Events) -> None:
    assert events.quarantine.count().execute() == 0


def test_the_cases_know_what_was_shown_and_some_were_blind(made: Path) -> None:
    cases = pd.read_parquet(made / "_truth" / "cases.parquet")
    grades = {
        alert: found.grade for alert, found in baselines(AlertHistory(read_alerts(made / "alerts.parquet"))).items()
    }
    seen = cases[~cases["blind"]]
    worst = [min(grades[alert] for alert in ids) for ids in seen["alert_ids"]]
    assert seen["shown_grade"].tolist() == worst
    assert cases["blind"].any()
    assert len(seen) > cases["blind"].sum()
    assert sorted(cases["alert_ids"].explode()) == sorted(grades)


def test_audited_accounts_are_on_record_with_their_chance(made: Path) -> None:
    audits = pd.read_parquet(made / "_truth" / "audits.parquet")
    decided = pd.read_parquet(made / "dispositions.parquet")
    audited = decided[decided["rule_id"] == "random_audit"]
    assert set(audited["alert_id"]) == set(audits.loc[audits["outcome"].notna(), "alert_id"])
    assert audits["inclusion_probability"].between(0, 1, inclusive="neither").all()
    assert decided["decided_at"].is_monotonic_increasing


def test_a_disposition_without_an_alert_confuses_neither_features_nor_labels(made: Path, tmp_path: Path) -> None:
    audited = tmp_path / "dispositions.parquet"
    own = pd.read_parquet(made / "dispositions.parquet")
    strange = own.head(1).assign(alert_id="random_audit:audit:2026-03-27:-.-:A9", rule_id="random_audit")
    strange.to_parquet(audited, index=False)
    with load_events(made, pseudonym_key=KEY) as events:
        declared = pd.read_parquet(made / "control_groups.parquet").query("declared")
        assert set(past_alerts(events).groups.members) == set(declared["group_id"])
        before = len(list(disposition_rows(events)))
        events.add_dispositions(audited)
        alerts, rows = past_alerts(events).alerts, list(disposition_rows(events))
        assert len(rows) == before + 1
        assert build(events, tmp_path / "offline").rows["history"] > 0
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: datetime.now(UTC))
    imported = ledger.import_dispositions((a.model_dump(mode="json") for a in alerts), rows)
    labelled = [row.alert_id for row in ledger.labelled_alerts(datetime(2100, 1, 1, tzinfo=UTC))]
    ledger.close()
    assert imported == len(labelled) == own["alert_id"].isin({a.alert_id for a in alerts}).sum()
    assert not any(alert_id.startswith("random_audit") for alert_id in labelled)


def test_outcomes_of_several_kinds_occur_and_no_other(made: Path) -> None:
    found = set(pd.read_parquet(made / "dispositions.parquet")["outcome"])
    assert found <= set(OUTCOMES)
    assert len(found) >= 4


def test_events_in_a_database_file_give_the_same_alerts_as_in_memory(made: Path, tmp_path: Path) -> None:
    through_file = tmp_path / "through_file"
    shutil.copytree(made, through_file, ignore=shutil.ignore_patterns("alerts.parquet", "dispositions.parquet"))
    raise_alerts(through_file, KEY, in_memory=False)
    assert (through_file / "alerts.parquet").read_bytes() == (made / "alerts.parquet").read_bytes()
    assert not list(through_file.glob("_rules*"))


def test_a_run_that_is_stopped_after_trading_leaves_nothing_behind(tmp_path: Path) -> None:
    def stop(step: str) -> None:
        if step == "an investigator disposes":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        synthetic_market(tmp_path / "out", accounts=20, days=5, seed=7, pseudonym_key=KEY, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_place_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AlertError, match="file is a file"):
        synthetic_market(tmp_path / "file" / "out", accounts=20, days=5, seed=7, pseudonym_key=KEY)
