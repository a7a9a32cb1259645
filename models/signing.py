"""The key pair that signs model bundles: Ed25519, the private half readable by its owner alone."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from alertgrade.errors import AlertError

PRIVATE_NAME, PUBLIC_NAME = "bundle.key", "bundle.pub"
_SIZE = 32  # bytes of either half, raw


def load_or_create_keypair(directory: Path) -> tuple[bytes, bytes]:
    """Private and public key, 32 raw bytes each; made (mode 0600) where there is none yet.

    ``AlertError`` when the private key can be read by others or is not a key.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / PRIVATE_NAME
    if not path.exists():
        _create(path)
    private = _read(path)
    public = public_key_of(private)
    if not (shown := directory / PUBLIC_NAME).exists():
        shown.write_bytes(public)
    return private, public


def public_key_of(private_key: bytes) -> bytes:
    """The public half of a private key."""
    public = Ed25519PrivateKey.from_private_bytes(private_key).public_key()
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def sign(private_key: bytes, message: bytes) -> bytes:
    """The signature, 64 bytes; the same message and key give the same bytes."""
    return Ed25519PrivateKey.from_private_bytes(private_key).sign(message)


def is_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature is that key's over that message; a malformed key or signature is no.

    >>> key = bytes(range(32))
    >>> is_signed(public_key_of(key), sign(key, b"bundle"), b"bundle")
    True
    """
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


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
