"""Ed25519: what signs model bundles and the heads of the chain."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


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
