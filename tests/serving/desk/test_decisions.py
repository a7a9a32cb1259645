"""How a case is decided: second review, override, reopening, appeal, and what becomes of the label."""

from __future__ import annotations

import pytest

TOLD = {"outcome": "restricted", "conclusion": "拆单"}


def labels(desk):
    return {row.alert_id: row.outcome for row in desk.ledger.labelled_alerts(desk.now)}


@pytest.mark.parametrize(("grade", "status", "stage"), [(2, 202, "in_review"), (3, 200, "completed")])
def test_a_disposition_of_grade_two_waits_for_a_second_person_and_of_grade_three_does_not(desk, grade, status, stage):
    case_id = desk.alert(f"second{grade}", grade, subject_id=f"second{grade}")
    answer = desk.post("ann:investigator", case_id, "disposition", **TOLD)
    assert (answer.status_code, answer.json()["stage"]) == (status, stage)
    assert (f"second{grade}" in labels(desk)) is (status == 200)


def test_the_label_comes_with_the_review_and_names_who_decided(desk):
    case_id = desk.alert("reviewed", 1, subject_id="reviewed")
    desk.post("ann:investigator", case_id, "disposition", **TOLD)
    desk.later(hours=5)
    assert desk.post("rob:reviewer", case_id, "review", approve=True).status_code == 200
    case = desk.as_("rob:reviewer").get(f"/v1/cases/{case_id}").json()
    assert (case["stage"], case["decided_by_person"], case["grade_shown"]) == ("completed", "ann", 1)
    assert case["disposition"]["reviewed_by"] == "rob"
    assert case["decided_at"] == desk.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert labels(desk)["reviewed"] == "restricted"


def test_nobody_reviews_their_own_proposal(desk):
    case_id = desk.alert("own", 1, subject_id="own")
    desk.post("rob:reviewer", case_id, "disposition", **TOLD)
    assert desk.post("rob:reviewer", case_id, "review", approve=True).status_code == 409
    assert desk.post("rae:reviewer", case_id, "review", approve=True).status_code == 200


def test_a_proposal_turned_down_goes_back_and_can_be_made_again(desk):
    case_id = desk.alert("back", 2, subject_id="back")
    desk.post("ann:investigator", case_id, "disposition", **TOLD)
    case = desk.post("rob:reviewer", case_id, "review", approve=False, reason="证据不足").json()
    assert (case["stage"], case["proposed_outcome"], case["assignee"]) == ("in_progress", None, "ann")
    assert desk.post("ann:investigator", case_id, "disposition", **TOLD).status_code == 202
    assert desk.post("rob:reviewer", case_id, "review", approve=True).json()["outcome"] == "restricted"


def test_an_override_to_a_mild_grade_does_not_spare_the_second_review(desk):
    case_id = desk.alert("override", 1, subject_id="override")
    case = desk.post("rob:reviewer", case_id, "override", grade=4, reason="套保").json()
    assert (case["grade"], case["override_grade"]) == (1, 4)
    assert desk.post("rob:reviewer", case_id, "disposition", **TOLD).status_code == 202


def test_a_later_worse_alert_ends_an_override_and_both_grades_stay_on_record(desk):
    case_id = desk.alert("first", 2, subject_id="regraded")
    desk.post("rob:reviewer", case_id, "override", grade=4, reason="套保")
    assert desk.alert("second", 3, subject_id="regraded") == case_id
    case = desk.as_("rob:reviewer").get(f"/v1/cases/{case_id}").json()
    assert (case["grade"], case["override_grade"]) == (2, None)
    kinds = [item["kind"] for item in desk.as_("rob:reviewer").get(f"/v1/cases/{case_id}/history").json()["items"]]
    assert kinds == ["alert", "score", "override", "alert", "score"]
    assert [row["grade"] for row in case["members"]] == [2, 3]


def test_a_reopened_case_withdraws_its_label_and_a_training_of_the_past_still_sees_it(desk):
    case_id = desk.alert("reopen", 3, subject_id="reopen")
    desk.post("ann:investigator", case_id, "disposition", outcome="educated", conclusion="x")
    then = desk.now
    desk.later(days=1)
    case = desk.post("rob:reviewer", case_id, "reopen", reason="新证据").json()
    assert (case["status"], case["stage"], case["outcome"]) == ("open", "in_progress", None)
    assert "reopen" not in labels(desk)
    assert {row.alert_id: row.outcome for row in desk.ledger.labelled_alerts(then)}["reopen"] == "educated"
    desk.later(days=1)
    desk.post("ann:investigator", case_id, "disposition", outcome="referred", conclusion="y")
    assert labels(desk)["reopen"] == "referred"
    assert {row.alert_id: row.outcome for row in desk.ledger.labelled_alerts(then)}["reopen"] == "educated"


def test_an_appeal_upheld_with_an_outcome_replaces_the_label_and_without_one_opens_the_case(desk):
    words = {"text": "套保", "received_at": "2026-03-02T03:00:00Z"}
    for name, outcome, status in [("replaced", "no_action", "closed"), ("opened", None, "open")]:
        case_id = desk.alert(name, 3, subject_id=name)
        assert desk.post("ann:investigator", case_id, "appeal", **words).status_code == 409
        desk.post("ann:reviewer", case_id, "disposition", **TOLD)
        assert desk.post("ann:investigator", case_id, "appeal", **words).json()["appeal"] == "pending"
        decision = {"upheld": True, "reason": "成立", "outcome": outcome}
        assert desk.post("ann:reviewer", case_id, "appeal-decision", **decision).status_code == 409
        case = desk.post("rob:reviewer", case_id, "appeal-decision", **decision).json()
        assert (case["appeal"], case["status"], case["outcome"]) == ("upheld", status, outcome)
        assert labels(desk).get(name) == outcome


def test_an_appeal_rejected_leaves_the_label(desk):
    case_id = desk.alert("rejected", 3, subject_id="rejected")
    desk.post("ann:investigator", case_id, "disposition", **TOLD)
    desk.post("ann:investigator", case_id, "appeal", text="x", received_at="2026-03-02T03:00:00Z")
    assert (
        desk.post("rob:reviewer", case_id, "appeal-decision", upheld=False, reason="x").json()["appeal"] == "rejected"
    )
    assert labels(desk)["rejected"] == "restricted"


def test_a_terminated_case_gives_no_label_and_can_be_opened_again(desk):
    case_id = desk.alert("terminated", 3, subject_id="terminated")
    case = desk.post("rob:reviewer", case_id, "terminate", reason="重复").json()
    assert (case["stage"], case["status"], case["outcome"]) == ("terminated", "closed", None)
    assert "terminated" not in labels(desk)
    assert desk.ledger.alert("terminated")["status"] == "closed"
    assert desk.post("rob:reviewer", case_id, "reopen", reason="x").json()["stage"] == "pending"
    assert desk.ledger.alert("terminated")["status"] == "open"


def test_everything_that_was_done_folds_to_the_same_rows_again(desk):
    verdict = desk.ledger.verify()
    assert verdict.intact, verdict.problems
