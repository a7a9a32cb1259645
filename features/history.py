"""History (历史预警与处置): what was known of an account's past alerts and dispositions at the last close."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from features.availability import first_close_from
from features.events.schema import OUTCOMES

SHORT_DAYS, LONG_DAYS = 30, 250  # calendar days
COUNTS = ("alerts_30d", "alerts_250d", "breaches_250d", "dispositions_250d", "sanctions_250d")


def history(first_seen: ir.Table, alerts: ir.Table, dispositions: ir.Table | None, days: ir.Table) -> ir.Table:
    """Features of family ``history``, a row at every close at which something enters or leaves a window.

    At the close c (20:30 of a trading day) a window holds what happened in (c - n d, c]: an alert by ``triggered_at``,
    a disposition by ``decided_at``. Within a day nothing moves, so the value served online, which is of the last close,
    is the value trained on. An account has zeros from the first close after ``first_seen`` (account_id,
    event_timestamp), null before; with no ``dispositions`` table its features are null.
    """
    zeros = first_seen.mutate(**{c: ibis.literal(0, "int64") for c in COUNTS})
    steps = [zeros, *_steps(alerts, alerts.triggered_at, _alert_weights(alerts))]
    if dispositions is not None:
        steps += _steps(dispositions, dispositions.decided_at, _disposition_weights(dispositions))
    changes = first_close_from(ibis.union(*steps), "event_timestamp", days)
    changes = changes.group_by("account_id", "event_timestamp").aggregate(**{c: changes[c].sum() for c in COUNTS})
    window = ibis.cumulative_window(group_by="account_id", order_by="event_timestamp")
    rows = changes.select("account_id", "event_timestamp", **{c: changes[c].sum().over(window) for c in COUNTS})
    if dispositions is None:
        unknown = {c: ibis.null("float64") for c in ("dispositions_250d", "sanctions_250d", "worst_outcome_250d")}
        return _as_float(rows.mutate(**unknown))
    return _as_float(_with_worst(rows, dispositions))


def _alert_weights(alerts: ir.Table) -> dict[str, tuple[ir.IntegerColumn, int]]:
    one = ibis.literal(1, "int64")
    return {
        "alerts_30d": (one, SHORT_DAYS),
        "alerts_250d": (one, LONG_DAYS),
        "breaches_250d": ((alerts.level == "breach").cast("int64"), LONG_DAYS),
    }


def _disposition_weights(dispositions: ir.Table) -> dict[str, tuple[ir.IntegerColumn, int]]:
    return {
        "dispositions_250d": (ibis.literal(1, "int64"), LONG_DAYS),
        "sanctions_250d": (dispositions.outcome.isin(["restricted", "referred"]).cast("int64"), LONG_DAYS),
    }


def _steps(table: ir.Table, at: ir.TimestampColumn, weights: dict[str, tuple[ir.Value, int]]) -> list[ir.Table]:
    """+1 where an event enters the windows, -1 where it leaves one, as (account_id, event_timestamp, counts)."""
    zero = ibis.literal(0, "int64")

    def step(moment: ir.TimestampValue, sign: int, days: int | None) -> ir.Table:
        columns = {c: (w * sign if days in (None, n) else zero) for c, (w, n) in weights.items()}
        counts = {c: columns.get(c, zero).cast("int64") for c in COUNTS}
        return table.select("account_id", event_timestamp=moment.cast("timestamp(6)"), **counts)

    leaving = [step(at + ibis.interval(days=n), -1, n) for n in sorted({n for _, n in weights.values()})]
    return [step(at, 1, None), *leaving]


def _with_worst(rows: ir.Table, dispositions: ir.Table) -> ir.Table:
    ranks = ibis.cases(
        *[(dispositions.outcome == outcome, rank) for rank, outcome in enumerate(OUTCOMES, start=1)], else_=0
    )
    past = dispositions.select(who=dispositions.account_id, decided_at=dispositions.decided_at, rank=ranks)
    seen = rows.select("account_id", "event_timestamp").join(
        past,
        [
            rows.account_id == past.who,
            past.decided_at <= rows.event_timestamp,
            past.decided_at > rows.event_timestamp - ibis.interval(days=LONG_DAYS),
        ],
    )
    worst = seen.group_by("account_id", "event_timestamp").aggregate(worst=seen["rank"].max())
    joined = rows.left_join(worst, ["account_id", "event_timestamp"])
    return joined.select(*rows.columns, worst_outcome_250d=worst.worst.fill_null(0))


def _as_float(rows: ir.Table) -> ir.Table:
    names = [*COUNTS, "worst_outcome_250d"]
    return rows.select("account_id", "event_timestamp", **{c: rows[c].cast("float64") for c in names})
