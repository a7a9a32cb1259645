"""Texts of the suspected groups; Chinese and English."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "page_suspects": ("疑似实控", "Suspected groups"),
    "suspects_lead": (
        "未申报、但行为像由同一人控制的账户；按关联强度与合并后的影响排序。只是线索，不是结论。",
        "Accounts that act as if one person controlled them, undeclared. A lead, not a finding.",
    ),
    "suspects_none": ("没有发现疑似实控组", "No suspected group was found"),
    "suspects_none_do": (
        "最近一次发布的数据中没有账户达到关联门槛。",
        "No accounts reached the bar in the data last published.",
    ),
    "group_name": ("{first} 等 {count} 户", "{first} and others ({count})"),
    "rank": ("排序", "Rank"),
    "group": ("组", "Group"),
    "members_count": ("账户数", "Accounts"),
    "new_breaches": ("新增超限（次）", "New breaches"),
    "new_breach_rules": ("新增超限的规则", "Rules newly breached"),
    "first_new_breach": ("最早一次", "First of them"),
    "registered": ("登记情况", "On record"),
    "registered_as": ("与申报组 {groups} 有重叠", "overlaps declared {groups}"),
    "recorded_before": ("已登记为疑似 {groups}", "recorded as suspected {groups}"),
    "registered_none": ("未申报", "undeclared"),
    "registered_known": ("有记录", "known"),
    "group_pairs_note": ("每格：数量（该项强度）", "each cell: count (its strength)"),
    "group_title": ("疑似组 {group}", "Suspected group {group}"),
    "group_members": ("成员（点击看画像）", "Members (open the profile)"),
    "group_pairs": ("逐对证据", "Evidence pair by pair"),
    "group_counts": ("合并计算与限额", "Merged counts against limits"),
    "group_counts_note": (
        "“新增”指单个账户都未达限额、合并后才超限",
        "“new” means no member alone is at the limit, together they are",
    ),
    "group_counts_none": ("合并后没有计数达到预警线", "No merged count reaches a warning"),
    "group_counts_more": (
        "共 {count} 条，按占限额从高到低显示前 {shown} 条",
        "{count} in all, the furthest {shown} here",
    ),
    "strength_mac": ("设备", "Devices"),
    "strength_ip": ("IP 地址", "IPs"),
    "strength_bank": ("银行账户", "Banks"),
    "strength_synchronous": ("同步交易", "Synchronous"),
    "strength_matched": ("互为对手", "Matched"),
    "largest_alone": ("单户最大", "Largest alone"),
    "merged_of_limit": ("合并 / 限额", "Merged / limit"),
    "is_new": ("新增", "new"),
}
