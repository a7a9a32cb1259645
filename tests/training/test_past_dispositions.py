"""Past dispositions from CSV: good rows are taken once, bad ones are named with their line and taken never."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alertgrade.errors import AlertError
from ledger.ledger import Ledger
from ledger.workflow.person import Person
from training.history import labelled_alerts
from training.past_dispositions import import_dispositions

LATER = datetime(2100, 1, 1, tzinfo=UTC)
HEAD = "alert_id,account_id,rule_id,alerted_at,decided_at,outcome,decided_by,note"
ALERTS = (
    "alert_id,rule_id,level,exchange,contract,trading_day,subject_type,subject_id,account_id,triggered_at,"
    "measured,threshold,occurrence"
)


def decided(number: int, outcome: str = "educated", at: str = "2026-03-03T02:00:00Z", by: str = "r1") -> str:
    return f"a{number},A{number},self_trade,2026-03-02T02:00:00Z,{at},{outcome},{by},提示"


def alert(number: int) -> str:
    return f"a{number},self_trade,breach,SHFE,cu2605,2026-03-02,account,A{number},A{number},2026-03-02T02:00:00Z,5,5,1"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: LATER)
    yield made
    made.close()


@pytest.fixture
def alerts(tmp_path: Path) -> Path:
    return write(tmp_path / "alerts.csv", ALERTS, *[alert(n) for n in range(6)])


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def outcomes(ledger: Ledger) -> dict[str, str]:
    return {row.trigger.alert_id: row.outcome for row in labelled_alerts(ledger, LATER)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_good_rows_become_labels(ledger: Ledger, alerts: Path, tmp_path: Path, encoding: str) -> None:
    file = write(tmp_path / "past.csv", HEAD, decided(1), decided(2, "referred"), encoding=encoding)
    found = import_dispositions(ledger, file, alerts)
    assert (found.read, found.taken, found.known, found.aside) == (2, 2, 0, ())
    assert outcomes(ledger) == {"a1": "educated", "a2": "referred"}
    assert ledger.verify().intact


def test_bad_rows_are_named_with_their_line_and_the_good_ones_stay(
    ledger: Ledger, alerts: Path, tmp_path: Path
) -> None:
    lines = [decided(1), decided(2, "forgiven"), decided(3, at="yesterday"), decided(4, by=""), decided(5)]
    found = import_dispositions(ledger, write(tmp_path / "past.csv", HEAD, *lines), alerts)
    assert [(one.source, one.line) for one in found.aside] == [("past.csv", 3), ("past.csv", 4), ("past.csv", 5)]
    assert "outcome" in found.aside[0].reason
    assert (found.read, found.taken) == (5, 2)
    assert outcomes(ledger) == {"a1": "educated", "a5": "educated"}


def test_a_second_import_takes_nothing_and_changes_no_outcome(ledger: Ledger, alerts: Path, tmp_path: Path) -> None:
    import_dispositions(ledger, write(tmp_path / "past.csv", HEAD, decided(1)), alerts)
    again = import_dispositions(ledger, write(tmp_path / "past.csv", HEAD, decided(1, "referred")), alerts)
    assert (again.taken, again.known, again.aside) == (0, 1, ())
    assert outcomes(ledger) == {"a1": "educated"}


def test_of_two_dispositions_of_one_alert_the_earlier_counts(ledger: Ledger, alerts: Path, tmp_path: Path) -> None:
    late, early = decided(1, "referred", "2026-03-04T02:00:00Z"), decided(1)
    found = import_dispositions(ledger, write(tmp_path / "past.csv", HEAD, late, early), alerts)
    assert outcomes(ledger) == {"a1": "educated"}
    assert [one.reason[:13] for one in found.aside] == ["decided again"]


@pytest.mark.parametrize(
    ("at", "taken"),
    [("2026-03-02T01:59:59.999999Z", 0), ("2026-03-02T02:00:00Z", 1), ("2026-03-02T02:00:00.000001Z", 1)],
    ids=["just-before", "at", "just-after"],
)
def test_nothing_is_decided_before_its_alert(ledger: Ledger, alerts: Path, tmp_path: Path, at: str, taken: int) -> None:
    found = import_dispositions(ledger, write(tmp_path / "past.csv", HEAD, decided(1, at=at)), alerts)
    assert (found.taken, len(found.aside)) == (taken, 1 - taken)


def test_an_alert_on_record_needs_no_file_and_an_unknown_one_is_set_aside(
    ledger: Ledger, alerts: Path, tmp_path: Path
) -> None:
    import_dispositions(ledger, write(tmp_path / "past.csv", HEAD, decided(1)), alerts)
    found = import_dispositions(ledger, write(tmp_path / "more.csv", HEAD, decided(1), decided(9)), None)
    assert (found.taken, found.known) == (0, 1)
    assert "not on record" in found.aside[0].reason


def test_a_case_that_waits_for_its_second_person_is_left_to_the_desk(
    ledger: Ledger, alerts: Path, tmp_path: Path
) -> None:
    trigger = {**dict(zip(ALERTS.split(","), alert(1).split(","), strict=True)), "occurrence": 1}
    answer = {"score_id": "s1", "alert_id": "a1", "grade": 1, "baseline": {"grade": 1}, "degraded": []}
    ledger.record_score(trigger, {**answer, "decided_by": {"policy_clause": "rules_only"}}, {})
    told = {"outcome": "educated", "conclusion": "x"}
    ledger.act("disposition", ledger.alert("a1")["case_id"], Person("p", "reviewer"), told)
    found = import_dispositions(ledger, write(tmp_path / "past.csv", HEAD, decided(1, "referred"), decided(2)), alerts)
    assert (found.taken, outcomes(ledger)) == (1, {"a2": "educated"})
    assert "the desk is at work on its case" in found.aside[0].reason


def test_a_missing_column_is_one_clear_error(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(AlertError, match="outcome"):
        import_dispositions(ledger, write(tmp_path / "past.csv", HEAD.replace(",outcome", "")), None)
