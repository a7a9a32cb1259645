"""Every string of the dashboard, Chinese and English side by side."""

from __future__ import annotations

from dataclasses import dataclass

from serving.dashboard.rule_names import RULES

LANGUAGES = {"zh": "中文", "en": "English"}

TEXTS: dict[str, tuple[str, str]] = {
    # --- the frame
    "title": ("AlertGrade 预警分级", "AlertGrade"),
    "subtitle": ("异常交易预警风险分级", "Risk grades of abnormal-trading alerts"),
    "language": ("语言", "Language"),
    "sign_out": ("退出", "Sign out"),
    "queue": ("预警队列", "Alert queue"),
    "times_shanghai": ("时间均为北京时间（Asia/Shanghai）", "All times are Asia/Shanghai"),
    "connected_to": ("接口", "API"),
    "loading": ("正在读取…", "Loading…"),
    "refresh": ("刷新", "Refresh"),
    # --- signing in
    "sign_in": ("登录", "Sign in"),
    "sign_in_lead": ("请输入接口密钥", "Sign in with an API key"),
    "api_key": ("接口密钥", "API key"),
    "api_key_help": (
        "由管理员签发：alertgrade keys create。密钥只保存在本次会话中。",
        "Issued by an administrator: alertgrade keys create. Kept for this session only.",
    ),
    "api_key_needed": ("请先填写接口密钥。", "Enter an API key first."),
    # --- queue
    "queue_lead": ("最严重的在前；同级内最新的在前", "Worst grade first, newest first within a grade"),
    "grade": ("风险等级", "Grade"),
    "all": ("全部", "All"),
    "exchange": ("交易所", "Exchange"),
    "rule": ("规则", "Rule"),
    "status": ("状态", "Status"),
    "status_open": ("待处置", "Open"),
    "status_closed": ("已处置", "Closed"),
    "trading_day": ("交易日", "Trading day"),
    "account": ("账户", "Account"),
    "account_hint": ("账户号，精确匹配", "Account id, exact"),
    "subject": ("对象", "Subject"),
    "contract": ("合约", "Contract"),
    "level": ("预警级别", "Level"),
    "level_warning": ("预警", "warning"),
    "level_breach": ("超限", "breach"),
    "level_severe": ("严重超限", "severe"),
    "triggered_at": ("触发时间", "Triggered at"),
    "outcome": ("处置结果", "Outcome"),
    "baseline_grade": ("规则基线", "Rules baseline"),
    "degraded_column": ("降级", "Degraded"),
    "yes": ("是", "yes"),
    "open_hint": ("点击任意一行打开该预警", "Click any row to open the alert"),
    "shown": ("本页 {count} 条", "{count} alerts on this page"),
    "next_page": ("下一页", "Next page"),
    "first_page": ("回到首页", "First page"),
    "tile_caption": ("待处置", "open"),
    "counts_missing": ("等级计数暂不可用：{reason}", "Counts by grade are not available: {reason}"),
    "empty_queue": ("没有符合条件的预警", "No alerts match"),
    "empty_queue_do": (
        "放宽筛选条件，或等待监控系统送入新的预警。",
        "Widen the filters, or wait for the monitor to raise an alert.",
    ),
    # --- one alert
    "back": ("返回队列", "Back to the queue"),
    "alert": ("预警", "Alert"),
    "risk_grade": ("风险等级", "Risk grade"),
    "treatment": ("处理方式", "Treatment"),
    "conformal_set": ("可能的等级（共形预测集）", "Grades not ruled out (conformal set)"),
    "conformal_note": (
        "实际等级以既定覆盖率落在标出的范围内；范围越宽越需要人工判断。",
        "The true grade lies in the marked range at the stated coverage; the wider, the more it needs a person.",
    ),
    "probabilities": ("各等级概率", "Probability of each grade"),
    "no_probabilities": ("模型未给出概率，等级由规则决定。", "No probabilities: the rules alone gave this grade."),
    "who_decided": ("由谁决定", "Who decided"),
    "voice_rules": ("交易所规则", "Exchange rules"),
    "voice_classifier": ("处置分类模型", "Disposition classifier"),
    "voice_anomaly": ("异常检测", "Anomaly detectors"),
    "asked_for": ("主张 {grade}", "asks for {grade}"),
    "silent": ("未表态", "silent"),
    "policy_clause": ("决策条款", "Policy clause"),
    "stranger_than": ("比 {share} 的训练样本更异常", "Stranger than {share} of the training sample"),
    "anomaly_none": ("检测器无法判断", "No detector could answer"),
    "reasons": ("分级理由", "Reasons"),
    "no_reasons": ("没有给出理由", "No reasons were given"),
    "this_alert": ("本次", "This alert"),
    "own_past": ("自身历史", "Own past"),
    "peer_median": ("同类中位数", "Peer median"),
    "contribution": ("贡献", "Contribution"),
    "limit": ("限额", "Limit"),
    "measured": ("实测", "Measured"),
    "of_limit": ("为限额的 {ratio}", "{ratio} of the limit"),
    "rule_evidence": ("规则证据", "Rule evidence"),
    "no_limit": ("规则未给出数值限额", "The rule gives no numeric limit"),
    "trigger_facts": ("触发信息", "Trigger"),
    "alert_id": ("预警编号", "Alert id"),
    "score_id": ("评分编号", "Score id"),
    "occurrence": ("第几次发生", "Occurrence"),
    "parameters_version": ("规则参数版本", "Parameters version"),
    "evidence_details": ("证据明细", "Evidence in full"),
    "versions": ("版本与数据时点", "Versions and data as of"),
    "model": ("模型", "Model"),
    "policy": ("决策策略", "Policy"),
    "rules_version": ("规则", "Rules"),
    "feature_service": ("特征服务", "Feature service"),
    "features_as_of": ("特征时点", "Features as of"),
    "feature_age": ("特征距今（天）", "Feature age (days)"),
    "degraded": ("降级评分", "Degraded grade"),
    "degraded_lead": (
        "本次评分并非在完整条件下给出，请结合证据人工判断。",
        "This grade was not given under full conditions: judge it with the evidence.",
    ),
    "cause_model_missing": ("没有可用模型，仅按规则评级", "No model: graded by the rules alone"),
    "cause_model_refused": ("模型包校验未通过，仅按规则评级", "Model bundle refused: graded by the rules alone"),
    "cause_model_failed": ("模型运行失败，仅按规则评级", "The model failed: graded by the rules alone"),
    "cause_feature_store_unavailable": ("特征库不可用", "Feature store not available"),
    "cause_stale_features": ("特征已过期", "Stale features"),
    "cause_no_intraday_row": ("缺少当日盘中特征", "No intraday features of the day"),
    "not_graded": ("该预警尚无评分", "This alert has no grade"),
    # --- the account
    "account_profile": ("账户档案", "Account profile"),
    "no_profile": ("特征库中没有该账户", "The feature store does not know this account"),
    "as_of": ("截至 {moment}", "as of {moment}"),
    "all_features": ("全部特征（{count} 项）", "All features ({count})"),
    "feature": ("特征", "Feature"),
    "value": ("值", "Value"),
    "no": ("否", "no"),
    "type_individual": ("个人", "individual"),
    "type_institution": ("机构", "institution"),
    "type_product": ("资管产品", "product"),
    "past_alerts": ("历史预警", "Past alerts"),
    "no_past_alerts": ("没有其他预警", "No other alerts"),
    "past_dispositions": ("历史处置", "Past dispositions"),
    "no_past_dispositions": ("没有处置记录", "No dispositions on record"),
    "decided_at": ("处置时间", "Decided at"),
    "decided_by": ("处置人", "Decided by"),
    "conclusion": ("处置结论", "Conclusion"),
    # --- the form
    "case": ("案件", "Case"),
    "disposition": ("处置", "Disposition"),
    "disposition_lead": (
        "处置对整个案件生效，并写入该案件的全部预警（{count} 条）。",
        "A disposition is given to the case and to all of its alerts ({count}).",
    ),
    "choose_outcome": ("请选择处置结果", "Choose an outcome"),
    "outcome_needed": ("请先选择处置结果。", "Choose an outcome first."),
    "conclusion_hint": ("核查经过、客户解释、依据", "What was checked, what the client said, on what grounds"),
    "conclusion_needed": ("请填写处置结论。", "Write a conclusion first."),
    "submit": ("提交处置", "Record disposition"),
    "recorded": ("处置已记录", "Disposition recorded"),
    "already_decided": ("本案已处置", "This case has been decided"),
    "no_case": ("该预警没有案件，无法处置。", "This alert belongs to no case and cannot be disposed of."),
    # --- what can go wrong
    "unreachable": ("无法连接评分服务", "The scoring service cannot be reached"),
    "unreachable_do": (
        "请确认服务已启动（alertgrade serve），然后重试。",
        "Check that it is running (alertgrade serve), then try again.",
    ),
    "unauthorised": ("密钥无效或已吊销", "The key is not valid or has been revoked"),
    "unauthorised_do": (
        "请向管理员申请新的密钥后重新登录。",
        "Sign in again with a new key from an administrator.",
    ),
    "forbidden": ("当前密钥没有权限", "This key may not do that"),
    "forbidden_do": (
        "此操作需要其他角色，请联系管理员。",
        "It needs another role: ask an administrator.",
    ),
    "not_found": ("没有找到", "Not found"),
    "not_found_do": ("请检查编号，或返回队列重新选择。", "Check the id, or choose again from the queue."),
    "refused": ("服务拒绝了该请求", "The service refused the request"),
    "refused_do": ("请按提示修改后重试。", "Mend what it says and try again."),
    "busy": ("服务繁忙", "The service is busy"),
    "busy_do": ("请稍候重试。", "Try again in a moment."),
    "fault": ("服务内部错误", "The service failed"),
    "fault_do": ("请重试；若再次发生，请联系管理员。", "Try again; if it happens again, tell an administrator."),
    "retry": ("重试", "Try again"),
}


@dataclass(frozen=True, slots=True)
class Texts:
    """The strings of one language.

    >>> Texts("zh")("shown", count=3), Texts("en").rule("self_trade"), Texts("en").rule("house_rule_7")
    ('本页 3 条', 'Self-trade', 'house_rule_7')
    """

    language: str

    @property
    def place(self) -> int:
        """Index of the language in every pair."""
        return 0 if self.language == "zh" else 1

    def __call__(self, key: str, **values: object) -> str:
        """The string of ``key`` with ``values`` filled in; an unknown key raises ``KeyError``."""
        return TEXTS[key][self.place].format(**values)

    def cause(self, degraded: str) -> str:
        """A cause of a degraded grade: its code in words, and the API's own detail behind it."""
        code, _, detail = degraded.partition(":")
        known = TEXTS.get(f"cause_{code}")
        if known is None:
            return degraded
        return " – ".join(part for part in (known[self.place], detail.strip()) if part)

    def of(self, record: dict[str, object], stem: str) -> str:
        """The field ``<stem>_zh`` or ``<stem>_en`` of an answer of the API."""
        return str(record.get(f"{stem}_{self.language}") or "")

    def rule(self, rule_id: object) -> str:
        """A rule's name, or its id when it is not one of ours."""
        pair = RULES.get(str(rule_id))
        return pair[self.place] if pair else str(rule_id)
