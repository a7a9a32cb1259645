"""Known truth: how soon a change is paged and how often nothing is, over many synthetic streams.

``python -m benchmarks.drift_truth [SEEDS] [FIRST] [KEEP]``; runs that the file KEEP holds are not made again. Reach: at
most one false page a month, abrupt change and broken columns within a day, concept drift within the label delay plus
ten days, a new kind within ten. Each night runs what ``alertgrade monitor`` runs: two drift reports (the day, the last
20 days), the alarms on ripe outcomes and on strange alerts, the paging policy.
"""

from __future__ import annotations

import copy
import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks._streams import A_DAY, CHANGE, COST, DAYS, NAMES, SCENARIOS, Day, Stream
from monitoring.drift import DriftReport, drift_report
from monitoring.drift_measure import FrozenReference
from monitoring.far_out import SampleTails
from monitoring.findings import night_findings
from monitoring.maturity import DECIDED_SHARE, DELAY_QUANTILE
from monitoring.outcome_alarms import outcome_alarms
from monitoring.pages import PageBook
from monitoring.strangeness import Strange, strangeness_alarms

WEEKS = 20
MONTH = 21  # trading days
_COMPARED = ["grade", "severity", "p_severe"]


@dataclass(frozen=True)
class Run:
    """The pages of one stream (night from 1, cause, whether a reminder), and the label delay that was in force."""

    pages: list[tuple[int, str, bool]]
    delay: float

    @property
    def nights(self) -> list[int]:
        """Nights on which a cause was paged; that it still stands is no news."""
        return [night for night, _, reminder in self.pages if not reminder]


Reports = dict[int, tuple[DriftReport, DriftReport]]


class Before:
    """What all streams of a seed share: the days before the change, and the reports on them."""

    def __init__(self, seed: int) -> None:
        self.seed, self.reports = seed, Reports()
        self._stream = Stream(seed, None)
        self.frozen = FrozenReference(self._stream.reference)
        self._days = [self._stream.day(number) for number in range(CHANGE)]

    def days(self, name: str, days: int) -> tuple[Stream, list[Day]]:
        """The stream ``name``, and all its days."""
        stream = copy.deepcopy(self._stream)
        stream.change = SCENARIOS[name]
        return stream, self._days[:days] + [stream.day(number) for number in range(CHANGE, days)]


def run(seed: int, name: str, days: int = DAYS, before: Before | None = None) -> Run:
    """One stream through every night."""
    shared = before or Before(seed)
    stream, past = shared.days(name, days)
    frozen, kept = shared.frozen, shared.reports
    use = dict(zip(stream.reference.columns, stream.weight / stream.weight.sum(), strict=False))
    table = pd.concat([pd.concat([d.features, d.answers[_COMPARED]], axis=1) for d in past], ignore_index=True)
    subjects = pd.concat([d.subjects for d in past], ignore_index=True)
    raised = _alarms(past, _ripe(past)) + _strange(past, stream.reference)
    book, pages = PageBook(), []
    for number in range(days):
        end = (number + 1) * A_DAY
        if number not in kept:
            day, weeks = (slice(max(0, end - width * A_DAY), end) for width in (1, WEEKS))
            reports = tuple(drift_report(frozen, table[w], use=use, subjects=subjects[w]) for w in (day, weeks))
            if number < CHANGE:
                kept[number] = reports
        else:
            reports = kept[number]
        due = [one for night, one in raised if night <= number]
        book, sent = book.turn(night_findings(*reports, due))
        pages += [(page.night, page.cause, page.reminder) for page in sent]
    return Run(pages, _delay(past))


def _delay(past: list[Day]) -> float:
    every = np.concatenate([day.delay for day in past])
    return float(np.quantile(every, DELAY_QUANTILE, method="inverted_cdf"))


def _ripe(past: list[Day]) -> list[int]:
    """The night on which each day was ripe; days ripen in order here, so that alarms follow them in order."""
    old = _delay(past)
    nights = [
        day_no + min(old, float(np.sort(day.delay)[int(np.ceil(DECIDED_SHARE * len(day.delay))) - 1]))
        for day_no, day in enumerate(past)
    ]
    return np.maximum.accumulate(nights).astype(int).tolist()


def _alarms(past: list[Day], ripe_on: list[int]) -> list[tuple[int, object]]:
    """Every alarm with the night of its raising: an e-detector reads days in order."""
    rows = []
    for number, day in enumerate(past):
        known = day.delay <= ripe_on[number] - number
        cases = day.subjects.to_numpy()[known]
        part = day.answers[known].assign(truth=day.truth[known], trading_day=number, case_key=cases)
        rows.append(part[[ripe_on[number] < len(past)] * len(part)])
    found = outcome_alarms(pd.concat(rows, ignore_index=True), COST)
    return [(ripe_on[int(one.raised_on)], one) for one in found if one.raised_on is not None]


def _strange(past: list[Day], reference: pd.DataFrame) -> list[tuple[int, object]]:
    features = pd.concat([day.features for day in past], ignore_index=True)
    numbers = np.repeat(np.arange(len(past)), [len(day.features) for day in past])
    shares = np.concatenate([day.answers["anomaly_share"] for day in past])
    accounts = np.concatenate([day.subjects for day in past])
    far = SampleTails(reference, NAMES).measure(features)
    found = strangeness_alarms(Strange(numbers, accounts, shares, far))
    return [(int(one.raised_on), one) for one in found if one.raised_on is not None]


def describe(name: str, runs: list[Run], days: int = DAYS) -> str:
    """One row of the table."""
    before = [sum(n <= CHANGE or SCENARIOS[name] is None for n in one.nights) for one in runs]
    length = days if SCENARIOS[name] is None else CHANGE
    a_month = sum(before) / (len(runs) * length) * MONTH
    if SCENARIOS[name] is None:
        return f"| {name} | {len(runs)} | – | – | – | – | – | {a_month:.2f} (most {max(before)} in {days} days) |"
    first = [min((n - 1 - CHANGE for n in one.nights if n > CHANGE), default=np.inf) for one in runs]
    after = [len(one.nights) - b for one, b in zip(runs, before, strict=True)]
    again = [sum(night > CHANGE and reminder for night, _, reminder in one.pages) for one in runs]
    found = np.array([f for f in first if np.isfinite(f)])
    spread = "–" if not found.size else f"{np.median(found):.0f} ({np.quantile(found, 0.95):.0f}; {found.max():.0f})"
    delay = np.mean([one.delay for one in runs])
    row = f"| {name} | {len(runs)} | {found.size / len(runs):.0%} | {spread} | {delay:.0f} "
    return row + f"| {np.mean(after):.2f} (most {max(after)}) | {np.mean(again):.2f} | {a_month:.2f} |"


def causes(name: str, runs: list[Run]) -> str:
    """Which causes were paged from the change on, reminders left out: the share of the streams with each."""
    seen = Counter(cause for one in runs for cause in {c for n, c, again in one.pages if n > CHANGE and not again})
    return f"{name}: " + (", ".join(f"{c} {k / len(runs):.0%}" for c, k in seen.most_common()) or "none")


HEAD = (
    "| stream | seeds | paged | trading days to the first page: median (95 %; most) | label delay, days "
    "| pages | reminders | false a month |\n|---|---|---|---|---|---|---|---|"
)


def main(seeds: int = 100, first: int = 0, keep: Path | None = None) -> int:
    """Print the table; 1 where the reach is missed. ``keep`` adds the runs to a file, and tells of all in it."""
    kept: dict[str, dict[int, Run]] = {name: {} for name in SCENARIOS}
    if keep is not None and keep.exists():
        for line in keep.read_text(encoding="utf-8").splitlines():
            name, seed, pages, delay = json.loads(line)
            kept[name][seed] = Run([(night, cause, again) for night, cause, again in pages], delay)
    for seed in range(first, first + seeds):
        before = Before(seed)
        for name in SCENARIOS:
            if seed in kept[name]:
                continue
            found = kept[name][seed] = run(seed, name, before=before)
            if keep is not None:
                with keep.open("a", encoding="utf-8") as out:
                    out.write(json.dumps([name, seed, found.pages, found.delay]) + "\n")
    every = {name: list(runs.values()) for name, runs in kept.items() if runs}
    print("\n".join([HEAD, *(describe(name, runs) for name, runs in every.items())]))
    print("\n" + "\n".join(causes(name, runs) for name, runs in every.items()))
    failed = [said for name, runs in every.items() for said in missed(name, runs)]
    print("\n" + ("\n".join(failed) or "every reach kept"))
    return 1 if failed else 0


def missed(name: str, runs: list[Run]) -> list[str]:
    """What of the reach these runs miss."""
    nights = [min((n - 1 - CHANGE for n in one.nights if n > CHANGE), default=np.inf) for one in runs]
    false = sum(sum(SCENARIOS[name] is None or n <= CHANGE for n in one.nights) for one in runs)
    length = DAYS if SCENARIOS[name] is None else CHANGE
    said = []
    if false / (len(runs) * length) * MONTH > 1:
        said.append(f"{name}: more than one false page a month")
    if name.startswith(("abrupt", "broken")) and np.quantile(nights, 0.95) > 0:
        said.append(f"{name}: not within a day")
    late = [night > one.delay + 10 for night, one in zip(nights, runs, strict=True)]
    if name == "new kind of misconduct" and np.quantile(nights, 0.95) > 10:
        said.append(f"{name}: not within ten days")
    if name.startswith("concept") and np.mean(late) > 0.05:
        said.append(f"{name}: later than the label delay plus ten days in {np.mean(late):.0%} of the streams")
    return said


if __name__ == "__main__":
    counts = [int(argument) for argument in sys.argv[1:3]]
    sys.exit(main(*counts, keep=Path(sys.argv[3]) if len(sys.argv) > 3 else None))
