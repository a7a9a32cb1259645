"""Models and audit: what is said of them is what manifests, changes and the chain say; and who may see it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from alertgrade.errors import AlertError
from models.replay import Difference, Replay, Replayer
from monitoring.recorded import record_report
from serving.dashboard import roles
from serving.dashboard.client import ApiClient
from serving.routes_governance import GOVERNORS, REPLAYERS
from tests.dashboard.conftest import words
from tests.dashboard.desk import NOW

DIGEST = "9f2c" * 16


def test_models_show_what_is_served_the_metrics_of_each_bundle_and_the_shadow(open_page, api):
    bundle = api.folder / "bundles" / DIGEST / "bundle"
    bundle.mkdir(parents=True)
    manifest: dict[str, Any] = {
        "data_from": "2025-01-02",
        "data_to": "2026-01-30",
        "rows": {"train": 1427, "test": 517},
    }
    estimate = {"value": 1.25, "low": 1.0, "high": 1.5}
    sliced = {"by": "rule", "slice": "self_trade", "rows": 40, "subjects": 12, "expected_cost": estimate}
    curve = [{"labels": labels, "classifier": True, "expected_cost": estimate} for labels in (100, 200)]
    manifest["judgement"] = {"slices": [sliced | {"quadratic_kappa": None}], "learning_curve": curve}
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
    assert "<td>自成交</td><td>40</td><td>12</td><td>1.250（1.000 至 1.500）</td><td>–</td><td>–</td>" in text
    assert "没有学习曲线" not in text
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
