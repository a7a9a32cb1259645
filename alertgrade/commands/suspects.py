"""Command `rules suspects`: accounts that look like one hand's, and what they would breach if declared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from alertgrade.commands.context import console, open_events, settings
from alertgrade.commands.faults import say_faults
from alertgrade.commands.inputs import raw_files
from alertgrade.commands.outputs import ready_file, ready_folder
from alertgrade.commands.scope import day_of
from alertgrade.errors import AlertError

if TYPE_CHECKING:
    from rules_baseline.suspects.find import Found


def suspects(
    events: Annotated[Path, typer.Argument(help="folder of raw tables")],
    days: Annotated[int, typer.Option(min=1, help="trading days to look back")] = 20,
    top: Annotated[int, typer.Option(min=1, help="groups to give")] = 50,
    out: Annotated[
        Path | None, typer.Option(help="file (parquet or csv) for the groups; pairs, counts and members beside it")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="last trading day; the last in the data")] = None,
    parameters: Annotated[Path | None, typer.Option(help="folder of limits instead of the shipped one")] = None,
    custom: Annotated[
        Path | None, typer.Option(help="folder of your own rules, of which those in the day count; or ALERTGRADE_RULES")
    ] = None,
    scoring: Annotated[Path | None, typer.Option(help="scoring file instead of the shipped one")] = None,
) -> None:
    """Rank groups of accounts that may be under one undeclared control (未申报实控).

    Example: alertgrade rules suspects EVENTS --days 20 --out SUSPECTS.csv
    """
    from rules_baseline.suspects.find import suspects as find_suspects
    from rules_baseline.suspects.scoring import load_scoring
    from rules_baseline.table_file import check_name

    if out is not None:
        check_name(out, "--out")
        ready_file(out, "--out", raw_files(events))
    weights, until, home = load_scoring(scoring), day_of(last, "--to"), settings()
    ready_folder(home.rules_dir, "ALERTGRADE_HOME")
    with open_events(events, home) as raw:
        state = home.rules_dir / "suspects"
        own = _counting(custom) or home.custom_rules
        found = find_suspects(
            raw, state, days=days, top=top, last=until, parameters_dir=parameters, custom_dir=own, scoring=weights
        )
        _say(found)
        say_faults(raw)
    if out is not None:
        _write(found, out)


def _say(found: Found) -> None:
    from rules_baseline.suspects.tables import group_table

    table = Table("rank", "group", "score", "accounts", "evidence", "newly breached if declared")
    for row in group_table(found).to_pylist():
        rules = f"{row['new_breaches']:,} ({row['new_breach_rules']})" if row["new_breaches"] else "-"
        known = f"; recorded as {row['recorded_as']}" if row["recorded_as"] else ""
        score, accounts = f"{row['score']:.2f}", str(row["accounts"])
        table.add_row(str(row["rank"]), row["group_id"], score, accounts, _evidence(row) + known, rules)
    console.print(table)
    console.print(
        f"{len(found.groups):,} of {found.total:,} suspected groups over {len(found.days)} trading days "
        f"to {found.days[-1]}; evidence for a look, no finding"
    )


def _counting(custom: Path | None) -> Path | None:
    """The folder, if declaring a group can change what its rules count."""
    from rules_baseline.rulebook import load_rulebook, own_rules

    if custom is not None and not own_rules(load_rulebook(None, custom)):
        raise AlertError(
            f"--custom {custom} has no rule that counts a group",
            "wanted a Python file with a RULE: the other rules look at accounts, whatever group is declared",
            "leave --custom out",
        )
    return custom


def _evidence(row: dict[str, Any]) -> str:
    """Counts of each kind there is any of.

    >>> _evidence({"macs": 1, "ips": 2, "banks": 0, "synchronous": 0, "matched": 7})
    '1 mac, 2 ips, 7 matched'
    """
    counts = {name: row[name] for name in ("macs", "ips", "banks", "synchronous", "matched") if row[name]}
    return ", ".join(f"{n:,} {name.removesuffix('s') if n == 1 else name}" for name, n in counts.items())


def _write(found: Found, out: Path) -> None:
    from rules_baseline.suspects import tables
    from rules_baseline.table_file import write_table

    write_table(tables.group_table(found), out)
    write_table(tables.pair_table(found), out.with_name(f"{out.stem}_pairs{out.suffix}"))
    write_table(tables.merged_table(found), out.with_name(f"{out.stem}_counts{out.suffix}"))
    members = out.with_name(f"{out.stem}_members.csv")
    write_table(tables.member_table(found), members)
    console.print(
        f"what if they were declared: alertgrade rules whatif EVENTS --merge-groups {members}", soft_wrap=True
    )
