"""A key pair that signs, of model bundles or of the ledger: Ed25519, the private half readable by its owner alone."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from alertgrade.errors import AlertError
from ledger.signing import is_signed, public_key_of, sign

__all__ = ["PRIVATE_NAME", "PUBLIC_NAME", "is_signed", "load_or_create_keypair", "public_key_of", "sign"]
PRIVATE_NAME, PUBLIC_NAME = "bundle.key", "bundle.pub"
_SIZE = 32  # bytes of either half, raw


def load_or_create_keypair(
    directory: Path, private_name: str = PRIVATE_NAME, public_name: str = PUBLIC_NAME
) -> tuple[bytes, bytes]:
    """Private and public key, 32 raw bytes each; made (mode 0600) where there is none yet.

    ``AlertError`` when the private key can be read by others or is not a key.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / private_name
    if not path.exists():
        _create(path)
    private = _read(path)
    public = public_key_of(private)
    if not (shown := directory / public_name).exists():
        shown.write_bytes(public)
    return private, public


def _create(path: Path) -> None:
    fresh = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    # written aside and linked into place: a second process sees a whole key or none, and the first one wins
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(fresh)
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            return
    finally:
        aside.unlink()


def _read(path: Path) -> bytes:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise AlertError(
            f"{path} has mode {mode:04o}", "wanted a private key only its owner reads", f"chmod 600 {path}"
        )
    private = path.read_bytes()
    if len(private) != _SIZE:
        raise AlertError(f"{path} holds {len(private)} bytes", "wanted an Ed25519 key of 32", "restore or remove it")
    return private
