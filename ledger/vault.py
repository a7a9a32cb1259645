"""The vault: people's names encrypted in the chain, one key a person kept beside it, so that deleting the key forgets.

An entry ``person`` holds AES-256-GCM ciphertext only, bound to the account by its associated data. The person's data
key lies in ``vault_keys``, wrapped by a key-encryption key (KEK) that is not in the database. Forgetting deletes the
data key: the ciphertext stays in the chain, which still verifies, and nobody can read it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, select, update

from ledger.chain import canonical_json
from ledger.errors import LedgerError, NotInLedger
from ledger.ledger import Ledger
from ledger.vault_keys import VAULT_KEYS

_NONCE, _KEY = 12, 32  # bytes
PERSON, FORGOTTEN, READ = "person", "person_forgotten", "read"


@dataclass(frozen=True)
class Vault:
    """Names by account in ``ledger``; ``keks`` are key-encryption keys by id, ``current`` the one that wraps now."""

    ledger: Ledger
    keks: Mapping[str, bytes]
    current: str

    def put(self, people: Iterable[tuple[str, Mapping[str, Any]]]) -> int:
        """Record each account's person (name, telephone, ... as a JSON object), encrypted; returns how many.

        A known account keeps its data key and gets a new entry; all or nothing.
        """
        count = 0
        with self.ledger.appending() as (connection, appending):
            for account_id, person in people:
                key = self._key_of(connection, account_id)
                fresh = key is None
                key = key or os.urandom(_KEY)
                entry_key = f"{account_id}:{appending.seq + 1}"
                text = canonical_json(person).encode()
                said = {"account_id": account_id, "ciphertext": sealed(key, text, entry_key)}
                appending.append(PERSON, entry_key, said)
                self._keep(connection, account_id, entry_key, key if fresh else None)
                count += 1
        return count

    def show(self, account_id: str, by: str) -> dict[str, Any]:
        """The person of an account; the reading goes on record first, so that none is without its entry.

        ``NotInLedger`` where no person is known or it was forgotten.
        """
        with self.ledger.appending() as (connection, appending):
            row = self._row(connection, account_id)
            if row is None:
                raise NotInLedger(f"no person of account {account_id!r}", "wanted one that 'vault import' was given")
            entry = self.ledger.entry_in(connection, PERSON, row.entry_key)
            if entry is None:
                raise NotInLedger(f"the person of account {account_id!r} was pruned", "wanted an entry that is kept")
            text = opened(self._unwrapped(row), json.loads(entry.payload)["ciphertext"], row.entry_key)
            said = {"what": PERSON, "id": account_id, "by": by}
            appending.append(READ, f"{PERSON}:{account_id}:{appending.seq + 1}", said)
        found: dict[str, Any] = json.loads(text)
        return found

    def forget(self, account_id: str, by: str, because: str) -> None:
        """Delete the person's key for good; ``NotInLedger`` where there is none."""
        with self.ledger.appending() as (connection, appending):
            if self._row(connection, account_id) is None:
                raise NotInLedger(f"no person of account {account_id!r}", "wanted one that is in the vault")
            connection.execute(delete(VAULT_KEYS).where(VAULT_KEYS.c.account_id == account_id))
            said = {"account_id": account_id, "by": by, "because": because}
            appending.append(FORGOTTEN, f"{account_id}:{appending.seq + 1}", said)
        self.ledger.compact()  # the key's bytes leave the file, not only its row

    def rewrap(self, by: str) -> int:
        """Wrap every data key with the current KEK; returns how many were wrapped by another. No name is touched."""
        with self.ledger.appending() as (connection, appending):
            rows = connection.execute(select(VAULT_KEYS).where(VAULT_KEYS.c.kek_id != self.current)).all()
            for row in rows:
                self._store(connection, row.account_id, row.entry_key, self._unwrapped(row))
            if rows:
                said = {"kek_id": self.current, "rewrapped": len(rows), "by": by}
                appending.append("vault_rotated", f"{self.current}:{appending.seq + 1}", said)
        return len(rows)

    def _key_of(self, connection: Connection, account_id: str) -> bytes | None:
        row = self._row(connection, account_id)
        return None if row is None else self._unwrapped(row)

    def _row(self, connection: Connection, account_id: str) -> Any:
        return connection.execute(select(VAULT_KEYS).where(VAULT_KEYS.c.account_id == account_id)).first()

    def _unwrapped(self, row: Any) -> bytes:
        try:
            kek = self.keks[row.kek_id]
        except KeyError as error:
            seen = f"key-encryption key {row.kek_id} is not at hand"
            raise LedgerError(seen, "wanted it in the home's keys", "restore it from a backup") from error
        return opened(kek, row.wrapped, f"{row.account_id}:{row.kek_id}")

    def _keep(self, connection: Connection, account_id: str, entry_key: str, fresh: bytes | None) -> None:
        if fresh is None:
            row = VAULT_KEYS.c.account_id == account_id
            connection.execute(update(VAULT_KEYS).where(row).values(entry_key=entry_key))
        else:
            self._store(connection, account_id, entry_key, fresh)

    def _store(self, connection: Connection, account_id: str, entry_key: str, key: bytes) -> None:
        wrapped = sealed(self.keks[self.current], key, f"{account_id}:{self.current}")
        connection.execute(delete(VAULT_KEYS).where(VAULT_KEYS.c.account_id == account_id))
        row = {"account_id": account_id, "entry_key": entry_key, "kek_id": self.current, "wrapped": wrapped}
        connection.execute(VAULT_KEYS.insert(), row)


def sealed(key: bytes, text: bytes, bound_to: str) -> str:
    """AES-256-GCM under a fresh nonce: nonce and ciphertext, hex; it opens only with the same ``bound_to``."""
    nonce = os.urandom(_NONCE)
    return (nonce + AESGCM(key).encrypt(nonce, text, bound_to.encode())).hex()


def opened(key: bytes, ciphertext: str, bound_to: str) -> bytes:
    """What was sealed; ``LedgerError`` where it was changed, moved to another account, or sealed by another key.

    >>> opened(b"k" * 32, sealed(b"k" * 32, b"Zhang", "A1"), "A1")
    b'Zhang'
    """
    raw = bytes.fromhex(ciphertext)
    try:
        return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], bound_to.encode())
    except InvalidTag as error:
        raise LedgerError("a ciphertext that does not open", "wanted the key and place it was sealed for") from error
