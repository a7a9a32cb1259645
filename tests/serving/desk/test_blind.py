"""A blind case tells nobody its grade before it is decided, by no call, filter, order or file."""

from __future__ import annotations

import json

import pytest

from models.peers import PeerMedians
from models.reasons import Reasons
from monitoring import disagreement, effectiveness, market, outcome_sheet
from rules_baseline.trigger import TriggerRecord
from serving.blind import TELLING_LISTINGS

ANN, ROB = "ann:investigator", "rob:reviewer"


@pytest.fixture(scope="module")
def blind(new_desk):
    """Every case is blind; one of grade 1 beside one of grade 5."""
    desk = new_desk(blind_share=1.0, audit_share=1.0, due_hours={1: 4, 5: 336})
    desk.mild = desk.alert("mild", 5, subject_id="mild")
    desk.severe = desk.alert("severe", 1, subject_id="severe", baseline=4)
    return desk


PAGES = [
    "/v1/cases",
    "/v1/cases?sort=oldest",
    "/v1/cases/{severe}",
    "/v1/cases/{mild}",
    "/v1/cases/{severe}/history",
    "/v1/cases/{mild}/history",
    "/v1/cases:export?format=json",
    "/v1/alerts",
    "/v1/alerts?account_id=A1",
    "/v1/alerts/severe",
    "/v1/alerts/mild",
    "/v1/accounts/A1",
]
TELLING = ("grade", "model_grade", "override_grade", "baseline_grade", "decided_by", "due_at", "severity", "sample")
TELLING += ("probabilities", "grade_set", "disagreement", "action_zh", "grade_name_zh", "baseline", "anomaly")


def told(value, name=""):
    """Everything under a name that tells a grade, wherever in the answer it is."""
    if isinstance(value, dict):
        return [one for key, inner in value.items() for one in told(inner, key)]
    if isinstance(value, list) and name not in TELLING:
        return [one for inner in value for one in told(inner, name)]
    return [(name, value)] if name in TELLING and value is not None else []


def named(value, name):
    """Everything under ``name``, wherever it is."""
    if isinstance(value, dict):
        return [one for key, inner in value.items() for one in ([inner] if key == name else named(inner, name))]
    return [one for inner in value for one in named(inner, name)] if isinstance(value, list) else []


@pytest.mark.parametrize("page", PAGES)
def test_no_page_tells_an_investigator_a_grade_and_every_page_tells_a_reviewer(blind, page):
    path = page.format(severe=blind.severe, mild=blind.mild)
    assert told(blind.as_(ANN).get(path).json()) == []
    assert told(blind.as_("dana:data_scientist").get(path).json()) == []
    assert told(blind.as_(ROB).get(path).json()) != []
    assert told(blind.as_("gus:governor").get(path).json()) != []


def test_reasons_of_the_model_are_hidden_and_facts_of_the_rules_are_not(blind):
    answer = blind.as_(ANN).get("/v1/alerts/severe").json()["answer"]
    assert [reason["voice"] for reason in answer["reasons"]] == ["rules"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_reason_of_a_rule_tells_neither_the_baseline_nor_what_the_policy_moved(new_desk, language):
    desk = new_desk(blind_share=1.0)
    desk.alert("first", 1)
    alert = TriggerRecord.model_validate(desk.ledger.alert("first")["trigger"])
    real = Reasons(("x",), PeerMedians({})).of_rules(alert, 1).model_dump()
    floor = {"voice": "rules", "key": "suspected_violation", "text_zh": "不低于高", "text_en": "high at least"}
    desk.alert("words", 1, reasons=[real, floor])
    texts = {who: desk.as_(who).get("/v1/alerts/words").json()["answer"]["reasons"] for who in (ANN, ROB)}
    assert {"zh": "规则基线：极高", "en": "rules baseline: extreme"}[language] in texts[ROB][0][f"text_{language}"]
    (shown,) = texts[ANN]
    assert {"zh": "限额5", "en": "limit 5"}[language] in shown[f"text_{language}"]
    assert {"zh": "基线", "en": "baseline"}[language] not in shown[f"text_{language}"]


@pytest.mark.parametrize("asked", ["grade=1", "disagreement=true", "sample=audit", "sort=due", "overdue=true"])
def test_a_filter_or_order_by_what_tells_the_grade_leaves_blind_cases_out(blind, asked):
    blind.later(hours=5) if asked == "overdue=true" else None
    assert blind.as_(ANN).get(f"/v1/cases?{asked}").json()["items"] == []
    assert blind.as_(ROB).get(f"/v1/cases?{asked}").json()["items"] != []


def test_the_order_of_the_queue_does_not_tell_it_either(blind):
    orders = {who: [row["case_id"] for row in blind.as_(who).get("/v1/cases").json()["items"]] for who in (ANN, ROB)}
    assert orders[ANN] == [blind.mild, blind.severe]
    assert orders[ROB] == [blind.severe, blind.mild]
    assert blind.as_(ANN).get("/v1/alerts?grade=1").json()["items"] == []
    assert {row["grade"] for row in blind.as_(ANN).get("/v1/overview").json()["by_grade_stage"]} == {0}


def test_how_many_are_late_counts_no_case_whose_time_is_hidden(new_desk):
    desk = new_desk(blind_share=1.0, due_hours={1: 4, 5: 336})
    desk.alert("severe", 1)
    desk.later(hours=5)
    assert {who: desk.as_(who).get("/v1/overview").json()["overdue"] for who in (ANN, ROB)} == {ANN: 0, ROB: 1}


def test_the_grade_that_a_rule_of_ones_own_asks_for_is_hidden_and_the_rest_of_its_evidence_is_not(new_desk):
    desk = new_desk(blind_share=1.0)
    case = desk.alert("own", 2, evidence='{"parameter": {"grade": 2, "source": "我司规定"}, "orders": 7}')
    shown = {who: desk.as_(who).get("/v1/alerts/own").json()["trigger"]["evidence"] for who in (ANN, ROB)}
    assert json.loads(shown[ANN]) == {"parameter": {"source": "我司规定"}, "orders": 7}
    assert json.loads(shown[ROB])["parameter"]["grade"] == 2
    history = desk.as_(ANN).get(f"/v1/cases/{case}/history").json()
    assert told([json.loads(text) for text in named(history, "evidence")]) == []


@pytest.mark.parametrize("evidence", ["[" * 90_000, "no JSON", "[1]"], ids=["too deep", "text", "list"])
def test_an_alert_is_shown_whatever_its_evidence_is(new_desk, evidence):
    desk = new_desk(blind_share=1.0)
    desk.alert("odd", 2, evidence=evidence)
    assert [desk.as_(who).get("/v1/alerts/odd").status_code for who in (ANN, ROB)] == [200, 200]


def test_the_score_itself_is_refused_to_an_investigator(blind):
    assert blind.as_(ANN).get("/v1/scores/S-severe").status_code == 403
    assert blind.as_("mon:scorer").get("/v1/scores/S-severe").status_code == 200


def test_a_report_leaves_out_the_rows_of_blind_cases_wherever_they_stand_in_it(blind):
    corners = {"rules_severe": [["mild", "self_trade", "A1", 5], ["gone", "x", "A9", 1]], "model_severe": [["severe"]]}
    listings = corners | {"market_offenders": [["A1", 3], ["A9", 3]], "voices_by_rule": [["severe", 3]]}
    told = {"figures": {"voices_alerts": 2}, "listings": listings}
    blind.ledger.append("report", "disagreement:1", told)
    blind.ledger.append("report", "monthly:1", {"voices": told})
    kept = {"rules_severe": [["gone", "x", "A9", 1]], "model_severe": [], "market_offenders": [["A9", 3]]}
    found = blind.as_(ANN).get("/v1/reports/disagreement").json()
    assert found["listings"] == listings | kept
    assert (found["rows_hidden"], found["figures"]) == (3, {"voices_alerts": 2})
    assert blind.as_("dana:data_scientist").get("/v1/reports/monthly").json()["voices"]["listings"] == listings | kept
    assert blind.as_(ROB).get("/v1/reports/disagreement").json()["listings"] == listings


def test_every_listing_of_monitoring_that_gives_a_grade_of_one_alert_or_account_is_known_to_be_telling():
    telling = {
        one.id
        for part in (disagreement, effectiveness, market, outcome_sheet)
        for one in part.SHEET.listings
        if {"alert", "case", "account"} & {en for _, en in one.columns[:1]}
        and {"grade", "given", "worst grade"} & {en for _, en in one.columns}
    }
    assert telling == set(TELLING_LISTINGS)


def test_the_summary_and_an_acknowledged_message_do_not_tell_it_and_a_replay_is_refused(new_desk):
    desk = new_desk(blind_share=1.0, notify_grades=(1,))
    desk.alert("severe", 1)
    for who, grade in ((ANN, 0), (ROB, 1)):
        summary = desk.as_(who).get("/v1/reports/summary").json()
        assert [[row["grade"] for row in summary[name]] for name in ("alerts", "cases")] == [[grade], [grade]]
    (row,) = desk.ledger.outbox()
    desk.ledger.outbox_delivered(row, ["desk"])
    answer = desk.as_(ANN).post(f"/v1/outbox/{row['outbox_id']}/ack").json()
    assert (answer["status"], {"grade", "key", "payload", "delivered_to"} & set(answer)) == ("acknowledged", set())
    assert desk.as_("dana:data_scientist").post("/v1/scores/S-severe/replay").status_code == 403
    assert desk.as_("gus:governor").post("/v1/scores/S-severe/replay").status_code != 403


def test_decided_by_an_investigator_the_grade_shown_is_null_whatever_the_page_claims_and_then_it_is_told(new_desk):
    desk = new_desk(blind_share=1.0)
    for who, shown in [(ANN, None), (ROB, 3)]:
        case_id = desk.alert(who, 3, subject_id=who)
        case = desk.post(who, case_id, "disposition", outcome="educated", conclusion="x", grade_seen=3).json()
        assert (case["grade_shown"], case["grade"], case["grade_hidden"]) == (shown, 3, False)
    (row,) = [row for row in desk.ledger.labelled_alerts(desk.now) if row.alert_id == ANN]
    assert row.grade_shown is None


def test_the_share_of_blind_cases_and_of_the_audit_is_drawn_and_can_be_drawn_again(new_desk):
    desk = new_desk(blind_share=0.3, audit_share=0.3)
    cases = [desk.ledger.case(desk.alert(f"d{n}", 3 + n % 3, subject_id=f"d{n}")) for n in range(60)]
    assert 5 <= sum(case["blind"] for case in cases) <= 31
    drawn = [case for case in cases if case["sample"] == "audit"]
    assert {case["grade"] for case in drawn} == {4, 5}
    assert {case["sample_probability"] for case in drawn} == {0.3}
    again = new_desk(blind_share=0.3, audit_share=0.3)
    assert [again.ledger.case(again.alert(f"d{n}", 3 + n % 3, subject_id=f"d{n}"))["sample"] for n in range(60)] == [
        case["sample"] for case in cases
    ]
