"""``alertgrade backup`` and ``alertgrade restore``: the whole home, copied in use and proven when put back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from alertgrade.commands.context import console, open_ledger, settings
from alertgrade.errors import AlertError


def backup(
    out: Annotated[Path, typer.Argument(help="New folder for the copy, best on another machine.")],
    keys: Annotated[bool, typer.Option(help="Copy the secret keys too; without them keep them elsewhere.")] = True,
) -> None:
    """Copy the whole home while the service runs: ledger, models, features, rules, keys.

    Example: alertgrade backup /mnt/backup/2026-05-21
    """
    from alertgrade.backup import back_up

    home = settings()
    with console.status("backup"):
        manifest = back_up(home.home, out, now=datetime.now(UTC), with_keys=keys)
    console.print(f"{len(manifest['files'])} files are in {out}")
    if keys:
        console.print("it holds the secret keys: whoever has it can sign models and heads and read the vault")
    if home.ledger:
        console.print("the ledger is on PostgreSQL and not in it: run pg_dump as well")


def restore(folder: Annotated[Path, typer.Argument(help="Folder that 'alertgrade backup' wrote.")]) -> None:
    """Put a backup into an empty home, every byte compared, and verify the ledger and the champion.

    Example: ALERTGRADE_HOME=/srv/alertgrade alertgrade restore /mnt/backup/2026-05-21
    """
    from alertgrade import restore as restoring
    from models.bundle import read_manifest
    from models.signing import PUBLIC_NAME

    home = settings()
    with console.status("restore"):
        manifest = restoring.restore(folder, home.home)
        ledger = open_ledger(home)
        verdict = ledger.verify()
        ledger.close()
    if not verdict.intact:
        raise AlertError(f"the restored ledger: {verdict.problems[0]}", "wanted an intact chain", "use an older backup")
    key = home.keys_dir / PUBLIC_NAME
    for bundle in sorted(home.bundles_dir.glob("*/bundle")) if key.exists() else []:
        read_manifest(bundle, key.read_bytes())
    console.print(f"restored to {home.home} as of {manifest['created_at']}: {verdict.entries} entries, intact")
    if not manifest["with_keys"]:
        console.print(f"the keys were not in it: put them into {home.keys_dir}, mode 600")
