"""A broker's number of accounts in an installation made of a few: their online rows again, under other ids."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from features.online.address import online_address, open_rows


def more_accounts(home: Path, accounts: list[str], least: int) -> list[str]:
    """At least ``least`` accounts with rows in the online store of ``home``; made-up ids need none where it has none.

    The rows are those of ``accounts``, copied: every account of the result is read as they are.
    """
    times = -(-least // len(accounts))
    made = [_again(account, turn) for turn in range(times) for account in accounts]
    if (home / "features" / "online.db").exists():
        store = open_rows(online_address(home / "features"))
        for view in store.account(accounts[0]).layout:
            rows, names = store.view(view)
            copies = [replace(row, account=_again(row.account, turn)) for turn in range(1, times) for row in rows]
            store.write(view, names, copies)
        store.close()
    return made


def _again(account: str, turn: int) -> str:
    return account if turn == 0 else f"{account}-{turn}"
