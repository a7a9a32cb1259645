"""The words of a filing, Chinese and English."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from features.availability import EXCHANGE_ZONE

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
WORDS: dict[str, tuple[str, str]] = {
    "title": ("异常交易案件监管报送", "Regulatory filing of an abnormal-trading case"),
    "footer": (
        "本文件由系统依据账本记录生成，账户均为编号。",
        "Made from the ledger's record; accounts by number only.",
    ),
    "as_of": ("截至 {moment}", "as of {moment}"),
    "zone": ("时间均为北京时间（Asia/Shanghai，UTC+8）", "times in Asia/Shanghai (UTC+8)"),
    "case": ("案件概况", "The case"),
    "alerts": ("触发预警：计量与限额", "Alerts: measured against the limit"),
    "rules": ("规则条款与计数依据", "Rule clauses and what was counted"),
    "grades": ("分级及理由", "Grades and their reasons"),
    "decision": ("处置决定", "The decision"),
    "call_back": ("回访/面谈记录", "Call-back or interview"),
    "registers": ("限制与交易所告知", "Restrictions and exchange notices"),
    "people": ("经办人员", "People by what they did"),
    "history": ("处理过程", "History"),
    "none": ("无", "none"),
    "undecided": ("尚未作出决定。", "Not decided yet."),
    "case_id": ("案件编号", "case"),
    "subject": ("对象", "subject"),
    "account_id": ("账户", "account"),
    "stage": ("阶段", "stage"),
    "days": ("涉及交易日", "trading days"),
    "opened_at": ("立案时间", "opened"),
    "due_at": ("应办结时间", "due"),
    "grade": ("等级", "grade"),
    "override": ("复核调整等级", "overridden to"),
    "why_restricted": ("限制期内再次触发，案件等级不低于 2", "alert while restricted: the case is grade 2 at least"),
    "strategy": ("已知策略", "known strategy"),
    "alert_id": ("预警编号", "alert"),
    "rule": ("规则", "rule"),
    "place": ("合约", "contract"),
    "level": ("级别", "level"),
    "triggered_at": ("触发时间", "raised"),
    "measured": ("计量", "measured"),
    "limit": ("限额", "limit"),
    "occurrence": ("第几次", "occurrence"),
    "basis": ("依据", "legal basis"),
    "clause": ("定级条款", "policy clause"),
    "baseline": ("规则基线", "rules alone"),
    "model": ("模型", "model"),
    "degraded": ("降级说明", "degraded"),
    "voice": ("来源", "voice"),
    "reason": ("理由", "reason"),
    "outcome": ("结果", "outcome"),
    "conclusion": ("结论", "conclusion"),
    "follow_up": ("后续措施", "follow-up"),
    "note": ("备注", "note"),
    "decided_by": ("决定人", "decided by"),
    "reviewed_by": ("复核人", "reviewed by"),
    "decided_at": ("决定时间", "decided"),
    "grade_shown": ("决定时所示等级", "grade shown when decided"),
    "when": ("时间", "when"),
    "what": ("事项", "what"),
    "who": ("人员", "who"),
    "detail": ("内容", "detail"),
    "from": ("起", "from"),
    "until": ("止", "until"),
    "exchange": ("交易所", "exchange"),
    "delivered_at": ("送达时间", "delivered"),
    "form": ("形式", "form"),
    "place_of": ("地点", "place"),
    "abnormal_volume": ("本期异常交易量", "abnormal volume"),
    "abnormal_volume_before": ("上期异常交易量", "abnormal volume before"),
    "dormant": ("休眠账户", "dormant"),
    "restrictions": ("限制情况", "restrictions"),
    "education": ("客户教育记录", "client education"),
    "minutes": ("谈话内容", "minutes"),
    "by": ("人员", "by"),
    "assignee": ("经办人", "assignee"),
    "approve": ("同意", "approved"),
    "upheld": ("申诉成立", "upheld"),
    "text": ("内容", "text"),
    "channel": ("渠道", "channel"),
    "received_at": ("收到时间", "received"),
    "action": ("措施", "action"),
    "grade_before": ("原等级", "grade before"),
    "override_before": ("原调整等级", "overridden before"),
    "blind": ("盲评", "blind"),
    "probability": ("抽样概率", "drawn with probability"),
    "restriction_id": ("限制登记", "restriction"),
    "strategy_id": ("已知策略", "known strategy"),
    "subject_id": ("对象", "subject"),
    "subject_type": ("对象类别", "kind of subject"),
    "held_at": ("日期", "held"),
}
VALUES: dict[str, tuple[str, str]] = {
    "no_action": ("无需处理", "no action"),
    "educated": ("提示教育", "educated"),
    "enhanced_review": ("加强核查", "enhanced review"),
    "restricted": ("限制措施", "restricted"),
    "referred": ("移送", "referred"),
    "phone": ("电话", "phone"),
    "visit": ("上门", "visit"),
    "interview": ("面谈", "interview"),
    "video": ("视频", "video"),
    "written": ("书面", "written"),
    "True": ("是", "yes"),
    "False": ("否", "no"),
    "warning": ("预警", "warning"),
    "breach": ("超限", "breach"),
    "severe": ("严重", "severe"),
    "restrict_opening": ("限制开仓", "restrict opening"),
    "restrict_withdrawal": ("限制出金", "restrict withdrawal"),
    "close_out": ("强行平仓", "close out"),
    "enhanced_watch": ("重点监控", "enhanced watch"),
    "account": ("账户", "account"),
    "group": ("实控组", "group"),
    "pair": ("账户对", "pair of accounts"),
    "cluster": ("账户群", "cluster of accounts"),
    "least_expected_cost": ("预期代价最小", "least expected cost"),
    "repeated_exchange_breach": ("交易所限额反复超限", "repeated breach of an exchange limit"),
    "suspected_violation": ("疑似违规", "suspected violation"),
    "strange_and_unsure": ("行为异常且模型把握不足", "strange, and the model unsure"),
    "rules_only": ("仅按规则", "rules only"),
    "rules": ("规则", "rules"),
    "classifier": ("分类模型", "classifier"),
    "anomaly": ("异常检测", "anomaly detector"),
    "alert": ("触发预警", "alert"),
    "score": ("系统分级", "graded"),
    "claim": ("领取", "claimed"),
    "release": ("退回", "released"),
    "proposal": ("拟定处置", "proposed"),
    "review": ("复核", "reviewed"),
    "disposition": ("处置", "disposed of"),
    "override": ("调整等级", "grade overridden"),
    "reopen": ("重新打开", "reopened"),
    "terminate": ("终止", "terminated"),
    "snooze": ("暂缓", "snoozed"),
    "case_note": ("备注", "note"),
    "call_back": ("回访/面谈", "call-back"),
    "statement": ("客户说明", "client's statement"),
    "appeal": ("客户申诉", "appeal"),
    "appeal_decided": ("申诉裁定", "appeal decided"),
    "restriction": ("登记限制", "restriction registered"),
    "sample": ("抽样复查", "drawn for labelling"),
    "action_requested": ("申请外部措施", "action requested"),
    "action_approved": ("批准外部措施", "action approved"),
    "action_refused": ("否决外部措施", "action refused"),
}


def word(name: str, language: str) -> str:
    """A heading or label."""
    return WORDS[name][language == "en"]


def label(name: str, language: str) -> str:
    """A field of an entry in words; one that is not ours as it is."""
    return word(name, language) if name in WORDS else name


def moment(value: Any) -> Any:
    """An instant as the desk reads it, Asia/Shanghai to the second; anything else, a day among it, as it is.

    >>> moment("2026-03-02T18:30:05.250000Z"), moment("2026-03-02"), moment(None)
    ('2026-03-03 02:30:05', '2026-03-02', None)
    """
    if not isinstance(value, str) or _INSTANT.match(value) is None:
        return value
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return value
    read = read if read.tzinfo else read.replace(tzinfo=UTC)
    return read.astimezone(EXCHANGE_ZONE).strftime("%Y-%m-%d %H:%M:%S")


def value_text(value: Any, language: str) -> Any:
    """A recorded value in words where it is one of ours, else as it is.

    >>> value_text("educated", "zh"), value_text(3, "en")
    ('提示教育', 3)
    """
    known = VALUES.get(str(value)) if isinstance(value, str | bool) else None
    return value if known is None else known[language == "en"]
