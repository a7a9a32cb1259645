"""Anchoring: found where reviewers lean to the grade shown, not found where they do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.anchoring import LEAST, anchoring


def cases(pull: float, rows: int = 1200, blind: float = 0.2, alerts: int = 1) -> pd.DataFrame:
    """Decided cases whose reviewers go ``pull`` of the way from their own opinion to the grade shown."""
    rng = np.random.default_rng(3)
    own, given = rng.normal(3.5, 1.2, rows), rng.integers(1, 6, rows)
    hidden = rng.random(rows) < blind
    outcome = np.where(hidden, own, own + pull * (given - own))
    frame = pd.DataFrame(
        {
            "case": [f"C{n}" for n in range(rows)],
            "subject_id": [f"S{n // 2}" for n in range(rows)],
            "grade_given": given,
            "blind": hidden,
            "grade": np.clip(outcome.round(), 1, 5).astype(int),
        }
    )
    return frame.loc[frame.index.repeat(alerts)].reset_index(drop=True)


def test_reviewers_who_lean_to_the_grade_shown_are_found_out() -> None:
    found = anchoring(cases(pull=0.5))
    assert found.found
    assert found.distance is not None
    assert found.distance.value < -0.3


def test_reviewers_who_judge_for_themselves_are_not_accused() -> None:
    found = anchoring(cases(pull=0.0))
    assert not found.found
    assert found.distance is not None
    assert found.distance.low < 0 < found.distance.high


def test_a_case_counts_once_however_many_alerts_it_has() -> None:
    assert anchoring(cases(pull=0.3, alerts=3)) == anchoring(cases(pull=0.3))


@pytest.mark.parametrize(("number", "said"), [(LEAST - 1, False), (LEAST, True)], ids=["just-below", "at"])
def test_a_handful_of_blind_cases_says_nothing(number: int, said: bool) -> None:
    frame = cases(pull=0.5)
    some = pd.concat([frame[frame["blind"]].head(number), frame[~frame["blind"]]])
    assert (anchoring(some).distance is not None) == said


def test_cases_of_which_nobody_knows_whether_they_were_blind_are_left_out() -> None:
    frame = cases(pull=0.5).astype({"blind": object})
    frame["blind"] = None
    assert (anchoring(frame).shown, anchoring(frame).blind) == (0, 0)
