"""What the ledger keeps of alerts and scores, and what it refuses."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from ledger.errors import BadQuery, CaseClosed, EntryConflict, LedgerError, LedgerUnavailable, NotInLedger
from ledger.history import labelled, score_log
from ledger.ledger import Ledger
from ledger.workflow.person import Person
from tests.ledger.disposing import dispose


def test_sequence_numbers_are_contiguous_from_one(ledger, trigger, answer):
    ledger.append("rule_change", "r1", {"by": "governor"})
    ledger.record_score(trigger("a"), answer("a"), {})
    assert [entry.seq for entry in ledger.entries()] == [1, 2, 3]
    assert [entry.kind for entry in ledger.entries()] == ["rule_change", "alert", "score"]


def test_the_same_trigger_again_gets_the_first_answer_and_adds_nothing(ledger, trigger, answer):
    first = ledger.record_score(trigger("a"), answer("a", grade=2), {})
    again = ledger.record_score(trigger("a"), answer("a", grade=5, score_id="S-other"), {})
    assert again == first
    assert ledger.find_score("a") == first
    assert len(list(ledger.entries())) == 2


def test_another_trigger_under_a_known_alert_id_is_a_conflict_that_names_the_field(ledger, trigger, answer):
    ledger.record_score(trigger("a"), answer("a"), {})
    with pytest.raises(EntryConflict, match="measured"):
        ledger.record_score(trigger("a", measured=6.0), answer("a"), {})
    with pytest.raises(EntryConflict, match="measured"):
        ledger.find_score("a", trigger("a", measured=6.0))
    assert len(list(ledger.entries())) == 2


@pytest.mark.parametrize("name", ["evidence", "parameters_version"])
def test_what_accompanies_a_trigger_may_be_missing_but_not_differ(ledger, trigger, answer, name):
    ledger.record_score(trigger("a", **{name: "v1"}), answer("a"), {})
    assert ledger.find_score("a", trigger("a")) == answer("a")
    with pytest.raises(EntryConflict, match=name):
        ledger.find_score("a", trigger("a", **{name: "v2"}))


def test_a_kind_and_key_can_be_recorded_once(ledger):
    ledger.append("promotion", "v1", {})
    with pytest.raises(EntryConflict):
        ledger.append("promotion", "v1", {"again": True})
    ledger.append("retirement", "v1", {})
    assert ledger.verify().intact


@pytest.mark.parametrize("payload", [{"x": float("nan")}, {"x": object()}, {"x": "\ud800"}])
def test_a_payload_that_is_not_json_is_refused_and_leaves_no_trace(ledger, payload):
    with pytest.raises(LedgerError, match="not JSON"):
        ledger.append("promotion", "v1", payload)
    assert ledger.verify().entries == 0


def test_keys_that_hold_the_separator_cannot_be_confused(ledger):
    ledger.append("note", "A|B", {})
    ledger.append("note", "A", {"x": "|B"})
    assert ledger.verify().intact


def test_a_clock_without_zone_is_refused(url):
    naive = Ledger(url, lambda: datetime(2026, 3, 2))  # noqa: DTZ001  # what is tested
    with pytest.raises(ValueError, match="time zone"):
        naive.append("note", "n", {})
    naive.close()


def test_a_locked_store_is_unavailable_and_afterwards_works_again(ledger, url, trigger, answer):
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerUnavailable):
        ledger.record_score(trigger("a"), answer("a"), {})
    with pytest.raises(LedgerUnavailable):
        ledger.ready()
    assert ledger.find_score("a") is None  # readers are not locked out
    other.execute("ROLLBACK")
    other.close()
    ledger.record_score(trigger("a"), answer("a"), {})
    assert ledger.verify().entries == 2


def test_a_file_that_is_no_database_is_unavailable(tmp_path, clock):
    (tmp_path / "x.db").write_text("this is not a database, and long enough to be read as one" * 10)
    with pytest.raises(LedgerUnavailable):
        Ledger(f"sqlite:///{tmp_path / 'x.db'}", clock)


def test_the_alert_page_has_trigger_answer_evidence_and_case(ledger, trigger, answer):
    ledger.record_score(trigger("a"), answer("a", grade=2), {"features": {"orders_5d": None}})
    found = ledger.alert("a")
    assert found["trigger"] == trigger("a")
    assert found["answer"] == answer("a", grade=2)
    assert found["evidence"] == {"features": {"orders_5d": None}}
    assert found["case"]["case_id"] == found["case_id"]
    assert ledger.score("S-a") == answer("a", grade=2)


def test_what_is_not_there_says_so(ledger):
    for ask in (ledger.alert, ledger.case, ledger.score):
        with pytest.raises(NotInLedger):
            ask("nothing")
    assert ledger.find_score("nothing") is None
    with pytest.raises(NotInLedger):
        dispose(ledger, "nothing", outcome="educated", conclusion="x", decided_by="r")


def test_alert_pages_run_newest_first_and_meet_without_gap_or_repeat(ledger, trigger, answer):
    for number in range(7):
        ledger.record_score(trigger(f"a{number}"), answer(f"a{number}", grade=1 + number % 2), {})
    seen, cursor = [], None
    while True:
        page = ledger.alerts({}, cursor, 3)
        seen += [row["alert_id"] for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [f"a{number}" for number in reversed(range(7))]
    assert [row["alert_id"] for row in ledger.alerts({"grade": 2}).rows] == ["a5", "a3", "a1"]
    assert ledger.alerts({"rule_id": "large_loss"}).rows == []


def test_case_pages_run_worst_grade_first(ledger, trigger, answer):
    for number, grade in enumerate([5, 1, 3, 1, 4]):
        ledger.record_score(trigger(f"a{number}", subject_id=f"A{number}"), answer(f"a{number}", grade=grade), {})
    first = ledger.cases({"status": "open"}, None, 2)
    rest = ledger.cases({"status": "open"}, first.next_cursor, 10)
    assert [row["grade"] for row in first.rows + rest.rows] == [1, 1, 3, 4, 5]
    assert [row["subject_id"] for row in first.rows] == ["A1", "A3"]
    assert rest.next_cursor is None


@pytest.mark.parametrize(
    "cursor", ["", "x", "W10=", "WzFd" * 3, "WzEuNV0=", "Wy0xXQ==", "WzE4NDQ2NzQ0MDczNzA5NTUxNjE2XQ==", "组"]
)
def test_a_cursor_no_page_gave_is_refused(ledger, cursor):
    with pytest.raises(BadQuery):
        ledger.alerts({}, cursor)


def test_an_unknown_filter_is_refused(ledger):
    with pytest.raises(BadQuery, match="note"):
        ledger.alerts({"note": 1})


def test_a_disposition_closes_the_case_and_its_alerts_with_the_grade_that_was_shown(ledger, trigger, answer):
    ledger.record_score(trigger("a"), answer("a", grade=4), {})
    ledger.record_score(trigger("b"), answer("b", grade=3), {})
    case_id = ledger.alert("a")["case_id"]
    closed = dispose(ledger, case_id, outcome="restricted", conclusion="拆单", decided_by="reviewer-1")
    assert (closed["status"], closed["outcome"], closed["grade_shown"]) == ("closed", "restricted", 3)
    assert {row["outcome"] for row in ledger.alerts().rows} == {"restricted"}
    assert {row["status"] for row in ledger.alerts().rows} == {"closed"}
    assert ledger.case(case_id)["disposition"]["conclusion"] == "拆单"
    with pytest.raises(CaseClosed):
        dispose(ledger, case_id, outcome="educated", conclusion="x", decided_by="reviewer-2")
    assert ledger.verify().intact


def test_the_grade_a_page_showed_is_kept_even_where_the_case_has_a_worse_one_by_now(ledger, trigger, answer):
    ledger.record_score(trigger("a"), answer("a", grade=3), {})
    case_id = ledger.alert("a")["case_id"]
    closed = dispose(ledger, case_id, outcome="educated", conclusion="x", decided_by="r", grade_seen=4)
    assert (closed["grade"], closed["grade_shown"]) == (3, 4)


def test_an_unknown_outcome_is_refused(ledger, trigger, answer):
    ledger.record_score(trigger("a"), answer("a"), {})
    with pytest.raises(LedgerError, match="forgiven"):
        dispose(ledger, "C00000001", outcome="forgiven", conclusion="x", decided_by="r")


def test_history_is_imported_once_and_labels_carry_their_decision_time(ledger, trigger):
    alerts = [trigger("h1"), trigger("h2"), trigger("h3")]
    decided = [
        {"alert_id": "h1", "outcome": "educated", "decided_at": "2026-01-05T00:00:00Z", "decided_by": "r"},
        {"alert_id": "h2", "outcome": "referred", "decided_at": "2026-01-06T00:00:00+00:00", "decided_by": "r"},
        {"alert_id": "unknown", "outcome": "referred", "decided_at": "2026-01-06T00:00:00Z", "decided_by": "r"},
    ]
    assert ledger.import_dispositions(alerts, decided, decided_until=datetime(2026, 1, 5, tzinfo=UTC)) == 1
    assert ledger.import_dispositions(alerts, decided) == 1
    assert ledger.import_dispositions(alerts, decided) == 0
    assert ledger.verify().intact
    at = datetime(2026, 1, 6, tzinfo=UTC)
    assert [row.alert_id for row in ledger.labelled_alerts(at)] == ["h1", "h2"]
    before = list(ledger.labelled_alerts(at - timedelta(microseconds=1)))
    assert [(row.alert_id, row.outcome, row.trigger) for row in before] == [("h1", "educated", trigger("h1"))]
    assert ledger.cases().rows == []


def test_an_imported_alert_can_still_be_scored_and_keeps_its_outcome(ledger, trigger, answer):
    decided = [{"alert_id": "h", "outcome": "educated", "decided_at": "2026-01-05T00:00:00Z", "decided_by": "r"}]
    ledger.import_dispositions([trigger("h")], decided)
    assert ledger.find_score("h", trigger("h")) is None
    ledger.record_score(trigger("h"), answer("h", grade=2), {})
    row = ledger.alert("h")
    assert (row["grade"], row["outcome"], row["status"]) == (2, "educated", "closed")
    assert ledger.verify().intact


def test_the_score_log_is_bounded_by_recording_time(ledger, clock, trigger, answer):
    ledger.record_score(trigger("a"), answer("a"), {"features": {"x": 1.0}})
    first = clock.now
    ledger.record_score(trigger("b"), answer("b"), {})
    assert [row.answer["alert_id"] for row in ledger.score_log(first, clock.now)] == ["a"]
    row = next(iter(ledger.score_log(first, clock.now)))
    assert (row.evidence, row.outcome, row.trigger) == ({"features": {"x": 1.0}}, None, trigger("a"))


def test_what_an_action_gives_back_is_what_is_read_afterwards_booleans_included(ledger, trigger, answer):
    ledger.record_score(trigger("a"), answer("a"), {})
    case_id = ledger.alert("a")["case_id"]
    ledger = Ledger(ledger._database.url, ledger._clock)  # nothing of it is in memory
    claimed = ledger.act("claim", case_id, Person("ann", "investigator"), {})
    assert claimed["blind"] is False
    assert claimed.items() <= ledger.case(case_id).items()
    ledger.close()


def test_reading_the_past_in_parts_leaves_no_mark_on_the_connection(ledger, trigger, answer):
    ledger.record_score(trigger("a"), answer("a"), {})
    with ledger.appending() as (connection, _):
        assert list(labelled(connection, "2026-04")) == []
        assert len(list(score_log(connection, "2026-01", "2027-01"))) == 1
        assert "yield_per" not in connection.get_execution_options()


def test_a_key_is_found_by_its_secret_until_it_is_revoked(ledger, url):
    key_id, secret = ledger.create_key("monitor", "scorer")
    found = ledger.find_key(secret)
    assert found is not None
    assert (found.key_id, found.name, found.role) == (key_id, "monitor", "scorer")
    assert ledger.find_key(secret + "x") is None
    ledger.revoke_key(key_id)
    ledger.revoke_key(key_id)
    assert ledger.find_key(secret) is None
    assert [entry.kind for entry in ledger.entries()] == ["key", "key_revoked"]
    assert all(secret not in entry.payload for entry in ledger.entries())
    with pytest.raises(NotInLedger):
        ledger.revoke_key("K0")
    with pytest.raises(LedgerError, match="owner"):
        ledger.create_key("x", "owner")


def test_counts_are_by_status_and_grade(ledger, trigger, answer):
    ledger.record_score(trigger("a"), answer("a", grade=2), {})
    ledger.record_score(trigger("b"), answer("b", grade=3), {})
    counts = ledger.counts()
    assert counts["alerts"] == [
        {"status": "open", "grade": 2, "count": 1},
        {"status": "open", "grade": 3, "count": 1},
    ]
    assert counts["cases"] == [{"status": "open", "grade": 2, "count": 1}]


def decided(**outcomes):
    return [
        {
            "alert_id": name,
            "outcome": outcome,
            "decided_at": f"2026-03-0{3 + place}T00:00:00Z",
            "decided_by": f"r-{name}",
        }
        for place, (name, outcome) in enumerate(outcomes.items())
    ]


def test_an_imported_outcome_reaches_an_alert_on_record_and_closes_its_case_with_the_last(ledger, trigger, answer):
    for name in "abc":
        ledger.record_score(trigger(name), answer(name), {})
    triggers = [trigger(name) for name in "abc"]
    assert ledger.import_dispositions(triggers, decided(b="referred", a="educated")) == 2
    assert {row["alert_id"]: row["outcome"] for row in ledger.alerts().rows} == {
        "a": "educated",
        "b": "referred",
        "c": None,
    }
    assert ledger.cases().rows[0]["status"] == "open"
    assert ledger.import_dispositions(triggers, decided(b="no_action", a="no_action", c="restricted")) == 1
    (case,) = ledger.cases().rows
    assert (case["status"], case["outcome"], case["decided_by_person"]) == ("closed", "referred", "r-b")
    assert case["decided_at"] == "2026-03-05T00:00:00.000000Z"
    assert ledger.case(case["case_id"])["disposition"] is None
    labels = {row.alert_id: row.outcome for row in ledger.labelled_alerts(datetime(2026, 4, 1, tzinfo=UTC))}
    assert labels == {"a": "educated", "b": "referred", "c": "restricted"}
    assert ledger.import_dispositions(triggers, decided(a="referred")) == 0
    assert ledger.verify().intact


def test_a_case_disposition_leaves_an_imported_outcome_of_its_alerts_alone(ledger, trigger, answer):
    for name in "ab":
        ledger.record_score(trigger(name), answer(name), {})
    ledger.import_dispositions([trigger("a")], decided(a="referred"))
    case_id = ledger.alert("b")["case_id"]
    dispose(ledger, case_id, outcome="educated", conclusion="x", decided_by="reviewer")
    assert [ledger.alert(name)["outcome"] for name in "ab"] == ["referred", "educated"]
    assert ledger.case(case_id)["outcome"] == "educated"
    assert ledger.verify().intact


def test_an_outcome_on_record_through_the_case_is_not_imported_over(ledger, trigger, answer):
    ledger.record_score(trigger("a"), answer("a"), {})
    dispose(ledger, ledger.alert("a")["case_id"], outcome="educated", conclusion="x", decided_by="reviewer")
    assert ledger.import_dispositions([trigger("a")], decided(a="referred")) == 0
    assert ledger.alert("a")["outcome"] == "educated"


@pytest.mark.parametrize("reviewed", [None, True, False], ids=["waiting for its review", "agreed", "sent back"])
def test_a_case_that_the_desk_is_at_work_on_takes_no_imported_outcome(ledger, trigger, answer, reviewed):
    ledger.record_score(trigger("a"), answer("a", grade=1), {})
    case_id = ledger.alert("a")["case_id"]
    ledger.act("disposition", case_id, Person("p", "reviewer"), {"outcome": "educated", "conclusion": "x"})
    if reviewed is not None:
        ledger.act("review", case_id, Person("q", "reviewer"), {"approve": reviewed, "reason": "x"})
    assert ledger.import_dispositions([trigger("a")], decided(a="referred")) == 0
    assert ledger.alert("a")["outcome"] == ("educated" if reviewed else None)
    labels = {row.alert_id: row.outcome for row in ledger.labelled_alerts(datetime(2026, 4, 1, tzinfo=UTC))}
    assert labels == ({"a": "educated"} if reviewed else {})


def test_an_import_with_an_unknown_outcome_leaves_nothing_behind(ledger, trigger):
    with pytest.raises(LedgerError, match="forgiven"):
        ledger.import_dispositions([trigger("a"), trigger("b")], decided(a="educated", b="forgiven"))
    assert ledger.verify().entries == 0


def test_an_alert_that_comes_while_a_decision_waits_for_its_review_opens_a_case_of_its_own(ledger, trigger, answer):
    ledger.record_score(trigger("a"), answer("a", grade=1), {})
    first = ledger.alert("a")["case_id"]
    ledger.record_score(trigger("b"), answer("b", grade=1), {})
    assert ledger.alert("b")["case_id"] == first, "before anything is proposed it joins"
    assert dispose(ledger, first, outcome="educated", conclusion="x", decided_by="p")["stage"] == "in_review"
    ledger.record_score(trigger("c"), answer("c", grade=1), {})
    second = ledger.alert("c")["case_id"]
    assert second != first
    ledger.act("review", first, Person("q", "reviewer"), {"approve": True, "reason": "x"})
    assert [ledger.alert(name)["outcome"] for name in ("a", "b", "c")] == ["educated", "educated", None]
    assert ledger.verify().intact
