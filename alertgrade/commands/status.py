"""Command `rules status`: every subject's count against its limit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from alertgrade.commands.context import console, open_events, settings
from alertgrade.commands.faults import say_faults
from alertgrade.commands.outputs import ready_folder
from alertgrade.commands.scope import day_of

if TYPE_CHECKING:
    from rules_baseline.standing import Whose


def status(
    events: Annotated[Path, typer.Argument(help="folder of raw tables")],
    subject: Annotated[
        str | None, typer.Option(help="an account, group, pair or cluster; an account's group counts for it")
    ] = None,
    day: Annotated[str | None, typer.Option(help="trading day; the latest where left out")] = None,
    parameters: Annotated[Path | None, typer.Option(help="folder of limits instead of the shipped one")] = None,
    custom: Annotated[Path | None, typer.Option(help="folder of your own rules; or ALERTGRADE_RULES")] = None,
    most: Annotated[int, typer.Option(min=1, help="rows to print")] = 50,
) -> None:
    """Print every subject's count against its limit, nearest to a breach first.

    Example: alertgrade rules status EVENTS --subject A017
    """
    from rules_baseline.standing import refuse_stranger, standing
    from rules_baseline.status import status_of

    home, asked = settings(), day_of(day, "--day")
    ready_folder(home.rules_dir, "ALERTGRADE_HOME")
    with open_events(events, home) as raw:
        whose = standing(raw, subject, asked)
        own, state = custom or home.custom_rules, home.rules_dir / "status"
        rows = status_of(
            raw, state, parameters, custom_dir=own, subject=whose.subject, group=whose.group, day=whose.day
        )
        if not rows:
            refuse_stranger(raw, whose)
        table = Table("rule", "exchange", "contract", "subject", "count", "limit", "share", "answer")
        for row in rows[:most]:
            share = "" if row["share"] is None else f"{row['share']:.0%}"
            count, limit = (_number(row[name]) for name in ("count", "limit"))
            place = (row["rule_id"], row["exchange"] or "", row["contract"] or "", row["subject_id"])
            table.add_row(*map(escape, place), count, limit, share, row["answer"])
        console.print(table)
        _say_whose(whose)
        shown = f", the first {most:,} shown" if len(rows) > most else ""
        console.print(f"{len(rows):,} counts{_of(whose)}{shown}", markup=False, highlight=False, soft_wrap=True)
        say_faults(raw)


def _say_whose(whose: Whose) -> None:
    if whose.group is not None:
        said = f"{whose.subject} is a member of {whose.group} (实控组): the exchange rules count the group as one"
        console.print(said, markup=False, highlight=False, soft_wrap=True)


def _of(whose: Whose) -> str:
    """Whose counts and of which day, as far as there is one.

    >>> from rules_baseline.standing import Whose
    >>> _of(Whose(None, "A1")), _of(Whose(None, None))
    (' of A1', '')
    """
    subject = "" if whose.subject is None else f" of {whose.subject}"
    return subject + ("" if whose.day is None else f" on trading day {whose.day}")


def _number(value: float | None) -> str:
    """With commas, whole numbers without a point; nothing for None.

    >>> _number(1200.0), _number(0.25), _number(None)
    ('1,200', '0.25', '')
    """
    if value is None:
        return ""
    return f"{int(value):,}" if value == int(value) else f"{value:,}"
