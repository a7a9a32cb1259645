"""The unit that grades, without HTTP: real ledger, real model, readers that behave as told."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from alertgrade.errors import AlertError
from features.catalogue import FAMILIES, FEATURE_SERVICE, STORED
from ledger.errors import EntryConflict, LedgerError
from ledger.ledger import Ledger
from models.graded_alert import GradedAlert
from models.policy import Policy
from rules_baseline.day_baseline import others_of_day
from rules_baseline.memberships import Memberships
from serving.champion import Champion
from serving.grader import Grader
from serving.judge import Question
from serving.refusals import refusal_of
from serving.timed_reader import TimedReader

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
CLOSE = datetime(2026, 2, 27, 12, 30, tzinfo=UTC)  # of the day before
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)  # when the alerts here are raised
TODAY = {"orders_today": 1.0}


@dataclass
class Row:
    values: dict
    as_of: datetime | None = CLOSE
    age_days: int | None = 0
    stale: bool = False
    intraday_at: datetime | None = None


@dataclass
class Reader:
    """Gives ``row`` for every account, or raises ``trouble``."""

    row: Row = field(default_factory=lambda: Row(dict.fromkeys(STORED, 1.0)))
    trouble: Exception | None = None

    def read(self, account_id: str, *, trading_day: date, at: datetime) -> Row:
        if self.trouble:
            raise self.trouble
        return self.row


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: NOW)
    yield opened
    opened.close()


@pytest.fixture
def reader():
    return Reader()


@pytest.fixture
def grader(fitted, reader, ledger):
    return Grader(fitted, None, reader, ledger, Policy.read())


def graded(grader: Grader, question: Question) -> GradedAlert:
    (answer,) = grader.grade([question])
    assert isinstance(answer, str)
    return GradedAlert.model_validate_json(answer)


def whats(answer: GradedAlert) -> list[str]:
    return [text.split(":")[0] for text in answer.degraded]


def test_everything_sound_leaves_nothing_degraded(grader, trigger):
    assert graded(grader, Question(trigger("a"))).degraded == []


def test_the_request_overrides_the_stores_intraday_row_and_the_record_keeps_what_was_used(grader, ledger, trigger):
    graded(grader, Question(trigger("a"), {"orders_today": 7.0}))
    evidence = ledger.alert("a")["evidence"]
    assert evidence["features"]["orders_today"] == 7.0
    assert evidence["features"]["cancels_today"] is None  # the request is the row: what it lacks is not known
    assert evidence["features"]["orders_5d"] == 1.0
    assert evidence["intraday_given"] is True


def test_branch_and_populations_are_recorded_as_they_were_when_it_was_graded(fitted, reader, ledger, trigger):
    asked = []
    grader = Grader(fitted, None, reader, ledger, Policy.read(), branch_of=lambda *of: asked.append(of) or "北京营业部")
    reader.row.values |= {"account_type_code": 2.0, "is_programmatic": 1.0, "is_employee": 0.0, "is_market_maker": None}
    reader.row.values |= {"via_introducing_broker": 0.0}
    one = trigger("a")
    graded(grader, Question(one))
    assert asked == [(one.account_id, one.trading_day)]
    for row in (ledger.alert("a"), ledger.alert("a")["case"]):
        assert (row["branch"], row["populations"]) == ("北京营业部", "product programmatic")


@pytest.mark.parametrize("code", [-99.0, 99.0])
def test_what_the_queues_are_filtered_by_costs_nobody_a_grade(grader, reader, ledger, trigger, caplog, code):
    reader.row.values["account_type_code"] = code
    for name in ("a", "b"):
        graded(grader, Question(trigger(name)))
        assert ledger.alert(name)["populations"] is None
    assert [record.message for record in caplog.records if record.name == "serving"] == [
        "alert a is recorded without branch and populations; more may be"
    ]


def test_what_is_not_known_of_the_account_is_left_empty(grader, reader, ledger, trigger):
    reader.trouble = AlertError("gone")
    graded(grader, Question(trigger("a")))
    assert (ledger.alert("a")["branch"], ledger.alert("a")["populations"]) == (None, None)


def test_no_intraday_row_anywhere_is_said_and_the_model_still_grades(grader, reader, trigger):
    reader.row.values |= dict.fromkeys(FAMILIES["intraday"])
    answer = graded(grader, Question(trigger("a")))
    assert whats(answer) == ["no_intraday_row"]
    assert answer.probabilities is not None
    for name, given in {"b": {}, "c": {"orders_today": None}}.items():
        assert whats(graded(grader, Question(trigger(name), given))) == ["no_intraday_row"]
    assert whats(graded(grader, Question(trigger("d"), {"orders_today": 0.0}))) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda g, r: g.judge.use(None, "model_refused: booster.txt has changed"), "model_refused"),
        (lambda g, r: g.judge.use(None, None), "model_missing"),
        (lambda g, r: setattr(r, "trouble", AlertError("gone")), "feature_store_unavailable"),
        (lambda g, r: setattr(r.row, "stale", True), "stale_features"),
    ],
)
def test_what_is_missing_leaves_the_grade_to_the_rules_and_is_named(grader, reader, trigger, spoil, said):
    spoil(grader, reader)
    answer = graded(grader, Question(trigger("a"), TODAY))
    assert whats(answer) == [said]
    assert answer.probabilities is None
    assert answer.decided_by.policy_clause.startswith("rules_only")


def test_a_model_that_fails_on_one_row_takes_no_other_with_it(grader, fitted, trigger):
    class Fragile:
        versions, feature_names = fitted.versions, fitted.feature_names

        def grade(self, inputs, *, explain=True):
            if any(one.trigger.alert_id == "bad" for one in inputs):
                raise ArithmeticError("singular")
            return fitted.grade(inputs, explain=explain)

    grader.judge.use(Fragile(), None)
    prepared = [grader.judge.prepare(Question(trigger(name)), []) for name in ("a", "bad", "b")]
    answers = grader.judge.answers(prepared, explain=False)
    assert [one.alert_id for one in answers] == ["a", "bad", "b"]
    assert [whats(one) for one in answers] == [[], ["model_failed"], []]


def test_an_answer_that_no_record_could_hold_is_left_to_the_rules(grader, fitted, trigger):
    class Boundless:
        versions, feature_names = fitted.versions, fitted.feature_names

        def grade(self, inputs, *, explain=True):
            return [one.model_copy(update={"severity": float("inf")}) for one in fitted.grade(inputs, explain=explain)]

    grader.judge.use(Boundless(), None)
    answer = graded(grader, Question(trigger("a")))
    assert (whats(answer), answer.severity) == (["model_failed"], None)


@pytest.mark.parametrize(
    ("names", "service", "said"),
    [
        (("orders_5d", "orders_7d", "cancels_7d"), FEATURE_SERVICE, "'orders_7d'"),
        (("orders_5d",), "risk_grade_v0", "risk_grade_v0"),
        (("orders_5d",), None, "None"),
    ],
)
def test_a_model_of_other_features_is_refused_and_the_rules_grade(grader, fitted, trigger, names, service, said):
    stranger = SimpleNamespace(
        versions=fitted.versions.model_copy(update={"feature_service": service}),
        feature_names=names,
        grade=fitted.grade,
    )
    grader.judge.use(stranger, None)
    answer = graded(grader, Question(trigger("a")))
    assert whats(answer) == ["model_refused"]
    assert said in answer.degraded[0]
    grader.judge.use(fitted, None)
    assert whats(graded(grader, Question(trigger("b")))) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"as_of": AT}, None),
        (
            {"as_of": AT + timedelta(microseconds=1)},
            f"features_newer_than_alert: as of {AT.isoformat()[:19]}.000001+00:00",
        ),
        ({"as_of": None}, None),
        ({"age_days": 1}, "features_behind: 1 weekdays"),
        ({"age_days": 0}, None),
        ({"age_days": None}, None),
        ({"intraday_at": AT - timedelta(seconds=60)}, None),
        (
            {"intraday_at": AT - timedelta(seconds=60, microseconds=1)},
            "intraday_behind: the day so far is as of 2026-03-02T01:58:59.999999+00:00",
        ),
    ],
)
def test_features_of_another_moment_than_the_alerts_are_named_and_the_model_grades(
    grader, reader, trigger, changes, said
):
    for name, value in changes.items():
        setattr(reader.row, name, value)
    answer = graded(grader, Question(trigger("a")))
    assert answer.degraded == ([said] if said else [])
    assert answer.probabilities is not None


def test_the_requests_day_so_far_is_never_behind(grader, reader, trigger):
    reader.row.intraday_at = AT - timedelta(hours=1)
    assert whats(graded(grader, Question(trigger("a"), TODAY))) == []


def test_an_account_of_which_the_store_has_nothing_is_named_unknown_and_still_graded(grader, reader, trigger):
    reader.row.values |= {name: None for name in STORED if name not in FAMILIES["intraday"]}
    answer = graded(grader, Question(trigger("a")))
    assert (whats(answer), answer.probabilities is None) == (["unknown_account"], False)
    reader.row.values["alerts_250d"] = 0.0
    assert whats(graded(grader, Question(trigger("b")))) == []


def test_an_alert_that_breaks_what_nobody_foresaw_takes_no_other_with_it(grader, ledger, trigger, monkeypatch):
    prepare = grader.judge.prepare_with

    def fragile(question, earlier, row):
        if question.trigger.alert_id == "bad":
            raise LedgerError("the payload is not JSON")
        return prepare(question, earlier, row)

    monkeypatch.setattr(grader.judge, "prepare_with", fragile)
    first, bad, last = grader.grade([Question(trigger(name)) for name in ("a", "bad", "b")])
    assert isinstance(first, str)
    assert isinstance(last, str)
    assert refusal_of(bad).status == 500
    assert ledger.verify().entries == 4


def test_many_at_once_are_graded_as_each_alone(grader, trigger):
    prepared = [grader.judge.prepare(Question(trigger(f"a{n}", occurrence=n)), []) for n in range(5)]
    together = grader.judge.answers(prepared, explain=True)
    alone = [grader.judge.answers([one], explain=True)[0] for one in prepared]
    assert together == alone


def test_a_known_alert_keeps_its_answer_and_another_trigger_is_a_conflict(grader, ledger, trigger):
    first, again, other, fresh = grader.grade(
        [
            Question(trigger("a")),
            Question(trigger("a"), {}, False),
            Question(trigger("a", measured=6.0)),
            Question(trigger("b")),
        ]
    )
    assert first == again
    assert isinstance(other, EntryConflict)
    assert isinstance(fresh, str)
    assert ledger.verify().entries == 4


def test_a_group_is_graded_and_recorded_as_its_alerts_one_after_another(fitted, reader, tmp_path, trigger):
    """Same day's alerts of one account, an alert twice, a conflict, another explain: the group is no shortcut."""
    at = [datetime(2026, 3, 2, 1, minute, tzinfo=UTC) for minute in range(5)]
    asked = [
        Question(trigger("b", triggered_at=at[0]), TODAY, explain=False),
        Question(trigger("a", rule_id="frequent_cancel", occurrence=1, triggered_at=at[1]), TODAY),
        Question(trigger("c", subject_type="group", subject_id="G", triggered_at=at[2]), TODAY),
        Question(trigger("a", rule_id="frequent_cancel", occurrence=1, triggered_at=at[1]), {}),
        Question(trigger("b", measured=9.0, triggered_at=at[0]), TODAY),
        Question(trigger("d", account_id="B", subject_id="B", triggered_at=at[3]), TODAY),
        Question(trigger("e", account_id="B", subject_id="G", subject_type="group", triggered_at=at[4]), TODAY),
    ]
    books = []
    for together in (True, False):
        ledger = Ledger(f"sqlite:///{tmp_path / str(together)}.db", lambda: NOW)
        grader = Grader(fitted, None, reader, ledger, Policy.read())
        answers = grader.grade(asked) if together else [one for q in asked for one in grader.grade([q])]
        books.append(([str(one) for one in answers], [e.payload for e in ledger.entries()], ledger.verify().intact))
        ledger.close()
    assert books[0] == books[1]
    assert books[0][2]
    evidence = [json.loads(p)["evidence"] for p in books[0][1] if '"evidence":{"baseline' in p]
    assert [(found["baseline_read"], found["baseline_among"]) for found in evidence] == [
        ([], 0),
        (["b"], 1),
        (["b"], 2),  # of equals the earliest
        ([], 0),
        (["c"], 2),
    ]


def test_alerts_of_one_moment_count_for_each_other_in_a_group_and_once_they_are_on_record(grader, ledger, trigger):
    """As the alerts of the after-close screens are: all of them at 16:00."""
    rows = [trigger(name, rule_id=rule) for name, rule in (("x", "large_loss"), ("y", "leverage"), ("z", "spoofing"))]
    answers = [json.loads(one) for one in grader.grade([Question(one) for one in rows[:2]])]
    assert [one["baseline"] for one in answers] == [{"grade": 3, "decided_by_alert": "y"}] * 2
    assert [ledger.alert(name)["evidence"]["baseline_read"] for name in "xy"] == [["y"], ["x"]]
    [last] = grader.grade([Question(rows[2])])
    assert json.loads(last)["baseline"] == {"grade": 3, "decided_by_alert": "y"}


@pytest.mark.parametrize(("after", "counts"), [(-1, True), (0, True), (1, False)])
def test_of_a_group_an_alert_sees_what_was_raised_up_to_its_own_moment(grader, trigger, after, counts):
    at = datetime(2026, 3, 2, 3, tzinfo=UTC)
    own = trigger("own", rule_id="large_loss", triggered_at=at)
    other = trigger("other", rule_id="leverage", triggered_at=at + timedelta(microseconds=after))
    answer = json.loads(grader.grade([Question(own), Question(other)])[0])
    assert answer["baseline"]["grade"] == (3 if counts else 4)


def test_the_baseline_sees_the_days_earlier_alerts_of_the_account_and_not_later_ones(grader, ledger, trigger):
    graded(grader, Question(trigger("later", triggered_at=datetime(2026, 3, 2, 5, tzinfo=UTC))))
    graded(grader, Question(trigger("earlier", triggered_at=datetime(2026, 3, 2, 1, tzinfo=UTC))))
    graded(grader, Question(trigger("now")))
    assert ledger.alert("now")["evidence"]["baseline_read"] == ["earlier"]


def test_a_whole_file_sees_the_same_alerts_as_the_service(trigger):
    rows = [
        trigger("a"),
        trigger("b", subject_type="group", subject_id="G"),
        trigger("c", account_id="B", subject_id="B"),
        trigger("d", account_id="B", subject_type="group", subject_id="G"),
        trigger("e", trading_day=date(2026, 3, 3)),
    ]
    assert [[one.alert_id for one in found] for found in others_of_day(rows, Memberships())] == [
        ["b"],
        ["a", "d"],
        ["d"],
        ["b", "c"],
        [],
    ]


def test_a_reader_that_hangs_costs_one_wait_and_then_none_until_it_is_back():
    release = threading.Event()

    class Hanging(Reader):
        def read(self, account_id, *, trading_day, at):
            release.wait()
            return self.row

    timed = TimedReader(Hanging(), 0.05)
    for said in ("no answer", "has not come back"):
        with pytest.raises(AlertError, match=said):
            timed.read("A1", trading_day=date(2026, 3, 2), at=NOW)
    release.set()
    for _ in range(1000):
        try:
            row = timed.read("A1", trading_day=date(2026, 3, 2), at=NOW)
            break
        except AlertError:
            threading.Event().wait(0.001)
    assert row.as_of == CLOSE
    timed.close()


def test_whatever_a_store_throws_is_its_unavailability():
    timed = TimedReader(Reader(trouble=KeyError("orders_5d")), 1.0)
    with pytest.raises(AlertError, match="KeyError"):
        timed.read("A1", trading_day=date(2026, 3, 2), at=NOW)
    timed.close()


def test_the_champion_is_what_the_pointer_names_and_is_opened_once(tmp_path, fitted):
    opened = []

    def load(folder):
        opened.append(folder)
        return fitted

    champion = Champion(tmp_path, load)
    assert champion.changed() == (None, "model_missing: no champion has been promoted")
    assert champion.changed() is None
    (tmp_path / "champion.json").write_text(json.dumps({"digest": "d", "path": "one", "version": "1"}))
    scorer, refusal = champion.changed()
    assert scorer is None  # the scorer given here carries no digest
    assert refusal.startswith("model_refused")
    assert champion.changed() is None
    assert opened == [tmp_path / "one"]


@pytest.mark.parametrize("trouble", [KeyError("booster"), MemoryError(), AlertError("signed by another key")])
def test_whatever_opening_a_bundle_throws_is_a_refusal_until_the_pointer_changes(tmp_path, trouble):
    tries = []

    def load(folder):
        tries.append(folder)
        raise trouble

    pointer = tmp_path / "champion.json"
    pointer.write_text(json.dumps({"digest": "d", "path": "one", "version": "1"}))
    champion = Champion(tmp_path, load)
    scorer, refusal = champion.changed()
    assert scorer is None
    assert refusal.startswith("model_refused: ")
    assert isinstance(trouble, AlertError) or type(trouble).__name__ in refusal
    assert champion.changed() is None
    assert len(tries) == 1
    replaced = tmp_path / "new.json"  # as a promotion does
    replaced.write_text(json.dumps({"digest": "d", "path": "two", "version": "2"}))
    replaced.replace(pointer)
    assert champion.changed() is not None
    assert [folder.name for folder in tries] == ["one", "two"]
