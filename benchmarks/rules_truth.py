"""How often each rule speaks on the synthetic market, and how often rightly: alerts against true intent.

``python -m benchmarks.rules_truth [ACCOUNTS] [DAYS] [SCENARIO]``. An alert above the warning is right where one of its
accounts truly meant harm that day (for a screen over n days: on one of the n). Recall asks of the misconduct the rule
is meant for: of those account-days, the share on which some alert of the rule names the account. Intervals: 95 %,
Wilson.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from datetime import date
from math import sqrt
from pathlib import Path

import pandas as pd

from features.events.load import load_events
from rules_baseline.replay import run_rules
from rules_baseline.rulebook import load_rulebook
from simulation.market import simulate
from simulation.scenario import load_scenario
from simulation.version import VERSION

MEANT_FOR = {  # rule -> kinds of misconduct it exists for; the others are looked at for precision only
    "self_trade": ("self_trading", "group_trading"),
    "group_trade": ("group_trading",),
    "frequent_cancel": ("cancel_flooding", "fak_flooding"),
    "large_cancel": ("large_order_cancelling",),
    "limit_price_cancel": ("limit_price_cancelling",),
    "intraday_open": ("opening_over_limit",),
    "spoofing": ("spoofing",),
    "benefit_transfer": ("matched_transfer", "stolen_password"),
    "matched_orders": ("ring", "matched_transfer"),
    "shared_address": ("ring", "limit_evasion"),
    "synchronous_trading": ("synchronised",),
    "margin_lending": ("margin_lending",),
}


def wilson(hits: int, of: int) -> str:
    if not of:
        return "–"
    z, p = 1.96, hits / of
    middle, half = p + z * z / (2 * of), z * sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    low, high = ((middle + sign * half) / (1 + z * z / of) for sign in (-1, 1))
    return f"{p:.2f} [{max(low, 0):.2f}, {min(high, 1):.2f}]"


def accounts_of(alert: pd.Series) -> set[str]:
    evidence = json.loads(alert.evidence)
    named = set(evidence.get("members") or {}) | set(evidence.get("accounts") or ())
    return named | set(str(alert.subject_id).split("|")) | {alert.account_id}


def main() -> None:
    accounts, days = (int(a) for a in (*sys.argv[1:3], "600", "40")[:2]) if len(sys.argv) > 2 else (600, 40)
    scenario = sys.argv[3] if len(sys.argv) > 3 else "default"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "events"
        result = simulate(folder, accounts=accounts, days=days, seed=7, scenario=load_scenario(scenario))
        truth = pd.read_parquet(result.truth)
        with load_events(folder, pseudonym_key=b"k" * 32) as events:
            run_rules(events, Path(scratch) / "alerts.parquet", state_dir=Path(scratch) / "state")
        alerts = pd.read_parquet(Path(scratch) / "alerts.parquet")
    guilty: dict[str, set[tuple[str, date]]] = defaultdict(set)
    for row in truth[~truth["innocent_look_alike"]].itertuples():
        guilty[row.kind].add((row.account_id, row.trading_day))
    bad_days = defaultdict(list)
    for account, day in set().union(*guilty.values()):
        bad_days[account].append(result.days.index(day))
    print(f"synthetic market, generator version {VERSION}, scenario {scenario}, {accounts} accounts, {days} days\n")
    print(
        "| rule | alerts a 1,000 account-days | above warning | right | meant for | recall |\n|---|---|---|---|---|---|"
    )
    book = load_rulebook()
    windows = {s.id: int(dict(book.choices.entries[s.id][0].values).get("days", 1)) for s in book.screens}
    for rule in book.titles():
        found = alerts[alerts["rule_id"] == rule]
        above = [(accounts_of(a), a.trading_day) for a in found[found["level"] != "warning"].itertuples()]
        right, named = 0, set()
        for members, day in above:
            place = result.days.index(day)
            back = place - windows.get(rule, 1)
            right += any(back < bad <= place for member in members for bad in bad_days[member])
            named |= {(member, day) for member in members}
        kinds = MEANT_FOR.get(rule, ())
        wanted = set().union(*(guilty[kind] for kind in kinds)) if kinds else set()
        recall = wilson(len(wanted & named), len(wanted)) if kinds else "–"
        rate = 1000 * len(found) / (accounts * days)
        cells = (f"`{rule}`", f"{rate:.1f}", len(above), wilson(right, len(above)), ", ".join(kinds) or "–", recall)
        print("| " + " | ".join(map(str, cells)) + " |")


if __name__ == "__main__":
    main()
