"""How the record stands, without reading it: its end, the last signed head, what was sealed and pruned."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from ledger.heads import KIND
from ledger.ledger import Ledger
from ledger.scan import start_of
from ledger.schema import HEAD
from ledger.segments import latest_sealed


def state(ledger: Ledger) -> dict[str, Any]:
    """As a JSON object; an empty ledger has seq 0 and nulls. Only ``verify`` says whether it is intact."""
    with ledger.reading() as connection:
        end = connection.execute(select(HEAD.c.seq, HEAD.c.hash)).first()
        signed, last = ledger.last_of(connection, KIND), latest_sealed(connection)
        pruned = start_of(connection).seq
    head = None if signed is None else json.loads(signed.payload)
    return {
        "seq": 0 if end is None else end.seq,
        "hash": None if end is None else end.hash,
        "signed_head": head,
        "unsigned_entries": None if end is None else end.seq - (head["seq"] if head else 0),
        "sealed_through": None if last is None else last.last,
        "pruned_through": pruned or None,
    }
