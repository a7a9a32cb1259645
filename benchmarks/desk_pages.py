"""How soon each page of the desk can be used over many open cases, synthetic: ``python -m benchmarks.desk_pages``.

The real application, a real dashboard process, a real Chromium. A page counts as interactive once
Streamlit has run, nothing waits, and what one would use first is on the screen. Each page is opened once to fill the
browser's cache, then some times; prints the median and the slowest in seconds, the least processor time of service,
dashboard and browser together, and the machine's load.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import uvicorn
from playwright.sync_api import Page

from ledger.chain import canonical_json
from ledger.group import NewScore
from ledger.ledger import Ledger
from models.graded_alert import ACTIONS, GRADE_NAMES
from serving.app import create_app
from serving.compose import compose
from serving.metrics import Metrics
from serving.terms import read_terms
from tests.dashboard.chromium import Person, chromium, dashboard_of
from tests.dashboard.desk_files import write_desk_files

RULES = ("self_trade", "frequent_cancel", "large_cancel", "intraday_open")
KINDS = (["individual"], ["product", "programmatic"], ["institution"], ["individual", "employees"])  # the last is rare
AT = datetime(2026, 3, 6, 2, tzinfo=UTC)


def scores(count: int, first: int) -> Iterator[NewScore]:
    for number in range(first, first + count):
        day = AT - timedelta(days=number % 40)
        rule, grade = RULES[number % 4], 1 + number * 7 % 5
        trigger: dict[str, Any] = {"alert_id": f"a{number}", "rule_id": rule, "level": "breach", "exchange": "SHFE"}
        trigger |= {"contract": "cu2605", "trading_day": day.date().isoformat(), "subject_type": "account"}
        trigger |= {"subject_id": f"S{number}", "account_id": f"A{number % 5000}", "triggered_at": day.isoformat()}
        trigger |= {"measured": 640.0, "threshold": 500.0, "occurrence": 1, "parameters_version": "1", "evidence": None}
        account = {"branch": f"营业部{number % 25:02d}", "populations": KINDS[number % 3 if number % 997 else 3]}
        answer = answer_of(trigger, grade)
        yield NewScore(trigger, answer, canonical_json(answer), {"features": {}}, account)


def answer_of(trigger: dict[str, Any], grade: int) -> dict[str, Any]:
    reason = {"voice": "rules", "key": trigger["rule_id"], "value": 640.0, "text_zh": "超过限额", "text_en": "over"}
    (zh, en), (do_zh, do_en) = GRADE_NAMES[grade], ACTIONS[grade]
    return {
        "score_id": f"s-{trigger['alert_id']}",
        "alert_id": trigger["alert_id"],
        "account_id": trigger["account_id"],
        "grade": grade,
        **{"grade_name_zh": zh, "grade_name_en": en, "action_zh": do_zh, "action_en": do_en},
        "probabilities": [0.2] * 5,
        "grade_set": [grade],
        "anomaly": {"share": 0.5, "drivers": []},
        "baseline": {"grade": grade, "decided_by_alert": trigger["alert_id"]},
        "decided_by": {"rules": grade, "classifier": grade, "anomaly": None, "policy_clause": "least_expected_cost"},
        "reasons": [reason],
        "versions": {"model": "1", "digest": "d", "policy": "p", "rules": "r", "feature_service": "f"},
        "features_as_of": AT.isoformat(),
        "feature_age_days": 0,
        "degraded": [],
    }


def fill(url: str, cases: int) -> str:
    """Record ``cases`` open cases, one alert each; a reviewer's key."""
    now = [AT - timedelta(days=40)]
    ledger = Ledger(url, lambda: now[0], terms=read_terms())
    for first in range(0, cases, 500):
        now[0] += timedelta(minutes=500)
        ledger.record_scores(list(scores(min(500, cases - first), first)))
    key: str = ledger.create_key("bench", "reviewer")[1]
    ledger.close()
    return key


def serve(home: Path) -> tuple[uvicorn.Server, str]:
    places = {name: home / name for name in ("bundles", "keys", "features", "desk")}
    ledger = f"sqlite:///{home / 'ledger.db'}"
    parts = compose(ledger_url=ledger, metrics=Metrics(), clock=lambda: AT + timedelta(hours=6), **places)
    app = create_app(parts.metrics)
    app.state.parts = parts
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws="none"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    return server, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"


def visits(page: Page, person: Person) -> dict[str, Callable[[], None]]:
    """How each page is opened, ending when what one uses first is there."""

    def link(label: str, role: str, first: str) -> None:
        person.click(label, role="link")
        page.get_by_role(role, name=first).first.wait_for()  # type: ignore[arg-type]
        person.settle()

    def case() -> None:
        person.click(person.words["worst"])
        page.get_by_role("button", name="提交处置").wait_for()
        person.settle()

    def grade() -> None:
        page.get_by_role("link", name="查看 2 高").click()
        page.get_by_role("button", name="C0").first.wait_for()
        person.settle()

    def chosen(label: str, value: str) -> None:
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=value, exact=True).click()
        person.settle()
        page.get_by_role("button", name="C0").first.wait_for()

    return {
        "overview": lambda: link("总览", "button", "打开最严重的待处理案件"),
        "case": case,
        "cases": lambda: link("案件队列", "button", "C0"),
        "cases, next page": lambda: (person.click("下一页"), person.settle())[1],
        "alerts": lambda: link("预警队列", "button", "自成交"),
        "overview again": lambda: link("总览", "button", "打开最严重的待处理案件"),
        "cases of grade 2": grade,
        "... of one branch": lambda: chosen("营业部", "营业部23"),
        "... of employees": lambda: chosen("客户类别", "员工"),
    }


def processor() -> float:
    """Seconds of processor time so far of the service, the dashboard and the browser together."""
    own = psutil.Process()
    times = [one.cpu_times() for one in (own, *own.children(recursive=True)) if one.is_running()]
    return sum(one.user + one.system for one in times)


def measure(api_url: str, key: str, runs: int) -> None:
    with dashboard_of(api_url) as url, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        person = Person(page, url, "zh")
        person.arrive()
        person.sign_in(key)
        opened = visits(page, person)
        took: dict[str, list[float]] = {name: [] for name in opened}
        spent: dict[str, list[float]] = {name: [] for name in opened}
        for run in range(runs + 1):
            for name, visit in opened.items():
                started, before = time.perf_counter(), processor()
                visit()
                if run:
                    took[name].append(time.perf_counter() - started)
                    spent[name].append(processor() - before)
        for name, seconds in took.items():
            wall = f"p50 {statistics.median(seconds):5.2f} s   worst {max(seconds):5.2f} s"
            print(f"{name:20} {wall}   processor {min(spent[name]):5.2f} s")
    print(f"load average {', '.join(f'{load:.1f}' for load in psutil.getloadavg())} on {psutil.cpu_count()} cores")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        started = time.perf_counter()
        key = fill(f"sqlite:///{home / 'ledger.db'}", asked.cases)
        print(f"{asked.cases:,} open cases recorded in {time.perf_counter() - started:.0f} s")
        write_desk_files(home / "desk", "A0", "A1", AT)
        server, api_url = serve(home)
        measure(api_url, key, asked.runs)
        server.should_exit = True


if __name__ == "__main__":
    main()
