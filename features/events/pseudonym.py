"""Names and bank accounts become keyed HMAC-SHA256 pseudonyms at the door."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from alertgrade.errors import AlertError

KEY_BYTES = 32

IDENTITY_COLUMNS = frozenset({("accounts", "name"), ("cash_flows", "bank_account")})
"""(table, column) of every value that must not travel further in the clear."""


def load_or_create_key(path: Path) -> bytes:
    """Read the installation's pseudonym key (32 bytes, file mode 0600), or make one atomically.

    Two processes that start together end with the same key: whoever links its file first wins.
    A file of another size raises ``AlertError``, because a new key would break every join with older data.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = _draft(path)
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass  # another process was first: its key is the key
        finally:
            draft.unlink()
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise AlertError(
            f"pseudonym key {path} has {len(key)} bytes",
            f"wanted {KEY_BYTES}",
            "restore it from your backup; a new key would give every person a new pseudonym",
        )
    return key


def replace_key(path: Path) -> tuple[str, str, Path]:
    """Put a new key in the place of the old one, which stays beside it until somebody deletes it.

    Gives the ids of the new and of the old key and where the old one lies now (``pseudonym-ID.old``). At every moment
    ``path`` holds one whole key. Raises ``AlertError`` where there is no key to replace, or one of another size.
    """
    if not path.exists():
        raise AlertError(
            f"no pseudonym key {path}", "wanted the one to replace", "the first is made when events are read"
        )
    old = key_id(load_or_create_key(path))
    kept = path.with_name(f"{path.stem}-{old}.old")
    kept.unlink(missing_ok=True)
    kept.hardlink_to(path)
    draft = _draft(path)
    draft.replace(path)
    return key_id(path.read_bytes()), old, kept


def key_id(key: bytes) -> str:
    """Name a key without telling it: 12 hex digits of its SHA-256.

    >>> key_id(b"k" * 32)
    '5e318f8cf9cb'
    """
    return hashlib.sha256(key).hexdigest()[:12]


def _draft(path: Path) -> Path:
    """A new key on disk beside ``path``, under a name of its own."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return draft


def pseudonym(value: str, key: bytes, domain: str) -> str:
    """Give the pseudonym of one value: ``p_`` and 128 bits in hex; ``domain`` keeps kinds of value apart.

    >>> pseudonym("Zhang", b"k" * 32, "accounts.name") == pseudonym("Zhang", b"k" * 32, "accounts.name")
    True
    >>> pseudonym("Zhang", b"k" * 32, "accounts.name") == pseudonym("Zhang", b"x" * 32, "accounts.name")
    False
    """
    message = domain.encode() + b"\0" + value.encode()
    return "p_" + hmac.new(key, message, hashlib.sha256).hexdigest()[:32]


def pseudonyms(values: Iterable[str], key: bytes, domain: str) -> list[str]:
    """Give the pseudonyms of many values, in their order."""
    return [pseudonym(value, key, domain) for value in values]
