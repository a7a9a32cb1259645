"""Command of the synthetic market: simulate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alertgrade.commands.context import console, settings


def simulate(
    out: Annotated[Path, typer.Argument(help="new folder for the raw tables")],
    accounts: Annotated[int, typer.Option(min=20, help="how many accounts")] = 150,
    days: Annotated[int, typer.Option(min=5, help="how many trading days")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="the same seed gives the same files")] = 7,
) -> None:
    """Write a synthetic futures market with known misconduct, its alerts and their dispositions.

    Example: alertgrade simulate EVENTS --accounts 150 --days 60 --seed 7
    """
    from alertgrade.synthetic import synthetic_market
    from features.events.pseudonym import load_or_create_key

    key = load_or_create_key(settings().keys_dir / "pseudonym.key")
    with console.status("simulate") as status:
        rows = synthetic_market(
            out, accounts=accounts, days=days, seed=seed, pseudonym_key=key, progress=lambda step: status.update(step)
        )
    for table, count in rows.items():
        console.print(f"  {table:<16} {count:>10,} rows")
    console.print(f"synthetic market in {out}, seed {seed}; true intents in {out / '_truth'}, which no command reads")
