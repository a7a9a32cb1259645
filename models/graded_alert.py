"""The answer: one field list for the HTTP response, the ledger row and the bulk file."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

GRADE_NAMES: dict[int, tuple[str, str]] = {  # grade -> Chinese, English
    1: ("极高", "extreme"),
    2: ("高", "high"),
    3: ("中", "medium"),
    4: ("低中", "low-medium"),
    5: ("低", "low"),
}
ACTIONS: dict[int, tuple[str, str]] = {
    1: ("冻结、立案或移送交易所、公安", "freeze, open a case or refer to the exchange or police"),
    2: ("限制开仓、限期整改、重点盯防", "restrict opening, set a deadline to rectify, watch closely"),
    3: ("加强核查、每日关注、索取材料", "enhanced review, daily watch, ask for material"),
    4: ("提示、教育、留痕", "warn, educate, leave a trace"),
    5: ("情况可解释或合规，日常监控", "explained or compliant, ordinary supervision"),
}

Voice = Literal["rules", "anomaly", "classifier"]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Driver(_Frozen):
    """One feature that made the row strange: its value and its share of the strangeness, in [0, 1]."""

    key: str
    value: float | None
    share: float


class Anomaly(_Frozen):
    """Share of training rows less strange than this one, in [0, 1]; null when no detector could answer."""

    share: float | None
    drivers: list[Driver]


class Baseline(_Frozen):
    """What the rules alone would say, and the alert that decided it."""

    grade: int
    decided_by_alert: str | None


class DecidedBy(_Frozen):
    """The grade each voice asked for (null: silent) and the policy clause that settled it."""

    rules: int | None
    classifier: int | None
    anomaly: int | None
    policy_clause: str


class Reason(_Frozen):
    """One reason, with the account's own past and its peers' median in the unit of ``value``."""

    voice: Voice
    key: str
    value: float | None
    own_past: float | None
    peer_median: float | None
    contribution: float | None
    text_zh: str
    text_en: str


class Versions(_Frozen):
    """What made the grade: enough to make it again."""

    model: str | None
    digest: str | None
    policy: str
    rules: str | None
    feature_service: str | None


class GradedAlert(_Frozen):
    """A grade with its reasons (DESIGN §8); ``probabilities`` has five entries, grade 1 first, or is null."""

    score_id: str
    alert_id: str
    account_id: str
    grade: int
    grade_name_zh: str
    grade_name_en: str
    severity: float | None
    probabilities: list[float] | None
    grade_set: list[int]
    anomaly: Anomaly
    baseline: Baseline
    decided_by: DecidedBy
    reasons: list[Reason]
    action_zh: str
    action_en: str
    versions: Versions
    features_as_of: datetime | None
    feature_age_days: int | None
    degraded: list[str]
