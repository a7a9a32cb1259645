"""Who may call: keys made, replaced and ended, each change an entry."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ledger.chain import instant_text
from ledger.errors import LedgerError, NotInLedger
from ledger.keys import ROLES, hash_secret, new_secret
from ledger.writing import LedgerWriter

if TYPE_CHECKING:
    from ledger.transaction import Appending

MOST_RATE = 100_000


class KeyChanges(LedgerWriter):
    """The part of ``ledger.ledger.Ledger`` that changes API keys."""

    def create_key(
        self, name: str, role: str, *, expires_at: datetime | None = None, rate: int | None = None
    ) -> tuple[str, str]:
        """Make an API key of ``role`` and return its id and the key itself, which is kept nowhere.

        It ends at ``expires_at`` (never), and may ask ``rate`` times a second (as the service allows anyone).
        """
        if role not in ROLES:
            raise LedgerError(f"role {role!r}", f"wanted one of {', '.join(ROLES)}")
        if rate is not None and not 1 <= rate <= MOST_RATE:
            raise LedgerError(f"a rate of {rate}", f"wanted 1 to {MOST_RATE} requests a second")
        with self.appending() as (_, appending):
            said = {"expires_at": None if expires_at is None else instant_text(expires_at), "rate": rate}
            return _append_key(appending, name, role, said)

    def rotate_key(self, key_id: str, old_until: datetime) -> tuple[str, str]:
        """Make a key of the same name, role and rate, end the old one at ``old_until``; the new id and key.

        ``NotInLedger`` where there is no such key, ``LedgerError`` where it is revoked.
        """
        with self.appending() as (_, appending):
            old = appending.projections.key(key_id)
            if old is None:
                raise NotInLedger(f"no key {key_id!r}", "wanted an id that 'keys create' printed")
            if old["revoked"]:
                raise LedgerError(f"key {key_id} is revoked", "wanted one in use", "make a new one by 'keys create'")
            until = instant_text(old_until)
            until = until if old["expires_at"] is None else min(until, old["expires_at"])
            fresh = _append_key(appending, old["name"], old["role"], {"rate": old["rate"], "instead_of": key_id})
            appending.append("key_expires", f"{key_id}:{fresh[0]}", {"key_id": key_id, "expires_at": until})
            return fresh

    def revoke_key(self, key_id: str) -> None:
        """End a key; ``NotInLedger`` where it never was, nothing new where it is ended already."""
        with self.appending() as (_, appending):
            key = appending.projections.key(key_id)
            if key is None:
                raise NotInLedger(f"no key {key_id!r}", "wanted an id that 'keys create' printed")
            if not key["revoked"]:
                appending.append("key_revoked", key_id, {"key_id": key_id})


def _append_key(appending: Appending, name: str, role: str, more: dict[str, Any]) -> tuple[str, str]:
    secret = new_secret()
    sha256 = hash_secret(secret)
    key_id = f"K{sha256[:12]}"
    said = {name: value for name, value in more.items() if value is not None}
    appending.append("key", key_id, {"key_id": key_id, "name": name, "role": role, "sha256": sha256} | said)
    return key_id, secret
