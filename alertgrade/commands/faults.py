"""What loading found in a folder of raw tables, said the same way by every command that reads one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from alertgrade.commands.context import console

if TYPE_CHECKING:
    from features.events.events import Events

MOST_SHOWN = 10
NO_RULE_NEEDS = ("notices", "alerts", "dispositions")  # without them no answer is UNKNOWN


def say_faults(events: Events) -> None:
    """Rows set aside with their reason, tables of which that left nothing, and tables that were not given."""
    say_set_aside(events)
    say_not_given(events)


def say_set_aside(events: Events) -> None:
    """A line for every reason with its table, rows and first place; none where every row was kept."""
    reasons = events.set_aside
    for found in reasons[:MOST_SHOWN]:
        place = f"first in {found.source}, line {found.line}"
        note(f"quarantined {found.rows:,} x {found.table}: {found.reason} ({place})")
    more(len(reasons), "reasons")
    for table in events.tables_read:
        if table.quarantined and not table.kept:
            console.print(
                f"WARNING: no row of {table.table} is left: all {table.quarantined:,} were quarantined, and everything "
                "that reads this table answers as if it were empty",
                style="bold red",
                highlight=False,
                soft_wrap=True,
            )


def say_not_given(events: Events) -> None:
    """The tables that the folder does not hold, apart by whether a rule needs them; none where it holds all."""
    needed = [name for name in events.not_given if name not in NO_RULE_NEEDS]
    others = [name for name in events.not_given if name in NO_RULE_NEEDS]
    if needed:
        note(f"not given: {', '.join(needed)}; what needs them answers UNKNOWN, features they feed are null")
    if others:
        note(f"not given: {', '.join(others)}; no rule needs them, features they feed are null")


def note(text: str) -> None:
    """One remark on a line of its own, whatever its length."""
    console.print(f"- {escape(text)}", highlight=False, soft_wrap=True)


def more(found: int, what: str) -> None:
    """Say how many of ``found`` things were not shown."""
    if found > MOST_SHOWN:
        note(f"... and {found - MOST_SHOWN:,} more {what}")
