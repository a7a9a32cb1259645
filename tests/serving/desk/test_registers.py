"""Restrictions, exchange notices and known strategies: what is registered and what it does to alerts that come."""

from __future__ import annotations

import pytest


def restrict(desk, subject, first, last, **more):
    body = {"subject_id": subject, "action": "restrict_opening", "from": first, "until": last} | more
    return desk.as_("ann:investigator").post("/v1/restrictions", body)


@pytest.mark.parametrize(
    ("day", "grade"),
    [("2026-02-27", 4), ("2026-03-02", 2), ("2026-03-06", 2), ("2026-03-09", 4)],
)
def test_an_alert_while_its_subject_is_restricted_makes_the_case_grade_two_and_says_why(desk, day, grade):
    subject = f"restricted {day}"
    number = restrict(desk, subject, "2026-03-02", "2026-03-06").json()["restriction_id"]
    case_id = desk.alert(subject, 4, subject_id=subject, trading_day=day)
    case = desk.as_("ann:investigator").get(f"/v1/cases/{case_id}").json()
    assert (case["grade"], case["model_grade"], case["members"][0]["grade"]) == (grade, 4, 4)
    assert (case["restriction"] or {}).get("restriction_id") == (number if grade == 2 else None)


def test_a_restriction_of_the_account_counts_for_its_group_and_a_lifted_one_for_nobody(desk):
    number = restrict(desk, "member", "2026-03-01", "2026-03-31").json()["restriction_id"]
    group = {"subject_type": "group", "account_id": "member"}
    assert desk.ledger.case(desk.alert("g1", 5, subject_id="group 1", **group))["grade"] == 2
    lifted = desk.as_("rob:reviewer").post(f"/v1/restrictions/{number}/lift", {"reason": "期满"})
    assert lifted.json()["lifted_by"] == "rob"
    assert desk.ledger.case(desk.alert("g2", 5, subject_id="group 2", **group))["grade"] == 5
    assert desk.as_("rob:reviewer").post(f"/v1/restrictions/{number}/lift", {"reason": "x"}).status_code == 409


def test_a_restriction_ends_on_or_after_its_first_day_and_is_listed_while_in_force(desk):
    assert restrict(desk, "dates", "2026-03-03", "2026-03-02").status_code == 422
    assert restrict(desk, "dates", "2026-03-03", "2026-03-03").status_code == 200
    for day, count in [("2026-03-02", 0), ("2026-03-03", 1), ("2026-03-04", 0)]:
        asked = desk.as_("ann:investigator").get("/v1/restrictions", subject_id="dates", in_force_on=day)
        assert len(asked.json()["items"]) == count


def notice(**more):
    told = {"exchange": "SHFE", "rule_id": "self_trade", "subject_id": "told", "trading_day": "2026-03-02"}
    return told | {"occurrence": 2, "received_at": "2026-03-02T08:00:00+08:00"} | more


def test_a_notice_enters_the_register_of_restrictions_and_is_delivered_once_with_proof(desk):
    ann = desk.as_("ann:investigator")
    got = ann.post("/v1/notices", notice(restricted_until="2026-04-02")).json()
    assert (got["received_at"], got["delivered_at"]) == ("2026-03-02T00:00:00.000000Z", None)
    (row,) = ann.get("/v1/restrictions", subject_id="told").json()["items"]
    assert (row["from"], row["until"], row["reason"]) == ("2026-03-02", "2026-04-02", f"notice {got['notice_id']}")
    path = f"/v1/notices/{got['notice_id']}/delivery"
    proof = {"method": "phone_recorded", "reference": "录音 8812"}
    before = ann.post(path, {"delivered_at": "2026-03-01T23:59:59Z", "proof": proof})
    after = ann.post(path, {"delivered_at": "2099-01-01T00:00:00Z", "proof": proof})
    assert (before.status_code, after.status_code) == (422, 422)
    delivered = ann.post(path, {"delivered_at": "2026-03-02T01:00:00Z", "proof": proof}).json()
    assert (delivered["delivered_by"], delivered["delivered_at"]) == ("ann", "2026-03-02T01:00:00.000000Z")
    assert ann.post(path, {"delivered_at": "2026-03-02T01:00:00Z", "proof": proof}).status_code == 409


def test_alerts_of_a_known_strategy_are_graded_and_their_case_is_marked(desk):
    ann, rob = desk.as_("ann:reviewer"), desk.as_("rob:reviewer")
    told = {"account_id": "mm", "rule_id": "self_trade", "reason": "做市", "until": "2026-03-02"}
    number = ann.post("/v1/strategies", told).json()["strategy_id"]
    one = desk.alert("mm1", 2, subject_id="s1", account_id="mm")
    assert desk.ledger.case(one)["strategy_id"] is None  # only proposed
    assert ann.post(f"/v1/strategies/{number}/approve").status_code == 409
    assert rob.post(f"/v1/strategies/{number}/approve").json()["status"] == "approved"
    marked = desk.alert("mm2", 2, subject_id="s2", account_id="mm")
    case = rob.get(f"/v1/cases/{marked}").json()
    assert (case["strategy_id"], case["strategy"]["reason"], case["grade"]) == (number, "做市", 2)
    listed = rob.get("/v1/cases", known_strategy=True).json()["items"]
    assert [row["case_id"] for row in listed] == [marked]
    other = desk.alert("mm3", 2, subject_id="s3", account_id="mm", rule_id="large_loss")
    later = desk.alert("mm4", 2, subject_id="s4", account_id="mm", trading_day="2026-03-03")
    assert [desk.ledger.case(name)["strategy_id"] for name in (other, later)] == [None, None]
    assert rob.post(f"/v1/strategies/{number}/end", {"reason": "x"}).json()["status"] == "ended"
    assert desk.ledger.case(desk.alert("mm5", 2, subject_id="s5", account_id="mm"))["strategy_id"] is None


def test_one_alert_that_no_strategy_explains_takes_the_mark_from_its_case(desk):
    told = {"account_id": "mix", "rule_id": "self_trade", "reason": "套利", "until": "2026-12-31"}
    number = desk.as_("ann:reviewer").post("/v1/strategies", told).json()["strategy_id"]
    desk.as_("rob:reviewer").post(f"/v1/strategies/{number}/approve")
    case_id = desk.alert("mix1", 4, subject_id="mix", account_id="mix")
    assert desk.ledger.case(case_id)["strategy_id"] == number
    desk.alert("mix2", 4, subject_id="mix", account_id="mix", rule_id="large_loss")
    assert desk.ledger.case(case_id)["strategy_id"] is None


def test_a_strategy_cannot_end_in_the_past(desk):
    told = {"account_id": "past", "rule_id": "self_trade", "reason": "x", "until": "2026-03-01"}
    assert desk.as_("ann:reviewer").post("/v1/strategies", told).status_code == 422


def test_all_of_it_folds_to_the_same_rows_again(desk):
    verdict = desk.ledger.verify()
    assert verdict.intact, verdict.problems
