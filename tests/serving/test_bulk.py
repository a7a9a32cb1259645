"""A whole alerts file graded at once."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, time

import pandas as pd
import pytest

from alertgrade.errors import AlertError
from features.build import build
from features.catalogue import FAMILIES
from features.events.load import load_events
from features.families import MAKERS
from features.reader import OnlineReader
from models.graded_alert import GradedAlert
from rules_baseline.alerts import read_alerts
from rules_baseline.memberships import Memberships
from serving.bulk import grade_file
from serving.compose import bulk_judge
from serving.judge import Question


@pytest.fixture
def alerts_file(tmp_path, installation, trigger):
    at = datetime.combine(installation.last_day, time(14), UTC)
    rows = [
        trigger(f"a{n}", account_id=account, subject_id=account, trading_day=installation.last_day, triggered_at=at)
        for n, account in enumerate(reversed(installation.accounts[:4]))
    ]
    frame = pd.DataFrame([row.model_dump() for row in rows])
    frame.to_parquet(tmp_path / "ALERTS.parquet", index=False)
    return tmp_path / "ALERTS.parquet"


def graded(installation, alerts_file, home=None):
    home = home or installation.home
    out = alerts_file.with_name("GRADED.parquet")
    count = grade_file(
        alerts_file,
        out,
        lambda found: bulk_judge(found, home / "bundles", home / "keys", home / "features"),
        Memberships(),
    )
    frame = pd.read_parquet(out)
    assert len(frame) == count
    return frame


def test_each_row_has_the_answers_fields_with_lists_and_objects_as_json(installation, alerts_file):
    frame = graded(installation, alerts_file)
    assert list(frame.columns) == list(GradedAlert.model_fields)
    assert list(frame["alert_id"]) == ["a0", "a1", "a2", "a3"]
    first = frame.iloc[0]
    assert sum(json.loads(first["probabilities"])) == pytest.approx(1)
    assert json.loads(first["versions"])["digest"] is not None
    assert {text.split(":")[0] for text in json.loads(first["degraded"])} <= {"no_intraday_row"}


def test_the_file_gets_the_grades_that_the_service_gives(installation, alerts_file):
    frame = graded(installation, alerts_file)
    triggers = read_alerts(alerts_file)
    judge = bulk_judge(
        triggers, installation.home / "bundles", installation.home / "keys", installation.home / "features"
    )
    offline = [judge.prepare(Question(found), []).input.features for found in triggers]
    judge.reader = OnlineReader(installation.home / "features")
    for row, found, seen in zip(frame.to_dict("records"), triggers, offline, strict=True):
        intraday = {name: value for name, value in seen.items() if name.endswith("_today")}
        (online,) = judge.answers([judge.prepare(Question(found, intraday), [])], explain=True)
        assert (row["grade"], row["severity"]) == (online.grade, online.severity)


def test_without_model_and_store_the_rules_grade_and_the_rows_say_so(installation, alerts_file, tmp_path):
    frame = graded(installation, alerts_file, tmp_path / "nothing")
    said = {text.split(":")[0] for text in json.loads(frame.iloc[0]["degraded"])}
    assert said == {"model_missing", "feature_store_unavailable", "no_intraday_row"}
    assert frame["probabilities"].isna().all()


def test_a_file_without_rows_gives_a_file_without_rows(installation, alerts_file):
    pd.read_parquet(alerts_file).head(0).to_parquet(alerts_file, index=False)
    assert graded(installation, alerts_file).empty


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda frame: frame.drop(columns="rule_id"), "no column rule_id"),
        (lambda frame: frame.assign(level="loud"), "row 1 .* level"),
        (lambda frame: pd.concat([frame, frame]), "repeats an alert_id"),
    ],
)
def test_a_file_that_breaks_the_contract_is_refused_with_its_row_and_leaves_no_output(
    installation, alerts_file, spoil, said
):
    spoil(pd.read_parquet(alerts_file)).to_parquet(alerts_file, index=False)
    with pytest.raises(AlertError, match=said):
        graded(installation, alerts_file)
    assert not alerts_file.with_name("GRADED.parquet").exists()


def test_what_is_no_parquet_is_refused(tmp_path):
    (tmp_path / "x.parquet").write_text("alert_id,rule_id")
    for name in ("x.parquet", "absent.parquet"):
        with pytest.raises(AlertError, match="cannot be read"):
            read_alerts(tmp_path / name)


THREE = ("contracts", "orders", "trades")


@pytest.fixture
def of_three_tables(installation, tmp_path):
    """A home with the installation's model and features of its contracts, orders and trades alone."""
    home = tmp_path / "of_three_tables"
    for name in ("bundles", "keys"):
        shutil.copytree(installation.home / name, home / name)
    (home / "events").mkdir()
    for name in THREE:
        shutil.copy(installation.home / "events" / f"{name}.parquet", home / "events")
    with load_events(home / "events", pseudonym_key=b"k" * 32) as events:
        build(events, home / "features" / "offline")
    return home


def test_of_contracts_orders_and_trades_alone_the_rest_is_null_and_the_model_grades(
    installation, alerts_file, of_three_tables
):
    frame = graded(installation, alerts_file, of_three_tables)
    whole = graded(installation, alerts_file)
    assert frame["grade"].isin(range(1, 6)).all()
    for mine, theirs in zip(frame.to_dict("records"), whole.to_dict("records"), strict=True):
        assert json.loads(mine["versions"]) == json.loads(theirs["versions"])  # the same model, not the rules alone
        assert sum(json.loads(mine["probabilities"])) == pytest.approx(1)
        assert mine["degraded"] == theirs["degraded"]
    triggers = read_alerts(alerts_file)
    judge = bulk_judge(triggers, of_three_tables / "bundles", of_three_tables / "keys", of_three_tables / "features")
    unknown = [n for family, maker in MAKERS.items() if set(maker.needs) - set(THREE) for n in FAMILIES[family]]
    assert len(unknown) > 50
    for found in triggers:
        values = judge.prepare(Question(found), []).input.features
        assert {name: values[name] for name in unknown} == dict.fromkeys(unknown)
        assert values["orders_20d"] > 0
