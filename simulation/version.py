"""Which generator made a market: its frozen number, and the digest of a small market that proves it is that one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

VERSION = 1  # raised, with a page in docs/decisions, whenever the reference market below comes out different
REFERENCE: Mapping[str, int] = {"accounts": 60, "days": 8, "seed": 1}
DIGEST = "4bd47b91fc2271cc10b3ab4f0076fafb215b4bdef1bd773fb79ce2064a648b20"
ABOUT = "market.json"


def write_about(folder: Path, scenario: str, facts: Mapping[str, Any]) -> None:
    """Write what a market was made of (generator version, scenario, size, seed) to ``folder/market.json``."""
    about = {"generator": VERSION, "scenario": scenario, **facts}
    (folder / ABOUT).write_text(json.dumps(about, indent=1, sort_keys=True, default=str) + "\n")


def content_digest(folder: Path) -> str:
    """SHA-256 over the rows of every parquet file below ``folder``, names sorted.

    Over contents and not over bytes: another release of the parquet writer packs the same rows in another way.
    """
    whole = hashlib.sha256()
    for file in sorted(folder.rglob("*.parquet")):
        sink = pa.BufferOutputStream()
        pacsv.write_csv(pq.read_table(file), sink)
        whole.update(f"{file.relative_to(folder).as_posix()}\n".encode())
        whole.update(hashlib.sha256(sink.getvalue()).digest())
    return whole.hexdigest()
