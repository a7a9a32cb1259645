"""The alerted account's day so far is in the online store when the alert is out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alertgrade.watch.online import OnlineRows
from features.store import OfflineAndOnlineStore
from tests.watch.conftest import busy_market, cut, put_all, rows_of
from tests.watch.test_directory import lines

NAMES = ("cancels_today", "trades_today", "cancel_ratio_today", "intraday_at")


@pytest.fixture
def store(tmp_path: Path) -> OfflineAndOnlineStore:
    """Registered, and without a row yet."""
    made = OfflineAndOnlineStore(tmp_path / "features")
    made.apply()
    return made


def test_the_online_row_is_that_of_the_accounts_latest_alert(
    place: Callable[..., Any], store: OfflineAndOnlineStore
) -> None:
    market = busy_market()
    here = place(market)
    put_all(here.inbox, cut(rows_of(market), 4, 1))
    here.run(online=OnlineRows(store))
    newest: dict[str, dict[str, Any]] = {}
    for line in lines(here.out / "alerts.jsonl"):
        account, day = line["alert"]["account_id"], line["intraday"]
        if account not in newest or day["intraday_at"] >= newest[account]["intraday_at"]:
            newest[account] = day
    assert len(newest) > 1
    for account, day in newest.items():
        asked = [f"intraday:{name}" for name in NAMES]
        found = store.feast.get_online_features(asked, [{"account_id": account}]).to_dict()
        assert {name: found[name][0] for name in NAMES} == {name: day[name] for name in NAMES}
