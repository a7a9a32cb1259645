"""What was decided here goes back to the features as data, by way of the ledger."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from alertgrade.demo import Prepared
from alertgrade.ledger_tables import add_ledger
from features.availability import available_at
from features.build import build
from features.events.load import load_events
from features.rows import moments_of
from features.store import OfflineAndOnlineStore
from ledger.ledger import Ledger

pytestmark = pytest.mark.processes


def test_a_decision_recorded_in_the_ledger_moves_the_history_from_the_next_close(
    prepared: Prepared, tmp_path: Path
) -> None:
    trigger = prepared.alerts[0][0].model_copy(update={"alert_id": "self_trade:breach:of-the-desk"})
    decided = available_at(prepared.last_day) - timedelta(minutes=1)
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: decided)
    row = {"alert_id": trigger.alert_id, "outcome": "referred", "decided_at": decided.isoformat(), "decided_by": "desk"}
    assert ledger.import_dispositions([trigger.model_dump(mode="json")], [row]) == 1
    close = trigger.model_copy(update={"triggered_at": available_at(prepared.last_day)})
    sanctions = []
    for place in ("without", "with"):
        with load_events(prepared.home.home / "events", pseudonym_key=b"k" * 32) as events:
            if place == "with":
                assert add_ledger(events, ledger, decided) == 1
            store = OfflineAndOnlineStore(tmp_path / place)
            build(events, store.offline)
            store.apply()
        found = store.historical(moments_of([trigger, close]))
        sanctions.append(found["sanctions_250d"].tolist())
    ledger.close()
    assert sanctions[1] == [sanctions[0][0], sanctions[0][1] + 1]


def test_an_empty_ledger_adds_nothing(prepared: Prepared, tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: available_at(prepared.last_day))
    with load_events(prepared.home.home / "events", pseudonym_key=b"k" * 32) as events:
        digest = events.digest
        assert add_ledger(events, ledger, available_at(prepared.last_day)) == 0
        assert events.digest == digest
    ledger.close()
