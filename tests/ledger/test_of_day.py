"""Which recorded alerts of a day are found for another, and how many of them are read."""

from __future__ import annotations

from contextlib import closing

import pytest
from sqlalchemy import create_engine

from ledger.chain import canonical_json
from ledger.group import Known, NewScore
from ledger.ledger import Ledger
from ledger.of_day import found_under
from tests.ledger.postgres import fresh_database

ACCOUNT, GROUP, ATTRIBUTED = ("account", "A1"), ("group", "G"), ("attributed", "A1")


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request, url, clock):
    """On both stores."""
    address = url if request.param == "sqlite" else request.getfixturevalue("postgresql")
    opened = Ledger(address, clock)
    yield opened
    opened.close()


@pytest.fixture
def postgresql():
    with fresh_database() as address:
        yield address


@pytest.fixture
def put(ledger, trigger, answer):
    """Record an alert with what the rules gave for it alone."""

    def put(name, *, grade=None, table="t1", accounts=(), **changes):
        alone = {} if grade is None else {"grade": grade, "table": table}
        found = answer(name)
        text = canonical_json(found)
        ledger.record_scores([NewScore(trigger(name, **changes), found, text, {}, alone=alone, accounts=accounts)])

    return put


def names(known: Known) -> list[str]:
    return [one["alert_id"] for one in known.of_day]


def found(ledger, trigger, *keys, table=None):
    ((known),) = ledger.recall([trigger("new")], [keys], table)
    return names(known), known.among


def test_the_days_alerts_are_those_up_to_the_moment(ledger, trigger, put):
    put("before", triggered_at="2026-03-02T01:59:59.999999Z")
    put("at", triggered_at="2026-03-02T02:00:00Z")
    put("after", triggered_at="2026-03-02T02:00:00.000001Z")
    put("other day", trading_day="2026-03-03")
    put("other account", account_id="B", subject_id="B")
    put("new")
    ((known),) = ledger.recall([trigger("newer")], [[ACCOUNT]])
    assert names(known) == ["before", "at", "new"]
    assert found(ledger, trigger, ACCOUNT) == ([], 0), "an answered alert is given none"


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        (ACCOUNT, ["own", "pair", "cluster"]),
        (("account", "A0"), ["pair", "cluster"]),
        (("account", "A9"), ["cluster"]),
        (GROUP, ["group"]),
        (ATTRIBUTED, ["group", "other group"]),
        (("account", "G"), ["account of that name"]),
        (("group", "A1"), []),
    ],
    ids=str,
)
def test_an_alert_is_found_by_its_subject_and_by_each_account_it_names(ledger, trigger, put, key, wanted):
    put("own")
    put("group", subject_type="group", subject_id="G")
    put("other group", subject_type="group", subject_id="H")
    put("account of that name", subject_id="G", account_id="G")
    put("pair", subject_type="pair", subject_id="A0|A1", account_id="A0")
    put("cluster", subject_type="cluster", subject_id="A0", account_id="A0", accounts=["A0", "A1", "A9"])
    assert found(ledger, trigger, key) == (wanted, len(wanted))


def test_a_pair_is_found_by_both_its_accounts_however_it_came_to_the_record(ledger, trigger):
    rows = [trigger("p", subject_type="pair", subject_id="A0|A1", account_id="A0")]
    decided = {"alert_id": "p", "outcome": "educated", "decided_at": "2026-03-02T03:00:00Z", "decided_by": "d"}
    ledger.import_dispositions(rows, [decided])
    seen = [found(ledger, trigger, ("account", name))[0] for name in ("A0", "A1", "A2")]
    assert seen == [["p"], ["p"], []]
    assert ledger.verify().intact


@pytest.mark.parametrize("members", [2, 8, 9, 512, 513, 1_100])
def test_every_one_of_many_keys_is_asked(ledger, trigger, put, members):
    put("first", subject_id="M0", account_id="M0")
    put("last", subject_id=f"M{members - 1}", account_id=f"M{members - 1}")
    keys = [("account", f"M{k}") for k in range(members)]
    assert found(ledger, trigger, GROUP, *keys) == (["first", "last"], 2)


def test_several_keys_find_an_alert_once(ledger, trigger, put):
    put("pair", subject_type="pair", subject_id="A0|A1", account_id="A0")
    assert found(ledger, trigger, ACCOUNT, ("account", "A0"), GROUP) == (["pair"], 1)


def test_of_those_graded_alone_by_the_table_in_force_only_the_first_of_the_worst_is_read(ledger, trigger, put):
    put("a late 2", grade=2, triggered_at="2026-03-02T01:30:00.5Z")
    put("b early 2", grade=2, triggered_at="2026-03-02T01:30:00Z")
    put("c earliest 3", grade=3, triggered_at="2026-03-02T01:00:00Z")
    put("d by another table", grade=5, table="t0")
    put("e never graded alone")
    put("f as early 2", grade=2, triggered_at="2026-03-02T01:30:00Z")
    wanted = ["b early 2", "d by another table", "e never graded alone"]
    assert found(ledger, trigger, ACCOUNT, table="t1") == (wanted, 6)
    assert len(found(ledger, trigger, ACCOUNT, table=None)[0]) == 6, "without a table in force all may decide"


def test_a_thousand_alerts_of_a_day_are_counted_and_one_is_read(ledger, trigger, answer):
    many = [
        NewScore(trigger(name), answer(name), canonical_json(answer(name)), {}, alone={"grade": 3, "table": "t1"})
        for name in (f"a{k:03d}" for k in range(1_000))
    ]
    ledger.record_scores(many)
    assert found(ledger, trigger, ACCOUNT, table="t1") == (["a000"], 1_000)


@pytest.mark.parametrize("key", [ACCOUNT, GROUP, ATTRIBUTED], ids=str)
def test_no_question_reads_the_alerts_of_all_accounts_of_a_day(url, clock, key):
    """Seen once: by the index of days, and ten thousand rows were read for one alert."""
    Ledger(url, clock).close()
    engine = create_engine(url)
    with engine.connect() as connection, closing(connection.connection.cursor()) as cursor:
        asked: list[str] = []
        connection.connection.dbapi_connection.set_trace_callback(asked.append)
        found_under(connection, [key], {"alert_id": "a", "trading_day": "2026-03-02", "triggered_at": "2026-03-02"})
        connection.connection.dbapi_connection.set_trace_callback(None)
        plans = [row[3] for text in asked for row in cursor.execute(f"EXPLAIN QUERY PLAN {text}")]
    engine.dispose()
    assert len(plans) >= 1
    assert not [step for step in plans if "SCAN" in step or "alerts_of_day" in step]


def test_the_chain_says_the_same_of_alerts_by_accounts_as_the_rows(ledger, put):
    put("pair", grade=1, subject_type="pair", subject_id="A0|A1", account_id="A0")
    assert ledger.verify().intact
