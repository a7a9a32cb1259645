"""The desk through time: alerts come in, cases open, people decide them; nobody knows tomorrow."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Literal

import pandas as pd

from simulation.investigator_settings import InvestigatorSettings
from simulation.keyed_draws import uniforms
from simulation.reviewer import Facts, Judgement, delay_seconds, judge, outcome_of, weekdays_from

Judge = Literal["reviewers", "coin"]
_US = 1_000_000
_USUAL = 50  # sittings over which the usual backlog is remembered
_FACTS = ("finding", "breadth", "rung", "strength", "chance", "look_alike")


@dataclass(slots=True)
class Sitting:
    """One decision on a case; ``rows`` are the alerts it answers, the last one known at the decision at the end."""

    case_id: str
    number: int
    account_id: str
    reviewer: int
    opened: int  # microseconds since 1970, UTC
    case_draws: tuple[float, ...]
    draws: tuple[float, ...]
    luck: float
    decided: int = 0
    rows: list[int] = field(default_factory=list)
    shown: int | None = None
    judgement: Judgement | None = None
    outcome: int | None = None  # None: never decided


@dataclass(slots=True)
class _Case:
    """What the desk remembers of a case between sittings."""

    draws: tuple[float, ...]
    sittings: int = 0
    luck: float = 1.0
    outcome: int = 0


@dataclass(slots=True)
class _Client:
    """Earlier dispositions of one account."""

    past: int = 0
    sanctioned: bool = False


class Desk:
    """Works through case files in order of time; afterwards ``closed`` holds every sitting, by decision."""

    def __init__(
        self, settings: InvestigatorSettings, *, seed: int, judge: Judge, shown: Mapping[str, int | None]
    ) -> None:
        self.settings, self.seed, self.judge, self.shown = settings, seed, judge, shown
        self.closed: list[Sitting] = []
        self._cases: dict[str, _Case] = {}
        self._clients: dict[str, _Client] = {}
        self._open: dict[str, Sitting] = {}
        self._due: list[tuple[int, int, Sitting]] = []
        self._opened, self._usual, self._first = 0, 0.0, 0
        self._mix = tuple(accumulate(settings.coin_mix))[:-1]

    def work(self, files: pd.DataFrame) -> list[Sitting]:
        """Decide all cases of ``files`` (see ``case_file.case_files``); every alert is in exactly one sitting."""
        self._facts = list(zip(*(files[name].tolist() for name in _FACTS), strict=True))
        columns = [files[name].tolist() for name in ("case_id", "account_id", "alert_id", "at")]
        self._first = columns[3][0] if len(files) else 0
        for row, (case_id, account_id, alert_id, at) in enumerate(zip(*columns, strict=True)):
            while self._due and self._due[0][0] <= at:
                self._decide(heapq.heappop(self._due)[2])
            sitting = self._open.get(case_id)
            grade = self.shown.get(alert_id)
            if sitting is None:
                sitting = self._sit_down(case_id, account_id, at)
                sitting.shown = grade
                self._set_date(sitting, row)
            elif grade is not None:
                sitting.shown = grade if sitting.shown is None else min(sitting.shown, grade)
            sitting.rows.append(row)
        while self._due:
            self._decide(heapq.heappop(self._due)[2])
        return self.closed

    def _sit_down(self, case_id: str, account_id: str, at: int) -> Sitting:
        case = self._cases.get(case_id)
        if case is None:
            case = self._cases[case_id] = _Case(uniforms(self.seed, case_id))
        case.sittings += 1
        draws = uniforms(self.seed, f"{case_id}:{case.sittings}")
        # a second look finds less than the first: what was not seen then is hard to see
        case.luck = min(case.luck, draws[0] if case.sittings == 1 else draws[0] ** (1 / 3))
        reviewer = int(case.draws[0] * len(self.settings.strictness))
        sitting = Sitting(case_id, case.sittings, account_id, reviewer, at, case.draws, draws, case.luck)
        self._open[case_id] = sitting
        return sitting

    def _set_date(self, sitting: Sitting, row: int) -> None:
        """When it will be decided, from what the case looks like when it comes in."""
        self._opened += 1
        pressure = (len(self._due) + 1) / (self._usual + 1)
        self._usual += (len(self._due) - self._usual) / min(self._opened, _USUAL)
        first_look = outcome_of(self.settings, self._judge(sitting, row, sitting.opened).final)
        seconds = delay_seconds(self.settings, first_look, pressure, sitting.shown, sitting.draws)
        sitting.decided = sitting.opened + seconds * _US
        heapq.heappush(self._due, (sitting.decided, self._opened, sitting))

    def _decide(self, sitting: Sitting) -> None:
        del self._open[sitting.case_id]
        self.closed.append(sitting)
        case = self._cases[sitting.case_id]
        sitting.judgement = self._judge(sitting, sitting.rows[-1], sitting.decided)
        if sitting.draws[5] < self.settings.undecided:
            return
        if self.judge == "coin":
            sitting.outcome = bisect_right(self._mix, sitting.draws[7])
        else:
            sitting.outcome = max(case.outcome, outcome_of(self.settings, sitting.judgement.final))
        case.outcome = sitting.outcome
        if sitting.outcome > 0:
            client = self._clients.setdefault(sitting.account_id, _Client())
            client.past += 1
            client.sanctioned = client.sanctioned or sitting.outcome >= 3

    def _judge(self, sitting: Sitting, row: int, moment: int) -> Judgement:
        client = self._clients.get(sitting.account_id, _Client())
        finding, breadth, rung, strength, chance, look_alike = self._facts[row]
        facts = Facts(finding, breadth, rung, strength, chance, look_alike, client.past, client.sanctioned)
        return judge(
            self.settings,
            facts,
            reviewer=sitting.reviewer,
            weekdays=weekdays_from(self._first // _US, moment // _US),
            luck=sitting.luck,
            case=sitting.case_draws,
            sitting=sitting.draws,
            shown=sitting.shown,
        )


def reviewer_of(settings: InvestigatorSettings, sitting: Sitting) -> str:
    """The reviewer's name."""
    return settings.reviewers[sitting.reviewer]


def note_of(settings: InvestigatorSettings, sitting: Sitting) -> Any:
    """A note, or None where the reviewer wrote none."""
    return "synthetic review" if sitting.draws[6] < settings.noted else None
