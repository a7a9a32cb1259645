"""What training and evaluation print: rows, figures with their intervals, the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from alertgrade.commands.context import console

if TYPE_CHECKING:
    from models.agreement import Agreement
    from training.backtest import BackTest
    from training.gate import Gate
    from training.result import Table as Estimates
    from training.result import TrainResult


def print_result(result: TrainResult) -> None:
    """Print rows, the table of voices and the coverage."""
    parts = ", ".join(f"{name} {rows:,}" for name, rows in result.rows.items())
    console.print(f"version {result.version}, bundle {result.digest[:12]}; rows: {parts}")
    for note in result.notes:
        console.print(note)
    if result.skill is not None and result.skill.shown:
        console.print(f"skill of the classifier {result.skill.words()[1]}")
    if result.table:
        print_estimates("on later days", result.table)
        print_estimates("all three voices less", result.judged.voices)
        covered = result.coverage["coverage"]
        console.print(
            f"conformal sets cover {covered.value:.3f} [{covered.low:.3f}, {covered.high:.3f}] of the true grades"
        )
    if result.anchoring is not None and result.anchoring.distance is not None:
        one = result.anchoring.distance
        console.print(
            f"outcome to grade, {result.anchoring.shown:,} cases shown it less {result.anchoring.blind:,} blind: "
            f"{one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"
        )
    if result.gate is not None:
        print_gate(result.gate)


def print_estimates(head: str, table: Estimates) -> None:
    """Print a table of figures with their intervals."""
    names = list(next(iter(table.values())))
    shown = Table(head, *names)
    for name, row in table.items():
        shown.add_row(name, *[f"{e.value:.3f} [{e.low:.3f}, {e.high:.3f}]" for e in (row[n] for n in names)])
    console.print(shown)


def print_back_test(found: BackTest) -> None:
    """Print each window's figures, and the gain over the rules in all of them."""
    for window in found.windows:
        console.print(
            f"trained on {window.train_rows:,} alerts before {window.origin:%Y-%m-%d}, judged on {window.test_rows:,}"
        )
        print_estimates("on the days after", window.table)
    print_estimates("all windows", {"alertgrade less rules only": found.gain})


def print_families(found: Estimates) -> None:
    """Print what is lost without each family."""
    print_estimates("all features less without", found)


def print_gate(found: Gate) -> None:
    """Print the differences to the champion, and whether the gate is open."""
    table = Table(f"less champion {found.champion[:12]}", "difference on later days, 95 %")
    for name, one in found.differences.items():
        table.add_row(name, f"{one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}]")
    console.print(f"{found.rows:,} later alerts of {found.subjects:,} subjects, which neither model knew")
    if found.differences:
        console.print(table)
    console.print("may be promoted" if found.open else "may not be promoted: " + "; ".join(found.refusals))


def print_agreement(digest: str, found: Agreement) -> None:
    """Print how often a challenger in the shadow agreed with the champion, grade by grade."""
    pairs = Table("champion \\ " + digest[:12], *map(str, range(1, 6)))
    for grade, counts in enumerate(found.table(), start=1):
        pairs.add_row(str(grade), *map(str, counts))
    console.print(f"in the shadow: {found.alerts:,} alerts, {found.share or 0:.1%} graded as the champion did")
    console.print(pairs)
