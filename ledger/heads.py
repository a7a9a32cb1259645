"""Signed heads: what the chain was on a day, so that one rewritten as a whole contradicts what was kept elsewhere."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.chain import canonical_json
from ledger.errors import LedgerError
from ledger.signing import is_signed, public_key_of, sign

if TYPE_CHECKING:
    from ledger.ledger import Ledger

KIND = "daily_head"


@dataclass(frozen=True, slots=True)
class Head:
    """That entry ``seq`` had ``hash`` on ``day``; signature and public key are Ed25519 in hex."""

    day: str
    seq: int
    hash: str
    signature: str
    public_key: str


def statement(day: str, seq: int, entry_hash: str) -> bytes:
    """What is signed.

    >>> statement("2026-03-02", 7, "ab")
    b'{"day":"2026-03-02","hash":"ab","seq":7,"what":"alertgrade ledger head"}'
    """
    return canonical_json({"what": "alertgrade ledger head", "day": day, "seq": seq, "hash": entry_hash}).encode()


def signed_head(day: str, seq: int, entry_hash: str, private_key: bytes) -> Head:
    """The head signed with an Ed25519 private key of 32 bytes."""
    signature = sign(private_key, statement(day, seq, entry_hash))
    return Head(day, seq, entry_hash, signature.hex(), public_key_of(private_key).hex())


def head_of(said: Mapping[str, Any]) -> Head:
    """A head from its JSON object; ``LedgerError`` where it is none."""
    try:
        texts = {name: str(said[name]) for name in ("day", "hash", "signature", "public_key")}
        return Head(seq=int(said["seq"]), **texts)
    except (KeyError, TypeError, ValueError) as error:
        raise LedgerError("something that is no signed head", "wanted day, seq, hash, signature, public_key") from error


def head_problem(head: Head, trusted: Collection[str] = ()) -> str | None:
    """What is wrong with the signature, in words; ``trusted`` public keys (hex), empty: the one the head names."""
    if trusted and head.public_key not in trusted:
        return f"the head of {head.day} (seq {head.seq}) is signed by the key {head.public_key[:12]}, which is not ours"
    try:
        key, signature = bytes.fromhex(head.public_key), bytes.fromhex(head.signature)
    except ValueError:
        key, signature = b"", b""
    if not is_signed(key, signature, statement(head.day, head.seq, head.hash)):
        return f"the head of {head.day} (seq {head.seq}) is not what its signature was given for"
    return None


def record_head(ledger: Ledger, private_key: bytes, day: str) -> Head:
    """Sign the chain as it stands and put that on record; the last head again where nothing came after it.

    An empty chain has no head: ``LedgerError``.
    """
    with ledger.appending() as (connection, appending):
        if appending.seq == 0:
            raise LedgerError("an empty ledger", "wanted an entry to sign")
        last = ledger.last_of(connection, KIND)
        if last is not None and last.seq == appending.seq:
            return head_of(json.loads(last.payload))
        head = signed_head(day, appending.seq, appending.hash, private_key)
        appending.append(KIND, f"{day}:{appending.seq}", asdict(head))
    return head


def add_to_file(head: Head, path: Path) -> None:
    """Add the head as a line of a JSON lines file that is kept elsewhere."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(canonical_json(asdict(head)) + "\n")


def read_file(path: Path) -> list[Head]:
    """The heads of such a file; ``LedgerError`` names the line that is none."""
    found = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(f"{path}: {error}", "wanted a file that 'ledger head --out' wrote") from error
    for number, line in enumerate(lines, 1):
        try:
            found.append(head_of(json.loads(line)))
        except (ValueError, LedgerError) as error:
            raise LedgerError(f"{path}, line {number} is no signed head", "wanted 'ledger head --out' lines") from error
    return found
