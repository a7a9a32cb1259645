"""Where the keys of the vault's people are kept: beside the chain, because they must be deletable."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from ledger.schema import METADATA

VAULT_KEYS = Table(
    "vault_keys",
    METADATA,
    Column("account_id", Text, primary_key=True),
    Column("entry_key", Text, nullable=False),  # of the person's latest entry
    Column("kek_id", Text, nullable=False),  # which key-encryption key wraps it
    Column("wrapped", Text, nullable=False),  # nonce and ciphertext, hex
)
