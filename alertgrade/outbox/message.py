"""A message in words: Chinese and English, account ids and never names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TITLES = {
    "grade": ("异常交易预警", "Abnormal-trading alert"),
    "sla": ("案件超时", "Case past its time"),
    "alarm": ("监控告警", "Monitoring alarm"),
}
_NAMES = {
    "grade": "等级 grade",
    "case_id": "案件 case",
    "account_id": "账户 account",
    "subject_id": "对象 subject",
    "rule_id": "规则 rule",
    "exchange": "交易所 exchange",
    "contract": "合约 contract",
    "trading_day": "交易日 trading day",
    "due_at": "应办结 due",
    "assignee": "处理人 assignee",
    "stage": "阶段 stage",
}


_BLIND = {
    "grade": "盲评案件：无论等级均发此消息 blind case: told whatever its grade",
    "sla": "盲评案件：按最短时限计 blind case: by the shortest time of any grade",
}


def words_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """Title and text of an outbox row.

    >>> row = {"kind": "sla", "outbox_id": 7, "step": 2, "payload": {"case_id": "C1", "assignee": None}}
    >>> words_of(row)
    ('[升级 escalated] 案件超时 Case past its time', '案件 case: C1\\n编号 outbox: 7')
    """
    title = " ".join(_TITLES[row["kind"]])
    payload = dict(row["payload"])
    blind = [_BLIND[row["kind"]]] if payload.pop("blind", False) else []
    told = [(_NAMES.get(name, name), value) for name, value in payload.items() if value is not None]
    lines = [f"{name}: {value}" for name, value in told] + blind + [f"编号 outbox: {row['outbox_id']}"]
    return (f"[升级 escalated] {title}" if row["step"] == 2 else title), "\n".join(lines)
