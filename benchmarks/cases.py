"""How fast the desk's calls are over many open cases, on synthetic alerts: ``python -m benchmarks.cases``.

Some cases of one alert each are recorded by the real ledger on SQLite; the rest are copies of their rows in the tables
that the calls read, since recording them all would take most of the time. Calls go through the application itself,
without a network. Prints the median and the slowest of some runs of each call, how much of the median
was work of this process (on a busy machine the rest is waiting for others), and the speed of ``verify``.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import create_engine, select

from ledger.chain import canonical_json
from ledger.group import NewScore
from ledger.ledger import Ledger
from ledger.schema import ALERTS, CASES
from ledger.workflow.person import Person
from ledger.workflow.terms import Terms
from serving.app import create_app
from serving.compose import compose
from serving.metrics import Metrics
from serving.terms import read_terms

_RECORDED = 2_000
CALLS = {
    "first page": "/v1/cases?status=open",
    "grade 1": "/v1/cases?status=open&grade=1",
    "rule, rare": "/v1/cases?status=open&rule_id=rule9",
    "rule and exchange": "/v1/cases?status=open&rule_id=rule1&exchange=SHFE",
    "assignee": "/v1/cases?assignee=p3",
    "stage": "/v1/cases?stage=in_progress",
    "disagreement": "/v1/cases?status=open&disagreement=true",
    "due first": "/v1/cases?status=open&sort=due",
    "late": "/v1/cases?overdue=true&sort=due",
    "newest": "/v1/cases?status=open&sort=newest",
    "age": "/v1/cases?status=open&min_age_hours=100",
    "not snoozed": "/v1/cases?status=open&snoozed=false",
    "restricted, none": "/v1/cases?status=open&restricted=true",
    "account": "/v1/cases?account_id=A77",
    "500 of them": "/v1/cases?status=open&limit=500",
    "overview": "/v1/overview",
    "history": "/v1/cases/C00000001/history",
}


def scores(count: int, first: int) -> Iterator[NewScore]:
    for number in range(first, first + count):
        rule = 9 if number % 997 == 0 else number % 4
        day = datetime(2026, 3, 2, 2, tzinfo=UTC) - timedelta(days=number % 40)
        trigger = {"alert_id": f"a{number}", "rule_id": f"rule{rule}", "level": "breach", "exchange": "SHFE"}
        trigger |= {"contract": "cu2605", "trading_day": day.date().isoformat(), "subject_type": "account"}
        trigger |= {"subject_id": f"S{number}", "account_id": f"A{number % 5000}", "triggered_at": day.isoformat()}
        answer = {"score_id": f"s{number}", "grade": 1 + number * 7 % 5, "baseline": {"grade": 1 + number % 5}}
        answer |= {"decided_by": {"policy_clause": "least_expected_cost"}, "degraded": []}
        yield NewScore(trigger, answer, canonical_json(answer), {"features": {}})


def fill(url: str, cases: int, terms: Terms) -> str:
    recorded = min(cases, _RECORDED)
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    ledger = Ledger(url, lambda: now[0], terms=terms)
    for first in range(0, recorded, 500):
        now[0] += timedelta(days=10)
        ledger.record_scores(list(scores(min(500, recorded - first), first)))
    rows = ledger.cases({}, limit=recorded // 10, sort="oldest").rows
    for person in range(10):
        mine = [row["case_id"] for row in rows[person::10]]
        ledger.act_on_many("claim", mine, Person(f"p{person}", "investigator"), {})
    key: str = ledger.create_key("bench", "reviewer")[1]
    started = time.perf_counter()
    verdict = ledger.verify()
    seconds = time.perf_counter() - started
    print(
        f"verify: {verdict.entries} entries in {seconds:.2f} s, {verdict.entries / seconds:,.0f} a second", flush=True
    )
    ledger.close()
    copy(url, cases // recorded - 1)
    return key


def copy(url: str, times: int) -> None:
    """Put ``times`` copies of every alert and case beside them, under ids and numbers of their own."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for number in range(1, times + 1):
            for table, ids, seqs in (
                (ALERTS, ("alert_id", "score_id", "case_id", "subject_id", "account_id"), ("seq", "score_seq")),
                (CASES, ("case_id", "subject_id", "account_id"), ("seq",)),
            ):
                changed = {name: table.c[name].concat(f"-{number}") for name in ids}
                changed |= {name: table.c[name] + number * 1_000_000 for name in seqs}
                columns = [changed.get(column.name, column).label(column.name) for column in table.columns]
                rows = select(*columns).where(table.c.seq < 1_000_000)
                connection.execute(table.insert().from_select([c.name for c in table.columns], rows))
    engine.dispose()


async def measure(url: str, home: Path, key: str, runs: int, terms: Terms) -> None:
    parts = compose(
        ledger_url=url,
        bundles=home / "bundles",
        keys=home / "keys",
        features=home / "features",
        metrics=Metrics(),
        clock=lambda: datetime(2026, 3, 10, 2, tzinfo=UTC),
        terms=terms,
    )
    app = create_app(parts.metrics)
    app.state.parts = parts
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x", headers=headers) as client:
        for name, path in CALLS.items():
            took, worked = [], []
            for _ in range(runs):
                started, work = time.perf_counter(), time.process_time()
                answer = await client.get(path)
                took.append(1000 * (time.perf_counter() - started))
                worked.append(1000 * (time.process_time() - work))
                answer.raise_for_status()
            rows = len(answer.json().get("items", []))
            typical, worst, cpu = statistics.median(took), max(took), statistics.median(worked)
            print(f"{name:20} p50 {typical:7.1f}   worst {worst:7.1f}   CPU {cpu:6.1f} ms   {rows} rows", flush=True)
    parts.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=9)
    asked = parser.parse_args()
    terms = read_terms()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url = f"sqlite:///{home / 'ledger.db'}"
        key = fill(url, asked.cases, terms)
        asyncio.run(measure(url, home, key, asked.runs, terms))


if __name__ == "__main__":
    main()
