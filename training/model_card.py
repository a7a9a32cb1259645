"""The model card (模型卡): what a version is for, what it learnt from, how good it is and where it fails."""

from __future__ import annotations

from collections.abc import Mapping

from models.scorer import AlertScorer
from training.evaluate import OURS, as_markdown
from training.result import TrainResult

WORST = 5  # slices named as the weakest


def model_card(result: TrainResult, scorer: AlertScorer, facts: Mapping[str, str], digest: str) -> str:
    """The card as Markdown, with a summary in Chinese and in English."""
    rows = ", ".join(f"{name} {count:,}" for name, count in result.rows.items())
    parts = [
        "# Model card 模型卡",
        f"Bundle `{digest}`, feature service `{facts['feature_service']}`, policy {scorer.policy.version}, "
        f"code {facts['code_version']}.",
        "## 摘要",
        _summary_zh(result, facts),
        "## Summary",
        _summary_en(result, facts),
        "## Data",
        f"Alerts of {facts['data_from']} to {facts['data_to']}; rows: {rows}. Digest `{facts['data_digest']}`.",
        *[f"- {note}" for note in result.notes],
        "" if result.skill is None else f"Skill 判别力: {result.skill.words()[1]}. {result.skill.words()[0]}。",
        _anchoring(result),
        "## Figures on later days",
        as_markdown(result.table) or "None: there were too few decided alerts to judge on.",
        "### What each voice adds",
        as_markdown(result.judged.voices, "all three voices less") or "Not judged.",
        "### Where it is weakest",
        _weakest(result),
        "## Limits",
        "A grade is advice to a person and takes no measure by itself. It knows what past dispositions said, with "
        "their mistakes; conduct of a kind never decided on is left to rules and detectors. Accounts never seen in "
        "training are graded from their features alone.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary_zh(result: TrainResult, facts: Mapping[str, str]) -> str:
    use = "用途：对期货公司异常交易预警给出五级风险等级（1 极高至 5 低），供风控人员复核，不自动采取措施。"
    ours, rules = result.table.get(OURS), result.table.get("rules only")
    if ours is None or rules is None:
        return use + "本版本仅含规则与异常检测，处置样本尚不足以训练分类模型。"
    kappa, cost, before = ours["quadratic_kappa"], ours["expected_cost"], rules["expected_cost"]
    if result.skill is not None and not result.skill.shown:
        use += "分类模型未证实判别力，不参与评级，本版本仅按规则与异常检测评级。"
    return (
        f"{use}训练数据截至 {facts['data_to']}。后续交易日检验：二次加权一致性 {kappa.value:.3f}"
        f"（95% 区间 {kappa.low:.3f}～{kappa.high:.3f}），期望代价 {cost.value:.3f}，仅用规则为 {before.value:.3f}。"
    )


def _summary_en(result: TrainResult, facts: Mapping[str, str]) -> str:
    use = (
        "Gives abnormal-trading alerts of a futures broker a risk grade, 1 extreme to 5 low, for people to review; no "
        "measure is taken by it."
    )
    ours, rules = result.table.get(OURS), result.table.get("rules only")
    if ours is None or rules is None:
        return f"{use} This version holds rules and detectors only: too few cases are decided to train a classifier."
    kappa, cost, before = ours["quadratic_kappa"], ours["expected_cost"], rules["expected_cost"]
    if result.skill is not None and not result.skill.shown:
        use += " Its classifier has shown no skill and is silent: rules and detectors grade."
    return (
        f"{use} Trained on data up to {facts['data_to']}. On later days: quadratic kappa {kappa.value:.3f} "
        f"[{kappa.low:.3f}, {kappa.high:.3f}], expected cost {cost.value:.3f} against {before.value:.3f} by rules only."
    )


def _anchoring(result: TrainResult) -> str:
    one = result.anchoring
    if one is None or one.distance is None or one.outcome is None:
        counted = "" if one is None else f" ({one.shown} shown, {one.blind} blind)"
        return f"Anchoring of the labels was not checked: too few cases with and without a grade shown{counted}."
    verdict = "The labels lean to the grade shown" if one.found else "No leaning to the grade shown can be proved"
    return (
        f"{verdict}: outcome to grade, {one.shown} shown less {one.blind} blind cases, "
        f"{one.distance.value:+.3f} [{one.distance.low:+.3f}, {one.distance.high:+.3f}] grades."
    )


def _weakest(result: TrainResult) -> str:
    table = result.judged.slices
    if table.empty or "expected_cost" not in table:
        return "Not judged."
    worst = table.dropna(subset=["expected_cost"]).nlargest(WORST, "expected_cost")
    lines = ["| by | slice | rows | expected cost | less rules only |", "|---|---|---|---|---|"]
    for row in worst.to_dict("records"):
        cost, less = (
            f"{row[name]:.3f} [{row[name + '_low']:.3f}, {row[name + '_high']:.3f}]"
            for name in ("expected_cost", "cost_against_rules")
        )
        lines.append(f"| {row['by']} | {row['slice']} | {row['rows']} | {cost} | {less} |")
    return "\n".join(lines)
