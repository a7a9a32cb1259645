"""Monitoring, models and audit: the figures of a page are those of the report, manifest or chain on record."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from alertgrade.errors import AlertError
from models.metrics import Estimate
from models.replay import Difference, Replay, Replayer
from monitoring import disagreement, effectiveness
from monitoring.drift import Verdict, drift_report
from monitoring.outcome_alarms import OutcomeAlarm
from monitoring.outcomes import OutcomeReport, Share
from monitoring.people import People
from monitoring.recorded import record_report
from serving.dashboard import drift_view, roles
from serving.dashboard.client import ApiClient
from serving.dashboard.texts import TEXTS
from serving.dashboard.texts_figures import FIGURES, LISTINGS
from serving.routes_governance import GOVERNORS, REPLAYERS
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
    assert f"<td>⚠ 显著漂移</td><td>orders_20d</td><td>全部</td><td>{row.psi:.3f}</td>" in text
    assert "400 条评分，对比 500 条训练样本" in text
    assert "trades_20d" not in text
    page.button_group(key="drift-show").set_value("all").run()
    assert "trades_20d" in words(page)
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


def test_models_show_what_is_served_the_metrics_of_each_bundle_and_the_shadow(open_page, api):
    bundle = api.folder / "bundles" / DIGEST / "bundle"
    bundle.mkdir(parents=True)
    manifest = {"data_from": "2025-01-02", "data_to": "2026-01-30", "rows": {"train": 1427, "test": 517}}
    manifest["metrics"] = {"expected_cost": 1.152804642, "coverage": 0.891682785}
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    (api.folder / "bundles" / "champion.json").write_text(json.dumps({"version": "3", "digest": DIGEST}))
    for number, (ours, theirs) in enumerate([(1, 2), (1, 2), (3, 3)]):
        payload = {"challenger": {"version": "4", "digest": "b"}, "grade": theirs, "alert_id": f"x{number}"}
        api.ledger.append("shadow", f"x{number}", payload | {"baseline_of_champion": {"version": "3", "grade": ours}})
    text = words(open_page("models").run())
    assert "<td>2025-01-02 – 2026-01-30</td><td>1,427 / – / 517 / –</td><td>1.153</td>" in text
    assert "89.2%" in text
    assert "没有影子模型" in text
    assert "版本 4：3 条，等级相同 33.3%，平均差 +0.67 级" in text
    assert "<td>1 极高</td><td>·</td><td>2</td><td>·</td>" in text


def test_no_model_at_all_is_said_and_a_service_that_fails_too(open_page, api):
    page = open_page("models")
    text = words(page.run())
    assert "没有现用模型" in text
    assert "没有任何模型包" in text
    assert "影子里没有模型在运行" in text
    api.troubles["/v1/models"] = (500, b"")
    assert "服务内部错误" in words(page.run())


@pytest.mark.parametrize("path", ["monitoring", "audit"])
def test_an_investigator_is_told_that_the_page_is_not_theirs(open_page, path):
    assert "本页不对“处置员”开放" in words(open_page(path, role="investigator").run())


def test_who_sees_the_chain_and_who_may_replay_is_the_services_own_rule():
    assert frozenset(GOVERNORS) == roles.GOVERNORS
    assert frozenset(REPLAYERS) == roles.AUDITORS


def test_the_chain_is_as_the_api_says_and_changes_name_the_report(open_page, api):
    api.add(1, 3)
    record_report(api.ledger, "drift", {"verdict": "major"}, NOW)
    page = open_page("audit", role="governor")
    text = words(page.run())
    with ApiClient(api.url, api.key("governor")) as client:
        state = client.ledger_state()
    assert f"<dt>最后一条序号</dt><dd>{state['seq']}</dd>" in text
    assert state["hash"] in text
    assert "从未签名" in text
    assert "<td>报告入账</td><td>漂移 · ⚠ 显著漂移</td>" in text
    assert "名称 governor-1 · 角色 模型治理" in text
    assert "alertgrade ledger export" in page.code[0].value


def test_a_data_scientist_replays_but_does_not_see_the_chain(open_page, api):
    text = words(open_page("audit", role="data_scientist").run())
    assert "账本链与变更只对模型治理和管理员开放" in text
    assert "最后一条哈希" not in text
    assert not [path for _, path, _ in api.seen if path in ("/v1/ledger/state", "/v1/changes")]


def replayed(page, score_id):
    page.text_input(key="replay-id").set_value(score_id)
    page.button[-1].click().run()
    return words(page)


def test_a_replay_that_cannot_be_made_says_what_is_missing(open_page, api, service, monkeypatch):
    alert_id = api.add(1, 3)

    def no_bundle(digest):
        raise AlertError(f"no bundle {digest[:4]}", "wanted the one that graded")

    parts = api.parts
    monkeypatch.setattr(api, "parts", lambda: replace(parts(), replayer=Replayer(api.ledger, no_bundle)))
    service.serve(api)
    page = open_page("audit", role="data_scientist").run()
    assert "请先填写评分编号" in replayed(page, " ")
    assert "没有找到" in replayed(page, "S404")
    assert "无法重放" in replayed(page, f"S-{alert_id}")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Replay("S1", "a", identical=True), ["✓ 完全一致：S1 逐字段相同"]),
        (
            Replay("S1", "a", identical=False, differs=(Difference("grade", 2, 3),), code="0.1.0"),
            ["有 1 个字段不同", "<td>grade</td><td>2</td><td>3</td>", "评分时的代码版本：0.1.0"],
        ),
    ],
    ids=["identical", "differs"],
)
def test_a_replay_says_identical_or_which_field_differs(open_page, api, found, said):
    api.troubles["/v1/scores/"] = (200, asdict(found))
    text = replayed(open_page("audit", role="data_scientist").run(), "S1")
    for wanted in said:
        assert wanted in text


@pytest.mark.parametrize("path", ["account", "suspects", "monitoring", "models", "audit"])
def test_these_pages_are_english_throughout(open_page, api, path):
    api.add(1, 3)
    query = {"account": "A001"} if path == "account" else {}
    text = words(open_page(path, role="admin", language="en", **query).run())
    assert not [letter for letter in text if "\u4e00" <= letter <= "\u9fff"]
