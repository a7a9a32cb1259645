"""Texts of what stands around every page, signing in, and what can go wrong; Chinese and English."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # --- the frame
    "title": ("AlertGrade 风险台", "AlertGrade risk desk"),
    "language": ("语言", "Language"),
    "sign_out": ("退出", "Sign out"),
    "page_overview": ("总览", "Overview"),
    "page_cases": ("案件队列", "Cases"),
    "page_case": ("案件", "Case"),
    "role_scorer": ("监控系统", "scorer"),
    "role_investigator": ("处置员", "investigator"),
    "role_reviewer": ("复核员", "reviewer"),
    "role_data_scientist": ("数据科学家", "data scientist"),
    "role_governor": ("模型治理", "governor"),
    "role_admin": ("管理员", "administrator"),
    "times_shanghai": ("时间均为北京时间（Asia/Shanghai）", "All times are Asia/Shanghai"),
    "connected_to": ("服务地址", "API"),
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
    "forbidden_page": (
        "本页不对“{role}”开放，请联系管理员。",
        "This page is not open to the role “{role}”: ask an administrator.",
    ),
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
    "mark_all": ("全选本页", "Mark all on this page"),
    "mark_one": ("选中", "Mark"),
    "previous_page": ("上一页", "Previous page"),
    "page_number": ("第 {number} 页", "Page {number}"),
    "exact": ("精确匹配", "exact"),
    "published_as_of": ("数据截至 {moment}", "data as of {moment}"),
}
