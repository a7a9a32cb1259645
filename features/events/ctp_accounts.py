"""Trading codes (交易编码), investors and users of CTP as account ids."""

# The SQL below is put together from quoted names only.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from features.events.ctp_config import CtpConfig


def create_accounts(db: Any, config: CtpConfig) -> None:
    """Create table ``ctp_accounts`` (code, account_id), a row for every code the configuration names."""
    db.execute("CREATE OR REPLACE TABLE ctp_accounts (code VARCHAR, account_id VARCHAR)")
    pairs = [(code, account) for account, codes in config.accounts.items() for code in codes]
    if pairs:
        codes, accounts = zip(*pairs, strict=True)
        db.execute("INSERT INTO ctp_accounts SELECT unnest(?), unnest(?)", [list(codes), list(accounts)])


def account_of(config: CtpConfig, *columns: str) -> str:
    """SQL of the account: that of the first column whose code is named, else the last column as it is.

    One person's speculation, arbitrage and hedging codes are different ClientIDs, so these are asked first.
    """
    if not config.accounts:
        return columns[-1]
    found = [f"(SELECT any_value(account_id) FROM ctp_accounts WHERE code = {column})" for column in columns]
    return f"coalesce({', '.join(found)}, {columns[-1]})"
