"""What the three cancel rules share: cancelled rows by unit of counting, each judged yes, no or unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from tests.oracles.counting import Alert, Finding, Key, Step, answer, climb, finding
from tests.oracles.market import Market, Row

Judge = Callable[[Row], bool | None]  # counts, does not, or depends on something that is missing


def by_unit(market: Market, rule_id: str) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in market.orders():
        if row["event"] == "cancelled":
            subject = market.subject(row["account_id"], row["trading_day"])
            found[Key(rule_id, row["exchange"], row["contract"], row["trading_day"], subject)].append(row)
    return found


def count(key: Key, rows: list[Row], judge: Judge, limit: int) -> tuple[list[Alert], Finding, list[Row]]:
    """Alerts, the finding, and the rows that count."""
    judged = [(row, judge(row)) for row in rows]
    counting = [row for row, verdict in judged if verdict]
    steps = [Step(row["event_time"], 1, (row["account_id"],), row["order_id"]) for row in counting]
    open_rows = any(verdict is None for _, verdict in judged)
    return climb(key, steps, limit), finding(key, answer(len(steps), limit, open_rows), len(steps)), counting
