"""``alertgrade vault``: real names, encrypted in the ledger, opened with an audit row, deletable one by one."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alertgrade.commands.context import console, open_ledger, settings
from alertgrade.errors import AlertError

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from ledger.vault import Vault

By = Annotated[str, typer.Option(help="Who asks; goes on record.")]
Account = Annotated[str, typer.Argument(help="The account whose person is meant.")]


def import_names(
    names: Annotated[
        Path, typer.Argument(help="CSV (UTF-8): account_id, name, and what else is needed to reach them.")
    ],
) -> None:
    """Record people encrypted; a known account's person is replaced. Delete the file afterwards.

    Example: alertgrade vault import NAMES.csv
    """
    ledger, vault = _open()
    count = vault.put(_people(names))
    ledger.close()
    console.print(f"{count} people are in the vault; {names} still holds them in the clear: delete it")


def show(account_id: Account, by: By) -> None:
    """Print the person of an account as JSON; the reading is recorded.

    Example: alertgrade vault show A000123 --by reviewer-3
    """
    ledger, vault = _open()
    person = vault.show(account_id, by)
    ledger.close()
    print(json.dumps({"account_id": account_id} | person, ensure_ascii=False))


def forget(
    account_id: Account, by: By, because: Annotated[str, typer.Option(help="Why; goes on record. No name here.")]
) -> None:
    """Delete the person's key: what the chain holds of them can never be read again. Old backups still hold the key.

    Example: alertgrade vault forget A000123 --by governance-desk --because "account closed 2019, request of client"
    """
    ledger, vault = _open()
    vault.forget(account_id, by, because)
    ledger.close()
    console.print(f"the person of account {account_id} is forgotten; backups from before still hold the key")


def rotate(by: By) -> None:
    """Make a new key-encryption key, wrap every person's key with it, and delete the old ones.

    Example: alertgrade vault rotate --by governance-desk
    """
    from ledger.kek import drop_unused, make_kek

    home = settings()
    make_kek(home.keys_dir)
    ledger, vault = _open()
    count = vault.rewrap(by)
    ledger.close()
    gone = drop_unused(home.keys_dir, vault.current)
    console.print(f"{count} keys wrapped by {vault.current}; deleted {', '.join(gone) or 'nothing'}")


def rotate_pseudonyms(
    by: By,
    destroy_old: Annotated[bool, typer.Option(help="Delete the old key: no link to earlier pseudonyms.")] = False,
) -> None:
    """Make a new key for the pseudonyms of names and bank accounts in raw events; the change goes on record.

    Stop `alertgrade watch` before, it goes on with the old key. Features keep no pseudonym and stay as they are.

    Example: alertgrade vault rotate-pseudonyms --by governance-desk
    """
    from features.events.pseudonym import replace_key

    home = settings()
    key_file = home.keys_dir / "pseudonym.key"
    ledger = open_ledger(home)
    kept = None
    try:  # no new key without its entry, which is written when the block ends
        with ledger.appending() as (_, appending):
            new, old, kept = replace_key(key_file)
            said = {"key_id": new, "instead_of": old, "old_kept": not destroy_old, "by": by}
            appending.append("pseudonyms_rotated", new, said)
    except BaseException:
        if kept is not None:
            kept.replace(key_file)
        raise
    ledger.close()
    if destroy_old:
        kept.unlink()
    console.print(f"key {new} makes pseudonyms now; {old} {'is deleted' if destroy_old else f'lies in {kept}'}")
    console.print("start `alertgrade watch` again and write the desk's files again: `alertgrade publish EVENTS`")


def _open() -> tuple[Ledger, Vault]:
    from ledger.kek import read_keks
    from ledger.vault import Vault

    home = settings()
    keks, current = read_keks(home.keys_dir)
    ledger = open_ledger(home)
    return ledger, Vault(ledger, keks, current)


def _people(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = {"account_id", "name"} - set(rows.fieldnames or ())
            if missing:
                raise AlertError(f"{path} has no column {sorted(missing)[0]}", "wanted account_id and name")
            for number, row in enumerate(rows, 2):
                account_id = (row.pop("account_id") or "").strip()
                if not account_id or None in row or not (row["name"] or "").strip():
                    raise AlertError(f"{path}, line {number}: no account_id, no name or too many cells", "wanted both")
                yield account_id, {key: value for key, value in row.items() if value}
    except (OSError, UnicodeDecodeError) as error:
        raise AlertError(f"{path}: {error}", "wanted a CSV file in UTF-8") from error
