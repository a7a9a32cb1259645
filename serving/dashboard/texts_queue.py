"""Texts of the two queues: cases and alerts; Chinese and English."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # --- queue
    "queue": ("预警队列", "Alert queue"),
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
}
