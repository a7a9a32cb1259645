"""Command of the decision policy: policy explain."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from alertgrade.commands.context import console
from alertgrade.errors import AlertError

if TYPE_CHECKING:
    from models.policy import Policy

LEVELS = ("warning", "breach", "severe")


def explain(
    probabilities: Annotated[str | None, typer.Option(help="five numbers, grade 1 first, with commas between")] = None,
    share: Annotated[float | None, typer.Option(min=0, max=1, help="anomaly share; left out: no detector")] = None,
    baseline: Annotated[int, typer.Option(min=1, max=5, help="what the rules alone say")] = 5,
    rule: Annotated[str, typer.Option(help="rule of the alert")] = "self_trade",
    level: Annotated[str, typer.Option(help="warning, breach or severe")] = "breach",
    occurrence: Annotated[int | None, typer.Option(min=0, help="which time it is")] = None,
    grade_set: Annotated[str | None, typer.Option(help="conformal set, e.g. 2,3,4; default: the likeliest")] = None,
    file: Annotated[Path | None, typer.Option(help="a policy.yaml instead of the one shipped")] = None,
) -> None:
    """Print the policy in force and, given evidence, how it comes to its grade, step by step.

    Without --probabilities but with a --baseline the decision is the one made when no model answers. Example:
    alertgrade policy explain --probabilities 0,0.1,0.2,0.3,0.4 --share 0.97 --baseline 3 --occurrence 3
    """
    from models.policy import Policy

    policy = Policy.read(_text(file))
    if level not in LEVELS:
        raise AlertError(f"--level {level}", f"wanted one of {', '.join(LEVELS)}")
    chances = None if probabilities is None else _probabilities(probabilities)
    _print_policy(policy)
    if chances is None and share is None and occurrence is None and baseline == 5:
        return
    _print_steps(policy, chances, share, baseline, (rule, level, occurrence), _set(grade_set, chances, baseline))


def _print_steps(
    policy: Policy,
    chances: list[float] | None,
    share: float | None,
    baseline: int,
    alert: tuple[str, str, int | None],
    grades: list[int],
) -> None:
    from models.policy_steps import StatedAlert, steps
    from rules_baseline.grade import BaselineGrade

    _, told = steps(policy, chances, share, BaselineGrade(baseline, None, "stated"), StatedAlert(*alert), grades)
    console.print("\n[bold]decision, step by step[/]")
    for number, step in enumerate(told, 1):
        console.print(f"{number}. {step.en}", highlight=False, markup=False)
        console.print(f"   {step.zh}", highlight=False, markup=False)


def _print_policy(policy: Policy) -> None:
    from models.policy_steps import conditions, named

    console.print(f"policy {policy.version}")
    costs = Table("deserved / 应得", *(" ".join(named(g)) for g in range(1, 6)), title="cost of a given grade / 代价")
    for grade, row in enumerate(policy.file.cost, 1):
        costs.add_row(" ".join(named(grade)), *(f"{cost:g}" for cost in row))
    console.print(costs)
    for floor in policy.file.floors:
        when = conditions(floor)
        console.print(f"{floor.id}: {floor.en} [{when.en}]", highlight=False, markup=False)
        console.print(f"   {floor.zh}［{when.zh}］", highlight=False, markup=False)
    if (strange := policy.file.strange_and_unsure) is not None:
        least = f"{strange.min_share:g}, {strange.min_set_size}"
        console.print(f"{strange.id}: {strange.en} [share and set size from {least}]", highlight=False, markup=False)
        console.print(f"   {strange.zh}［异常度、等级集合大小自 {least}］", highlight=False, markup=False)


def _text(file: Path | None) -> str | None:
    if file is None:
        return None
    if not file.is_file():
        raise AlertError(f"no file {file}", "wanted a policy.yaml", "check --file")
    return file.read_text(encoding="utf-8")


def _probabilities(text: str) -> list[float]:
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) != 5 or not all(0 <= value <= 1 for value in values) or abs(math.fsum(values) - 1) > 1e-6:
        raise AlertError(f"--probabilities {text}", "wanted five numbers in [0, 1] that sum to 1, grade 1 first")
    return values


def _set(text: str | None, chances: list[float] | None, baseline: int) -> list[int]:
    if text is None:
        return [baseline if chances is None else 1 + max(range(5), key=chances.__getitem__)]
    try:
        grades = sorted({int(part) for part in text.split(",")})
    except ValueError:
        grades = []
    if not grades or grades != list(range(grades[0], grades[-1] + 1)) or not set(grades) <= set(range(1, 6)):
        raise AlertError(f"--grade-set {text}", "wanted neighbouring grades from 1 to 5, e.g. 2,3,4")
    return grades
