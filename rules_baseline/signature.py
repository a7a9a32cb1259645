"""Two persons for a parameter: who wrote an entry and who approved it, and its version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alertgrade.errors import AlertError

SIGNATURE = ("author", "approver", "version")


def signature_of(where: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Author, approver and version of an entry, as given; empty where it is not signed.

    Raises ``AlertError`` naming ``where`` for half a signature, and where author and approver are one person.

    >>> signature_of("shfe.yaml", {"author": "risk", "approver": "compliance", "limit": 5})
    {'author': 'risk', 'approver': 'compliance'}
    """
    signed = {name: raw[name] for name in SIGNATURE if raw.get(name) is not None}
    persons = [str(signed.get(name, "")).strip() for name in SIGNATURE[:2]]
    if not any(persons):
        return signed
    if not all(persons):
        raise AlertError(
            f"{where}: author {persons[0]!r}, approver {persons[1]!r}", "wanted both", "let another approve"
        )
    if persons[0].casefold() == persons[1].casefold():
        raise AlertError(
            f"{where}: {persons[0]} approves a change of their own", "wanted two persons", "let another approve"
        )
    return signed
