"""Outcomes, effectiveness, disagreement, lineage on a real ledger: only ripe days, every figure from its rows."""

from __future__ import annotations

import fcntl
import json
from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import pytest

from alertgrade.errors import AlertError
from ledger.ledger import Ledger
from ledger.workflow.person import Person
from models.metrics import estimate, expected_cost, quadratic_kappa
from models.policy_file import read_policy_file
from monitoring import disagreement, effectiveness
from monitoring.cell_bootstrap import cost_of, kappa, voices
from monitoring.changes import changes
from monitoring.entry_columns import EntryColumns
from monitoring.figures import keep_rows, plain, retrace, trace
from monitoring.lineage import lineage
from monitoring.maturity import maturity
from monitoring.outcome_sheet import outcome_figures
from monitoring.outcomes import outcome_report
from monitoring.recorded import latest_report, record_report
from monitoring.sample_library import closed_cases

COST = np.array(read_policy_file().cost)
DAYS = [date(2026, 3, 2) + timedelta(days=n) for n in range(5)]
OUTCOMES = {5: "no_action", 4: "educated", 3: "enhanced_review", 2: "restricted", 1: "referred"}
DIGEST = "ab" * 32
LATE = datetime(2026, 6, 1, tzinfo=UTC)


class Desk:
    """Ten alerts a day of as many accounts, each a case; decided the next day, the last day's still open."""

    def __init__(self, folder) -> None:
        self.now = datetime(2026, 3, 2, tzinfo=UTC)
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}", lambda: self.now)
        for day in DAYS:
            self.now = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
            cases = [self._score(day, n) for n in range(10)]
            self.now += timedelta(hours=26)
            for n, case in enumerate(cases):
                if day != DAYS[-1] and not (day == DAYS[-2] and n > 7):
                    outcome = OUTCOMES[min(5, 5 - n % 5 + n // 9)]
                    said = {"outcome": outcome, "conclusion": "x"}
                    case = self.ledger.act("disposition", case, Person(f"p{n % 2}", "reviewer"), said)
                    if case["stage"] == "in_review":  # grades 1 and 2: agreed to by a second person
                        told = {"approve": True, "reason": "x"}
                        self.ledger.act("review", case["case_id"], Person("second", "reviewer"), told)
        self.columns = EntryColumns(folder / "columns")
        self.columns.follow(self.ledger)

    def _score(self, day: date, n: int) -> str:
        account, grade = f"A{day:%d}{n}", 5 - n % 5
        alert_id = f"self_trade:breach:{day}:SHFE.cu:{account}"
        trigger = {"alert_id": alert_id, "rule_id": "self_trade", "level": "breach", "exchange": "SHFE"}
        trigger |= {"contract": "cu", "trading_day": day.isoformat(), "subject_type": "account", "subject_id": account}
        trigger |= {"account_id": account, "triggered_at": self.now.isoformat(), "measured": 6.0, "threshold": 5.0}
        answer = {"score_id": f"S{day:%d}{n}", "grade": grade, "severity": 0.1, "grade_set": [grade]}
        answer |= {"probabilities": [0.2] * 5, "anomaly": {"share": 0.5}, "baseline": {"grade": 1 if n % 2 else 5}}
        answer |= {"decided_by": {"classifier": grade, "policy_clause": "x"}, "degraded": [], "features_as_of": None}
        answer["versions"] = {"model": "m", "digest": DIGEST, "policy": "1", "rules": "r", "feature_service": "f"}
        self.ledger.record_score(trigger, answer, {"features": {"orders_5d": float(n), 'o\'clock "x"': None}})
        return self.ledger.alert(alert_id)["case_id"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = Desk(tmp_path_factory.mktemp("desk"))
    yield made
    made.columns.close()
    made.ledger.close()


def test_a_day_is_ripe_when_enough_is_decided_or_when_it_is_old(desk):
    soon = datetime(2026, 3, 6, 5, tzinfo=UTC)
    assert [(one.decided, one.by) for one in maturity(desk.columns, soon).cohorts] == [
        (10, "decided"), (10, "decided"), (10, "decided"), (8, ""), (0, "")
    ]  # fmt: skip
    assert {one.by for one in maturity(desk.columns, LATE).cohorts[3:]} == {"age"}


def test_decisions_of_days_that_are_not_ripe_are_left_out_whole(desk):
    found = outcome_report(desk.columns, DIGEST, COST, datetime(2026, 3, 6, 5, tzinfo=UTC), seed=1)
    assert (found.decided, found.undecided, found.ripe_days, found.unripe_days) == (30, 0, 3, 2)
    later = outcome_report(desk.columns, DIGEST, COST, LATE, seed=1)
    assert (later.decided, later.undecided) == (38, 12)


def test_what_was_decided_after_the_instant_is_not_known_at_it(desk):
    early = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)  # an hour before the first decision
    with pytest.raises(AlertError, match="no decided alert of model"):
        outcome_report(desk.columns, DIGEST, COST, early, seed=1)


def test_the_report_the_sheet_and_the_rows_agree(desk, tmp_path):
    report = outcome_report(desk.columns, DIGEST, COST, LATE, seed=1).to_dict()
    sheet = outcome_figures(desk.columns, DIGEST, COST.tolist(), DAYS[0], DAYS[-1], LATE).figures
    assert sheet["outcome_cost"] == pytest.approx(report["metrics"]["expected_cost"]["champion"]["value"])
    assert sheet["outcome_rules_cost"] == pytest.approx(report["metrics"]["expected_cost"]["rules_only"]["value"])
    assert sheet["outcome_coverage"] == pytest.approx(report["coverage"]["value"])
    assert sheet["outcome_decided"] == report["decided"] == 38
    assert 0 < sheet["outcome_cost"] < sheet["outcome_rules_cost"]


def test_every_figure_follows_from_the_rows_beside_it_and_a_changed_row_shows(desk, tmp_path):
    found = effectiveness.effectiveness(desk.columns, DAYS[0], DAYS[-1], LATE)
    keep_rows(desk.columns, effectiveness.SHEET, found, tmp_path)
    assert retrace(tmp_path) == []
    traced = trace(tmp_path, "desk_cases", most=2)
    assert (traced.said, traced.again, traced.rows, len(traced.first)) == (50, 50, 50, 2)
    with pytest.raises(AlertError, match=r"no figure 'nobody' in .*desk_cases"):
        trace(tmp_path, "nobody")
    rows = tmp_path / "desk_cases.parquet"
    with duckdb.connect() as db:
        db.execute(f"COPY (FROM '{rows}' LIMIT 40) TO '{tmp_path / 'fewer.parquet'}'")
    (tmp_path / "fewer.parquet").replace(rows)
    assert any(fault.startswith("desk_cases: the report says 50") for fault in retrace(tmp_path))


def test_the_desk_is_judged_by_what_it_closed(desk):
    figures = effectiveness.effectiveness(desk.columns, DAYS[0], DAYS[-1], LATE).figures
    assert (figures["desk_alerts"], figures["desk_cases"], figures["desk_open"]) == (50, 50, 12)
    assert figures["desk_closing_rate"] == plain(38 / 50)
    assert figures["desk_false_positive_rate"] == plain(8 / 38)
    assert figures["desk_hours_to_close"] == 26.0


def test_no_case_in_the_period_gives_zeros_and_nulls(desk):
    figures = effectiveness.effectiveness(desk.columns, date(2027, 1, 1), date(2027, 1, 2), LATE).figures
    assert (figures["desk_alerts"], figures["desk_cases"], figures["desk_hit_rate"]) == (0, 0, None)


@pytest.mark.parametrize(("day", "cases"), [(DAYS[0] - timedelta(days=1), 0), (DAYS[0], 10), (DAYS[1], 20)])
def test_the_last_day_of_the_period_belongs_to_it(desk, day, cases):
    assert effectiveness.effectiveness(desk.columns, date(2026, 1, 1), day, LATE).figures["desk_cases"] == cases


def test_both_corners_are_counted_and_only_undecided_alerts_are_drawn(desk):
    found = disagreement.disagreement(desk.columns, DAYS[0], DAYS[-1], LATE)
    assert found.figures["voices_rules_severe"] == 5 * 3  # by rules 1, by the classifier 3, 4 or 5: n = 1, 5 and 7
    drawn = disagreement.draw(desk.columns, probability=1.0, seed=7)
    undecided = {row["alert_id"] for row in desk.columns.rows("SELECT alert_id FROM graded WHERE truth IS NULL")}
    assert {one.alert_id for one in drawn} <= undecided
    half = disagreement.draw(desk.columns, probability=0.5, seed=7)
    assert set(half) == {
        disagreement.Drawn(one.alert_id, one.case_id, one.reason, 0.5)
        for one in drawn
        if disagreement.uniform(one.alert_id, 7) < 0.5
    }


@pytest.mark.parametrize("probability", [0.0, -0.1, 1.1])
def test_a_probability_that_is_none_is_refused(desk, probability):
    with pytest.raises(ValueError, match="wanted more than 0"):
        disagreement.draw(desk.columns, probability=probability, seed=1)


def test_the_columns_are_read_once_and_go_on_from_there(desk):
    desk.columns.follow(desk.ledger)  # what other tests appended
    files = {path.name for path in desk.columns.folder.glob("*.parquet")}
    desk.columns.follow(desk.ledger)
    assert {path.name for path in desk.columns.folder.glob("*.parquet")} == files
    assert desk.columns.features() == ('o\'clock "x"', "orders_5d")


def test_two_processes_do_not_both_read_what_is_new(desk, tmp_path):
    class Watched:
        def entries(self, *, kinds, after):
            with (tmp_path / "columns" / "lock").open("w") as other, pytest.raises(BlockingIOError):
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return desk.ledger.entries(kinds=kinds, after=after)

    columns = EntryColumns(tmp_path / "columns")
    columns.follow(Watched())
    assert columns.rows("SELECT count(*) AS n FROM alerts")[0]["n"] == 50
    columns.close()


@pytest.mark.parametrize("alerts", [1, 200], ids=["shorter", "longer"])
def test_columns_of_another_ledger_are_made_again(desk, tmp_path, alerts):
    columns = EntryColumns(tmp_path / "columns")
    columns.follow(desk.ledger)
    other = Ledger(f"sqlite:///{tmp_path / 'restored.db'}", lambda: LATE)
    same = {"trading_day": "2026-03-02", "triggered_at": "2026-03-02T02:00:00Z", "rule_id": "x", "level": "breach"}
    same |= {"account_id": "R", "subject_id": "R", "subject_type": "account"}
    said = {"outcome": "educated", "decided_at": "2026-03-03T00:00:00Z", "decided_by": "p"}
    names = [f"r{n}" for n in range(alerts)]
    other.import_dispositions([same | {"alert_id": one} for one in names], [said | {"alert_id": one} for one in names])
    for _ in range(2):
        columns.close()
        columns = EntryColumns(tmp_path / "columns")
        columns.follow(other)
    assert columns.rows("SELECT count(*) AS n, min(alert_id) AS one FROM alerts") == [{"n": alerts, "one": "r0"}]
    columns.close()
    other.close()


def test_a_grade_leads_back_to_model_code_and_people(desk):
    desk.now = LATE
    desk.ledger.append("promotion", "p1", {"digest": DIGEST, "version": "1", "author": "a", "approver": "b"})
    found = lineage(desk.ledger, "S024", lambda digest: {"code_version": "c", "digest": digest})
    assert found["alert"]["trigger"]["account_id"] == "A024"
    assert found["model"]["manifest"]["code_version"] == "c"
    assert [(one["by"], one["approver"]) for one in found["model"]["changes"]] == [("a", "b")]
    assert [act["by"] for act in found["case"]["acts"]] == ["p0", "second", "p0"], "proposed, agreed to, decided"
    with pytest.raises(AlertError, match="no score 'S9'"):
        lineage(desk.ledger, "S9", lambda _: None)
    assert [one.kind for one in changes(desk.ledger)] == ["promotion"]


def test_a_report_on_record_is_the_whole_summary_with_its_hash(desk):
    desk.now = LATE
    assert latest_report(desk.ledger, "outcomes") is None
    record_report(desk.ledger, "outcomes", {"decided": 38}, LATE)
    found = latest_report(desk.ledger, "outcomes")
    assert (found["decided"], found["kind"], len(found["sha256"])) == (38, "outcomes", 64)
    with pytest.raises(ValueError, match="report kind 'other'"):
        record_report(desk.ledger, "other", {}, LATE)


def test_the_sample_library_names_nobody(desk):
    cases = list(closed_cases(desk.columns, b"key", limit=5))
    assert len(cases) == 5
    assert "A02" not in json.dumps(cases)
    assert "p0" not in json.dumps([case["decided_by"] for case in cases])
    assert {member["rule_id"] for case in cases for member in case["members"]} == {"self_trade"}
    assert next(closed_cases(desk.columns, b"other", limit=1))["case"] != cases[0]["case"]


def test_intervals_from_counts_are_those_from_rows():
    rng = np.random.default_rng(2)
    truth, ours, rules = (rng.integers(1, 6, 400) for _ in range(3))
    subjects = np.array([f"A{n}" for n in rng.integers(0, 80, 400)])
    for cells, rows in ((cost_of(COST), expected_cost(COST)), (kappa, quadratic_kappa)):
        found = voices(cells, truth, ours, rules, subjects, seed=1)["champion"]
        slow = estimate(rows, truth, ours, np.zeros((400, 1)), subjects, seed=1)
        assert [found.value, found.low, found.high] == pytest.approx([slow.value, slow.low, slow.high])


def test_an_empty_ledger_has_columns_without_rows(tmp_path):
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: LATE)
    columns = EntryColumns(tmp_path / "columns")
    assert columns.follow(ledger) == 0
    assert columns.rows("SELECT count(*) AS n FROM graded") == [{"n": 0}]
    assert (columns.features(), maturity(columns, LATE).cohorts) == ((), ())
    columns.close()
    ledger.close()
