"""History (历史预警与处置): what was known of an account's alerts, dispositions and notices at the last close."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from features.availability import day_of_close, first_close_from
from features.events.schema import OUTCOMES
from features.notices import days_after_end, days_since_restriction, forgotten_at, restriction_ends
from features.windows import as_features, ratio

SHORT_DAYS, LONG_DAYS = 30, 250  # calendar days
COUNTS = (
    *("alerts_30d", "alerts_250d", "breaches_250d"),
    *("dispositions_250d", "sanctions_250d", "no_actions"),
    *("notices_250d", "restrictions"),
)
_KEY = ["account_id", "event_timestamp"]


def history(
    first_seen: ir.Table, alerts: ir.Table, dispositions: ir.Table | None, notices: ir.Table | None, days: ir.Table
) -> ir.Table:
    """Features of family ``history`` (see ``features.specs.history``), a row at every close at which a value changes.

    At the close c (20:30 of a trading day) a window holds what happened in (c - n d, c]: an alert by ``triggered_at``,
    a disposition by ``decided_at``, a notice (of ``features.notices.notices_of_accounts``) by ``received_at``. Within a
    day nothing moves, so the value served online, which is of the last close, is the value trained on. An account has
    zeros from the first close after ``first_seen`` (account_id, event_timestamp), null before; what is made of
    ``dispositions`` or ``notices`` is null without them.
    """
    steps = [
        _step(first_seen, first_seen.event_timestamp, {}),
        *_steps(alerts, alerts.triggered_at, _of_alerts(alerts)),
    ]
    if dispositions is not None:
        steps += _steps(dispositions, dispositions.decided_at, _of_dispositions(dispositions))
    if notices is not None:
        steps += _notice_steps(notices, days)
    rows = _running(first_close_from(ibis.union(*steps), "event_timestamp", days))
    unknown = ibis.null("float64")
    if dispositions is not None:
        rows = _joined(rows, _worst(rows, dispositions)).mutate(worst_outcome_250d=lambda t: t.worst.fill_null(0))
    if notices is not None:
        rows = _joined(rows, days_since_restriction(rows, notices))
    rows = _joined(rows, _of_window(rows, alerts, notices))
    by_disposition = {
        "dispositions_250d": rows.dispositions_250d,
        "sanctions_250d": rows.sanctions_250d,
        "worst_outcome_250d": rows.worst_outcome_250d if dispositions is not None else unknown,
        "no_action_share_250d": ratio(rows.no_actions, rows.dispositions_250d),
    }
    by_notice = {
        "notices_250d": rows.notices_250d,
        "restricted_now": (rows.restrictions > 0).cast("int64"),
        "days_since_restriction": rows.days_since_restriction if notices is not None else unknown,
    }
    return as_features(
        rows,
        {
            **{name: rows[name] for name in ("alerts_30d", "alerts_250d", "breaches_250d")},
            "distinct_rules_alerted_250d": rows.rules.fill_null(0),
            "highest_occurrence_250d": rows.highest.fill_null(0),
            **(by_disposition if dispositions is not None else dict.fromkeys(by_disposition, unknown)),
            **(by_notice if notices is not None else dict.fromkeys(by_notice, unknown)),
        },
    )


def _of_alerts(alerts: ir.Table) -> dict[str, tuple[ir.Value, int]]:
    one = ibis.literal(1, "int64")
    return {
        "alerts_30d": (one, SHORT_DAYS),
        "alerts_250d": (one, LONG_DAYS),
        "breaches_250d": ((alerts.level == "breach").cast("int64"), LONG_DAYS),
    }


def _of_dispositions(dispositions: ir.Table) -> dict[str, tuple[ir.Value, int]]:
    return {
        "dispositions_250d": (ibis.literal(1, "int64"), LONG_DAYS),
        "sanctions_250d": (dispositions.outcome.isin(["restricted", "referred"]).cast("int64"), LONG_DAYS),
        "no_actions": ((dispositions.outcome == "no_action").cast("int64"), LONG_DAYS),
    }


def _notice_steps(notices: ir.Table, days: ir.Table) -> list[ir.Table]:
    """What notices add: themselves, the restrictions they speak of, and the days on which one is over for longer."""
    one = ibis.literal(1, "int64")
    restricting = notices.filter(notices.restricted_until.notnull())
    over = days_after_end(notices, days)
    return [
        *_steps(notices, notices.received_at, {"notices_250d": (one, LONG_DAYS)}),
        _step(restricting, restricting.received_at, {"restrictions": one}),
        _step(restricting, restriction_ends(restricting), {"restrictions": -one}),
        _step(over, over.event_timestamp, {}),
        _step(restricting, forgotten_at(restricting), {}),
    ]


def _steps(table: ir.Table, at: ir.TimestampColumn, weights: dict[str, tuple[ir.Value, int]]) -> list[ir.Table]:
    """+1 where an event enters the windows, -1 where it leaves one, as (account_id, event_timestamp, counts)."""
    leaving = [
        _step(table, at + ibis.interval(days=n), {c: -w for c, (w, length) in weights.items() if length == n})
        for n in sorted({n for _, n in weights.values()})
    ]
    return [_step(table, at, {c: w for c, (w, _) in weights.items()}), *leaving]


def _step(table: ir.Table, moment: ir.TimestampValue, changes: dict[str, ir.Value]) -> ir.Table:
    zero = ibis.literal(0, "int64")
    counts = {c: changes.get(c, zero).cast("int64") for c in COUNTS}
    return table.select("account_id", event_timestamp=moment.cast("timestamp(6)"), **counts)


def _running(changes: ir.Table) -> ir.Table:
    once = changes.group_by(_KEY).aggregate(**{c: changes[c].sum() for c in COUNTS})
    window = ibis.cumulative_window(group_by="account_id", order_by="event_timestamp")
    return once.select(*_KEY, **{c: once[c].sum().over(window) for c in COUNTS})


def _joined(rows: ir.Table, more: ir.Table) -> ir.Table:
    joined = rows.left_join(more, _KEY)
    return joined.drop(*[name for name in joined.columns if name.endswith("_right")])


def _in_window(rows: ir.Table, past: ir.Table) -> ir.Table:
    """``past`` (who, at, ...) at every close that has it in its long window."""
    return rows.select(*_KEY).join(
        past,
        [
            rows.account_id == past.who,
            past["at"] <= rows.event_timestamp,
            past["at"] > rows.event_timestamp - ibis.interval(days=LONG_DAYS),
        ],
    )


def _worst(rows: ir.Table, dispositions: ir.Table) -> ir.Table:
    ranks = ibis.cases(
        *[(dispositions.outcome == outcome, rank) for rank, outcome in enumerate(OUTCOMES, start=1)], else_=0
    )
    seen = _in_window(rows, dispositions.select(who="account_id", at="decided_at", rank=ranks))
    return seen.group_by(_KEY).aggregate(worst=seen["rank"].max())


def _of_window(rows: ir.Table, alerts: ir.Table, notices: ir.Table | None) -> ir.Table:
    """``rules`` alerted and the ``highest`` occurrence of every close with an alert or notice in its window."""
    past = [alerts.select(who="account_id", at="triggered_at", rule="rule_id", occurrence="occurrence")]
    if notices is not None:
        none = ibis.null("string")
        past.append(notices.select(who="account_id", at="received_at", rule=none, occurrence="occurrence"))
    every = ibis.union(*past)
    # Of those that are alike and enter at one close the last to leave says it all.
    every = every.mutate(enters=day_of_close(every["at"]))
    alike = every.group_by("who", "enters", "rule", "occurrence").aggregate(at=every["at"].max())
    seen = _in_window(rows, alike)
    return seen.group_by(_KEY).aggregate(rules=seen.rule.nunique(), highest=seen.occurrence.max())
