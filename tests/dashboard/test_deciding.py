"""Deciding: what a person does to a case on its page, by role and stage, and what a blind case withholds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledger.workflow.terms import Terms
from serving.dashboard.client import ApiClient
from serving.dashboard.texts import TEXTS
from tests.dashboard.conftest import words


def press(page, label):
    next(button for button in page.button if button.label == label).click().run()
    return words(page)


def fill(page, case_id, outcome="educated", conclusion="已电话核实"):
    page.radio(key=f"{case_id}-outcome").set_value(outcome)
    page.text_area(key=f"{case_id}-conclusion").set_value(conclusion)


def test_no_outcome_is_chosen_beforehand_and_both_parts_are_needed(open_page, api):
    alert_id = api.add(1, 3)
    page = open_page("case", alert=alert_id).run()
    case_id = api.case_of(alert_id)
    assert page.radio(key=f"{case_id}-outcome").value is None
    assert "请先选择处置结果" in press(page, "提交处置")
    page.radio(key=f"{case_id}-outcome").set_value("educated")
    page.text_area(key=f"{case_id}-conclusion").set_value("   ")
    assert "请填写处置结论" in press(page, "提交处置")
    assert api.ledger.case(case_id)["stage"] == "pending"


def test_a_disposition_is_recorded_with_the_grade_on_the_page(open_page, api):
    alert_id = api.add(1, 3)
    page = open_page("case", role="investigator", alert=alert_id).run()
    fill(page, api.case_of(alert_id))
    text = press(page, "提交处置")
    assert "处置已记录" in text
    assert "已电话核实" in text
    row = api.ledger.alert(alert_id)
    assert (row["outcome"], row["grade_shown"], row["decided_by_person"]) == ("educated", 3, "investigator-1")


def test_a_severe_case_waits_for_another_person_who_can_approve_it(open_page, api):
    alert_id = api.add(1, 1)
    case_id = api.case_of(alert_id)
    mine = open_page("case", case=case_id).run()
    fill(mine, case_id, outcome="restricted")
    assert "这是您提出的处置，须由另一人复核" in press(mine, "提交处置")
    assert api.ledger.case(case_id)["stage"] == "in_review"
    theirs = open_page("case", role="admin", case=case_id).run()
    assert "处置已记录" in press(theirs, "同意，处置生效")
    assert api.ledger.case(case_id)["outcome"] == "restricted"


def test_a_proposal_is_turned_down_only_with_a_reason(open_page, api):
    case_id = api.case_of(api.add(1, 1))
    with ApiClient(api.url, api.key("investigator")) as client:
        client.act(case_id, "disposition", outcome="educated", conclusion="太轻")
    page = open_page("case", case=case_id).run()
    assert "请填写：理由" in press(page, "退回重办")
    page.text_area(key=f"{case_id}-review-reason").set_value("依据不足")
    press(page, "退回重办")
    assert api.ledger.case(case_id)["stage"] == "in_progress"


def test_a_refused_disposition_says_why_and_keeps_what_was_typed(open_page, api):
    alert_id = api.add(1, 3)
    case_id = api.case_of(alert_id)
    page = open_page("case", alert=alert_id).run()
    fill(page, case_id, conclusion="写好的结论")
    api.troubles[f"/v1/cases/{case_id}/disposition"] = (409, {"error": {"seen": "claimed by somebody else"}})
    assert "claimed by somebody else" in press(page, "提交处置")
    assert page.text_area(key=f"{case_id}-conclusion").value == "写好的结论"


@pytest.mark.parametrize("role", ["governor", "data_scientist"])
def test_a_viewer_sees_the_reasons_and_no_form(open_page, api, role):
    page = open_page("case", role=role, alert=api.add(1, 3)).run()
    text = words(page)
    assert "分级理由" in text
    assert "不能处置案件，只能查看" in text
    assert not [button for button in page.button if button.label == "提交处置"]
    assert not [box for box in page.selectbox if box.label == "其他操作"]


def act(page, case_id, action, **typed):
    page.selectbox(key=f"action-{case_id}").select(action).run()
    for name, value in typed.items():
        page.text_area(key=f"{case_id}-0-{action}-{name}").set_value(value)
    return press(page, TEXTS[f"action_{action}"][0])


@pytest.mark.parametrize(
    ("action", "typed", "changed"),
    [
        ("claim", {}, {"assignee": "reviewer-1", "stage": "in_progress"}),
        ("note", {"text": "等客户回电"}, {"stage": "pending"}),
        ("snooze", {"reason": "等材料"}, {"stage": "pending"}),
        ("call_back", {"minutes": "客户称为套利"}, {"stage": "pending"}),
        ("terminate", {"reason": "重复开案"}, {"stage": "terminated", "status": "closed"}),
    ],
)
def test_every_other_action_is_recorded(open_page, api, action, typed, changed):
    api.now = datetime.now(UTC)  # snoozing and calling back happen by the clock on the wall
    case_id = api.case_of(api.add(1, 3))
    page = open_page("case", case=case_id).run()
    act(page, case_id, action, **typed)
    case = api.ledger.case(case_id)
    assert {name: case[name] for name in changed} == changed
    assert len(api.ledger.case_history(case_id)) == 3


# --- blind cases


class TestBlind:
    @pytest.fixture
    def terms(self):
        return Terms(blind_share=1.0)

    def test_nothing_tells_an_investigator_the_grade_before_it_is_decided(self, open_page, api):
        alert_id = api.add(1, 1)
        page = open_page("case", role="investigator", alert=alert_id).run()
        text = words(page)
        assert "盲评案件：处置前不显示等级" in text
        for telling in ("极高", 'class="ag-scale"', "least_expected_cost", "当日撤单率", "97.3%"):
            assert telling not in text, telling
        case_id = api.case_of(alert_id)
        for path in ("cases", "alerts", "overview"):
            assert "1 极高" not in words(open_page(path, role="investigator").run()).replace("查看 1 极高", "").replace(
                '>1 极高</div><div class="ag-tile-count">0', ""
            )
        fill(page, case_id)
        press(page, "提交处置")
        assert api.ledger.alert(alert_id)["grade_shown"] is None

    def test_a_reviewer_sees_the_grade(self, open_page, api):
        assert "1 极高" in words(open_page("case", alert=api.add(1, 1)).run())
