"""What the desk looks at, written where the service reads it: acts, counts, suspected groups, peers, past alerts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from alertgrade.errors import AlertError
from alertgrade.settings import Settings
from features.timeline import timeline
from rules_baseline.alerts import write_parquet
from rules_baseline.counters_table import counters_table

if TYPE_CHECKING:
    from features.events.events import Events
    from features.store import OfflineAndOnlineStore
    from ledger.ledger import Ledger

DAYS = 40  # trading days of acts: two months of them lie around any open case
INDEX = "published"


@dataclass(frozen=True, slots=True)
class Published:
    """What was written: the instant it speaks of, the digest of the raw events, rows a file."""

    as_of: str
    events_digest: str
    rows: dict[str, int]


def publish(
    events: Events, store: OfflineAndOnlineStore, ledger: Ledger, home: Settings, at: datetime, *, days: int = DAYS
) -> Published:
    """Write every file of ``home.desk_dir`` anew, each whole or not at all, the index last.

    ``at`` (UTC) is now: labels decided later are unknown. ``days`` trading days of acts are kept. Raises ``AlertError``
    where nothing was built for the feature store, or the events have no trading day.
    """
    folder = home.desk_dir
    folder.mkdir(parents=True, exist_ok=True)
    makers: dict[str, Callable[[], pa.Table]] = {
        "timeline": lambda: _timeline(events, days),
        "counters": lambda: _counters(events, home),
        **_suspects(events, home),
        "control_groups": lambda: events.table("control_groups").to_pyarrow(),
        "memberships": lambda: events.memberships().to_pyarrow(),
        "branches": lambda: _branches(events),
        "peers": lambda: _peers(store, at),
        "past_alerts": lambda: _past_alerts(ledger, store, at),
    }
    rows: dict[str, int] = {}
    for name, make in makers.items():
        try:
            rows[name] = _written(make(), folder / f"{name}.parquet")
        except AlertError as error:
            raise _stopped(error, tuple(rows), tuple(makers)) from error
    done = Published(at.astimezone(UTC).isoformat(), events.digest, rows)
    said = {"as_of": done.as_of, "events": events.digest}
    index = [{"file": name, "rows": count, **said} for name, count in rows.items()]
    write_parquet(pa.Table.from_pylist(index), folder / f"{INDEX}.parquet")
    return done


def _stopped(error: AlertError, written: tuple[str, ...], names: tuple[str, ...]) -> AlertError:
    """The error, and what was written before it: the files stand each for itself, the index speaks of all."""
    left = [*(name for name in names if name not in written), f"the index {INDEX}"]
    seen = f"{error.seen}; written: {', '.join(written) or 'nothing'}; not written: {', '.join(left)}"
    return AlertError(seen, error.wanted, ", then ".join(part for part in (error.do, "publish again") if part))


def _timeline(events: Events, days: int) -> pa.Table:
    known = [row["trading_day"] for row in events.trading_days().order_by("trading_day").to_pyarrow().to_pylist()]
    since = known[-days:][0] if known else date.max
    given = {name: events.table(name) if events.has(name) else None for name in ("logins", "cash_flows")}
    return timeline(events.table("orders"), events.table("trades"), **given, since=since).to_pyarrow()


def _counters(events: Events, home: Settings) -> pa.Table:
    from rules_baseline.status import status_of

    return counters_table(status_of(events, home.rules_dir / "status", custom_dir=home.custom_rules))


def _suspects(events: Events, home: Settings) -> dict[str, Callable[[], pa.Table]]:
    from rules_baseline.suspects import tables
    from rules_baseline.suspects.find import suspects

    found = suspects(events, home.rules_dir / "suspects", custom_dir=home.custom_rules)
    return {
        "suspects": lambda: tables.group_table(found),
        "suspect_pairs": lambda: tables.pair_table(found),
        "suspect_counts": lambda: tables.merged_table(found),
    }


def _branches(events: Events) -> pa.Table:
    return events.table("accounts").select("account_id", "branch", "valid_from", "valid_to").to_pyarrow()


def _peers(store: OfflineAndOnlineStore, at: datetime) -> pa.Table:
    from features.peer_medians import online_values, peer_medians
    from features.reader import OnlineReader

    reader = OnlineReader(store.folder, online=store.online)
    return pa.Table.from_pandas(peer_medians(online_values(reader, at.date())), preserve_index=False)


def _past_alerts(ledger: Ledger, store: OfflineAndOnlineStore, at: datetime) -> pa.Table:
    import pandas as pd

    from training.dataset import feature_rows
    from training.history import labelled_alerts

    known = labelled_alerts(ledger, at)
    columns = [
        {
            "alert_id": row.trigger.alert_id,
            "rule_id": row.trigger.rule_id,
            "account_id": row.trigger.account_id,
            "triggered_at": row.trigger.triggered_at,
            "outcome": row.outcome,
            "decided_at": row.decided_at,
        }
        for row in known
    ]
    if not known:
        return pa.table({"alert_id": pa.array([], pa.string()), "rule_id": pa.array([], pa.string())})
    features = feature_rows([row.trigger for row in known], store)
    return pa.Table.from_pandas(pd.concat([pd.DataFrame(columns), features], axis=1), preserve_index=False)


def _written(table: pa.Table, file: Path) -> int:
    write_parquet(table, file)
    return int(table.num_rows)
