"""The random audit draws accounts without an alert, with a known chance, and now and then finds something."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from features.events.schema import ALERTS, DISPOSITIONS
from simulation.audit import RULE, audit
from simulation.investigator_settings import InvestigatorSettings
from simulation.writer import write_table

DAYS = [day.date() for day in pd.bdate_range(date(2026, 3, 2), periods=60)]
ACCOUNTS = [f"A{n:04d}" for n in range(2000)]
NOBODY = pd.DataFrame(columns=list(ALERTS.column_names))
NOTHING = pd.DataFrame(columns=["account_id", "trading_day", "kind", "strength", "innocent_look_alike"])
EVERYBODY = InvestigatorSettings(audit_share=1.0)


def alerted(*rows: tuple[str, date], **other: Any) -> pd.DataFrame:
    plain = {"subject_type": "account", "level": "warning", "rule_id": "self_trade"}
    made = [
        dict.fromkeys(ALERTS.column_names) | plain | {"account_id": a, "subject_id": a, "trading_day": d} | other
        for a, d in rows
    ]
    return pd.DataFrame(made, columns=list(ALERTS.column_names))


def guilty(strength: float = 0.9, kind: str = "self_trading") -> pd.DataFrame:
    rows = [(account, DAYS[15], kind, strength, False) for account in ACCOUNTS[:500]]
    return pd.DataFrame(rows, columns=NOTHING.columns)


def test_the_answer_is_rows_of_the_dispositions_table(tmp_path: Path) -> None:
    found = audit(ACCOUNTS, NOBODY, guilty(), DAYS, seed=7)
    columns = {name: pa.array(found.dispositions[name], from_pandas=True) for name in found.dispositions.columns}
    assert write_table(tmp_path, DISPOSITIONS, columns) == len(found.dispositions) > 50
    assert set(found.dispositions["rule_id"]) == {RULE}
    first = found.audits.iloc[0]
    assert first["alert_id"] == f"random_audit:audit:{first['trading_day']}:-.-:{first['account_id']}"


def test_it_takes_place_at_the_end_of_every_so_many_trading_days() -> None:
    found = audit(ACCOUNTS, NOBODY, NOTHING, DAYS, seed=7).audits
    assert sorted(found["trading_day"].unique()) == [DAYS[19], DAYS[39], DAYS[59]]
    assert sorted(found["window_from"].unique()) == [DAYS[0], DAYS[20], DAYS[40]]


@pytest.mark.parametrize(("days", "audits"), [(19, 0), (20, 1), (21, 1)], ids=["below", "at", "above"])
def test_the_first_audit_waits_for_a_whole_window(days: int, audits: int) -> None:
    found = audit(ACCOUNTS, NOBODY, NOTHING, DAYS[:days], seed=7).audits
    assert found["trading_day"].nunique() == audits


def test_accounts_are_drawn_with_the_chance_that_is_on_record() -> None:
    found = audit(ACCOUNTS, NOBODY, NOTHING, DAYS, seed=7, settings=InvestigatorSettings(audit_share=0.1)).audits
    assert set(found["inclusion_probability"]) == {0.1}
    assert set(found["frame"]) == {2000}
    assert found.groupby("trading_day").size().between(150, 250).all()
    assert found.groupby("account_id").size().max() < 4
    assert not found["account_id"].duplicated().all()


@pytest.mark.parametrize(("day", "stands"), [(DAYS[19], True), (DAYS[20], False), (DAYS[39], False), (DAYS[40], True)])
def test_an_account_with_an_alert_in_the_window_is_not_drawn(day: date, stands: bool) -> None:
    found = audit(["A1", "A2"], alerted(("A1", day)), NOTHING, DAYS, seed=7, settings=EVERYBODY).audits
    second = set(found.loc[found["trading_day"] == DAYS[39], "account_id"])
    assert second == ({"A1", "A2"} if stands else {"A2"})


def test_the_other_account_of_a_pair_has_an_alert_too() -> None:
    pair = alerted(("A1", DAYS[5]), subject_type="pair", subject_id="A1|A2")
    found = audit(["A1", "A2", "A3"], pair, NOTHING, DAYS[:20], seed=7, settings=EVERYBODY).audits
    assert set(found["account_id"]) == {"A3"}


def test_nearly_all_are_harmless_and_some_misconduct_comes_to_light() -> None:
    found = audit(ACCOUNTS, NOBODY, guilty(), DAYS[:20], seed=7, settings=EVERYBODY).audits
    acted = found["outcome"].notna() & (found["outcome"] != "no_action")
    bad = found["true_strength"] > 0
    assert bad.sum() == 500
    assert acted[~bad].mean() < 0.05
    assert 0.3 < acted[bad].mean() < 0.9


def test_what_hardly_shows_is_seldom_found() -> None:
    shares = []
    for kind in ("self_trading", "limit_evasion"):
        found = audit(ACCOUNTS[:500], NOBODY, guilty(kind=kind), DAYS[:20], seed=7, settings=EVERYBODY).audits
        shares.append((found["outcome"].isin(["enhanced_review", "restricted", "referred"])).mean())
    assert shares[0] > 2 * shares[1] > 0


def test_later_days_and_the_order_of_the_accounts_change_nothing() -> None:
    short = audit(ACCOUNTS, NOBODY, guilty(), DAYS[:45], seed=7).audits
    whole = audit(reversed(ACCOUNTS), NOBODY, guilty(), DAYS, seed=7).audits
    early = whole[whole["trading_day"] <= DAYS[44]].reset_index(drop=True)
    pd.testing.assert_frame_equal(short, early)
    assert set(audit(ACCOUNTS, NOBODY, guilty(), DAYS, seed=8).audits["account_id"]) != set(whole["account_id"])


def test_a_decision_comes_after_the_close_of_the_audited_day() -> None:
    found = audit(ACCOUNTS, NOBODY, NOTHING, DAYS, seed=7)
    close = pd.to_datetime(found.audits["trading_day"]).dt.tz_localize("UTC") + timedelta(hours=8.5)
    assert (found.audits["decided_at"] >= close + timedelta(hours=1)).all()
    assert set(found.dispositions["alerted_at"]) == set(close)


@pytest.mark.parametrize("settings", [InvestigatorSettings(audit_every=0), InvestigatorSettings(audit_share=0.0)])
def test_no_audit_gives_empty_tables_that_can_be_written(settings: InvestigatorSettings, tmp_path: Path) -> None:
    found = audit(ACCOUNTS, NOBODY, guilty(), DAYS, seed=7, settings=settings)
    assert found.audits.empty
    columns = {name: pa.array(found.dispositions[name], from_pandas=True) for name in DISPOSITIONS.column_names}
    assert write_table(tmp_path, DISPOSITIONS, columns) == 0
