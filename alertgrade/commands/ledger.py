"""``alertgrade ledger`` and ``alertgrade keys``: check, copy out, and who may call."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from alertgrade.commands.context import console, open_ledger, settings
from alertgrade.errors import AlertError


def verify() -> None:
    """Recompute every hash and projection; exit code 2 and the place where something disagrees.

    Example: alertgrade ledger verify
    """
    ledger = open_ledger(settings())
    verdict = ledger.verify()
    ledger.close()
    if not verdict.intact:
        for problem in verdict.problems:
            Console(stderr=True).print(problem, markup=False, highlight=False)
        raise AlertError(
            f"{len(verdict.problems)} problems in {verdict.entries} entries",
            "wanted an intact chain",
            "restore the ledger from its last backup and compare",
        )
    console.print(f"{verdict.entries} entries, intact; head {verdict.head}", highlight=False)


def export(
    out: Annotated[Path | None, typer.Option(help="File to write; default standard output.")] = None,
    form: Annotated[
        Literal["jsonl", "csv"], typer.Option("--format", help="One JSON object a line, or CSV.")
    ] = "jsonl",
) -> None:
    """Write the whole chain with its hashes, so that anyone can check it again.

    Example: alertgrade ledger export --format csv --out ledger.csv
    """
    from ledger.export import write_csv, write_jsonl

    write = write_csv if form == "csv" else write_jsonl
    ledger = open_ledger(settings())
    if out is None:
        write(ledger.export(), sys.stdout)
        return
    with out.open("w", encoding="utf-8", newline="") as file:
        count = write(ledger.export(), file)
    console.print(f"{count} entries written to {out}", highlight=False)


def keys_create(
    name: Annotated[str, typer.Argument(help="Whose key it is; recorded with every decision made with it.")],
    role: Annotated[str, typer.Option(help="scorer, investigator, reviewer, data_scientist, governor or admin")],
) -> None:
    """Make an API key and print it once; only its hash is kept.

    Example: alertgrade keys create monitor --role scorer
    """
    key_id, secret = open_ledger(settings()).create_key(name, role)
    notes = Console(stderr=True)  # the key alone goes to standard output, so that a script can take it
    notes.print(f"key {key_id} for {name}, role {role}; it is not shown again:", highlight=False)
    print(secret)


def keys_revoke(
    key_id: Annotated[str, typer.Argument(help="The id that 'keys create' printed, like K0123456789ab.")],
) -> None:
    """End an API key; a running service follows within seconds.

    Example: alertgrade keys revoke K0123456789ab
    """
    open_ledger(settings()).revoke_key(key_id)
    console.print(f"key {key_id} is revoked", highlight=False)
