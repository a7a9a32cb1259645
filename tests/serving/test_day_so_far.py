"""What of an alert's day is kept for its grade: the same as all of it would say, however it came to the ledger."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertgrade.errors import AlertError
from ledger.chain import canonical_json
from ledger.group import NewScore
from ledger.ledger import Ledger
from models.policy import Policy
from rules_baseline.day_baseline import others_of_day
from rules_baseline.grade import baseline_grade, load_grade_table
from rules_baseline.memberships import Memberships
from rules_baseline.related import accounts_of, looks_under
from rules_baseline.trigger import TriggerRecord
from serving.day_so_far import days_so_far
from serving.declared_groups import DeclaredGroups
from serving.grader import Grader
from serving.judge import Question
from tests.ledger.postgres import fresh_database
from tests.related_alerts import AT, DAY, IN_G, alert, alerts


def recorded(rows: list[TriggerRecord], known_alone: list[bool]) -> Ledger:
    ledger = Ledger("sqlite:///:memory:", lambda: datetime(2026, 3, 2, 9, tzinfo=UTC))
    scores = []
    for one, known in zip(rows, known_alone, strict=True):
        answer = {
            "score_id": one.alert_id,
            "alert_id": one.alert_id,
            "grade": 3,
            "baseline": {"grade": 3},
            "decided_by": {"policy_clause": "x"},
            "degraded": [],
        }
        alone = {"grade": load_grade_table().of_alert(one)[0], "table": "now" if known else "then"}
        accounts = sorted(accounts_of(one)) if one.subject_type in ("pair", "cluster") else ()
        trigger = one.model_dump(mode="json")
        scores.append(NewScore(trigger, answer, canonical_json(answer), {}, alone=alone, accounts=accounts))
    ledger.record_scores(scores)
    return ledger


@settings(max_examples=60, deadline=None)
@given(rows=alerts(), known_alone=st.lists(st.booleans(), min_size=8, max_size=8), groups=st.sampled_from([0, 1]))
def test_the_ledger_and_a_history_give_an_alert_the_same_baseline(rows, known_alone, groups):
    """Recorded in the order they are in, which is not that of their moments; the last is asked about."""
    known, last = (IN_G, Memberships())[groups], rows[-1]
    before = [one for one in rows[:-1] if one.triggered_at <= last.triggered_at]
    counted = list(others_of_day([*before, last], known))[-1]
    ledger = recorded(rows[:-1], known_alone[: len(rows) - 1])
    looks = [looks_under(last, known)]
    found = ledger.recall([last.model_dump(mode="json")], looks, "now")
    (day,) = days_so_far(found, [last], looks)
    ledger.close()
    assert day.among == len(counted)
    assert baseline_grade([*day.records, last]) == baseline_grade([*counted, last])


def test_an_account_with_a_mark_in_its_id_is_found_by_the_pair_it_is_of_and_no_other(fitted, tmp_path):
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: datetime(2026, 3, 2, 9, tzinfo=UTC))
    grader = Grader(fitted, None, Unread(), ledger, Policy.read())
    rows = [alert("p", "pair", "A|X|B", "A|X", rule_id="spoofing")]
    rows += [alert(name, "account", name, name, rule_id="large_loss") for name in ("A|X", "B", "A", "X")]
    grades = {one.alert_id: json.loads(grader.grade([Question(one)])[0])["baseline"]["grade"] for one in rows}
    ledger.close()
    assert grades == {"p": 3, "A|X": 3, "B": 3, "A": 4, "X": 4}


def test_a_member_is_graded_by_its_groups_alert_and_the_record_names_it(fitted, tmp_path):
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: datetime(2026, 3, 2, 9, tzinfo=UTC))
    grader = Grader(fitted, None, Unread(), ledger, Policy.read(), groups=lambda: IN_G)
    grader.made_by = {"grade_table": "now"}
    rows = [
        alert("g", "group", "G", "A1", occurrence=4),
        alert("h", "group", "G", "A1", rule_id="group_trade"),
        alert("own", "account", "A2", "A2", rule_id="large_loss"),
        alert("outside", "account", "A3", "A3", rule_id="large_loss"),
    ]
    for one in rows:
        grader.grade([Question(one)])
    found = {one.alert_id: ledger.alert(one.alert_id) for one in rows}
    assert found["own"]["answer"]["baseline"] == {"grade": 1, "decided_by_alert": "g"}
    assert found["own"]["evidence"]["baseline_read"] == ["g"]
    assert found["own"]["evidence"]["baseline_among"] == 2
    assert found["outside"]["answer"]["baseline"] == {"grade": 4, "decided_by_alert": "outside"}
    assert ledger.verify().intact
    ledger.close()


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_names_that_no_store_takes_cost_neither_the_alert_nor_those_beside_it_a_grade(fitted, tmp_path, store):
    with fresh_database() if store == "postgresql" else nullcontext(f"sqlite:///{tmp_path / 'ledger.db'}") as url:
        ledger = Ledger(url, lambda: datetime(2026, 3, 2, 9, tzinfo=UTC))
        names = ["A0", "A\x00B", "A\ud800", "A" * 6_000, *(f"B{number}" for number in range(1_200))]
        rows = [alert("c", "cluster", "A0", "A0", accounts=names), alert("good", "account", "A1", "A1")]
        grader = Grader(fitted, None, Unread(), ledger, Policy.read())
        assert [type(one) for one in grader.grade([Question(one) for one in rows])] == [str, str]
        (seen,) = ledger.recall([alert("b", "account", "B7", "B7").model_dump(mode="json")], [[("account", "B7")]])
        assert seen.among == 1
        assert ledger.verify().intact
        ledger.close()


class Unread:
    """A store that knows nobody."""

    def read(self, account_id, *, trading_day, at):
        raise AlertError("nothing is known here", "wanted features", "build them")


def test_declared_groups_are_those_of_the_published_file_and_none_without_it(tmp_path: Path, caplog):
    groups = DeclaredGroups(tmp_path)
    assert groups.now() == Memberships()
    assert [record.message[:41] for record in caplog.records] == ["baseline grades know no declared groups u"]
    row = {"account_id": "A1", "group_id": "G", "valid_from": DAY, "valid_to": None}
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "memberships.parquet")
    assert groups.now().group_of("A1", AT.date()) == "G"
