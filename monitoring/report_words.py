"""What a printed report calls rules, columns and slices: a head of compliance reads names, whoever checks reads ids."""

from __future__ import annotations

from datetime import datetime

from features.alert_context import RULE_CODES
from features.availability import EXCHANGE_ZONE
from features.catalogue import FEATURES
from features.exchange_codes import EXCHANGE_CODES
from features.profile import TYPES
from models.rule_texts import rule_texts

_ANSWERS = {
    "grade": "给出等级",
    "baseline_grade": "规则等级",
    "classifier_grade": "模型等级",
    "anomaly_share": "异常度",
    "p_severe": "极高/高的概率",
    "severity": "严重度",
}
_CODES: dict[str, dict[str, str]] = {
    "rule": {str(code): name for name, code in RULE_CODES.items()},
    "exchange": {str(code): name for name, code in EXCHANGE_CODES.items()},
    "account_type": {str(code): name for code, name in enumerate(TYPES)},
}
_SLICES = {"rule": "规则", "exchange": "交易所", "account_type": "账户类型"}
_TYPES = {"individual": "个人", "institution": "机构", "product": "产品"}


def rule_name(rule: str, place: int) -> str:
    """A rule's id, behind its Chinese name in a Chinese report; a broker's own rule keeps its id.

    >>> rule_name("self_trade", 1), rule_name("ours", 0)
    ('self_trade', 'ours')
    """
    text = rule_texts().get(rule)
    return rule if place or text is None else f"{text.zh} {rule}"


def column_name(name: str, place: int) -> str:
    """A feature or an answer by its id, behind what it is in a Chinese report."""
    spec = FEATURES.get(name)
    zh = spec.zh if spec is not None else _ANSWERS.get(name)
    return name if place or zh is None else f"{zh} {name}"


def slice_name(text: str, place: int) -> str:
    """``exchange=2`` with the code's name in its place; an unknown code stands as it is.

    >>> slice_name("exchange=2", 0), slice_name("exchange=2", 1), slice_name("rule=9999", 1)
    ('交易所 INE', 'exchange INE', 'rule 9999')
    """
    word, _, code = text.partition("=")
    name = _CODES.get(word, {}).get(code, code)
    return f"{word} {name}" if place else f"{_SLICES.get(word, word)} {_TYPES.get(name, rule_name(name, place))}"


def account_type(name: str, place: int) -> str:
    """The kind of an account.

    >>> account_type("institution", 0), account_type("institution", 1)
    ('机构', 'institution')
    """
    return name if place else _TYPES.get(name, name)


def as_known(at: datetime, place: int) -> str:
    """An instant in Shanghai, with its zone.

    >>> from datetime import UTC
    >>> as_known(datetime(2026, 6, 20, 1, tzinfo=UTC), 1)
    '2026-06-20 09:00 Shanghai time (UTC+8)'
    """
    return f"{at.astimezone(EXCHANGE_ZONE):%Y-%m-%d %H:%M} {('北京时间（UTC+8）', 'Shanghai time (UTC+8)')[place]}"


def shanghai(recorded_at: str) -> str:
    """An instant of the ledger to the minute, in Shanghai.

    >>> shanghai("2026-06-20T17:00:00.000Z")
    '2026-06-21 01:00'
    """
    return f"{datetime.fromisoformat(recorded_at).astimezone(EXCHANGE_ZONE):%Y-%m-%d %H:%M}"
