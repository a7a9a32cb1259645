"""The queue: who has what, what sleeps, what is late, many at once, and the whole of it as a file."""

from __future__ import annotations

import csv
import io
import json

import pytest

from serving import routes_queue

ANN, BOB, ROB = "ann:investigator", "bob:investigator", "rob:reviewer"


def ids(answer):
    return [row["case_id"] for row in answer.json()["items"]]


def test_who_one_is(desk):
    assert desk.as_(ANN).get("/v1/me").json() == {"name": "ann", "role": "investigator"}


def test_a_claimed_case_is_ones_own_until_it_is_released(desk):
    case_id = desk.alert("claimed", 3, subject_id="claimed")
    claimed = desk.post(ANN, case_id, "claim").json()
    assert (claimed["stage"], claimed["assignee"]) == ("in_progress", "ann")
    assert claimed["claimed_at"] == claimed["first_action_at"] != None  # noqa: E711
    told = {"outcome": "educated", "conclusion": "x"}
    refused = [desk.post(BOB, case_id, action).status_code for action in ("claim", "release")]
    refused.append(desk.post(BOB, case_id, "disposition", **told).status_code)
    assert refused == [409, 409, 409]
    assert ids(desk.as_(BOB).get("/v1/cases", assignee="ann", subject_id="claimed")) == [case_id]
    assert desk.post(ANN, case_id, "release").json()["stage"] == "pending"
    assert desk.post(BOB, case_id, "disposition", **told).json()["assignee"] == "bob"


def test_only_a_reviewer_gives_a_case_to_somebody(desk):
    case_id = desk.alert("assigned", 3, subject_id="assigned")
    assert desk.post(ANN, case_id, "claim", assignee="bob").status_code == 409
    assert desk.post(ROB, case_id, "claim", assignee="bob").json()["assignee"] == "bob"
    assert case_id not in ids(desk.as_(ANN).get("/v1/cases", unassigned=True))


@pytest.mark.parametrize(("hours", "status"), [(0, 422), (1, 200), (24 * 90, 200), (24 * 90 + 1, 422)])
def test_a_case_is_snoozed_to_a_time_ahead_and_not_for_ever(desk, hours, status):
    case_id = desk.alert(f"snooze{hours}", 3, subject_id=f"snooze{hours}")
    until = desk.now.timestamp() + 3600 * hours
    text = desk.now.fromtimestamp(until, tz=desk.now.tzinfo).isoformat()
    assert desk.post(ANN, case_id, "snooze", until=text, reason="等待材料").status_code == status


def test_a_snoozed_case_comes_back_when_its_time_is_over(desk):
    case_id = desk.alert("sleeps", 3, subject_id="sleeps")
    until = desk.now.replace(hour=desk.now.hour + 2).isoformat()
    desk.post(ANN, case_id, "snooze", until=until, reason="x")
    for hours, asleep in [(0, True), (1, True), (1, False)]:
        desk.later(hours=hours)
        assert (case_id in ids(desk.as_(ANN).get("/v1/cases", snoozed=True, subject_id="sleeps"))) is asleep
        assert (case_id in ids(desk.as_(ANN).get("/v1/cases", snoozed=False, subject_id="sleeps"))) is not asleep


@pytest.mark.parametrize(("grade", "asleep"), [(4, True), (3, True), (2, False)])
def test_a_worse_alert_wakes_a_case_and_another_does_not(desk, grade, asleep):
    case_id = desk.alert(f"wake{grade}a", 3, subject_id=f"wake{grade}")
    until = desk.now.replace(day=desk.now.day + 5).isoformat()
    desk.post(ANN, case_id, "snooze", until=until, reason="x")
    desk.alert(f"wake{grade}b", grade, subject_id=f"wake{grade}")
    assert (desk.ledger.case(case_id)["snoozed_until"] is not None) is asleep


def test_a_case_is_late_from_the_moment_it_is_due_and_a_worse_alert_makes_that_earlier(new_desk):
    desk = new_desk(due_hours={2: 24, 4: 168})
    case_id = desk.alert("due1", 4)
    desk.later(hours=1)
    desk.alert("due2", 2)
    assert desk.ledger.case(case_id)["due_at"] == "2026-03-03T03:00:00.000000Z"
    for seconds, late in [(24 * 3600 - 1, False), (1, True)]:
        desk.later(seconds=seconds)
        assert ids(desk.as_(ANN).get("/v1/cases", overdue=True)) == [case_id] * late
        assert desk.as_(ANN).get(f"/v1/cases/{case_id}").json()["overdue"] is late
    assert desk.as_(ANN).get("/v1/overview").json()["overdue"] == 1


def test_filters_and_orders_meet_without_gap_or_repeat(new_desk):
    desk = new_desk(due_hours={1: 4, 2: 24, 3: 72, 4: 168, 5: 336})
    for number in range(12):
        desk.alert(f"f{number}", 1 + number % 5, subject_id=f"f{number}", rule_id=f"rule{number % 3}")
        desk.later(minutes=1)
    for sort, key in [
        ("grade", lambda row: (row["grade"], row["seq"])),
        ("due", lambda row: (row["due_at"], row["seq"])),
    ]:
        rows, cursor = [], None
        while cursor is not None or not rows:
            page = desk.as_(ROB).get("/v1/cases", sort=sort, limit=5, **({"cursor": cursor} if cursor else {})).json()
            rows, cursor = rows + page["items"], page["next_cursor"]
        assert len(rows) == 12
        assert rows == sorted(rows, key=key)
    newest = ids(desk.as_(ROB).get("/v1/cases", sort="newest"))
    assert newest == ids(desk.as_(ROB).get("/v1/cases", sort="oldest"))[::-1]
    assert len(ids(desk.as_(ROB).get("/v1/cases", rule_id="rule1"))) == 4
    assert len(ids(desk.as_(ROB).get("/v1/cases", exchange="DCE"))) == 0
    assert len(ids(desk.as_(ROB).get("/v1/cases", min_age_hours=0.1))) == 7
    assert desk.as_(ROB).get("/v1/cases", sort="worst").status_code == 422
    assert desk.as_(ROB).get("/v1/cases", sort="due", cursor="WzEsMV0=").status_code == 422


ACCOUNTS = {  # subject: what its account was
    "b1": {"branch": "北京营业部", "populations": ["individual", "employees"]},
    "b2": {"branch": "上海营业部", "populations": ["product", "programmatic"]},
    "b3": {"branch": "上海营业部", "populations": ["institution", "programmatic", "market_makers"]},
    "b4": {},
}


@pytest.fixture(scope="module")
def branches(new_desk):
    desk = new_desk()
    for subject, account in ACCOUNTS.items():
        desk.alert(f"of-{subject}", 3, subject_id=subject, account=account)
    desk.alert("of-b4-too", 3, subject_id="b4", account={"branch": "深圳营业部", "populations": ["individual"]})
    return desk


@pytest.mark.parametrize(
    ("asked", "subjects"),
    [
        ({"branch": "上海营业部"}, ["b2", "b3"]),
        ({"branch": "上海"}, []),
        ({"branch": "深圳营业部"}, ["b4"]),  # of any of its alerts
        ({"branch_known": False}, ["b4"]),
        ({"branch_known": True}, ["b1", "b2", "b3", "b4"]),
        ({"population": "programmatic"}, ["b2", "b3"]),
        ({"population": "market_makers"}, ["b3"]),
        ({"population": "individual"}, ["b1", "b4"]),
        ({"population": "introduced"}, []),
        ({"population": "programmatic", "branch": "上海营业部", "grade": 3, "sort": "oldest"}, ["b2", "b3"]),
    ],
)
def test_cases_alerts_and_the_file_are_filtered_by_branch_and_population(branches, asked, subjects):
    anyone = branches.as_(ANN)
    assert [row["subject_id"] for row in anyone.get("/v1/cases", **asked).json()["items"]] == subjects
    told = anyone.get("/v1/cases:export", format="json", **asked).json()
    assert [row["subject_id"] for row in told] == subjects
    of_alerts = {name: value for name, value in asked.items() if name != "sort"}
    assert {row["subject_id"] for row in anyone.get("/v1/alerts", **of_alerts).json()["items"]} == set(subjects)


def test_the_branches_there_are_can_be_asked_for_and_a_case_shows_its_own(branches):
    assert branches.as_(ANN).get("/v1/branches").json() == {"items": ["上海营业部", "北京营业部", "深圳营业部"]}
    (row,) = branches.as_(ANN).get("/v1/cases", subject_id="b3").json()["items"]
    assert (row["branch"], row["populations"]) == ("上海营业部", "institution programmatic market_makers")
    assert branches.as_(ANN).get("/v1/cases", population="friends").status_code == 422


def test_the_overview_counts_what_is_open_and_compares_today_with_the_usual(new_desk):
    desk = new_desk()
    for day, count in [("2026-02-26", 1), ("2026-02-27", 3), ("2026-03-02", 2)]:
        for number in range(count):
            desk.alert(f"{day}{number}", 3, subject_id=f"{day}{number}", trading_day=day)
    desk.post(ANN, desk.ledger.alert("2026-03-020")["case_id"], "claim")
    seen = desk.as_(ANN).get("/v1/overview").json()
    assert seen["by_grade_stage"] == [
        {"grade": 3, "stage": "in_progress", "count": 1},
        {"grade": 3, "stage": "pending", "count": 5},
    ]
    assert seen["by_assignee"] == [{"assignee": None, "count": 5}, {"assignee": "ann", "count": 1}]
    assert seen["by_age"][0] == {"age": "4h", "count": 6}
    assert seen["today"] == {"day": "2026-03-02", "alerts": 2, "cases": 2}
    assert seen["latest"] == {"day": "2026-02-27", "alerts": 3, "cases": 3}
    assert seen["usual"] == {"alerts": 2.0, "cases": 2.0}
    assert (seen["degraded_today"], seen["oldest_open_at"]) == (0, "2026-03-02T02:00:00.000000Z")
    desk.later(hours=4)
    assert desk.as_(ANN).get("/v1/overview").json()["by_age"][0]["count"] == 6
    desk.later(seconds=1)
    assert desk.as_(ANN).get("/v1/overview").json()["by_age"][1] == {"age": "24h", "count": 6}


def test_many_at_once_answer_each_for_itself(desk):
    free = desk.alert("bulk1", 3, subject_id="bulk1")
    taken = desk.alert("bulk2", 3, subject_id="bulk2")
    desk.post(BOB, taken, "claim")
    asked = {"case_ids": [free, taken, "none", free], "action": "claim"}
    results = desk.as_(ANN).post("/v1/cases:bulk", asked).json()["results"]
    assert [one["status"] for one in results] == [200, 409, 404, 200]
    assert results[0]["case"]["assignee"] == "ann"
    assert "bob" in results[1]["error"]["seen"]
    severe = desk.alert("bulk3", 1, subject_id="bulk3")
    told = {"case_ids": [free, severe], "action": "disposition", "body": {"outcome": "educated", "conclusion": "x"}}
    assert [one["status"] for one in desk.as_(ANN).post("/v1/cases:bulk", told).json()["results"]] == [200, 202]
    terminate = {"case_ids": [severe], "action": "terminate", "body": {"reason": "x"}}
    assert desk.as_(ANN).post("/v1/cases:bulk", terminate).json()["results"][0]["status"] == 403
    assert desk.ledger.verify().intact


@pytest.mark.parametrize(
    "asked",
    [
        {"case_ids": [], "action": "claim"},
        {"case_ids": ["x"] * 501, "action": "claim"},
        {"case_ids": ["x"], "action": "delete"},
        {"case_ids": ["x"], "action": "note", "body": {}},
    ],
)
def test_a_bulk_request_that_makes_no_sense_is_422(desk, asked):
    assert desk.as_(ANN).post("/v1/cases:bulk", asked).status_code == 422


FORMULAS = ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", " =1", "\n=1", "\u3000=1", "\u00a0＝1", "＝1", "普通"]


def test_the_file_runs_no_formula_in_a_spreadsheet_and_json_is_as_it_is(new_desk):
    desk = new_desk()
    for number, subject in enumerate(FORMULAS):
        desk.alert(f"csv{number}", 3, subject_id=subject)
    told = desk.as_(ANN).get("/v1/cases:export", sort="oldest")
    assert told.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(told.text.lstrip("\ufeff"))))
    assert [row["subject_id"] for row in rows] == [f"'{one}" for one in FORMULAS[:-1]] + ["普通"]
    assert {"rank", "shown_rank"}.isdisjoint(rows[0])
    plain = json.loads(desk.as_(ANN).get("/v1/cases:export", format="json", sort="oldest").text)
    assert [row["subject_id"] for row in plain] == FORMULAS


@pytest.mark.parametrize("sort", ["grade", "newest"])
def test_a_file_longer_than_what_is_read_at_once_is_whole(branches, monkeypatch, sort):
    monkeypatch.setattr(routes_queue, "_AT_ONCE", 3)
    found = [row["subject_id"] for row in branches.as_(ANN).get("/v1/cases:export", format="json", sort=sort).json()]
    assert found == sorted(ACCOUNTS, reverse=sort == "newest")
    rows = branches.as_(ANN).get("/v1/cases:export", sort=sort).text.lstrip("\ufeff").splitlines()
    assert (len(rows), rows[0].split(",")[0]) == (5, "case_id")


def test_the_latest_call_back_form_is_on_the_cases_page(desk):
    case_id = desk.alert("form", 3, subject_id="form")
    for minutes in ("第一次", "第二次"):
        told = {"form": "visit", "held_at": "2026-03-02T03:00:00+08:00", "minutes": minutes, "dormant": False}
        assert (
            desk.post(ANN, case_id, "call-back", **told, abnormal_volume=12, abnormal_volume_before=3).status_code
            == 200
        )
    assert desk.as_(ANN).get(f"/v1/cases/{case_id}").json()["form"]["minutes"] == "第二次"
    assert desk.post(ANN, case_id, "call-back", form="telepathy", held_at="x", minutes="").status_code == 422
    assert (
        desk.post(ANN, case_id, "call-back", form="visit", held_at="0001-01-01T00:00:00+14:00", minutes="x").status_code
        == 422
    )
