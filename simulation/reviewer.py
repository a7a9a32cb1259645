"""One person at one case: what is found out, how bad it looks to this person, how long the decision takes."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

from simulation.investigator_settings import InvestigatorSettings
from simulation.keyed_draws import normal

_INTENT, _RUNG, _EXPLAINED = 2.3, 0.2, -0.4
_PAST, _SANCTIONED = 0.12, 0.25  # each earlier client talk, up to three; ever restricted or referred
_SAME_PERSON = 0.85  # variance share of a judgement that stays through all sittings of a case
_UNMOVED = 1.5  # a shown grade farther away than this from one's own judgement pulls no harder
_HURRY = (0.45, 0.65, 0.9, 1.1, 1.2)  # delay by the grade shown, 1 first: the worst are looked at first
_SPREAD = 0.75  # of the logarithm of the delay
_DELAY_BY_OUTCOME = 0.25
_WEEK = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Facts:
    """The case as it stands at a sitting: see ``case_file.case_files``; ``past`` dispositions of the client."""

    finding: float
    breadth: float
    rung: float
    strength: float
    chance: float
    look_alike: bool
    past: int  # earlier dispositions other than no_action
    sanctioned: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """Severities on the scale of ``InvestigatorSettings.cuts``."""

    true: float  # what the facts deserve, all being known, from a neutral person without noise
    own: float  # what this person makes of them
    final: float  # after the grade that was shown


def judge(
    settings: InvestigatorSettings,
    facts: Facts,
    *,
    reviewer: int,
    weekdays: float,
    luck: float,
    case: tuple[float, ...],
    sitting: tuple[float, ...],
    shown: int | None,
) -> Judgement:
    """Judge a case from the uniform draws of the case and of this sitting.

    ``luck`` is the smallest draw for finding things out so far: what was found stays found. ``weekdays`` since the
    first alert of the market move the desk's strictness.
    """
    found = luck < facts.chance * settings.thoroughness[reviewer]
    reading = facts.strength if found else settings.hidden * facts.strength
    explained = facts.look_alike and case[2] < settings.believed
    if facts.look_alike and not explained:
        reading = settings.suspicion
    noise = math.sqrt(_SAME_PERSON) * normal(case[3], case[4])
    noise += math.sqrt(1 - _SAME_PERSON) * normal(sitting[1], sitting[2])
    own = severity(facts, reading, explained) + settings.noise * noise + strictness(settings, reviewer, weekdays)
    final = own
    if shown is not None:
        away = _usual_severity(settings.cuts, shown) - own
        final += settings.anchoring * min(max(away, -_UNMOVED), _UNMOVED)
    return Judgement(severity(facts, facts.strength, facts.look_alike), own, final)


def severity(facts: Facts, reading: float, explained: bool) -> float:
    """How bad a case is when intent is read as ``reading`` in [0, 1] and perhaps explained away.

    Repetition weighs in full only where intent is seen.
    """
    past = _PAST * min(facts.past, 3) + _SANCTIONED * facts.sanctioned
    repeated = facts.breadth + _RUNG * facts.rung + past
    return _INTENT * reading + facts.finding + (0.3 + 0.7 * reading) * repeated + _EXPLAINED * explained


def strictness(settings: InvestigatorSettings, reviewer: int, weekdays: float) -> float:
    """How much worse than the facts a reviewer judges, so many weekdays after the beginning.

    >>> stricter = InvestigatorSettings(step=0.5, step_day=20)
    >>> strictness(stricter, 2, 19.9), strictness(stricter, 2, 20)
    (0.0, 0.5)
    """
    step = settings.step if weekdays >= settings.step_day else 0.0
    return settings.strictness[reviewer] + step + settings.slope * weekdays / 250.0


def outcome_of(settings: InvestigatorSettings, severity: float) -> int:
    """Place of the outcome, 0 ``no_action`` to 4 ``referred``."""
    return bisect_right(settings.cuts, severity)


def weekdays_from(first: int, moment: int) -> float:
    """Weekdays between two instants in seconds, weekends spread evenly; whole weeks are exact."""
    return 5.0 * (moment - first) / _WEEK


def delay_seconds(
    settings: InvestigatorSettings, outcome: int, pressure: float, shown: int | None, sitting: tuple[float, ...]
) -> int:
    """Time to a decision: skewed, longer for a bad case and under a backlog, shorter for a bad grade shown.

    ``pressure`` is the number of open cases over the usual number.
    """
    hours = settings.median_hours * (1 + _DELAY_BY_OUTCOME * outcome)
    hours *= 1 + settings.backlog * min(max(pressure - 1.0, 0.0), 3.0)
    hours *= 1.0 if shown is None else _HURRY[shown - 1]
    hours *= math.exp(_SPREAD * normal(sitting[3], sitting[4]))
    return int(3600 * min(max(hours, settings.shortest_hours), settings.longest_hours))


def _usual_severity(cuts: tuple[float, ...], grade: int) -> float:
    """The middle of the severities that deserve a grade; half a step beyond the outermost cuts."""
    edges = (2 * cuts[0] - cuts[1], *cuts, 2 * cuts[-1] - cuts[-2])
    place = 5 - grade
    return 0.5 * (edges[place] + edges[place + 1])
