"""Command `rules whatif`: alerts gained and lost by other parameters or groups, and what that does to precision."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from alertgrade.commands.context import console, open_events, settings
from alertgrade.commands.faults import say_faults
from alertgrade.commands.inputs import raw_files
from alertgrade.commands.outputs import ready_file, ready_folder
from alertgrade.commands.scope import scope_of

if TYPE_CHECKING:
    from rules_baseline.precision import Estimate, Precision, Side

_MOST = 40  # rows of a table on the terminal; the file has them all


def whatif(
    events: Annotated[Path, typer.Argument(help="folder of raw tables")],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="RULE.PARAMETER=VALUE or RULE@EXCHANGE.PARAMETER=VALUE; repeatable"),
    ] = None,
    merge_groups: Annotated[
        Path | None, typer.Option(help="CSV of suspected groups: group_id, account_id, valid_from, valid_to")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="file (parquet or csv) for the counts of gained and lost")] = None,
    alerts: Annotated[Path | None, typer.Option(help="file (parquet or csv) for the gained and lost alerts")] = None,
    dispositions: Annotated[Path | None, typer.Option(help="outcomes, besides those of the folder")] = None,
    severe: Annotated[str, typer.Option(help="outcomes that make an alert right")] = "restricted,referred",
    parameters: Annotated[Path | None, typer.Option(help="folder of limits to start from")] = None,
    custom: Annotated[Path | None, typer.Option(help="folder of your own rules; or ALERTGRADE_RULES")] = None,
    only: Annotated[str | None, typer.Option(help="ids of the rules to run, with commas between")] = None,
    first: Annotated[str | None, typer.Option("--from", help="first trading day to answer for")] = None,
    last: Annotated[str | None, typer.Option("--to", help="last trading day to answer for")] = None,
) -> None:
    """Run the rules as they are and changed, and say which alerts are gained and lost.

    Example: alertgrade rules whatif EVENTS --set frequent_cancel.limit=400 --out CHANGES.csv
    """
    from rules_baseline.alert_changes import alert_changes, gained_and_lost, population_of
    from rules_baseline.merged_groups import read_members
    from rules_baseline.precision import checked_outcomes, outcomes_of, precision
    from rules_baseline.table_file import check_name, write_table
    from rules_baseline.whatif import what_if

    read = {"--merge-groups": merge_groups, "--dispositions": dispositions, **raw_files(events)}
    for path, option, others in ((out, "--out", read), (alerts, "--alerts", {"--out": out, **read})):
        if path is not None:
            check_name(path, option)
            ready_file(path, option, others)
    counted = checked_outcomes(severe)
    home, scope = settings(), scope_of(only, first, last)
    members = [] if merge_groups is None else read_members(merge_groups)
    ready_folder(home.rules_dir, "ALERTGRADE_HOME")
    with open_events(events, home) as raw:
        if dispositions is not None:
            raw.add_dispositions(dispositions)
        with Progress(console=console, transient=True) as bar:
            task = bar.add_task("rules, twice", total=None)
            found = what_if(
                raw,
                home.rules_dir / "whatif",
                settings=set_ or (),
                members=members,
                parameters_dir=parameters,
                custom_dir=custom or home.custom_rules,
                scope=scope,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        changes = alert_changes(found.before, found.after, population_of(raw))
        judged = precision(found.before, found.after, outcomes_of(raw), counted)
        console.print(f"parameters {found.version_before} against {found.version_after}", soft_wrap=True, markup=False)
        for note in found.notes:
            console.print(note, soft_wrap=True, markup=False, highlight=False)
        _print_changes(changes)
        _print_precision(judged, severe)
        say_faults(raw)
    if out is not None:
        write_table(changes, out)
    if alerts is not None:
        write_table(gained_and_lost(found.before, found.after), alerts)


def _print_changes(changes: Any) -> None:
    from rules_baseline.alert_changes import COUNTS, POPULATION, summed

    for keys in (("rule_id", "level"), ("exchange",), *((name,) for name in POPULATION), ("trading_day",)):
        rows = [row for row in summed(changes, *keys) if row["gained"] or row["lost"] or keys == ("rule_id", "level")]
        if not rows:
            continue
        table = Table(*keys, *COUNTS)
        for row in rows[:_MOST]:
            table.add_row(*("-" if row[key] is None else str(row[key]) for key in keys), *_numbers(row, COUNTS))
        console.print(table)
        if len(rows) > _MOST:
            console.print(f"{len(rows) - _MOST:,} more by {keys[0]}: see --out")
    total = next(iter(summed(changes)), dict.fromkeys(COUNTS, 0))
    console.print(
        f"{total['before']:,} alerts before, {total['after']:,} after: "
        f"{total['gained']:,} gained, {total['lost']:,} lost"
    )


def _numbers(row: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    return [f"{row[name]:,}" for name in names]


def _print_precision(found: list[Precision], severe: str) -> None:
    if not found:
        console.print("no dispositions: nothing to say of precision")
        return
    table = Table(
        "rule", *(f"{name} {when}" for when in ("before", "after") for name in ("judged", "precision")), "+/-"
    )
    for one in found:
        table.add_row(one.rule_id, *_side(one.before), *_side(one.after), _interval(one.difference, sign="+"))
    console.print(table)
    console.print(
        f"precision: {severe} among judged alerts, 95 % intervals over subjects, in brackets the share if none or all "
        "of those not judged were; alerts that nobody was shown have no outcome",
        soft_wrap=True,
    )


def _side(side: Side) -> tuple[str, str]:
    ends = "" if side.at_least is None or side.at_most is None else f" [{side.at_least:.0%} to {side.at_most:.0%}]"
    return f"{side.judged:,} of {side.alerts:,}", _interval(side.share) + ends


def _interval(found: Estimate | None, sign: str = "") -> str:
    return "-" if found is None else f"{found.value:{sign}.1%} ({found.low:{sign}.1%} to {found.high:{sign}.1%})"
