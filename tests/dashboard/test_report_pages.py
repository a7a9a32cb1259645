"""Monitoring: the figures of the page are those of the report on record."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from models.metrics import Estimate
from monitoring import disagreement, effectiveness
from monitoring.drift import Verdict, drift_report
from monitoring.outcome_alarms import OutcomeAlarm
from monitoring.outcomes import OutcomeReport, Share
from monitoring.people import People
from monitoring.recorded import record_report
from serving.dashboard import drift_view
from serving.dashboard.texts import TEXTS
from serving.dashboard.texts_figures import FIGURES, LISTINGS
from tests.dashboard.conftest import rows_of, words
from tests.dashboard.desk import NOW

DIGEST = "9f2c" * 16


def shown(open_page, kind, role="reviewer", language="zh"):
    page = open_page("monitoring", role=role, language=language)
    page.session_state["report"] = kind
    return page.run()


def test_names_and_units_of_figures_and_listings_are_monitorings_own():
    sheets = (effectiveness.SHEET, disagreement.SHEET)
    assert {one.id: (one.zh, one.en, one.unit) for sheet in sheets for one in sheet.figures} == FIGURES
    wanted = {one.id: (one.zh, one.en, tuple(one.columns)) for sheet in sheets for one in sheet.listings}
    assert wanted == LISTINGS
    assert {f"verdict_{one.value}" for one in Verdict} <= set(TEXTS)


def test_a_report_never_made_says_how_to_make_it(open_page):
    assert "alertgrade monitor outcomes --record" in words(shown(open_page, "outcomes"))


def test_effectiveness_shows_every_figure_with_when_it_was_made_and_from_how_many(open_page, api):
    figures = dict.fromkeys((one.id for one in effectiveness.SHEET.figures), 7)
    figures |= {"desk_alerts": 1234, "desk_hit_rate": 0.25, "desk_hours_to_close": 5.5, "desk_hours_to_action": None}
    listings = {"desk_by_grade": [[2, 30, 20, 0.5, 0.25, 1.0, 1.5, None]], "desk_by_person": []}
    summary = {"first_day": "2026-02-02", "last_day": "2026-03-05", "figures": figures, "listings": listings}
    record_report(api.ledger, "effectiveness", summary, NOW)
    text = words(shown(open_page, "effectiveness"))
    assert "2026-03-06 16:00:00" in text
    assert "2026-02-02 – 2026-03-05" in text
    assert "1,234 条预警、7 件案件" in text
    values = [part.split("<")[0] for part in text.split('ag-tile-count">')[1:]]
    assert values == ["1,234", "7", "7", "700.0%", "25.0%", "700.0%", "–", "5.5 小时", "7", "7"]
    assert (
        "<td>2 高</td><td>30</td><td>20</td><td>50.0%</td><td>25.0%</td><td>100.0%</td><td>1.5</td><td>–</td>" in text
    )
    assert "没有数据" in text


def test_disagreement_lists_alerts_that_open(open_page, api):
    alert_id = api.add(1, 3)
    row = [alert_id, "frequent_cancel", "A001", "2026-03-02", 1, 4, 3, 0.93, "educated"]
    figures = {"voices_alerts": 1, "voices_equal": 0.0}
    summary = {"figures": figures, "listings": {"rules_severe": [row], "voices_table": [[1, 0, 0, 0, 1, 0]]}}
    record_report(api.ledger, "disagreement", summary, NOW)
    page = shown(open_page, "disagreement")
    assert rows_of(page) == [["频繁报撤单", "A001", "2026-03-02", "1 极高", "4 低中", "3 中", "93.0%", "提示教育"]]
    data = json.loads(page.get("bidi_component")[0].proto.json)
    assert data["rows"][0]["id"] == alert_id
    assert "1 条两种意见都有的预警" in words(page)


def test_drift_shows_what_moved_as_the_report_measured_it(open_page, api):
    rng = np.random.default_rng(3)
    then = pd.DataFrame({"orders_20d": rng.normal(size=500), "trades_20d": rng.normal(size=500)})
    now = pd.DataFrame({"orders_20d": rng.normal(3, size=400), "trades_20d": rng.normal(size=400)})
    report = drift_report(then, now)
    record_report(api.ledger, "drift", {"model": {"version": "3", "digest": DIGEST}, **report.to_dict()}, NOW)
    page = shown(open_page, "drift")
    text = words(page)
    row = report.rows[0]
    assert (row.name, row.verdict) == ("orders_20d", Verdict.MAJOR)
    assert f"<td>⚠ 显著漂移</td><td>近20日报单数</td><td>全部</td><td>{row.psi:.3f}</td>" in text
    assert "400 条评分，对比 500 条训练样本" in text
    assert "近20日成交笔数" not in text
    page.button_group(key="drift-show").set_value("all").run()
    assert "近20日成交笔数" in words(page)
    assert [name for name, _ in drift_view.ordered(report.counts())] == [one.value for one in Verdict]


def test_outcomes_show_intervals_rows_people_and_alarms(open_page, api):
    some, none = Share(40, 0.9, 0.8, 0.95), Share(0, None, None, None)
    estimate = Estimate(1.2, 1.1, 1.3)
    metrics = {
        "expected_cost": {"champion": estimate, "rules_only": estimate, "difference": Estimate(-0.3, -0.4, -0.2)}
    }
    people = People(8, 6, 0.75, 20, 0.6, 5, 0.5, 0.1, -0.2, 0.4, 25, 1, 0.04, 1, 0)
    alarms = (
        OutcomeAlarm("cost", "平均误判成本", 1.3, 1.2, 2.0, 500.0, None),
        OutcomeAlarm("coverage_missed", "区间未覆盖率", 0.12, 0.2, 600.0, 500.0, "2026-03-02"),
    )
    report = OutcomeReport(
        as_of=NOW.isoformat(), model=DIGEST, first_day=NOW.date(), last_day=NOW.date(), delay_days=15.0, ripe_days=9,
        unripe_days=4, decided=40, undecided=2, grades={"2": {"precision": some, "recall": none}},
        rules={"self_trade": {"precision": none, "recall": some}}, metrics=metrics, coverage=some, set_width=2.1,
        calibration=[], calibration_error=0.05, people=people, alarms=alarms,
    )  # fmt: skip
    record_report(api.ledger, "outcomes", report.to_dict(), NOW)
    text = words(shown(open_page, "outcomes"))
    assert "40 条已处置预警（另有 2 条未处置；4 个交易日尚未成熟，未计入）" in text
    assert "<td>1.2</td><td>1.2</td><td>-0.3（-0.4 至 -0.2）</td>" in text
    assert "<td>2 高</td><td>90.0% [80.0%–95.0%]，40 条</td><td>–</td>" in text
    assert "⚠ 2026-03-02 起报警" in text
    assert "✓ 未报警" in text
    assert "<dt>复核同意率</dt><dd>75.0%</dd>" in text
