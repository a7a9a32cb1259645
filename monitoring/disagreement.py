"""Disagreement (规则与模型分歧): where the rules and the classifier part most, listed, and drawn for labelling."""

# ruff: noqa: S608  # statements are built of our own names; values are bound
from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from monitoring.entry_columns import EntryColumns
from monitoring.figures import Computed, Figure, Listing, Sheet, compute

FAR = 2  # grades apart from which on two voices part
CORNERS = ("rules_severe", "model_severe")  # the rules see what the model does not, and the other way round

_ROWS = f"""SELECT alert_id, score_id, case_id, account_id, rule_id, exchange, trading_day, grade, baseline_grade,
classifier_grade, anomaly_share, policy_clause, outcome, truth, classifier_grade - baseline_grade AS gap,
CASE WHEN classifier_grade - baseline_grade >= {FAR} THEN 'rules_severe'
WHEN baseline_grade - classifier_grade >= {FAR} THEN 'model_severe' END AS corner FROM answered
WHERE classifier_grade IS NOT NULL AND scored_at <= $at AND trading_day BETWEEN $first AND $last ORDER BY score_seq"""
_LIST = """SELECT alert_id, rule_id, account_id, trading_day, baseline_grade, classifier_grade, grade,
round(anomaly_share, 4), outcome FROM {{rows}} WHERE corner = '{corner}'
ORDER BY abs(gap) DESC, anomaly_share DESC NULLS LAST, alert_id LIMIT 50"""
_COLUMNS = (
    *(("预警", "alert"), ("规则", "rule"), ("账户", "account"), ("交易日", "trading day"), ("规则等级", "rules")),
    *(("模型等级", "classifier"), ("给出等级", "given"), ("异常度", "strangeness"), ("处置", "outcome")),
)


def _corner(name: str, zh: str, en: str) -> Listing:
    return Listing(name, zh, en, "voices", _LIST.format(corner=name).replace("{{rows}}", "{rows}"), _COLUMNS)


SHEET = Sheet(
    relations={"voices": _ROWS},
    figures=(
        Figure("voices_alerts", "两种意见都有的预警", "alerts with both voices", "voices", "count(*)"),
        Figure("voices_equal", "意见一致", "voices agree", "voices", "avg(CAST(gap = 0 AS INT))", "share"),
        Figure(
            "voices_rules_severe",
            "规则重、模型轻",
            "rules severe, model mild",
            "voices",
            "count(*)",
            where="corner = 'rules_severe'",
        ),
        Figure(
            "voices_model_severe",
            "模型重、规则轻",
            "model severe, rules mild",
            "voices",
            "count(*)",
            where="corner = 'model_severe'",
        ),
        Figure(
            "voices_rules_right",
            "分歧中规则更接近处置",
            "of decided corners, rules nearer",
            "voices",
            "avg(CAST(abs(truth - baseline_grade) < abs(truth - classifier_grade) AS INT))",
            "share",
            "corner IS NOT NULL AND truth IS NOT NULL",
        ),
    ),
    listings=(
        _corner("rules_severe", "规则重、模型轻", "rules severe, model mild"),
        _corner("model_severe", "模型重、规则轻", "model severe, rules mild"),
        Listing(
            "voices_by_rule",
            "按规则",
            "by rule",
            "voices",
            "SELECT rule_id, count(*), round(avg(CAST(gap = 0 AS INT)), 6), count(*) FILTER (corner = 'rules_severe'), "
            "count(*) FILTER (corner = 'model_severe') FROM {rows} GROUP BY rule_id ORDER BY count(*) DESC, rule_id",
            (
                *(("规则", "rule"), ("预警", "alerts"), ("一致", "agree")),
                *(("规则重", "rules severe"), ("模型重", "model severe")),
            ),
        ),
        Listing(
            "voices_table",
            "规则等级与模型等级",
            "rules against classifier",
            "voices",
            "SELECT baseline_grade, "
            + ", ".join(f"count(*) FILTER (classifier_grade = {grade})" for grade in range(1, 6))
            + " FROM {rows} GROUP BY baseline_grade ORDER BY baseline_grade",
            (("规则等级＼模型等级", "rules \\ classifier"), *((str(grade), str(grade)) for grade in range(1, 6))),
        ),
    ),
)


class SampleLog(Protocol):
    """The one verb that drawing needs: the ledger's ``append``."""

    def append(self, kind: str, key: str, payload: Mapping[str, Any]) -> Any:
        """Record one thing."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """An alert drawn for labelling: ``probability`` is that with which any alert of its corner was drawn."""

    alert_id: str
    case_id: str | None
    reason: str
    probability: float


def disagreement(columns: EntryColumns, first: date, last: date, at: datetime) -> Computed:
    """Both corners, counted and listed, of alerts of trading days in ``[first, last]`` as known at ``at``."""
    return compute(columns, SHEET, {"first": first, "last": last, "at": at})


def draw(columns: EntryColumns, *, probability: float, seed: int) -> list[Drawn]:
    """Undecided alerts of both corners (after ``disagreement``), each drawn by hash of its id with ``probability``.

    Drawing again gives the same alerts, whatever came in between; one drawn before is not given again.
    ``probability`` outside (0, 1] raises ``ValueError``.
    """
    if not 0 < probability <= 1:
        raise ValueError(f"saw probability={probability}; wanted more than 0 and at most 1")
    rows = columns.rows(
        "SELECT alert_id, case_id FROM voices WHERE corner IS NOT NULL AND outcome IS NULL AND alert_id NOT IN "
        "(SELECT payload->>'$.alert_id' FROM work WHERE kind = 'sample') ORDER BY alert_id"
    )
    return [
        Drawn(row["alert_id"], row["case_id"], "disagreement", probability)
        for row in rows
        if uniform(row["alert_id"], seed) < probability
    ]


def record_samples(log: SampleLog, drawn: list[Drawn]) -> int:
    """Put each drawn alert on record as ``sample``, which the desk shows and training weighs by; returns how many."""
    for one in drawn:
        payload = {"alert_id": one.alert_id, "case_id": one.case_id, "reason": one.reason}
        log.append("sample", f"{one.reason}:{one.alert_id}", {**payload, "probability": one.probability})
    return len(drawn)


def uniform(text: str, seed: int) -> float:
    """A number in [0, 1) that only ``text`` and ``seed`` decide.

    >>> uniform("a", 1) == uniform("a", 1), 0 <= uniform("b", 1) < 1
    (True, True)
    """
    return int.from_bytes(hashlib.sha256(f"{seed}:{text}".encode()).digest()[:8], "big") / 2**64
